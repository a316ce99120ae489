"""What limited somebody, counted for everybody to read; and the decisions about one voice, with her way to appeal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from gongzhi.cases import rules
from gongzhi.cases.cards import DecisionCard
from gongzhi.cases.models import Appeal, Decision, Voice
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.places import reads as places

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """How often one decision was made for one reason, month by month; None is withheld (one to nine)."""

    what: str
    reason: str
    counts: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of the last twelve months, the running one included, and what became of appeals made in them."""

    months: tuple[date, ...]
    rows: tuple[Row, ...]
    appealed: int | None
    granted: int | None
    denied: int | None


def counted(at: datetime) -> Decisions:
    """Every decision of the last twelve months by reason and month. Complaints about officers are counted too:
    refusing them is what the public must see most."""
    zone = places.county().zone
    months = months_up_to(at.astimezone(zone).date())
    begin = datetime.combine(months[0], time(), zone).astimezone(UTC)
    found = Decision.objects.filter(at__gte=begin, at__lte=at).annotate(month=TruncMonth("at", tzinfo=zone))
    sums: dict[tuple[str, str], Counter[date]] = {}
    for what, reason, month, count in found.values_list("what", "reason", "month").annotate(count=Count("pk")):
        sums.setdefault((what, reason), Counter())[month.date()] += count
    appeals = Appeal.objects.filter(at__gte=begin, at__lte=at).aggregate(
        made=Count("id"), yes=Count("id", filter=Q(granted=True)), no=Count("id", filter=Q(granted=False))
    )
    return Decisions(
        months,
        tuple(
            _row(what, reason, [sums[what, reason][month] for month in months])
            for what, reason in sorted(sums, key=lambda key: (rules.DECISIONS.index(key[0]), key[1]))
        ),
        *(shown(appeals[name]) for name in ("made", "yes", "no")),
    )


def _row(what: str, reason: str, counts: list[int]) -> Row:
    told = [shown(count) for count in counts]
    hidden = [count for count, cell in zip(counts, told, strict=True) if cell is None]
    # A sum that leaves out one unknown alone would tell it.
    return Row(what, reason, tuple(told), None if len(hidden) == 1 else shown(sum(counts)))


def shown(count: int) -> int | None:
    """A figure fit to be published: nobody, or ten people and more."""
    return count if count == 0 or count >= rules.WITHHELD_BELOW else None


def months_up_to(day: date) -> tuple[date, ...]:
    """The first days of the last twelve months, that of `day` the last."""
    last = day.year * 12 + day.month - 1
    return tuple(date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1))


def until(decision: Decision) -> datetime:
    """The last moment at which somebody may appeal against a decision."""
    return decision.at + timedelta(days=rules.APPEAL_DAYS)


def concerns(decision: Decision, voice: Voice) -> bool:
    """Whether a decision limited this voice: a question pauses for everybody, and taking words away concerns whoever
    said them."""
    return decision.what in rules.APPEALABLE and (decision.what != "narrowed" or voice.lead)


def about(voice: Voice, at: datetime) -> tuple[DecisionCard, ...]:
    """The decisions that limited a voice, the newest first, each with its appeal or until when one may be made."""
    rows = [row for row in Decision.objects.filter(case=voice.case_id).order_by("-at") if concerns(row, voice)]
    appeals = {row.decision_id: row for row in Appeal.objects.filter(voice=voice)} if rows else {}
    return tuple(_card(row, appeals.get(row.pk), at) for row in rows)


def _card(row: Decision, appeal: Appeal | None, at: datetime) -> DecisionCard:
    last = until(row)
    return DecisionCard(
        id=row.pk,
        what=row.what,
        reason=row.reason,
        at=row.at,
        until=last if appeal is None and at <= last else None,
        appealed_at=appeal.at if appeal else None,
        due_at=appeal.due_at if appeal else None,
        answered_at=appeal.answered_at if appeal else None,
        granted=appeal.granted if appeal else None,
    )


def newest(case: UUID, what: str) -> UUID:
    """The last decision of a kind in a case; refuses when there is none."""
    found = Decision.objects.filter(case=case, what=what).order_by("-at").values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("decision_unknown", N_("There is no such decision about your voice."))
    return found


def open_ones(cards: Iterable[DecisionCard]) -> dict[UUID, DecisionCard]:
    """Those against which an appeal may be made now, by their id."""
    return {card.id: card for card in cards if card.until is not None}
