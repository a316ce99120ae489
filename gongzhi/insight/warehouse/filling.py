"""Refreshing the warehouse: sealed facts after the manifest's index, live rows by `cases.reads.batch`, new partitions.

The bookmark is the manifest's own index, not a row of the database: rows and bookmark are one rename, so that a
refresh that dies has changed nothing and the next one begins where the last whole one ended. A fact that comes late
touches the day of its case, its own day, and the open states from the day on which it changed them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from gongzhi.cases import reads as cases
from gongzhi.insight.adding import keeping as adding
from gongzhi.insight.models import Nowhere
from gongzhi.insight.signals import filling as signals
from gongzhi.insight.warehouse import grains, manifest, months, rows, states
from gongzhi.insight.warehouse.manifest import Manifest, Part
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import reads as ledger
from gongzhi.places import reads as places

CHUNK = 60_000  # facts of one round: memory stays flat, and each round is a whole refresh that may be the last
WRITERS = 4  # files written at once: they wait for the disk more than they work
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: facts taken in, cases written anew, partitions written."""

    facts: int = 0
    cases: int = 0
    parts: int = 0


@dataclass(slots=True)
class _Round:
    """One round's work: days written so far, and from which day open states changed."""

    folder: Path
    zone: ZoneInfo
    fresh: dict[str, dict[str, Part]]
    parts: int = 0
    months: set[str] = field(default_factory=set)
    seen: dict[str, pa.Table] = field(default_factory=dict)
    lying: frozenset[tuple[float, float]] = frozenset()
    county: str = ""

    @classmethod
    def on(cls, folder: Path, zone: ZoneInfo, held: Manifest) -> _Round:
        """On what is held now, with what is known to lie nowhere."""
        county = places.county_or_none()
        code = county.code.ljust(12, "0") if county else ""
        fresh = {grain: dict(held.grains.get(grain, {})) for grain in grains.SCHEMAS}
        return cls(folder, zone, fresh, lying=nowhere(), county=code)

    def row(self, case: str, values: Mapping[str, Any], told: rows.Row) -> rows.Row:
        """The row of a case; at a coordinate that is no place it lies in the county alone."""
        found = rows.case_row(case, values, told, self.zone)
        if (values["lon"], values["lat"]) in self.lying:
            found |= {"place": self.county, "division": self.county}
        return found

    def put(self, grain: str, days: Iterable[tuple[str, pa.Table]]) -> None:
        """Write days of a grain; an empty day loses its partition. With the cases of a day go their tallies."""
        with ThreadPoolExecutor(WRITERS) as threads:
            for written in threads.map(lambda one: self._written(grain, *one), days):
                for name, day, part in written:
                    self._note(name, day, part)

    def _written(self, grain: str, day: str, content: pa.Table) -> list[tuple[str, str, Part | None]]:
        """The files of a day: (grain, day, part), without a part where nothing is left."""
        tables = {grain: content} | ({"tallies": grains.tallied(content)} if grain == "cases" else {})
        return [(name, day, self._file(name, day, each)) for name, each in tables.items()]

    def _file(self, grain: str, day: str, content: pa.Table) -> Part | None:
        if not content.num_rows:
            return None
        return manifest.keep(self.folder, grain, day, grains.packed(grain, content), content.num_rows)

    def _note(self, grain: str, day: str, part: Part | None) -> None:
        if grain == "tallies":
            self.months.add(months.of_day(day))
        if part is None:
            self.fresh[grain].pop(day, None)
        else:
            self.fresh[grain][day] = part
            self.parts += 1

    def swap(self, held: Manifest, *, at: datetime) -> Manifest:
        """Add up the months whose days changed, and make what was written the warehouse."""
        with self.naming("tallies"):
            self.put("sums", months.added_up(self.folder, self.fresh["tallies"], self.months))
        return manifest.swap(self.folder, replace(held, grains=self.fresh), at=at, written=self.parts)

    @contextlib.contextmanager
    def naming(self, grain: str) -> Iterator[None]:
        """Says which day of the grain is damaged when many were read at once and one could not be."""
        try:
            yield
        except (OSError, pa.ArrowException) as fault:
            broken = manifest.damaged(self.folder, Manifest(grains={grain: self.fresh[grain]}))
            if not broken:
                raise  # another trouble: a disk that is full, say
            raise _damaged(*broken[0]) from fault

    def kept(self, grain: str, day: str) -> pa.Table:
        """A day of a grain as it is now; read once for as long as it stays."""
        part = self.fresh[grain].get(day)
        try:
            if part is None:
                return grains.unpacked(grain, [])
            if part.file not in self.seen:
                self.seen[part.file] = grains.unpacked(grain, [self.folder / part.file])
            return self.seen[part.file]
        except (OSError, pa.ArrowException) as fault:
            raise _damaged(grain, day) from fault


def _damaged(grain: str, day: str) -> Refusal:
    return Refusal(
        "warehouse_damaged",
        N_("Partition %(grain)s of %(day)s is missing or damaged; `gongzhi warehouse rebuild` makes it anew."),
        grain=grain,
        day=day,
    )


def refresh(folder: Path, *, at: datetime, zone: ZoneInfo, tell: Told = lambda done, left: None) -> Refreshed:
    """Take in every sealed fact the warehouse has not heard of; `tell(facts done, facts left)` after each round.

    Refuses `warehouse_busy` while another process writes. Killed at any moment, the warehouse is what it was after
    the last whole round."""
    done = Refreshed()
    with manifest.writing(folder):
        held = _with_tallies(folder, manifest.read(folder), at=at, zone=zone)
        while facts := ledger.heard_after(held.index, CHUNK):
            held, one = _round(folder, held, facts, at=at, zone=zone)
            done = Refreshed(done.facts + one.facts, done.cases + one.cases, done.parts + one.parts)
            tell(done.facts, ledger.size() - held.index - 1)
        held, parts = _days_gone_by(folder, held, at=at, zone=zone)
        held = signals.take_in(folder, held, at=at, zone=zone)
        manifest.sweep(folder, held)
    return replace(done, parts=done.parts + parts + adding.missing(folder, at=at, zone=zone))


def _with_tallies(folder: Path, held: Manifest, *, at: datetime, zone: ZoneInfo) -> Manifest:
    """A warehouse of an earlier version gets the tallies of its days and the sums of its months."""
    missing = sorted(held.grains.get("cases", {}).keys() - held.grains.get("tallies", {}).keys())
    unsummed = months.missing(held.grains)
    if not missing and not unsummed:
        return held
    work = _Round.on(folder, zone, held)
    work.months |= unsummed
    work.put("tallies", ((day, grains.tallied(work.kept("cases", day))) for day in missing))
    return work.swap(held, at=at)


def rebuild(folder: Path, *, at: datetime, zone: ZoneInfo, tell: Told = lambda done, left: None) -> Refreshed:
    """Forget what came from the ledger and the live tables and take it in again.

    What other counties delivered and users added stays where it is whole; of a table with a damaged month nothing
    stays, since it is read again from its file."""
    with manifest.writing(folder):
        manifest.swap(folder, Manifest(grains=_from_elsewhere(folder)), at=at, written=0)
    return refresh(folder, at=at, zone=zone, tell=tell)


def heal(folder: Path, *, at: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Look at every partition and make a damaged warehouse anew; (grain, day) of what was damaged."""
    try:
        broken = manifest.damaged(folder, manifest.read(folder))
    except Refusal:
        broken = [("manifest", "")]
    if broken:
        rebuild(folder, at=at, zone=zone)
    return broken


def _from_elsewhere(folder: Path) -> dict[str, dict[str, Part]]:
    """The whole parts that no ledger of this county can make again, by grain and day."""
    try:
        held = manifest.read(folder)
    except Refusal:
        return {}
    broken = set(manifest.damaged(folder, held))
    torn = {day.partition("@")[2] for grain, day in broken if grain == "added"}
    return {
        grain: {
            day: part
            for day, part in days.items()
            if "@" in day and (grain, day) not in broken and (grain != "added" or day.partition("@")[2] not in torn)
        }
        for grain, days in held.grains.items()
    }


def _round(
    folder: Path, held: Manifest, facts: Sequence[Any], *, at: datetime, zone: ZoneInfo
) -> tuple[Manifest, Refreshed]:
    """One chunk of facts, up to a manifest that names what came of it."""
    work = _Round.on(folder, zone, held)
    touched = {case for fact in facts if (case := rows.case_of(fact.about))}
    live = {row.id.hex: row.values for row in cases.batch("case", [UUID(case) for case in touched])}
    before = _known(work, touched, live)
    told = {case: {name: row[name] for name in rows.TOLD} for case, row in before.items()}
    events = [row for row in rows.events_of(facts, told, zone) if row["case"] in live]
    days = rows.by_day(events)
    work.put(
        "events",
        (
            (day, pa.concat_tables([work.kept("events", day), grains.table("events", some)]))
            for day, some in days.items()
        ),
    )
    after = {case: work.row(case, live[case], told[case]) for case in touched if case in live}
    _write(work, held, before, after)
    fresh = work.swap(replace(held, index=facts[-1].index, zone=str(zone)), at=at)
    return fresh, Refreshed(len(facts), len(after), work.parts)


def _write(work: _Round, held: Manifest, before: dict[str, rows.Row], after: dict[str, rows.Row]) -> None:
    """The days of cases that changed, and the evenings whose open states they changed."""
    _write_cases(work, before, after)
    if held.counted:
        _write_states(work, states.changed_days(before, after, last=date.fromisoformat(held.counted)))


def nowhere() -> frozenset[tuple[float, float]]:
    """The coordinates known to be no places."""
    return frozenset(Nowhere.objects.values_list("lon", "lat"))


def take_again(folder: Path, *, lying: set[tuple[float, float]], at: datetime, zone: ZoneInfo) -> int:
    """Write the rows of all cases at these coordinates anew, as lying where they now are known to lie; how many."""
    with manifest.writing(folder):
        held, count = manifest.read(folder), 0
        for day in sorted(held.grains.get("cases", {})):
            work = _Round.on(folder, zone, held)
            kept = {row["case"]: row for row in work.kept("cases", day).to_pylist()}
            live = {row.id.hex: row.values for row in cases.batch("case", [UUID(case) for case in kept])}
            mine = {case for case, values in live.items() if (values["lon"], values["lat"]) in lying}
            if not mine:
                continue
            before = {case: kept[case] for case in mine}
            told = {case: {name: row[name] for name in rows.TOLD} for case, row in before.items()}
            _write(work, held, before, {case: work.row(case, live[case], told[case]) for case in mine})
            held = work.swap(held, at=at)
            count += len(mine)
        return count


def _known(work: _Round, touched: set[str], live: dict[str, Any]) -> dict[str, rows.Row]:
    """The rows the warehouse holds of these cases. Their days are known from the live rows; a case that lost its
    live row (it turned out to be about an officer) is looked for in every day."""
    days = {values["received_at"].astimezone(work.zone).date().isoformat() for values in live.values()}
    if touched - live.keys():
        days = set(work.fresh["cases"])
    wanted = pa.array(sorted(touched), pa.string())
    found: dict[str, rows.Row] = {}
    for day in sorted(days & work.fresh["cases"].keys()):
        kept = work.kept("cases", day)
        mine = kept.filter(pc.is_in(kept["case"], value_set=wanted))
        found.update({row["case"]: row for row in mine.to_pylist()})
    return found


def _write_cases(work: _Round, before: dict[str, rows.Row], after: dict[str, rows.Row]) -> None:
    """Each day that holds one of these cases, written once."""
    gone = pa.array(sorted(before), pa.string())
    fresh = rows.by_day(list(after.values()))

    def written() -> Iterator[tuple[str, pa.Table]]:
        for day in sorted({row["day"].isoformat() for row in before.values()} | fresh.keys()):
            kept = work.kept("cases", day)
            rest = kept.filter(pc.invert(pc.is_in(kept["case"], value_set=gone)))
            yield day, pa.concat_tables([rest, grains.table("cases", fresh.get(day, []))])

    work.put("cases", written())


def _write_states(work: _Round, days: Iterable[date]) -> None:
    """The open states of these days from the case rows as they are now."""
    wanted = sorted(days)
    if not wanted:
        return
    files = [work.folder / part.file for day, part in work.fresh["cases"].items() if "@" not in day]
    with work.naming("cases"):
        work.put("states", ((day.isoformat(), content) for day, content in states.open_on(files, wanted)))


def _days_gone_by(folder: Path, held: Manifest, *, at: datetime, zone: ZoneInfo) -> tuple[Manifest, int]:
    """Open states of days that have ended and were not counted yet, up to yesterday."""
    days = sorted(day for day in held.grains.get("cases", {}) if "@" not in day)
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    if not days or (held.counted and held.counted >= yesterday.isoformat()):
        return held, 0
    first = date.fromisoformat(held.counted) + timedelta(days=1) if held.counted else date.fromisoformat(days[0])
    if first > yesterday:
        return held, 0
    work = _Round.on(folder, zone, held)
    _write_states(work, (first + timedelta(days=n) for n in range((yesterday - first).days + 1)))
    return work.swap(replace(held, counted=yesterday.isoformat()), at=at), work.parts
