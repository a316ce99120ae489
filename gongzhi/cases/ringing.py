"""What the clockwork does for cases: pauses that reached their maximum, bells of clocks, and whom they are told to.

The ladder is handler → head of the organ → leader of the town or county: each rung sees the case in a queue of its
own, finds the bell in the course, and is told as she chose (people.bells). Every bell rings once. An appeal climbs the
same ladder on a clock of its own, beginning with whoever answers it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from gongzhi.cases import letters, pages, reads
from gongzhi.cases.models import Appeal, Case, Entry, Undo
from gongzhi.ledger import writing
from gongzhi.people import bells
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.places import keeping
from gongzhi.procedures import clocks, running
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.clocks import Bell, Rung

BY = "clockwork"
_followed: int | None = None  # the county's version up to which provisional limits were taken over


def ring_due(*, at: datetime, limit: int = 500) -> int:
    """Ring what is near, overdue or due for the ladder, and resume what waited long enough; how many bells."""
    follow_calendar()
    ripe = clocks.ripe(at=at, limit=limit)
    if not ripe:
        return 0
    with transaction.atomic():
        cases, appeals = _free(ripe)
        rung = clocks.ring(at=at, limit=limit, by=BY, among=[*cases, *appeals])
        heard = [(cases[one.clock], one) for one in rung if one.clock in cases]
        for case, one in heard:
            if one.what is Bell.RESUMED:
                _resume(case, one, at=at)
        climbed = [(appeals[one.clock], one) for one in rung if one.clock in appeals]
        lines = [_entry(case, one, at) for case, one in heard] + [_appeal_entry(row, one, at) for row, one in climbed]
        Entry.objects.bulk_create(lines, batch_size=500)
        bells.tell([*_rings(heard, at), *_appeal_rings(climbed, at)], at=at)
    return len(rung)


def _free(ripe: Collection[UUID]) -> tuple[dict[UUID, Case], dict[UUID, Appeal]]:
    """Cases and appeals by their clocks, each with its case locked; what somebody moves just now is heard next time."""
    skip = connection.features.has_select_for_update_skip_locked
    rows = list(Appeal.objects.filter(clock__in=ripe, answered_at__isnull=True))
    wanted = Q(clock__in=ripe) | Q(id__in=[row.case_id for row in rows])
    locked = {case.id: case for case in Case.objects.select_for_update(skip_locked=skip).filter(wanted)}
    for row in rows:
        row.case = locked.get(row.case_id, row.case)
    return (
        {case.clock: case for case in locked.values() if case.clock in ripe},
        {row.clock: row for row in rows if row.case_id in locked},
    )


def follow_calendar() -> int:
    """After the county's days were announced: take over the limits that moved, never nearer; how many did."""
    global _followed
    version = keeping.version()
    if version == _followed:
        return 0
    with transaction.atomic():
        waiting = {case.clock: case for case in Case.objects.select_for_update().filter(provisional=True)}
        moved = []
        for clock in procedures.clocks(waiting).values():
            case = waiting[clock.id]
            if clock.stopped_at is None and (case.due_at, case.provisional) != (clock.due_at, clock.provisional):
                case.near_at += clock.due_at - case.due_at
                case.due_at, case.provisional = clock.due_at, clock.provisional
                case.version += 1
                moved.append(case)
        Case.objects.bulk_update(moved, ["due_at", "near_at", "provisional", "version"], batch_size=200)
        _follow_appeals()
        for case in moved:
            pages.changed(case)
    _followed = version
    return len(moved)


def _follow_appeals() -> None:
    """Open appeals promise what their clocks promise now."""
    waiting = {row.clock: row for row in Appeal.objects.select_for_update().filter(answered_at__isnull=True)}
    for clock in procedures.clocks(waiting).values():
        row = waiting[clock.id]
        if row.due_at != clock.due_at:
            row.due_at = clock.due_at
            row.save(update_fields=["due_at"])


def _resume(case: Case, rung: Rung, *, at: datetime) -> None:
    """The longest pause passed: the work goes on, which everybody is told; the clock has been resumed by its bell."""
    waited = case.state
    if waited in ("asked", "paused"):
        running.move(by=BY, at=at, run=case.run, move="resume", holder=case.holder, quiet=True)
        case.state = "in_hand"
    case.near_at, case.due_at, case.provisional = rung.near_at, rung.due_at, rung.provisional
    case.version += 1
    case.save(update_fields=["state", "due_at", "near_at", "provisional", "version"])
    Undo.objects.filter(case=case).delete()
    writing.write(kind="case.resumed", about=case.ref, by=BY, at=at)
    letters.put(
        at=at,
        case=case,
        voices=letters.live_voices(case),
        template="resumed",
        occasion=str(case.version),
        context={"waited": waited},
    )
    pages.changed(case)


def _rings(heard: Sequence[tuple[Case, Rung]], at: datetime) -> Iterator[bells.Ring]:
    """Whom each bell is told to: a filled post that may see the case, or the one that covers it."""
    asked: dict[tuple[str, str, str], PostCard | None] = {}
    for case, one in heard:
        if one.what is Bell.RESUMED:
            continue
        key = (one.what.value, case.holder if one.what is Bell.NEAR else case.organ, case.place)
        if key not in asked:
            asked[key] = _receiver(case, one.what, at)
        post = asked[key]
        if post is not None and _sees(post, case):
            yield bells.Ring(post, one.what.value, case.ref, case.number, one.due_at, f"desk/cases/{case.id}/")


def _appeal_rings(climbed: Sequence[tuple[Appeal, Rung]], at: datetime) -> Iterator[bells.Ring]:
    """Whom the bells of appeals are told to; their path leads to the appeal where she may answer it."""
    for row, one in climbed:
        post = _appeal_receiver(row, one.what, at)
        if post is None or not _sees(post, row.case):
            continue
        answers = post.organ == row.organ and post.can(Permit.APPEAL_ANSWER)
        about = f"appeal:{row.id.hex}" if answers else row.case.ref
        path = f"desk/appeals/{row.id}/" if answers else f"desk/cases/{row.case_id}/"
        yield bells.Ring(post, one.what.value, about, row.case.number, one.due_at, path, what="appeal")


def _appeal_receiver(row: Appeal, bell: Bell, at: datetime) -> PostCard | None:
    """Near: who answers appeals in that office. Overdue: its head, else the same. Ladder: the nearest leader whom the
    decision does not concern."""
    if bell is Bell.LADDER:
        concerned = {row.case.organ, row.case.officer_organ}
        post = next(
            (card for card in people.leaders(at, row.case.place) if card.account and card.organ not in concerned), None
        )
    else:
        post = people.head_of(row.organ, at) if bell is Bell.OVERDUE else None
        answering = (card for card in people.colleagues(row.organ, at) if card.can(Permit.APPEAL_ANSWER))
        post = post or next((card for card in answering if card.account), None)
    return people.cover_of(post.id, at) if post is not None and post.away else post


def _receiver(case: Case, bell: Bell, at: datetime) -> PostCard | None:
    """Near: who holds it, else the first of its organ for the place. Overdue: the head. Ladder: the nearest leader."""
    if bell is Bell.LADDER:
        post = next((card for card in people.leaders(at, case.place) if card.account), None)
    elif bell is Bell.OVERDUE:
        post = people.head_of(case.organ, at)
    elif case.holder.startswith("post:"):
        post = people.post(UUID(case.holder.removeprefix("post:")), at)
    else:
        post = next(iter(people.handlers(case.organ, case.place, at)), None)
    return people.cover_of(post.id, at) if post is not None and post.away else post


def _sees(post: PostCard, case: Case) -> bool:
    """A complaint about an officer is told to nobody who may not see it."""
    return not case.about_officer or Case.objects.filter(reads.visible(reads.acting(post)), id=case.id).exists()


def _entry(case: Case, rung: Rung, at: datetime) -> Entry:
    return Entry(
        case=case,
        at=at,
        kind=rung.what.value,
        by=BY,
        round=case.round,
        organ=case.organ,
        seen_by_all=rung.what is Bell.RESUMED,
    )


def _appeal_entry(row: Appeal, rung: Rung, at: datetime) -> Entry:
    return Entry(
        case=row.case,
        at=at,
        kind=rung.what.value,
        by=BY,
        round=row.case.round,
        organ=row.organ,
        reason="appeal",
        seen_by_all=False,
    )
