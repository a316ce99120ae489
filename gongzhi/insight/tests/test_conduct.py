"""The ledger shows how work ran: a planted slip, loop and wait are told with their cases; the twin is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from gongzhi.cases import dispatch, handling, intake, undoing
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly import conduct, counts
from gongzhi.insight.process.tables import Conduct, Trait
from gongzhi.insight.tests import life

pytestmark = pytest.mark.usefixtures("county")


def drawn(folder: Path, **after: float) -> Conduct:
    at = cast.later(**after)
    life.refresh(folder, at)
    warehouse = Warehouse(folder)
    span = counts.span_of(warehouse, at, life.ZONE, 400)
    assert span is not None
    conduct.make(at=at, span=span, warehouse=warehouse)
    return Conduct.objects.get()


def traits() -> dict[tuple[str, str], int]:
    return {(row.kind, row.code): row.cases for row in Trait.objects.all()}


def test_work_as_the_procedure_says_has_no_trait_and_fits(tmp_path: Path) -> None:
    for n in range(3):
        life.finish(life.voice(cast.later(hours=n, seconds=0.75)), cast.later(days=1, hours=n, seconds=0.25))

    told = drawn(tmp_path, days=4)

    assert (told.procedure, told.version, told.cases, told.ended, told.fitting) == ("voice", 1, 3, 3, 3)
    assert told.fitness == 1.0
    assert traits() == {}
    assert told.figures["variants"] == [[["accept", "answer", "close"], 3]]


def test_hand_overs_and_reopenings_are_loops_with_their_cases(tmp_path: Path) -> None:
    plain, round_ = life.voice(cast.AT), life.voice(cast.later(hours=1))
    life.finish(plain, cast.later(days=1))
    for n, (post, organ) in enumerate([("roads-1", "water"), ("water-1", "roads"), ("roads-1", "town")]):
        turn = cast.turn(post, round_.case, at=cast.later(hours=2 + n))
        dispatch.hand_over(**turn, reason="needs_other", to_organ=organ)
    life.finish(round_, cast.later(days=2), post="town-1", grade=1)

    drawn(tmp_path, days=5)

    assert traits() == {("repeated", "hand_over"): 1, ("reopened", "reopen"): 1, ("returned", "roads"): 1}
    assert {tuple(row.behind) for row in Trait.objects.all()} == {(round_.case.id.hex,)}
    repeated = Trait.objects.get(kind="repeated")
    assert (repeated.times, repeated.share) == (2, 0.5)
    assert repeated.low < 0.5 < repeated.high


def test_a_stage_tells_how_long_work_lay_in_hours_and_working_hours(tmp_path: Path) -> None:
    for n in range(4):
        life.finish(life.voice(cast.later(minutes=n)), cast.later(days=1, minutes=n))  # Monday 10:00 to Tuesday 10:00
    life.voice(cast.later(minutes=9))

    told = drawn(tmp_path, days=2)

    stages = {one["stage"]: one for one in told.figures["stages"]}
    received = stages["received"]
    assert (received["stays"], received["still"]) == (5, 1)
    assert received["half"][0] == 24
    assert received["half_work"][0] == 7
    assert received["offices"][0][0] == "roads"
    assert received["share"] > 0.95
    assert (told.cases, told.ended) == (5, 4)


def test_a_question_that_stops_the_clock_is_a_wait_and_a_step_taken_back_is_none(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    dispatch.accept(**cast.turn("roads-1", said.case, at=cast.later(hours=1)))
    undoing.undo(
        by=cast.post("roads-1").doer, at=cast.later(hours=1, seconds=5), post=cast.post("roads-1"), case=said.case.id
    )
    dispatch.accept(**cast.turn("roads-1", said.case, at=cast.later(hours=2)))
    handling.ask(**cast.turn("roads-1", said.case, at=cast.later(hours=3)), question="哪一个井盖？")
    handling.answer_question(
        by=f"voice:{said.voice.id.hex}", at=cast.later(hours=23), voice=said.voice.id, words="东边的"
    )

    told = drawn(tmp_path, days=3)

    stages = {one["stage"]: one for one in told.figures["stages"]}
    assert stages["asked"]["half"][0] == 20
    assert told.figures["undone"] == 1
    assert told.figures["variants"] == [[["accept", "ask", "resume"], 1]]
    assert traits() == {}


def test_a_withdrawn_voice_ends_without_a_slip(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    intake.withdraw(by=f"voice:{said.voice.id.hex}", at=cast.later(hours=1), voice=said.voice.id)

    told = drawn(tmp_path, days=1)

    assert (told.ended, told.fitting, traits()) == (1, 1, {})


def test_a_step_nobody_noted_is_a_deviation_with_its_case(tmp_path: Path) -> None:
    """Facts of an old system may lack a step: the receipt is in the ledger, the acceptance is not."""
    said, twin = life.voice(cast.AT), life.voice(cast.AT)
    life.finish(twin, cast.later(days=1))
    life.finish(said, cast.later(days=1))
    life.refresh(tmp_path, cast.later(days=2))
    held = Warehouse(tmp_path)
    span = counts.span_of(held, cast.later(days=2), life.ZONE, 400)
    assert span is not None
    groups = conduct.grouped(held, span.first, span.last)
    group = groups["voice", 1]
    facts = {case: facts for case, _imported, facts in conduct.told_cases(held, span.first, span.last)}
    course = next(one for one in group.courses if one.case == said.case.id.hex)
    short = conduct.traces.trace([fact for fact in facts[said.case.id.hex] if fact.kind != "case.accepted"])
    at = group.courses.index(course)
    group.courses[at] = conduct.Course(course.case, short, conduct.replay.replay(group.net, short.steps))

    rows = conduct.found(group)

    assert [(row["kind"], row["code"], row["behind"]) for row in rows] == [
        ("skipped", "accept>answer", [said.case.id.hex])
    ]


def test_a_case_follows_the_version_it_began_with(tmp_path: Path) -> None:
    from gongzhi.procedures import loading
    from gongzhi.procedures.models import Procedure

    life.finish(life.voice(cast.AT), cast.later(days=1))
    body = Procedure.objects.get(code="voice").body
    fresh = body.replace("name_en: Accept", "name_en: Take in hand")
    loading.load_procedures(by="test", at=cast.later(days=1), texts=[fresh])
    life.finish(life.voice(cast.later(days=1, hours=1)), cast.later(days=2))
    at = cast.later(days=4)
    life.refresh(tmp_path, at)
    warehouse = Warehouse(tmp_path)

    conduct.make(
        at=at, span=counts.Span(cast.AT.date(), (at - timedelta(days=1)).date(), life.ZONE), warehouse=warehouse
    )

    assert [(row.version, row.cases) for row in Conduct.objects.order_by("version")] == [(1, 1), (2, 1)]


def test_drawn_twice_it_is_the_same_and_an_empty_county_has_none(tmp_path: Path) -> None:
    life.refresh(tmp_path, cast.AT)
    assert counts.span_of(Warehouse(tmp_path), cast.AT, life.ZONE, 400) is None
    life.finish(life.voice(cast.AT), cast.later(days=1))
    first = drawn(tmp_path, days=3)

    again = drawn(tmp_path, days=3)

    assert (again.figures, again.cases, again.fitness) == (first.figures, first.cases, first.fitness)
    assert Case.objects.count() == 1


def test_the_page_draws_it_with_a_table_and_leads_to_the_cases_by_permit(tmp_path: Path) -> None:
    plain, round_ = life.voice(cast.AT), life.voice(cast.later(hours=1))
    life.finish(plain, cast.later(days=1))
    life.finish(round_, cast.later(days=2), grade=1)
    drawn(tmp_path, days=5)
    trait = Trait.objects.get(kind="reopened")
    leader, handler = signed_in("mayor"), signed_in("roads-1")

    page = text(leader.get("/en/desk/procedures/voice/1/"))
    behind = text(leader.get(f"/en/desk/procedures/cases/{trait.pk}/"))

    assert "Rozinat" in page
    assert "<svg" in page
    assert "2×" in page
    assert "The drawing as a table" in page
    assert "ran as the procedure says" in text(leader.get("/en/desk/procedures/"))
    assert round_.case.number in behind
    assert plain.case.number not in behind
    assert leader.get("/en/desk/procedures/voice/9/").status_code == 404
    for path in ("", "voice/1/", f"cases/{trait.pk}/", "what-if/"):
        assert handler.get(f"/en/desk/procedures/{path}").status_code == 403


def test_a_case_about_an_officer_behind_a_trait_is_not_listed(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    life.finish(said, cast.later(days=1), grade=1)
    drawn(tmp_path, days=3)
    Case.objects.filter(pk=said.case.pk).update(about_officer=True, public=False)

    page = text(signed_in("mayor").get(f"/en/desk/procedures/cases/{Trait.objects.get().pk}/"))

    assert said.case.number not in page
    assert "None of these cases may be seen from your post." in page
