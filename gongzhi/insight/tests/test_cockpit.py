"""The cockpit and the pages of findings: what leaders see, decide, ask, say and enter; who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.channels.models import Message
from gongzhi.insight import answering, cockpit, jobs, standings, wording
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.standing_tables import Measure, Outlook, Portrait, PublicWord, Question, Silence
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.places.reads import local_day

pytestmark = pytest.mark.usefixtures("county")
BY = "post:" + "0" * 32


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def finding(**more: object) -> Finding:
    at = now()
    day = local_day(at)
    told = {
        "kind": "rise", "matter": "water", "place": cast.OTHER_VILLAGE, "first_day": day, "last_day": day,
        "observed": 12, "expected": 1.2, "upper": 4.0, "p": 1e-9, "found_at": at - timedelta(hours=3), "state_at": at,
        "state_by": "clockwork", "curve": [[str(day - timedelta(days=1)), 1, 1.2, 4.0], [str(day), 12, 1.2, 4.0]],
    }  # fmt: skip
    return Finding.objects.create(**(told | more))


def outlook(code: str = "water", **more: object) -> Outlook:
    told = {
        "kind": "organ", "code": code, "first": local_day(now()), "mean": [5.0] * 14, "low": [2.0] * 14,
        "high": [9.0] * 14, "total": 70.0, "total_low": 55.0, "total_high": 88.0, "handled": 40, "over": 0.97,
        "made_at": now(),
    }  # fmt: skip
    return Outlook.objects.create(**(told | more))


def quiet(place: str = cast.VILLAGE) -> Silence:
    return Silence.objects.create(
        place=place, channel="", until=local_day(now()), observed=3, expected=21.0, low=13, high=30, p=1e-5, factor=0.3,
        factor_low=0.15, factor_high=0.5, silent=True, made_at=now(),
    )  # fmt: skip


def seen(actor: str = "mayor") -> list[str]:
    return [item.kind for item in cockpit.today(cast.actor(actor), now()).items]


def test_what_needs_a_decision_is_said_with_figure_certainty_and_one_action() -> None:
    finding()
    outlook()
    quiet()
    cast.say(at=now() - timedelta(days=40))

    page = text(signed_in("mayor").get("/en/desk/cockpit/"))

    assert "12 cases came in" in page
    assert "About 70 cases are expected" in page
    assert "never answered more than 40 cases in time" in page
    assert "Sure in about 9 of 10 cases." in page or "Chance alone does not do this." in page
    assert "3 voices came from here in 90 days" in page
    assert "open cases is past its limit" in page
    assert set(seen()) == {"finding", "load", "silent", "late"}


def test_at_most_seven_things_and_the_rest_is_counted() -> None:
    for n in range(9):
        finding(first_day=local_day(now()) - timedelta(days=n))
    for code in ("water", "roads", "town", "watch"):
        outlook(code)

    told = cockpit.today(cast.actor("mayor"), now())

    assert len(told.items) <= cockpit.MOST
    assert told.more == 13 - len(told.items)
    assert [item.kind for item in told.items].count("finding") == 3


def test_what_is_worst_stands_first_and_what_is_only_worth_a_look_stands_last() -> None:
    finding(chance=0.5)
    outlook()
    finding(chance=1e-8, first_day=local_day(now()) - timedelta(days=1))
    cast.say(at=now() - timedelta(days=40))

    items = cockpit.today(cast.actor("mayor"), now()).items

    assert [item.tone for item in items] == ["bad", "bad", "warn", "plain"]
    assert [item.kind for item in items] == ["finding", "late", "load", "finding"]


def test_what_is_decided_stale_or_handled_needs_no_decision() -> None:
    finding(state="watched")
    finding(first_day=local_day(now()) - timedelta(days=30), last_day=local_day(now()) - timedelta(days=20))
    outlook(over=0.2)
    outlook("roads", total=6.0, total_low=2.0)
    outlook("town", handled=None, over=None)
    Looked.objects.create(day=local_day(now()), at=now(), series=1, found=0)

    assert seen() == []
    assert "Nothing needs a decision today" in text(signed_in("mayor").get("/en/desk/cockpit/"))


def test_a_forecast_of_three_weeks_ago_warns_of_nobody() -> None:
    outlook(first=local_day(now()) - timedelta(days=21))

    assert standings.overloaded(local_day(now())) == []


def test_the_part_that_changes_is_asked_for_alone_and_follows_the_stream() -> None:
    finding()
    page = text(signed_in("mayor").get("/en/desk/cockpit/"))
    part = signed_in("mayor").get("/en/desk/cockpit/", headers={"HX-Request": "true"})

    assert 'hx-trigger="live from:body throttle:10s, every 60s"' in page
    assert "data-live" in text(part)
    assert "<html" not in text(part)


@pytest.mark.parametrize(
    ("installed", "sentence"), [(False, "is not installed"), (True, "worked out once a night and have not been yet")]
)
def test_without_analysis_the_cockpit_says_so_and_shows_what_is_late(
    installed: bool, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "find_spec", lambda name: object() if installed else None)
    cast.say(at=now() - timedelta(days=40))

    page = text(signed_in("mayor").get("/en/desk/cockpit/"))

    assert sentence in page
    assert "past its limit" in page
    Looked.objects.create(day=local_day(now()), at=now(), series=1, found=0)
    assert sentence not in text(signed_in("mayor").get("/en/desk/cockpit/"))


def test_before_the_first_night_nobody_is_told_that_nothing_needs_a_decision() -> None:
    before = text(signed_in("mayor").get("/en/desk/cockpit/"))
    Looked.objects.create(day=local_day(now()), at=now(), series=1, found=0)
    after = text(signed_in("mayor").get("/en/desk/cockpit/"))

    assert "Nothing needs a decision today" not in before
    assert "Nothing needs a decision today" in after


def test_an_organ_is_asked_told_and_answers_once() -> None:
    row = finding()
    leader, head = signed_in("mayor"), signed_in("roads-head")

    sent = leader.post(f"/en/desk/findings/{row.pk}/ask/", {"organ": "roads", "words": "Was anything dug up?"})
    again = leader.post(f"/en/desk/findings/{row.pk}/ask/", {"organ": "roads", "words": "And now?"})

    assert (sent.status_code, again.status_code) == (302, 409)
    assert "was asked and has not answered yet" in text(again)
    question = Question.objects.get()
    letter = Message.objects.get(template="insight/messages/asked")
    assert letter.context["path"].endswith("/desk/asked/")
    assert "Was anything dug up?" in text(head.get("/en/desk/asked/"))
    told = head.post(f"/en/desk/asked/{question.pk}/", {"words": "A pipe in East Street."})
    assert told.status_code == 302
    assert "A pipe in East Street." in text(leader.get(f"/en/desk/findings/{row.pk}/"))
    with pytest.raises(Refusal, match="answered already"):
        answering.answer(by=BY, at=now(), question=question, organ="roads", words="More.")
    kinds = set(Fact.objects.filter(about=row.ref).values_list("kind", flat=True))
    assert kinds == {"finding.asked", "finding.told"}


def test_a_question_to_another_office_does_not_exist_here() -> None:
    question = answering.ask(by=BY, at=now(), finding=finding(), organ="roads", words="What is known?")

    answer = signed_in("water-1").post(f"/en/desk/asked/{question.pk}/", {"words": "Ours now."})

    assert answer.status_code == 404
    with pytest.raises(NotFound):
        answering.answer(by=BY, at=now(), question=question, organ="water", words="Ours now.")


def test_an_office_that_lets_a_question_lie_is_named() -> None:
    question = answering.ask(by=BY, at=now(), finding=finding(state="watched"), organ="roads", words="What is known?")
    Question.objects.filter(pk=question.pk).update(due_on=local_day(now()) - timedelta(days=1))

    assert seen() == ["question"]


def test_the_first_public_word_stops_its_clock_and_everybody_reads_it() -> None:
    row = finding(found_at=now() - timedelta(hours=5))
    assert "Nothing said in public yet, 5 hours after it was found." in wording.clock(row, now())

    done = signed_in("mayor").post(
        f"/en/desk/findings/{row.pk}/publish/", {"words": "A pipe burst; water is back at 8."}
    )

    assert done.status_code == 302
    row.refresh_from_db()
    assert row.first_word_at is not None
    assert wording.clock(row, now()) == "First public word 5 hours after it was found."
    first = row.first_word_at
    answering.publish(by=BY, at=now() + timedelta(hours=1), finding=row, organ="government", words="It is back.")
    row.refresh_from_db()
    assert row.first_word_at == first
    public = text(Client().get("/en/noticed/"))
    assert public.index("It is back.") < public.index("A pipe burst")
    assert "12 cases from" in public
    assert Fact.objects.filter(about=row.ref, kind="finding.published").count() == 2


def test_fewer_than_ten_cases_are_not_counted_in_public() -> None:
    answering.publish(by=BY, at=now(), finding=finding(observed=9), organ="government", words="We are looking.")

    page = text(Client().get("/en/noticed/"))

    assert "We are looking." in page
    assert "9 cases" not in page


def test_a_finding_without_a_word_for_a_day_is_named() -> None:
    finding(state="watched", found_at=now() - timedelta(hours=30))

    assert seen() == ["word"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_day_of_a_measure_is_offered_as_browsers_read_it(language: str) -> None:
    row = finding()

    page = signed_in("mayor").get(f"/{language}/desk/findings/{row.pk}/").content.decode()

    assert f'value="{local_day(now())}"' in page


def test_the_finding_of_a_sensor_leads_to_its_readings() -> None:
    row = finding(kind="sensor", grain="signal", matter="", subject="level-1", evidence={"value": 3, "usual": 1})

    page = signed_in("mayor").get(f"/en/desk/findings/{row.pk}/").content.decode()

    assert "/en/desk/sensors/level-1/" in page


def test_a_measure_is_entered_and_says_why_it_has_no_verdict_yet() -> None:
    row = finding()

    done = signed_in("mayor").post(
        f"/en/desk/findings/{row.pk}/measure/",
        {"what": "New pipe", "since": local_day(now()).isoformat(), "wanted": "fewer"},
    )
    wrong = signed_in("mayor").post(
        f"/en/desk/findings/{row.pk}/measure/", {"what": "Old pipe", "since": "2019-01-01", "wanted": "fewer"}
    )

    assert done.status_code == 302
    assert wrong.status_code == 400
    assert "400 days ago" in text(wrong)
    page = text(signed_in("mayor").get(f"/en/desk/findings/{row.pk}/"))
    assert "New pipe" in page
    assert "night after it was entered" in page
    assert Measure.objects.count() == 1


def test_a_finding_shows_its_voices_and_its_map_to_who_may_see_them() -> None:
    at = now()
    case = cast.say("停水三天了", at=at, said_at=at, place=cast.Where(code=cast.OTHER_GRID)).case
    row = finding()

    page = text(signed_in("mayor").get(f"/en/desk/findings/{row.pk}/"))
    points = signed_in("mayor").get(f"/en/desk/findings/{row.pk}/points/").json()

    assert case.number in page
    assert [one["properties"]["count"] for one in points["features"] if one["properties"]] in ([], [1])
    assert "Make it an incident" in page


def test_who_only_reads_is_not_told_to_decide() -> None:
    finding()

    actions = [cockpit.today(cast.actor(one), now()).items[0].action for one in ("mayor", "audit")]

    assert actions == ["Decide", "See the finding"]


@pytest.mark.parametrize("path", ["ask/", "publish/", "measure/"])
def test_an_auditor_reads_and_does_nothing(path: str) -> None:
    row = finding()
    auditor = signed_in("audit")

    assert auditor.get(f"/en/desk/findings/{row.pk}/").status_code == 200
    assert auditor.post(f"/en/desk/findings/{row.pk}/{path}", {"words": "x", "what": "x"}).status_code == 403
    assert PublicWord.objects.count() == Question.objects.count() == Measure.objects.count() == 0


def test_the_briefing_says_the_same_on_paper() -> None:
    finding()
    outlook()
    leader = signed_in("mayor")

    page = text(leader.get("/en/desk/cockpit/briefing/"))
    drawn = leader.get("/en/desk/cockpit/briefing.pdf")

    assert "12 cases came in" in page
    if drawn.status_code == 302:
        pytest.skip("the extra `pdf` or a Chinese font is not installed")
    assert drawn.content.startswith(b"%PDF")


def test_loads_and_silent_places_have_their_lists() -> None:
    outlook()
    quiet()
    leader = signed_in("mayor")

    loads, silent = text(leader.get("/en/desk/cockpit/loads/")), text(leader.get("/en/desk/cockpit/silent/"))

    assert "more than ever handled" in loads
    assert "3 voices came from here" in silent
    assert standings.factors() == {cast.VILLAGE: (0.3, 0.15, 0.5)}


def test_a_county_too_young_to_be_judged_is_not_worked_out_again_all_day() -> None:
    at = now()
    before = jobs.judged(at)
    yesterday = local_day(at) - timedelta(days=1)
    Portrait.objects.create(kind="county", code="", until=yesterday, figures={}, voices=0, made_at=at)

    assert (before, jobs.judged(at), jobs.judged(at + timedelta(days=1))) == (False, True, False)


def test_the_front_page_leads_to_what_was_said_once_something_was() -> None:
    link = "/en/noticed/"
    before = text(Client().get("/en/"))
    answering.publish(by=BY, at=now(), finding=finding(), organ="government", words="We are looking.")

    assert link not in before
    assert link in text(Client().get("/en/"))


def test_an_imported_history_of_years_ago_is_called_old_and_not_waiting_for_a_night() -> None:
    cast.say(at=now() - timedelta(days=900))

    page = text(signed_in("mayor").get("/en/desk/cockpit/"))

    assert "All cases here are from long ago" in page
    assert "gongzhi insight" not in page
    Looked.objects.create(day=local_day(now()), at=now(), series=0, found=0)
    assert "Nothing needs a decision" not in text(signed_in("mayor").get("/en/desk/cockpit/"))
    Looked.objects.all().delete()
    cast.say("Another lamp is dark.", at=now() - timedelta(days=2))
    assert standings.missing() == "not_yet"


def test_every_kind_of_decision_says_what_happens_without_one_and_says_it_once() -> None:
    for kind in cockpit.EACH:
        assert cockpit.idle(kind)
    finding()
    finding(matter="manhole")

    page = text(signed_in("mayor").get("/en/desk/cockpit/"))

    assert page.count("If nobody decides:") == 1
    assert "or tells people" in page
