"""Incidents: a finding becomes one thing with its cases, led by one office, of which every office concerned is told.

There is no emergencies room yet: an incident here joins and tells, it commands nobody. Cases keep their own course,
clock and answer; that they belong together is said once, here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gongzhi.cases import spans
from gongzhi.channels import outbox
from gongzhi.insight import deciding, telling
from gongzhi.insight import standing_rules as rules
from gongzhi.insight.incident_tables import Incident, IncidentCase
from gongzhi.insight.models import Finding
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.people import bells
from gongzhi.people import reads as people
from gongzhi.places import reads as places

NAME_MOST, OUTCOME_MOST = 80, 500
AFTER = timedelta(days=3)  # a case that comes in so long after the finding's last day still belongs to it


@dataclass(frozen=True, slots=True)
class Gathered:
    """The cases of an incident as they stand: how many, how many still open, and how many with which organ."""

    cases: int
    open: int
    organs: tuple[tuple[str, int], ...]


def make(*, by: str, at: datetime, finding: Finding, name: str, organ: str) -> Incident:
    """Make a finding an incident: its cases are joined to it, the office that leads and all that hold a case are told,
    and the finding counts as decided (watched).

    Refuses an empty or long name, an unknown organ, and a finding that is an incident already."""
    name = rules.check_words(name, NAME_MOST, "name")
    if organ not in {card.code for card in people.organs(at)}:
        raise Refusal("organ_unknown", N_("Please choose an office from the list."), field="organ")
    with transaction.atomic():
        row = Finding.objects.select_for_update().get(pk=finding.pk)
        if Incident.objects.filter(finding=row).exists():
            raise Refusal("incident_known", N_("This finding is an incident already."), status=409, field="name")
        incident = Incident.objects.create(finding=row, name=name, organ=organ, opened_at=at, opened_by=by)
        told = {"finding": row.ref, "organ": organ}
        writing.write(kind="incident.opened", about=incident.ref, by=by, at=at, details=told)
        gather(by=by, at=at, incident=incident)
        deciding.watch(by=by, at=at, finding=row)
        for code in {organ, *(code for code, _count in standing(incident).organs)}:
            _tell(incident, code, at)
    return incident


def gather(*, by: str, at: datetime, incident: Incident) -> int:
    """Join the cases of its finding that came since; how many are new. Nothing for an incident that is over."""
    if incident.ended_at is not None:
        return 0
    with transaction.atomic():
        held = Incident.objects.select_for_update().get(pk=incident.pk)
        known = set(IncidentCase.objects.filter(incident=held).values_list("case", flat=True))
        fresh = [case for case in _cases(held) if case not in known]
        rows = [IncidentCase(incident=held, case=case, joined_at=at) for case in fresh]
        IncidentCase.objects.bulk_create(rows, batch_size=500)
        if fresh:
            told = {"cases": len(fresh)}
            writing.write(kind="incident.joined", about=held.ref, by=by, at=at, details=told)
    return len(fresh)


def end(*, by: str, at: datetime, incident: Incident, outcome: str) -> Incident:
    """End it, with a word on how. Refuses empty and long words and an incident that is over."""
    outcome = rules.check_words(outcome, OUTCOME_MOST, "outcome")
    with transaction.atomic():
        held = Incident.objects.select_for_update().get(pk=incident.pk)
        if held.ended_at is not None:
            raise Refusal("incident_over", N_("This incident is over already."), status=409, field="outcome")
        held.ended_at, held.ended_by, held.outcome = at, by, outcome
        held.save(update_fields=["ended_at", "ended_by", "outcome"])
        writing.write(kind="incident.ended", about=held.ref, by=by, at=at, details={})
    return held


def of(finding: Finding) -> Incident | None:
    """The incident a finding was made, if it was."""
    return Incident.objects.filter(finding=finding).first()


def going_on() -> list[Incident]:
    """Incidents that are not over, the oldest first."""
    return list(Incident.objects.filter(ended_at=None).select_related("finding").order_by("opened_at"))


def gather_all(*, by: str, at: datetime) -> int:
    """The night's turn: every incident that goes on takes in what came since."""
    return sum(gather(by=by, at=at, incident=one) for one in going_on())


def concerning(organ: str) -> list[tuple[Incident, telling.Told, bool, int]]:
    """Incidents that go on and that an organ leads or holds a case of: what they are about, whether it leads, how many
    cases it holds."""
    found = []
    for one in going_on():
        held = dict(standing(one).organs).get(organ, 0)
        if held or one.organ == organ:
            found.append((one, telling.tell(one.finding), one.organ == organ, held))
    return found


def standing(incident: Incident) -> Gathered:
    """How its cases stand now, each of them counted."""
    joined = list(IncidentCase.objects.filter(incident=incident).values_list("case", flat=True))
    held = spans.standing(joined)
    organs = Counter({organ: n for organ, (n, _open) in held.items() if organ})
    return Gathered(len(joined), sum(open_ for _n, open_ in held.values()), tuple(organs.most_common()))


def _cases(incident: Incident) -> list[UUID]:
    row = incident.finding
    last = max(row.last_day, places.local_day(incident.opened_at)) + AFTER
    return spans.keys(first=row.first_day, last=last, matter=row.matter, place=row.place)


def _tell(incident: Incident, organ: str, at: datetime) -> None:
    """A line on the page of the organ's head or of who covers her; a vacant post is found on the cockpit instead."""
    head = people.head_of(organ, at)
    post = (people.cover_of(head.id, at) or head) if head is not None and head.away else head
    if post is None or post.account is None:
        return
    language = bells.wish_of(post.account).language
    path = f"/{'en' if language == 'en' else 'zh'}/desk/asked/"
    outbox.put(
        at=at,
        adapter="page",
        address=f"account:{post.account.hex}",
        about=incident.ref,
        template="insight/messages/incident",
        context={"title": incident.name, "leads": organ == incident.organ, "path": path},
        language=language,
        key=f"insight.incident.{incident.id.hex}.{organ}",
    )
