"""Overruling a suggestion with one click: this case is not the same thing as that one.

Suggestions of matter and place are judged where they are set (`dispatch`) or left at closing; twins here and in
`merging`. What became of all of them is counted in public (`hints`)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import reads
from gongzhi.cases.models import Case, Hint
from gongzhi.kit.refusal import N_, NotAllowed
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit


@transaction.atomic
def not_the_same(*, by: str, at: datetime, post: PostCard, case: UUID, other: UUID) -> Hint:
    """Overrule that two cases might be one thing; neither is offered to the other any more. Twice changes nothing.

    It is a judgement and no move: clock, holder and version stay. Refuses a case that is not this post's to see."""
    if not post.can(Permit.CASE_CLOSE):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    seen = reads.visible(reads.acting(post))
    found = {row.id: row for row in Case.objects.filter(seen, id__in=[case, other])}
    if len(found) < 2:
        raise reads.unknown()
    hint, fresh = Hint.objects.get_or_create(
        case=found[case], what="twin", offered=other.hex, verdict="overruled", defaults={"at": at}
    )
    if fresh:
        writing.write(
            kind="case.hint_judged",
            about=found[case].ref,
            by=by,
            at=at,
            details={"hint": "twin", "offered": found[other].ref, "verdict": "overruled"},
        )
    return hint


def overruled(case: UUID) -> set[UUID]:
    """Cases that somebody said are not the same thing as this one, seen from either side."""
    twins = Hint.objects.filter(what="twin", verdict="overruled")
    theirs = twins.filter(case=case).values_list("offered", flat=True)
    ours = twins.filter(offered=case.hex).values_list("case", flat=True)
    return {UUID(hex) for hex in theirs} | set(ours)
