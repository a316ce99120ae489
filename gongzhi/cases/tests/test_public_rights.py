"""What the house refused, hid, paused and passed on is public; so is how good its machine suggests."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import closing, decisions, dispatch, hinting, hints, many
from gongzhi.cases.acts import Accept, Answer, Rematter
from gongzhi.cases.cards import Where
from gongzhi.cases.many import NewVoice, Story
from gongzhi.cases.models import Appeal, Case, Decision, Hint
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import accepted, do, fresh, signed_in
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotAllowed, NotFound
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.PRINTED_DIR = tmp_path / "printed"


def refused(count: int, *, outcome: str = "no_ground", at: Any = cast.AT) -> None:
    """So many cases that were refused two hours after they came."""
    post = cast.post("roads-1")
    many.receive_many(
        [
            Story(
                NewVoice(by=cast.BY, at=at, words=f"第{n}个井盖坏了", place=cast.PIN, allows_public=True),
                (
                    Accept(at + timedelta(hours=1), post),
                    Answer(at + timedelta(hours=2), post, "查过了", outcome),
                ),
            )
            for n in range(count)
        ]
    )


@pytest.mark.parametrize(("count", "shown"), [(0, None), (9, None), (10, 10), (23, 23)])
def test_a_cell_below_ten_is_withheld(count: int, shown: int | None) -> None:
    refused(count)
    rows = {(row.what, row.reason): row for row in decisions.counted(cast.later(days=1)).rows}
    if not count:
        assert rows == {}
        return
    row = rows["refused", "no_ground"]
    assert (row.counts[-1], row.total) == (shown, shown)
    assert row.counts[:-1] == (0,) * 11


def test_a_sum_never_tells_the_one_cell_that_is_withheld() -> None:
    refused(12, at=cast.later(days=-40))
    refused(3)
    row = next(row for row in decisions.counted(cast.later(days=1)).rows if row.what == "refused")
    assert [count for count in row.counts if count != 0] == [12, None]
    assert row.total is None


def test_months_turn_in_the_county_and_reach_back_a_year() -> None:
    refused(10, at=cast.later(days=-400))
    midnight = cast.AT.replace(
        month=10, day=31, hour=15, minute=30
    )  # 23:30 in the county, closed at 01:30 on the first
    refused(10, at=midnight)
    counted = decisions.counted(cast.later(days=1))
    assert [month.isoformat()[:7] for month in counted.months][-2:] == ["2026-10", "2026-11"]
    (row,) = counted.rows
    assert row.counts[-2:] == (0, 10)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_and_files_stand_open_to_everybody(language: str) -> None:
    refused(11, at=moments.now() - timedelta(hours=2))  # closed this moment: months turn at night
    client = Client()
    page = client.get(f"/{language}/decisions/")
    assert page.status_code == 200
    assert ">11<" in page.content.decode()
    assert client.get(f"/{language}/suggestions/").status_code == 200
    rows = list(csv.reader(io.StringIO(client.get(f"/{language}/decisions/decisions.csv").content.decode("utf-8-sig"))))
    refusals = next(row for row in rows if row[:2] == ["refused", "no_ground"])
    assert refusals[-2:] == ["11", "11"]
    assert (
        len(list(csv.reader(io.StringIO(client.get(f"/{language}/suggestions/suggestions.csv").content.decode())))) > 30
    )


def test_hit_rates_count_what_people_made_of_suggestions() -> None:
    """Ten left until closing, six confirmed, four overruled: sixteen of twenty were right."""
    refused(10)
    for number in range(10):
        case = dispatch.accept(**cast.turn("roads-1", cast.say(f"第{number}个井盖没了").case))
        dispatch.rematter(**cast.turn("roads-1", case), matter="manhole" if number < 6 else "lamp")
    rate = next(rate for rate in hints.rates(cast.later(days=1)) if rate.what == "matter")
    assert (rate.judged, rate.hit) == (20, 80)
    assert (rate.stood, rate.confirmed, rate.overruled) == (10, None, None)
    assert Fact.objects.filter(kind="case.rematter", details__hint="overruled").count() == 4


def test_a_place_found_in_typed_words_is_a_suggestion_until_somebody_judges_it() -> None:
    case = dispatch.accept(**cast.turn("water-1", cast.say(place=Where(text="南山村")).case))
    assert case.place_by == "suggested"
    again = dispatch.relocate(**cast.turn("water-1", case), place=cast.GRID)
    assert (again.place, again.place_by, again.organ) == (cast.GRID, "staff", case.organ)
    assert again.due_at == case.due_at
    assert Hint.objects.get().verdict == "overruled"
    assert dispatch.relocate(**cast.turn("water-1", again), place=cast.GRID).place == cast.GRID
    assert Hint.objects.count() == 1  # a person's own choice is no suggestion
    with pytest.raises(NotFound):
        dispatch.relocate(**cast.turn("roads-2", again), place=cast.GRID)


def test_a_chosen_place_is_no_suggestion_and_left_ones_stand_at_closing() -> None:
    pinned = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    typed = dispatch.accept(**cast.turn("roads-1", cast.say(place=Where(text="东街村")).case))
    for case in (pinned, typed):
        closing.answer_and_close(**cast.turn("roads-1", case), public_text="好了", outcome="fixed")
    assert sorted(Hint.objects.filter(case=pinned).values_list("what", flat=True)) == ["matter"]
    assert sorted(Hint.objects.filter(case=typed).values_list("what", flat=True)) == ["matter", "place"]


def test_a_suggested_twin_is_overruled_with_one_click_and_joined_with_another() -> None:
    case, other, third = accepted(), fresh(), fresh()
    client = signed_in("roads-1")
    page = f"/zh/desk/cases/{case.id}/nearby/"
    assert other.number in client.get(page).content.decode()
    client.post(f"/zh/desk/cases/{case.id}/not-the-same/", {"other": str(other.id)})
    shown = client.get(page).content.decode()
    assert other.number not in shown
    assert third.number in shown
    assert case.number not in signed_in("roads-1").get(f"/zh/desk/cases/{other.id}/nearby/").content.decode()
    do(client, "close", case, outcome="duplicate", duplicate_of=third.number)
    assert sorted(Hint.objects.values_list("what", "verdict")) == [("twin", "confirmed"), ("twin", "overruled")]
    with pytest.raises((NotAllowed, NotFound)):
        post = cast.post("water-1")
        hinting.not_the_same(by=post.doer, at=cast.AT, post=post, case=third.id, other=other.id)


def test_rematter_in_a_story_is_judged_like_the_verb() -> None:
    post = cast.post("roads-1")
    voice = NewVoice(by=cast.BY, at=cast.AT, words="东街井盖坏了", place=cast.PIN, allows_public=True)
    many.receive_many([Story(voice, (Accept(cast.later(hours=1), post), Rematter(cast.later(hours=2), post, "lamp")))])
    assert Hint.objects.get().verdict == "overruled"


def test_a_resident_appeals_on_her_own_page_without_script() -> None:
    received = cast.say(at=moments.now() - timedelta(hours=2))
    case = dispatch.accept(**cast.turn("roads-1", received.case, at=moments.now() - timedelta(hours=1)))
    turn = cast.turn("roads-1", case, at=moments.now() - timedelta(minutes=30))
    closing.answer_and_close(**turn, public_text="没有问题", outcome="no_ground")
    client, home = Client(), f"/zh/v/{received.link_token}/"
    way = f"{home}appeal/{Decision.objects.get().pk}/"
    assert way in client.get(home).content.decode()
    assert client.get(way).status_code == 200
    assert client.post(way, {"words": " "}).status_code == 400
    assert client.post(way, {"words": "明明坏着"}).status_code == 303
    assert Appeal.objects.get().organ == "watch"
    assert client.post(way, {"words": "明明坏着"}).status_code == 409
    assert way not in client.get(home).content.decode()
    queue = signed_in("watch-1").get("/zh/desk/appeals/").content.decode()
    assert "明明坏着" in queue
    answer = f"/zh/desk/appeals/{Appeal.objects.get().id}/"
    version = Case.objects.get(id=case.id).version
    body = {"version": version, "granted": "yes", "public_text": "应当重办"}
    assert signed_in("roads-1").post(answer, body).status_code == 403
    assert signed_in("watch-1").get(answer).status_code == 200
    assert signed_in("watch-1").post(answer, {"version": version}).status_code == 422
    assert signed_in("watch-1").post(answer, body).status_code == 302
    assert Case.objects.get(id=case.id).state == "received"
    assert "应当重办" in client.get(home).content.decode()
    other = cast.say("别的事")
    assert client.get(f"/zh/v/{other.link_token}/appeal/{Decision.objects.get().pk}/").status_code == 404
