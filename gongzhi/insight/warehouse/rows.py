"""From facts and live rows to rows of the grains. Plain Python; the county's zone is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
TOLD = ("kind", "source", "handed_over", "accepted_at", "grade", "solved", "last_index", "last_at")
FRESH: Row = {
    "kind": "",
    "source": "",
    "handed_over": 0,
    "accepted_at": None,
    "grade": None,
    "solved": None,
    "last_index": -1,
    "last_at": None,
}


def case_of(about: str) -> str:
    """The case a fact is about, as 32 hex digits; "" for a fact about another thing."""
    return about.removeprefix("case:") if about.startswith("case:") else ""


def events_of(facts: Iterable[Any], told: dict[str, Row], zone: ZoneInfo) -> list[Row]:
    """Event rows of sealed facts, and what the facts tell about their cases noted in `told` (case → told columns).

    `told` must hold what is known of cases seen before, so that their dwell counts on; a fact that `told` has heard
    of already is passed over, so that the same facts twice give nothing twice."""
    found = []
    for fact in facts:
        case = case_of(fact.about)
        if not case:
            continue
        known = told.setdefault(case, dict(FRESH))
        if fact.index <= known["last_index"]:
            continue
        before = known["last_at"]
        found.append(
            {
                "index": fact.index,
                "day": fact.happened_at.astimezone(zone).date(),
                "at": fact.happened_at,
                "case": case,
                "kind": fact.kind,
                "organ": _organ(fact.details),
                "reason": _reason(fact.kind, fact.details),
                "round": fact.details.get("round"),
                "dwell": None if before is None else max(0.0, (fact.happened_at - before).total_seconds()),
            }
        )
        _hear(known, fact)
    return found


def _organ(details: Mapping[str, Any]) -> str:
    """Whom a fact names as receiver; several helping ones with a blank between them."""
    return str(details.get("organ") or " ".join(map(str, details.get("organs") or ())))


def _reason(kind: str, details: Mapping[str, Any]) -> str:
    """The coded reason of a fact; where it has none, what tells whether it moved its case (process.rules.move_of)."""
    told = details.get("reason") or details.get("why")
    if told:
        return str(told)
    if kind == "case.asked":
        return "waiting_resident" if details.get("until") else ""
    if kind == "case.rated":
        return "unhappy" if details.get("reopened") else ""
    if kind == "case.appeal_answered":
        return f"granted_{details.get('what')}" if details.get("granted") else ""
    return "ended" if kind == "case.withdrawn" and details.get("closed") else ""


def _hear(known: Row, fact: Any) -> None:
    """What one fact tells about its case that the live row does not keep."""
    known["last_index"], known["last_at"] = fact.index, fact.happened_at
    if fact.kind == "case.received":
        known["kind"], known["source"] = fact.details.get("kind") or "", fact.details.get("source") or ""
    elif fact.kind == "case.handed_over":
        known["handed_over"] += 1
    elif fact.kind == "case.accepted" and known["accepted_at"] is None:
        known["accepted_at"] = fact.happened_at
    elif fact.kind == "case.rated":
        known["grade"], known["solved"] = fact.details.get("grade"), fact.details.get("solved")


def case_row(case: str, values: Mapping[str, Any], told: Row, zone: ZoneInfo) -> Row:
    """The row of a case from its live values (`cases.reads.batch`) and what its facts told."""
    received = values["received_at"].astimezone(zone)
    closed: datetime | None = values["closed_at"]
    return {
        "case": case,
        "day": received.date(),
        "hour": received.hour,
        "matter": values["matter_id"],
        "place": values["grid"] or values["division"],
        "closed_day": closed.astimezone(zone).date() if closed else None,
        **{name: values[name] for name in LIVE},
        **{name: told[name] for name in TOLD},
    }


LIVE = (
    *("received_at", "matter_by", "division", "organ", "state", "outcome", "round", "voices", "refusals", "urgent"),
    *("due_at", "answered_at", "in_time", "closed_at"),
)


def by_day(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by their day, as ISO dates."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        day: date = row["day"]
        found.setdefault(day.isoformat(), []).append(row)
    return found
