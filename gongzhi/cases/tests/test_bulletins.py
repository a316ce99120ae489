"""Notices for a village: written by whoever has that duty there, looked at once more, heard, printed, taken down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import bulletins, reads
from gongzhi.cases.models import Bulletin
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text, url
from gongzhi.channels import paper
from gongzhi.kit import moments
from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people.models import Account, Post

pytestmark = pytest.mark.usefixtures("county")
WORDS = "明天上午九点到下午五点停水，请提前备水"


@pytest.fixture(autouse=True)
def walker(county: None) -> None:
    """A grid worker of GRID, beside the county's cast."""
    row = Post.objects.get(code="town-1")
    row.id, row.code, row.role, row.place, row._state.adding = uuid7(cast.AT), "grid-1", "grid_worker", cast.GRID, True
    row.account = Account.objects.create(username="grid-1", made_at=cast.AT)
    row.save()


def put(by: str = "grid-1", place: str = cast.VILLAGE, words: str = WORDS, days: float = 2, **more: Any) -> Bulletin:
    post, at = cast.post(by), more.pop("at", moments.now())
    return bulletins.put(
        by=post.ref, at=at, post=post, place=place, words=words, until=at + timedelta(days=days), **more
    )


def air(village: str = cast.VILLAGE) -> str:
    return Client().get(f"/zh/places/{village}/notices.txt").content.decode()


def form(**change: Any) -> dict[str, str]:
    until = (moments.now() + timedelta(days=2)).date().isoformat()
    return {"place": cast.VILLAGE, "words": WORDS, "until": until, "go": "air"} | change


def test_a_grid_worker_s_notice_is_heard_in_her_village_alone() -> None:
    row = put()
    assert f"东街村通知：{WORDS}。兰亭镇政府" in air()
    assert WORDS in Client().get(f"/zh/places/{cast.VILLAGE}/notices/").content.decode()
    assert WORDS not in air(cast.OTHER_VILLAGE)
    fact = Fact.objects.get(kind="bulletin.put")
    assert (fact.about, WORDS in str(fact.details)) == (row.ref, False)


def test_a_county_s_notice_is_heard_in_every_village() -> None:
    put(by="mayor", place="990101000000")
    assert WORDS in air()
    assert WORDS in air(cast.OTHER_VILLAGE)


@pytest.mark.parametrize("place", [cast.OTHER_VILLAGE, cast.TOWN, "990101000000", "330102001001", ""])
def test_nobody_writes_for_a_place_outside_her_area(place: str) -> None:
    with pytest.raises(Refusal) as refused:
        put(place=place)
    assert refused.value.code == "not_your_place"
    assert not Bulletin.objects.exists()


@pytest.mark.parametrize("by", ["roads-1", "desk-1", "counter-1", "audit", "admin"])
def test_only_who_has_that_duty_writes(by: str) -> None:
    assert signed_in(by).get(url("village")).status_code == 403
    with pytest.raises(Refusal):
        put(by=by)


@pytest.mark.parametrize(
    ("words", "days"), [("", 2), ("。。", 2), ("长" * 301, 2), (WORDS, 0), (WORDS, -1), (WORDS, 32)]
)
def test_nothing_said_too_much_and_an_odd_end_are_refused(words: str, days: float) -> None:
    with pytest.raises(Refusal):
        put(words=words, days=days)
    assert not Bulletin.objects.exists()


def test_what_is_over_or_taken_down_is_heard_no_more() -> None:
    now = moments.now()
    put(at=now - timedelta(days=3), days=2)
    row = put(words="今晚放电影")
    assert WORDS not in air()
    assert "今晚放电影" in air()
    post = cast.post("grid-1")
    bulletins.take_down(by=post.ref, at=moments.now(), post=post, bulletin=row)
    assert "今晚放电影" not in air()
    with pytest.raises(Refusal):
        bulletins.take_down(by=post.ref, at=moments.now(), post=post, bulletin=row)
    assert Fact.objects.get(kind="bulletin.taken_down").about == row.ref


def test_who_stands_above_takes_down_what_was_written_below_and_nobody_beside() -> None:
    row = put()
    other = signed_in("roads-head")
    Post.objects.filter(code="roads-head").update(place=cast.OTHER_TOWN)
    assert other.post(f"/zh/desk/village/{row.id}/down/").status_code == 404
    assert signed_in("mayor").post(f"/zh/desk/village/{row.id}/down/").status_code == 302
    assert WORDS not in air()


def test_the_page_shows_how_it_will_sound_before_it_is_on_the_air() -> None:
    client = signed_in("grid-1")
    page = text(client.post(url("village"), form(go="look", words=f"{WORDS}，问王建国13800138000")))
    assert not Bulletin.objects.exists()
    assert "大家将听到" in page
    preview = page[page.index('id="preview"') : page.index("</section>")]
    assert "13800138000" not in preview[: preview.index("<form")]
    assert client.post(url("village"), form()).status_code == 302
    assert WORDS in air()
    assert WORDS in text(client.get(url("village")))


@pytest.mark.parametrize("change", [{"words": ""}, {"until": "2020-01-01"}, {"until": "soon"}, {"place": cast.TOWN}])
def test_a_form_that_cannot_be_kept_keeps_what_was_typed_and_says_why(change: dict[str, str]) -> None:
    answer = signed_in("grid-1").post(url("village"), form(**change))
    assert answer.status_code == 422
    assert 'class="error-summary"' in text(answer)
    assert not Bulletin.objects.exists()


def test_it_is_printed_to_be_pinned_up() -> None:
    row = put()
    answer = signed_in("grid-1").get(f"/zh/desk/village/{row.id}/sheet.pdf")
    if paper.missing():
        assert answer.status_code == 302
    else:
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert answer["Cache-Control"] == "no-store"
    assert signed_in("roads-head").get(f"/zh/desk/village/{uuid7()}/sheet.pdf").status_code == 404


def test_the_areas_of_posts() -> None:
    def codes(by: str) -> list[str]:
        return [card.code for card in bulletins.area(reads.acting(cast.post(by)).acting)]

    assert codes("grid-1") == [cast.VILLAGE]
    assert codes("town-1") == []
    assert codes("mayor") == ["990101000000", cast.TOWN, cast.VILLAGE, cast.OTHER_TOWN, cast.OTHER_VILLAGE]
    Post.objects.filter(code="roads-head").update(place=cast.TOWN)
    assert codes("roads-head") == [cast.TOWN, cast.VILLAGE]


def test_a_sentence_with_its_own_end_gets_no_second_one() -> None:
    put(words="Water is off until noon.")
    assert "noon.。" not in air()
    put(words="明天停水")
    assert "明天停水。" in air()


def test_the_english_page_names_place_and_office_in_english() -> None:
    put(words="Water is off until noon")
    page = Client().get(f"/en/places/{cast.VILLAGE}/notices/").content.decode()
    assert "Water is off until noon. " in page
    assert "通知：" not in page


def test_a_town_is_offered_as_all_of_it() -> None:
    assert "（全部村、社区）</option>" in text(signed_in("mayor").get(url("village")))
