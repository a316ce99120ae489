"""Loading procedures, clauses and days off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.places import reads as places
from gongzhi.procedures import calendars, loading, nets, reads
from gongzhi.procedures.models import Clause, DayOff, Procedure
from gongzhi.procedures.tests.cast import AT, BY, VOICE, a_county_at_work, voice_net

pytestmark = pytest.mark.django_db
CLAUSES = [
    {"code": "hotline-8", "law_zh": "接诉即办办法", "article": "第八条", "text_zh": "五个工作日", "verified": "false"},
    {"code": "civil-203", "law_zh": "民法典", "article": "第二百零三条", "verified": "1", "valid_from": "2021-01-01"},
]


def test_loading_a_procedure_twice_changes_nothing() -> None:
    a_county_at_work()
    version = places.version()
    assert loading.load_procedures(by=BY, at=AT, texts=[VOICE]) == loading.Loaded(0, 0)
    assert places.version() == version


def test_comments_do_not_make_a_new_version_but_content_does() -> None:
    a_county_at_work()
    loading.load_procedures(by=BY, at=AT, texts=["# a comment\n" + VOICE])
    assert Procedure.objects.count() == 1
    loading.load_procedures(by=BY, at=AT, texts=[VOICE.replace("Hand over", "Pass on")])
    assert [p.version for p in Procedure.objects.order_by("version")] == [1, 2]
    assert nets.newest("voice")[1].move("hand_over").name_en == "Pass on"
    assert Fact.objects.filter(kind="procedure.loaded").count() == 2


def test_the_order_of_the_file_is_kept() -> None:
    a_county_at_work()
    nets.by_id.cache_clear()
    assert [move.code for move in reads.net("voice").moves] == [move.code for move in voice_net().moves]
    assert reads.net("voice").stages == voice_net().stages


def test_one_unsound_procedure_refuses_all() -> None:
    unsound = VOICE.replace("code: voice", "code: other").replace("    ends: true\n", "")
    with pytest.raises(Refusal) as refusal:
        loading.load_procedures(by=BY, at=AT, texts=[VOICE, unsound])
    assert refusal.value.code == "no_end"
    assert not Procedure.objects.exists()


def test_clauses_are_read_closed_and_opened_again() -> None:
    assert loading.load_clauses(by=BY, at=AT, rows=CLAUSES) == loading.Loaded(2, 0)
    assert loading.load_clauses(by=BY, at=AT, rows=CLAUSES) == loading.Loaded(0, 0)
    card = reads.clause("civil-203")
    assert (card.verified, card.article) == (True, "第二百零三条")
    assert loading.load_clauses(by=BY, at=AT, rows=CLAUSES[:1]) == loading.Loaded(0, 1)
    assert Clause.objects.get(pk="civil-203").valid_to == AT.date()
    assert [c.code for c in reads.clauses()] == ["hotline-8"]
    assert reads.clause("civil-203").law_zh == "民法典", "an old case may still name it"


def test_an_unknown_clause_is_refused() -> None:
    with pytest.raises(NotFound) as refusal:
        reads.clause("none-1")
    assert refusal.value.code == "clause_unknown"
    assert reads.clause_or_none("none-1") is None
    assert reads.clauses_by(["none-1"]) == {}


def test_the_national_days_are_loaded_without_any_file() -> None:
    a_county_at_work()
    calendar = calendars.calendar()
    assert not calendar.is_working(date(2026, 10, 1))
    assert calendar.is_working(date(2026, 10, 10)), "a make-up Saturday"
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 4))
    assert not calendar.is_working(date(2027, 1, 1)), "a statutory day is known before the announcement"


def test_the_countys_own_day_goes_before_the_national_one() -> None:
    a_county_at_work()
    rows = [{"date": "2026-10-10", "working": "false", "source": "county"}]
    assert loading.load_days(by=BY, at=AT, rows=rows) == loading.Loaded(1, 0)
    assert not calendars.calendar().is_working(date(2026, 10, 10))
    assert 2026 in calendars.calendar().known_years
    assert loading.load_days(by=BY, at=AT, rows=rows) == loading.Loaded(0, 0)


def test_a_local_day_does_not_make_a_year_known() -> None:
    a_county_at_work()
    loading.load_days(by=BY, at=AT, rows=[{"date": "2027-03-03", "working": "false", "source": "county"}])
    assert not calendars.calendar().is_working(date(2027, 3, 3))
    assert calendars.calendar().is_provisional(date(2027, 3, 3))


def test_a_day_taken_out_of_the_file_is_an_ordinary_day_again() -> None:
    a_county_at_work()
    loading.load_days(by=BY, at=AT, rows=[{"date": "2026-12-01", "working": "no"}])
    assert loading.load_days(by=BY, at=AT) == loading.Loaded(0, 1)
    assert calendars.calendar().is_working(date(2026, 12, 1))


def test_years_long_past_are_kept() -> None:
    a_county_at_work()
    DayOff.objects.create(date=date(2020, 1, 24), working=False, announced=True)
    loading.load_days(by=BY, at=AT + timedelta(days=400))
    assert DayOff.objects.filter(date=date(2020, 1, 24)).exists()


def test_a_day_of_long_ago_is_not_written_again() -> None:
    a_county_at_work()
    rows = [{"date": "2019-05-05", "working": "true", "source": "county"}]
    assert loading.load_days(by=BY, at=AT, rows=rows) == loading.Loaded(1, 0)
    assert loading.load_days(by=BY, at=AT, rows=rows) == loading.Loaded(0, 0)


@pytest.mark.parametrize("cell", ["maybe", "是", "2"])
def test_a_cell_that_is_neither_yes_nor_no_is_an_error(cell: str) -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        loading.load_days(by=BY, at=AT, rows=[{"date": "2026-12-01", "working": cell}])
