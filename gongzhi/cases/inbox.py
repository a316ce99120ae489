"""What is mine to do: queues by duty and deadline.

Every queue is a range of an index (holder or organ, then state) or of live helping tokens; nothing here grows with the
cases that are closed. Order: urgent first, then by due instant.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from gongzhi.cases import left_rules, reads, rows, rules
from gongzhi.cases.cards import OrganTag, Page
from gongzhi.cases.desk_cards import InboxRow, LadderRow, QueueCount, Queues
from gongzhi.cases.models import Case
from gongzhi.people.cards import Actor, PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import reads as procedures

_OPEN = rules.OPEN


def queues(actor: Actor, at: datetime) -> Queues:
    """The queues an actor has a duty in, with counts that are exact up to rules.COUNT_CAP."""
    codes = [code for code in rules.QUEUES if has_queue(actor, code)]
    found = _counted({left_rules.STATE: left_open(actor), **{code: _queue(actor, code, at) for code in codes}})
    cap = rules.COUNT_CAP
    counts = {code: QueueCount(code, min(n, cap), n > cap) for code, n in found.items()}
    return Queues(tuple(counts[code] for code in codes), counts[left_rules.STATE])


def has_queue(actor: Actor, code: str) -> bool:
    """Whether a queue belongs to the acting post's duties."""
    post = actor.acting
    if code == "dispatch":
        return post.can(Permit.CASE_SEND)
    if code in ("helping", "all"):
        return post.can(Permit.CASE_READ)
    return post.can(Permit.CASE_ACCEPT)


def inbox(actor: Actor, queue: str, at: datetime, after: str = "", limit: int = 50) -> Page[InboxRow]:
    """One page of a queue. Refuses an unknown queue; one that is not this post's is empty."""
    rules.check_code(queue, rules.QUEUES, field="queue")
    if not has_queue(actor, queue):
        return Page(())
    return page(_queue(actor, queue, at), actor, at, after, limit)


def left_open(actor: Actor) -> QuerySet[Case]:
    """What another system left open and this post could take over: in no queue, due at no time."""
    post = actor.acting
    if not post.can(Permit.CASE_ACCEPT):
        return Case.objects.none()
    here = Q(organ=post.organ) | Q(holder=rules.DISPATCH) if post.can(Permit.CASE_SEND) else Q(organ=post.organ)
    return Case.objects.filter(reads.not_about(actor), here, state=left_rules.STATE)


def leader(actor: Actor, at: datetime, after: str = "", limit: int = 50) -> Page[InboxRow]:
    """What climbed the ladder to this post: overdue cases of a head's organ, or of a leader's town or county."""
    scope = _ladder_scope(actor)
    late = Case.objects.filter(reads.visible(actor), scope, due_at__lt=at, state__in=("received", "in_hand"))
    return page(late, actor, at, after, limit)


def ladder(actor: Actor, at: datetime) -> tuple[LadderRow, ...]:
    """Open, near and overdue cases by organ for a head or a leader, the most overdue first."""
    here = Case.objects.filter(reads.visible(actor), _ladder_scope(actor), state__in=_OPEN)
    runs = Q(state__in=("received", "in_hand"))
    counted = here.values("organ").annotate(
        open=Count("id"),
        near=Count("id", filter=runs & Q(near_at__lte=at, due_at__gte=at)),
        overdue=Count("id", filter=runs & Q(due_at__lt=at)),
        oldest=Min("due_at", filter=runs & Q(due_at__lt=at)),
    )
    found = list(counted)
    names_ = reads.names(organs=[row["organ"] for row in found])
    made = [
        LadderRow(
            names_.organ(row["organ"]) or OrganTag("", "", ""),
            row["open"],
            row["near"],
            row["overdue"],
            row["oldest"],
        )
        for row in found
    ]
    return tuple(sorted(made, key=lambda row: (-row.overdue, -row.near, row.organ.code)))


def about_officers(actor: Actor, at: datetime, after: str = "", limit: int = 50) -> Page[InboxRow]:
    """Open complaints about officers that the acting supervisor's organ leads; empty for everyone else."""
    if not actor.can(Permit.OFFICER_CASE):
        return Page(())
    mine = Case.objects.filter(reads.visible(actor), about_officer=True, organ=actor.acting.organ, state__in=_OPEN)
    return page(mine, actor, at, after, limit)


def _counted(queues: dict[str, QuerySet[Case]]) -> dict[str, int]:
    """How many cases each queue holds, by one statement; no count goes further than one beyond the cap."""
    counts = dict.fromkeys(queues, 0)
    parts: list[str] = []
    given: list[Any] = []
    for code, queue in queues.items():
        with suppress(EmptyResultSet):  # helps nowhere: nothing to ask
            sql, params = queue.values("id")[: rules.COUNT_CAP + 1].query.sql_with_params()
            parts.append(f"SELECT '{code}' AS code, COUNT(*) FROM ({sql}) AS q_{code}")  # noqa: S608 - a code of ours
            given += params
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), given)
            counts.update(cursor.fetchall())
    return counts


def _queue(actor: Actor, code: str, at: datetime) -> QuerySet[Case]:
    """A queue names its holder or organ, which `visible` allows; what is left of it is `not_about`."""
    post = actor.acting
    if code == "helping":
        return Case.objects.filter(reads.visible(actor), id__in=_helping(post), state__in=_OPEN)
    seen = Case.objects.filter(reads.not_about(actor))
    if code == "dispatch":
        return seen.filter(holder__in=(rules.DISPATCH, f"organ:{post.organ}"), state="received")
    if code == "all":
        return seen.filter(organ=post.organ, state__in=_OPEN)
    if code == "new":
        waiting = Q(holder=post.ref) | Q(holder=f"organ:{post.organ}") & _in_area(post)
        return seen.filter(waiting, state="received")
    if code == "mine":
        return seen.filter(holder=post.ref, state__in=("in_hand", "answered"))
    if code == "waiting":
        return seen.filter(holder=post.ref, state__in=("asked", "paused"))
    late = Q(due_at__lt=at) if code == "overdue" else Q(near_at__lte=at, due_at__gte=at)
    return seen.filter(_duty(post), late, state__in=("received", "in_hand"))


def _duty(post: PostCard) -> Q:
    """A handler answers for what she holds and what waits for her organ; its head for all of the organ."""
    if post.can(Permit.CASE_HEAD):
        return Q(organ=post.organ)
    return Q(holder=post.ref) | Q(holder=f"organ:{post.organ}") & _in_area(post)


def _in_area(post: PostCard) -> Q:
    return reads.in_place(post.place) if post.place else Q()


def _helping(post: PostCard) -> list[UUID]:
    tokens = procedures.held([f"organ:{post.organ}"], ["helping"])
    return [UUID(token.about.removeprefix("case:")) for token in tokens]


def _ladder_scope(actor: Actor) -> Q:
    post = actor.acting
    if post.can(Permit.CASE_LEAD):
        return _in_area(post)
    return Q(organ=post.organ) if post.can(Permit.CASE_HEAD) else Q(pk__in=())


def page(found: QuerySet[Case], actor: Actor, at: datetime, after: str, limit: int) -> Page[InboxRow]:
    """A page of cases, urgent ones first, then by due instant."""
    wanted = list(found.filter(rows.due_cursor(after)).order_by("-urgent", "due_at", "id")[: limit + 1])
    shown = wanted[:limit]
    return Page(rows.inbox_rows(shown, actor, at), rows.due_text(shown[-1]) if len(wanted) > limit else "")
