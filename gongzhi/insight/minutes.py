"""Findings by the minute: every sealed receipt is fed to the charts of the series it belongs to, in the clockwork.

Plain Python: some forty multiplications a receipt. Charts, bookmark, findings and their facts are one transaction, so
a clockwork that dies loses nothing and raises nothing twice. What reports old days (an import, a pile of paper) is not
a rise of this minute and is left to the day; a clock that runs ahead counts as now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gongzhi.cases import reads as cases
from gongzhi.insight import planning, raising, rules
from gongzhi.insight.charts import Chart, binomial_tail, poisson_tail, surprise
from gongzhi.insight.models import Watch
from gongzhi.insight.planning import Plan, Traffic
from gongzhi.insight.raising import Seen
from gongzhi.ledger import reads as ledger
from gongzhi.procedures import calendars

BY = "clockwork"
ROUND = 2000  # facts of one turn
FRESH = timedelta(hours=6)  # a receipt that happened longer before it was noted tells of another day
LEVELS = (6, 9, 12)
CLOSER = 0.7  # share of an alarm's events a closer series needs to speak for it
BULK_SHARE, BULK_ODDS = 0.8, 1e-6
LEAST = 3  # receipts an alarm needs


@dataclass(frozen=True, slots=True)
class Receipt:
    """A case as the charts see it."""

    at: datetime
    matter: str
    division: str
    source: str


def watch(at: datetime) -> bool:
    """Feed what was sealed since the last turn; true when there is more. Nothing without a plan."""
    plan = planning.read(Path(settings.GONGZHI_DIR) / "warehouse")
    return plan is not None and turn(plan, at=at) >= ROUND


def turn(plan: Plan, *, at: datetime) -> int:
    """One turn with this plan; how many facts it took. The first turn begins at the newest fact."""
    row = Watch.objects.filter(id=1).first()
    if row is None:
        Watch.objects.create(id=1, index=ledger.size() - 1, latest=at, plan=plan.day)
        return 0
    if not ledger.facts_after(row.index, 1):
        return 0
    with transaction.atomic():
        row = Watch.objects.select_for_update().get(id=1)
        facts = ledger.facts_after(row.index, ROUND)
        if facts:
            _take(row, plan, facts, at=at)
        return len(facts)


def _take(row: Watch, plan: Plan, facts: Sequence[Any], *, at: datetime) -> None:
    """Feed the receipts among these facts, raise what alarms, keep the charts above their floor."""
    working = calendars.calendar().is_working
    bank = Bank(plan, {key: Chart.of(kept) for key, kept in row.charts.items()}, lambda day: not working(day))
    for receipt in receipts(facts, at=at):
        row.latest = max(row.latest, receipt.at)
        for seen in bank.feed(receipt, row.latest):
            raising.keep(seen, by=BY, at=at, above=plan.above)
    row.index, row.plan = facts[-1].index, plan.day
    row.charts = bank.standing(row.latest)
    row.save()


def receipts(facts: Sequence[Any], *, at: datetime) -> list[Receipt]:
    """The fresh receipts among facts, in their order; nothing about an officer."""
    fresh = {}
    for fact in facts:
        if fact.kind == "case.received" and fact.noted_at - fact.happened_at <= FRESH and at - fact.noted_at <= FRESH:
            fresh[UUID(fact.about.removeprefix("case:"))] = fact
    found = []
    for row in cases.batch("case", list(fresh)):
        fact = fresh[row.id]
        told = (str(row.values["matter_id"]), str(row.values["division"]), str(fact.details.get("source") or ""))
        found.append(Receipt(min(fact.happened_at, at), *told))
    return found


class Bank:
    """The charts of all series; those at their floor are not kept."""

    def __init__(self, plan: Plan, charts: dict[str, Chart], resting: Callable[[date], bool]) -> None:
        self.plan, self.charts = plan, charts
        self.traffic = Traffic(plan, resting)

    def feed(self, receipt: Receipt, moment: datetime) -> list[Seen]:
        """Take one receipt at `moment` (never before the one taken last); what alarms, at most one thing."""
        second = moment.timestamp()
        clock = self.traffic.passed(second)
        alarmed = []
        keys = self.keys(receipt)
        for key in keys:
            rate, limit = self.plan.rates.get(key, self.plan.least)
            chart = self.charts.get(key)
            if chart is None:
                chart = self.charts[key] = Chart(second, second)
            total = chart.step(rate * (clock - self.traffic.passed(chart.last)), second, receipt.source)
            if total >= limit and chart.observed >= LEAST:
                alarmed.append((key, total))
        if not alarmed:
            return []
        seen = self._told(keys, alarmed, moment)
        for key in keys:  # also those that had not alarmed yet: what they held is told now
            self.charts[key].reset()
        return [seen]

    def keys(self, receipt: Receipt) -> list[str]:
        """The series a receipt belongs to, from wide to close."""
        code = receipt.division
        places = [code[:digits] for digits in LEVELS if digits == 6 or int(code[digits - 3 : digits] or 0)]
        matters = [receipt.matter]
        while matters[-1] and self.plan.above.get(matters[-1], "") not in matters:
            matters.append(self.plan.above.get(matters[-1], ""))
        return [f"{matter}|{place}" for place in places for matter in reversed(matters)]

    def standing(self, moment: datetime) -> dict[str, list[object]]:
        """The charts above their floor, to be kept."""
        clock = self.traffic.passed(moment.timestamp())
        kept = {}
        for key, chart in self.charts.items():
            rate = self.plan.rates.get(key, self.plan.least)[0]
            if not chart.idle(rate * (clock - self.traffic.passed(chart.last))):
                kept[key] = chart.kept()
        return kept

    def _told(self, keys: list[str], alarmed: list[tuple[str, float]], moment: datetime) -> Seen:
        """The alarm as a finding: told of the closest series that holds most of its events."""
        widest, total = max(alarmed, key=lambda one: self.charts[one[0]].surest()[1])
        key = self._closest(keys, widest)
        chart, (matter, place) = self.charts[key], key.split("|")
        source, count = self._bulk(chart)
        begun, observed, expected = self._figures(key, whole=bool(source))
        zone = self.traffic.zone
        since = datetime.fromtimestamp(begun, UTC)
        limit, p = self.plan.rates.get(widest, self.plan.least)[1], poisson_tail(observed, expected)
        looks = (
            30 * self.plan.rates.get(keys[0], self.plan.least)[0] * len(keys)
        )  # in a month: every receipt, every key
        return Seen(
            matter=matter, place=place, grain="minute", kind="bulk_entry" if source else "rise",
            first=since.astimezone(zone).date(), last=moment.astimezone(zone).date(), since_at=since,
            observed=observed, expected=expected, upper=float(_highest(expected)),
            p=p, chance=min(self.plan.false * limit / total, p * looks),
            source=source, source_count=count,
        )  # fmt: skip

    def _closest(self, keys: list[str], widest: str) -> str:
        """The closest series within the alarmed one that holds most of its events and most of its surprise: a village
        whose own slow week brought as many is none."""
        _since, observed, expected = self._figures(widest)
        enough, sure = CLOSER * observed, CLOSER * surprise(observed, expected)
        matter, place = widest.split("|")
        close = []
        for key in keys:
            own, where = key.split("|")
            if where.startswith(place) and rules.holds(matter, own, self.plan.above):
                _since, observed, expected = self._figures(key)
                if observed >= enough and surprise(observed, expected) >= sure:
                    close.append(key)
        return close[-1] if close else widest

    def _figures(self, key: str, *, whole: bool = False) -> tuple[float, int, float]:
        """Since when, observed and expected of the loudest rise, or (`whole`) since the chart left its floor; the first
        event itself was no surprise to it."""
        chart = self.charts[key]
        rate = self.plan.rates.get(key, self.plan.least)[0]
        since, observed, expected = (chart.since, chart.observed, chart.expected) if whole else chart.surest()
        return since, observed, max(expected, min(rate / 24, 1.0))

    def _bulk(self, chart: Chart) -> tuple[str, int]:
        """The one source that usually brings little and made this alone."""
        if not chart.sources:
            return "", 0
        source, count = max(chart.sources.items(), key=lambda one: one[1])
        usual = min(0.99, max(self.plan.sources.get(source, 0.0), 0.005))
        odds = binomial_tail(count, chart.observed, usual)
        bulk = count >= BULK_SHARE * chart.observed and odds < BULK_ODDS
        return (source, count) if bulk else ("", 0)


def _highest(expected: float) -> int:
    """The highest number still usual in such a time."""
    count = int(expected)
    while poisson_tail(count + 1, expected) > 0.05:
        count += 1
    return count
