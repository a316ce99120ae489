"""What the clockwork does for cases: questions nobody answered, bells of clocks, and whom they are told to.

The ladder is handler → head of the organ → leader of the town or county: each rung sees the case in a queue of its
own, finds the bell in the course, and is told as she chose (people.bells). Every bell rings once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gongzhi.cases import pages, reads
from gongzhi.cases.models import Case, Entry, Undo
from gongzhi.ledger import writing
from gongzhi.people import bells
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
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
        skip = connection.features.has_select_for_update_skip_locked
        free = Case.objects.select_for_update(skip_locked=skip).filter(clock__in=ripe)
        cases = {case.clock: case for case in free}  # one that somebody moves just now is heard the next time
        heard = [(cases[one.clock], one) for one in clocks.ring(at=at, limit=limit, by=BY, among=list(cases))]
        for case, one in heard:
            if one.what is Bell.RESUMED:
                _resume(case, one, at=at)
        Entry.objects.bulk_create([_entry(case, one, at) for case, one in heard], batch_size=500)
        bells.tell(list(_rings(heard, at)), at=at)
    return len(heard)


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
        for case in moved:
            pages.changed(case)
    _followed = version
    return len(moved)


def _resume(case: Case, rung: Rung, *, at: datetime) -> None:
    """The longest pause passed: the work goes on without an answer; the clock has been resumed by its bell."""
    if case.state in ("asked", "paused"):
        running.move(by=BY, at=at, run=case.run, move="resume", holder=case.holder, quiet=True)
        case.state = "in_hand"
    case.near_at, case.due_at, case.provisional = rung.near_at, rung.due_at, rung.provisional
    case.version += 1
    case.save(update_fields=["state", "due_at", "near_at", "provisional", "version"])
    Undo.objects.filter(case=case).delete()
    writing.write(kind="case.resumed", about=case.ref, by=BY, at=at)
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
