"""The warehouse says what the live tables say, at every moment, whatever the way it came there."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.rules import AGE_BANDS, age_band
from gongzhi.insight.tests import life
from gongzhi.insight.warehouse import filling, grains, manifest
from gongzhi.kit.refusal import Refusal

pytestmark = pytest.mark.usefixtures("county")
MONDAY = date(2026, 11, 16)


def rows(folder: Path, grain: str) -> list[dict]:
    return Warehouse(folder).table(grain).to_pyarrow().to_pylist()


def test_a_case_row_tells_what_the_live_case_and_its_facts_tell(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    life.finish(said, cast.later(days=2, hours=3), grade=4)

    life.refresh(tmp_path, cast.later(days=3))

    (row,) = rows(tmp_path, "cases")
    assert (row["case"], row["day"], row["hour"]) == (said.case.id.hex, MONDAY, 10)
    assert (row["matter"], row["place"], row["organ"], row["source"]) == ("manhole", cast.GRID, "roads", "web")
    assert (row["state"], row["outcome"], row["grade"], row["solved"]) == ("closed", "fixed", 4, True)
    assert (row["accepted_at"], row["closed_day"]) == (cast.later(days=2, hours=3), MONDAY + timedelta(days=2))


def test_events_carry_the_time_since_the_fact_before(tmp_path: Path) -> None:
    life.finish(life.voice(cast.AT), cast.later(hours=5))

    life.refresh(tmp_path, cast.later(days=1))

    events = rows(tmp_path, "events")
    assert [event["kind"] for event in events][:2] == ["case.received", "case.accepted"]
    assert [event["dwell"] for event in events][:3] == [None, 5 * 3600, 60.0]


def test_open_states_follow_a_case_from_receipt_to_its_end_by_age(tmp_path: Path) -> None:
    life.finish(life.voice(cast.AT), cast.later(days=5))

    life.refresh(tmp_path, cast.later(days=9))

    found = [(row["day"] - MONDAY, row["age"], row["open"]) for row in rows(tmp_path, "states")]
    assert sorted(found) == [(timedelta(days=n), age_band(n), 1) for n in range(5)]


def test_a_case_about_an_officer_never_comes_in(tmp_path: Path) -> None:
    life.voice(cast.AT)
    life.voice(cast.AT, words="窗口的人态度恶劣，吃拿卡要")
    assert Case.objects.filter(about_officer=True).count() == 1

    life.refresh(tmp_path, cast.later(days=1))

    assert [row["matter"] for row in rows(tmp_path, "cases")] == ["manhole"]
    assert {row["case"] for row in rows(tmp_path, "events")} == {row["case"] for row in rows(tmp_path, "cases")}


def test_no_grain_has_a_column_for_a_text_a_name_a_point_or_a_post() -> None:
    columns = {name for schema in grains.SCHEMAS.values() for name in schema.names}

    assert not columns & {"words", "title", "contact", "post", "by", "lon", "lat", "place_text", "number", "officer"}


def test_a_refresh_without_news_writes_nothing(tmp_path: Path) -> None:
    life.voice(cast.AT)
    life.refresh(tmp_path, cast.later(days=1))
    before = (tmp_path / manifest.NAME).read_bytes()

    done = life.refresh(tmp_path, cast.later(days=1, minutes=5))

    assert (done.facts, done.parts) == (0, 0)
    assert (tmp_path / manifest.NAME).read_bytes() == before


def test_a_late_fact_rewrites_only_its_case_s_day_its_own_day_and_the_evenings_it_changed(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    for n in range(6):
        life.voice(cast.later(days=n), words="停水三天了", code=cast.OTHER_GRID)
    life.refresh(tmp_path, cast.later(days=8))
    before = life.digests(tmp_path)

    life.finish(said, cast.later(days=6))
    life.refresh(tmp_path, cast.later(days=8, hours=1))

    after = life.digests(tmp_path)
    changed = {(g, d) for g in after for d in after[g] if before[g].get(d) != after[g][d]}
    assert changed == {
        ("cases", "2026-11-16"),
        ("tallies", "2026-11-16"),
        ("sums", "2026-11-01"),
        ("events", "2026-11-22"),
        ("states", "2026-11-22"),
        ("states", "2026-11-23"),
    }


STEPS = st.lists(
    st.tuples(st.sampled_from(["voice", "water", "finish", "refresh"]), st.integers(min_value=0, max_value=40)),
    min_size=1,
    max_size=14,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_refreshed_in_any_steps_it_equals_one_made_at_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    stepwise, whole = tmp_path_factory.mktemp("steps"), tmp_path_factory.mktemp("whole")
    with transaction.atomic():
        end = _live(stepwise, steps)

        life.refresh(stepwise, end)
        life.refresh(whole, end)

        transaction.set_rollback(True)  # the next example begins in the same empty county
    assert life.digests(stepwise) == life.digests(whole)


def _live(folder: Path, steps: list[tuple[str, int]]) -> datetime:
    """Voices, ends and refreshes, each some hours after the one before; returns a day after the last."""
    moment, waiting = cast.AT, []
    for what, hours in steps:
        moment += timedelta(hours=hours)
        if what == "voice":
            waiting.append(life.voice(moment))
        elif what == "water":
            life.voice(moment, words="停水三天了", code=cast.OTHER_GRID)
        elif what == "finish" and waiting:
            life.finish(waiting.pop(), moment)
        elif what == "refresh":
            life.refresh(folder, moment)
    return moment + timedelta(days=1)


def test_questions_in_ibis_agree_with_counting_by_hand(tmp_path: Path) -> None:
    for n in range(7):
        life.voice(cast.later(hours=9 * n), words=["停水三天了", cast.WORDS][n % 2])
    life.refresh(tmp_path, cast.later(days=4))

    cases = Warehouse(tmp_path).table("cases")
    asked = cases.group_by(["matter", "day"]).agg(n=cases.count()).to_pyarrow().to_pylist()

    by_hand = Counter((case.matter_id, case.received_at.astimezone(life.ZONE).date()) for case in Case.objects.all())
    assert {(row["matter"], row["day"]): row["n"] for row in asked} == by_hand


def test_a_span_of_days_reads_only_its_partitions(tmp_path: Path) -> None:
    for n in range(5):
        life.voice(cast.later(days=n))
    life.refresh(tmp_path, cast.later(days=6))

    some = Warehouse(tmp_path).table("cases", MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))

    assert some.count().execute() == 2


def test_an_empty_county_on_its_first_day_has_empty_grains(tmp_path: Path) -> None:
    life.refresh(tmp_path, cast.AT)

    assert [Warehouse(tmp_path).table(grain).count().execute() for grain in grains.SCHEMAS] == [0] * len(grains.SCHEMAS)


def test_a_reader_keeps_the_day_it_began_with_while_it_is_swapped(tmp_path: Path) -> None:
    life.voice(cast.AT)
    life.refresh(tmp_path, cast.later(days=1))
    reader = Warehouse(tmp_path)

    life.voice(cast.later(minutes=5))
    life.refresh(tmp_path, cast.later(days=1, minutes=10))

    assert reader.table("cases").count().execute() == 1
    assert Warehouse(tmp_path).table("cases").count().execute() == 2


def test_what_a_dying_refresh_left_is_not_read_and_is_removed_later(tmp_path: Path) -> None:
    life.voice(cast.AT)
    life.refresh(tmp_path, cast.later(days=1))
    manifest.keep(tmp_path, "cases", "2026-11-16", b"half a day", 5)

    held = manifest.read(tmp_path)

    assert rows(tmp_path, "cases")
    assert manifest.damaged(tmp_path, held) == []
    assert manifest.sweep(tmp_path, held, older_than=-1) == 1
    assert rows(tmp_path, "cases")


def test_one_changed_byte_is_found_named_and_healed_by_a_rebuild(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    life.refresh(tmp_path, cast.later(days=1))
    right = life.digests(tmp_path)
    file = tmp_path / manifest.read(tmp_path).files("cases")[0]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data[:-9]))

    assert manifest.damaged(tmp_path, manifest.read(tmp_path)) == [("cases", "2026-11-16")]
    life.finish(said, cast.later(days=1))
    with pytest.raises(Refusal) as refused:
        life.refresh(tmp_path, cast.later(days=1))
    assert refused.value.code == "warehouse_damaged"
    assert refused.value.params["day"] == "2026-11-16"

    filling.rebuild(tmp_path, at=cast.later(days=1), zone=life.ZONE)
    assert life.digests(tmp_path)["cases"].keys() == right["cases"].keys()
    assert manifest.damaged(tmp_path, manifest.read(tmp_path)) == []


def test_two_refreshes_at_once_refuse_the_second(tmp_path: Path) -> None:
    with manifest.writing(tmp_path), pytest.raises(Refusal) as refused:
        life.refresh(tmp_path, cast.AT)

    assert refused.value.code == "warehouse_busy"


def test_a_manifest_of_another_kind_is_refused_not_guessed(tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_text('{"format": 99}')

    with pytest.raises(Refusal) as refused:
        manifest.read(tmp_path)
    assert refused.value.code == "warehouse_manifest"


@given(days=st.integers(min_value=-5, max_value=4000))
def test_an_age_lies_in_the_last_band_that_has_begun(days: int) -> None:
    band = age_band(days)

    assert band in AGE_BANDS
    assert band <= max(days, 0)
    assert not any(band < other <= days for other in AGE_BANDS)
