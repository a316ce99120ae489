"""A changed procedure on past cases: the same net changes nothing, a planted change is counted, nothing is written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.process import commands, telling, trying, trying_pages, whatif
from gongzhi.insight.process.traces import Told
from gongzhi.insight.process.waits import Working
from gongzhi.insight.process.whatif import Past
from gongzhi.insight.tests import life
from gongzhi.kit.refusal import Refusal
from gongzhi.kit.worktime import Calendar, Limit, Unit
from gongzhi.ledger import reads as ledger
from gongzhi.procedures import netfile, nets

ROOT = Path(__file__).resolve().parents[3]
VOICE = (ROOT / "counties/lanting/procedures/voice.yaml").read_text()
NET = netfile.build(netfile.read(VOICE), 1)
CHECKED = VOICE.replace(
    "  answered:\n    name_zh: 已答复",
    "  checked:\n    name_zh: 已复核\n    name_en: Checked\n    asks_of: handler\n  answered:\n    name_zh: 已答复",
).replace(
    "  answer:\n    name_zh: 答复\n    name_en: Answer\n    take: {in_hand: own}",
    "  check:\n    name_zh: 复核\n    name_en: Check\n    take: {in_hand: own}\n    put: {checked: keep}\n"
    "    permit: case_close\n\n  answer:\n    name_zh: 答复\n    name_en: Answer\n    take: {checked: own}",
)
FRESH = netfile.build(netfile.read(CHECKED), 0)
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 9:00 in the county
CALENDAR = Calendar("Asia/Shanghai")
WORKING = Working(CALENDAR, date(2026, 11, 1), date(2027, 3, 1))
UNTIL = datetime(2026, 12, 31, tzinfo=UTC).timestamp()


def past(number: int, days: float, matter: str = "light", *, more: tuple[Told, ...] = ()) -> Past:
    """A case received on Monday at nine, accepted an hour later and answered after some days."""
    start = MONDAY.timestamp()
    facts = [
        Told("case.received", "", "roads", start),
        Told("case.accepted", "", "", start + 3600),
        *more,
        Told("case.closed", "", "", start + days * 86_400),
    ]
    return Past(f"{number:032x}", matter, facts, NET)


def tried(cases: list[Past], net=NET, before: int = 5, after: int = 5) -> whatif.WhatIf:
    limit = {"light": (Limit(before, Unit.working_days), Limit(after, Unit.working_days))}
    return whatif.tried(net, cases, limits=limit, calendar=CALENDAR, working=WORKING, until=UNTIL)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=20))
def test_the_same_procedure_changes_nothing(days: list[float]) -> None:
    told = tried([past(n, one) for n, one in enumerate(days)])

    assert (told.otherwise, told.reasons, told.newly, told.spared, told.added, told.saved) == (0, (), 0, 0, (), ())
    assert told.late_before == told.late_after == told.late_low == told.late_high
    assert all(before == after for _permit, before, after in told.loads)


def test_a_shorter_limit_says_how_many_would_have_been_late() -> None:
    cases = [past(n, days) for n, days in enumerate([0.3, 1.2, 2.2, 3.2, 7.3])]

    told = tried(cases, before=5, after=2)

    assert (told.rounds, told.late_before, told.late_after, told.newly, told.spared) == (5, 0, 2, 2, 0)
    assert tried(cases, before=2, after=5).spared == 2
    assert told.matters == (("light", 5, 0, 2),)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=15), st.integers(0, 10), st.integers(0, 10))
def test_a_shorter_limit_never_spares_anybody(days: list[float], some: int, more: int) -> None:
    told = tried([past(n, one) for n, one in enumerate(days)], before=some + more, after=some)

    assert told.spared == 0
    assert told.late_after == told.late_before + told.newly


def test_a_new_step_is_named_and_its_time_assumed_from_what_was_measured() -> None:
    cases = [past(n, days) for n, days in enumerate([1.2, 2.2, 3.2, 4.2, 7.2])]

    told = tried(cases, FRESH)

    assert (told.otherwise, told.reasons) == (5, (("skipped", "check>answer", 5),))
    (one,) = told.added
    assert (one.stage, one.times, one.like) == ("checked", 5, ("in_hand",))
    assert one.low <= one.half <= one.high
    assert told.late_low <= told.late_after <= told.late_high
    assert told.late_after > told.late_before
    assert {permit: after - before for permit, before, after in told.loads}["case_close"] == 5


def test_an_old_slip_is_not_blamed_on_the_change() -> None:
    slip = past(1, 2.0)
    slip = Past(slip.case, slip.matter, [fact for fact in slip.facts if fact.kind != "case.accepted"], NET)

    assert tried([slip]).otherwise == 0
    assert tried([slip], FRESH).otherwise == 1


def test_a_pause_the_change_does_not_know_no_longer_stops_the_clock() -> None:
    start = MONDAY.timestamp()
    waited = (
        Told("case.asked", "waiting_resident", "", start + 7200),
        Told("case.replied", "", "", start + 4 * 86_400),
    )
    body = VOICE.replace("    clock:\n      pause: {reason: waiting_resident, amount: 10, unit: working_days}\n", "")
    assert body != VOICE
    strict = netfile.build(netfile.read(body), 0)

    told = tried([past(1, 8.2, more=waited)], strict)

    assert (told.late_before, told.late_after, told.otherwise) == (0, 1, 0)


def test_a_stage_that_is_gone_saves_between_nothing_and_all_of_its_time() -> None:
    """Accepting is done away with: a case that waited a week to be accepted might have been answered in time."""
    start = MONDAY.timestamp()
    facts = [
        Told("case.received", "", "roads", start),
        Told("case.accepted", "", "", start + 7 * 86_400),
        Told("case.closed", "", "", start + 8.2 * 86_400),
    ]
    short = VOICE.replace("start: received", "start: in_hand").replace("put: {received: to}", "put: {in_hand: to}")
    short = short.replace("[{in_hand: own}, {received: own}]", "{in_hand: own}")
    for begin, end in (("  received:\n", "  in_hand:\n"), ("  accept:\n", "  hand_over:\n")):
        short = short[: short.index(begin)] + short[short.index(end) :]

    told = tried([Past("1" * 32, "light", facts, NET)], netfile.build(netfile.read(short), 0))

    assert told.saved == ("received",)
    assert told.reasons == (("foreign", "accept", 1),)
    assert (told.late_before, told.late_low, told.late_high) == (1, 0, 1)


@pytest.mark.usefixtures("county")
def test_the_command_reads_the_warehouse_and_writes_nothing(
    tmp_path: Path, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(6):
        life.finish(life.voice(cast.later(hours=n)), cast.later(days=1 + n))
    settings.GONGZHI_DIR = tmp_path  # type: ignore[attr-defined]
    life.refresh(tmp_path / "warehouse", cast.later(days=9))
    before = (ledger.size(), life.digests(tmp_path / "warehouse"), (tmp_path / "warehouse/manifest.json").read_bytes())
    file = tmp_path / "new.yaml"
    file.write_text(CHECKED)

    done = commands.procedures(
        ["replay", str(file), "--since", "2026-11-16", "--limit", "manhole=0:working_days", "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert done == 0
    assert (told["cases"], told["otherwise"]) == (6, 6)
    assert told["late_after"] == 6
    assert before == (
        ledger.size(), life.digests(tmp_path / "warehouse"), (tmp_path / "warehouse/manifest.json").read_bytes()
    )  # fmt: skip
    assert commands.procedures(["replay", str(file), "--since", "2026-11-16"]) == 0
    said = capsys.readouterr().out
    assert "Check" in said or "复核" in said


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(
    ("word", "code"),
    [("manhole=3", "limit_misread"), ("manhole=x:hours", "limit_misread"), ("nothing=3:hours", "matter_unknown")],
)
def test_a_limit_that_cannot_be_read_is_refused(word: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        trying.read_limits([word])
    assert refused.value.code == code


@pytest.mark.usefixtures("county")
def test_without_cases_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        trying.tried(folder=tmp_path, zone=life.ZONE, at=cast.AT, text=VOICE)
    assert refused.value.code == "nothing_to_replay"


@pytest.mark.usefixtures("county")
def test_the_page_offers_the_procedure_as_it_is_and_refuses_what_is_none() -> None:
    leader = signed_in("mayor")

    page = text(leader.get("/en/desk/procedures/what-if/"))
    wrong = leader.post("/en/desk/procedures/what-if/", {"text": "code: voice", "limits": "", "since": "2026-01-01"})

    assert "name_en:" in page
    assert wrong.status_code == 400
    assert "cannot be read" in text(wrong)
    with trying_pages._alone(), pytest.raises(Refusal) as refused, trying_pages._alone():
        pass
    assert refused.value.code == "replay_busy"


@pytest.mark.usefixtures("county")
def test_a_stage_or_step_that_is_gone_is_told_by_the_name_it_had() -> None:
    newest = nets.newest("voice")[1]
    short = replace(newest, stages=newest.stages[1:], moves=newest.moves[1:])
    stage, move = newest.stages[0], newest.moves[0]

    with translation.override("en"):
        told = telling.saved({"saved": [stage.code]}, short), telling.reason(short, "foreign", move.code)
        never = telling.saved({"saved": ["no-such"]}, short)

    assert f"“{stage.name_en}”" in told[0]
    assert f"“{move.name_en}”" in told[1]
    assert "no-such" in never


@pytest.mark.usefixtures("county")
def test_a_text_that_is_no_yaml_is_told_by_line_and_column_in_the_readers_language() -> None:
    sent = {"text": "code: voice\nname_en: a: b\n", "limits": "", "since": "2026-01-01"}

    with translation.override("en"):  # a page leaves its language behind: none of the tests after this one may have it
        page = text(signed_in("mayor").post("/zh/desk/procedures/what-if/", sent))

    assert "第 2 行第 11 个字" in page
    assert "mapping values" not in page


@pytest.mark.usefixtures("county")
def test_a_limit_is_tried_without_writing_a_line_of_code() -> None:
    given = {"text": "code: voice", "since": "2026-01-01", "amount": "3", "unit": "working_days"}

    every, one = (
        trying_pages.TryForm(given),
        trying_pages.TryForm(given | {"matter": "manhole", "limits": "all=9:hours"}),
    )

    assert every.is_valid()
    assert every.asked() == ["all=3:working_days"]
    assert one.is_valid(), one.errors
    assert one.asked() == ["manhole=3:working_days", "all=9:hours"]
    assert trying_pages.TryForm(given | {"amount": ""}).is_valid()
    assert not trying_pages.TryForm(given | {"amount": "0"}).is_valid()


@pytest.mark.usefixtures("county")
def test_a_result_is_said_in_words_with_what_nobody_can_know() -> None:
    told = {
        "cases": 12, "first": "2026-01-01", "otherwise": 3, "rounds": 12, "late_before": 1, "late_after": 4,
        "late_low": 2, "late_high": 6, "newly": 3, "spared": 0, "reasons": [["skipped", "check>answer", 3]],
        "added": [{"stage": "checked", "times": 3, "like": ["in_hand"], "half": 4.0, "low": 1.0, "high": 9.0}],
        "saved": [], "matters": [["manhole", 12, 1, 4]], "loads": [["case_close", 2.0, 5.0, 4]], "untold": 2,
    }  # fmt: skip

    with translation.override("en"):
        said = trying_pages.result(told, FRESH)

    assert "it would have been 4" in said["promises"]
    assert "between 2 and 6" in said["promises"]
    assert len(said["unknown"]) == 4
    assert said["untold"]
    assert timedelta(days=365) == trying_pages.YEAR
