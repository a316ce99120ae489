"""The comparison: every case that is closed with a confirmed matter is put to both routers, as they were before it.

The clockwork follows sealed facts, so that a case is judged within a minute of being closed; asking both costs about a
millisecond. What was learnt from a case never judges it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.db import transaction

from gongzhi.cases import matters, suggesting, teaching
from gongzhi.cases.teaching import Example
from gongzhi.insight.routing import serving, switching
from gongzhi.insight.routing.tables import RouterVersion, RouterWork, Trial
from gongzhi.ledger import reads as ledger
from gongzhi.places import reads as places

BY = "clockwork"
ROUND = 1000  # facts of one turn
SETTLED = timedelta(seconds=15)  # a closing can be taken back for ten seconds


def follow(at: datetime) -> bool:
    """The clockwork's turn: judge what was closed since the last one, then let the comparison decide. True: more."""
    if places.county_or_none() is None:
        return False
    with transaction.atomic():
        row = switching.work(at, lock=True)
        facts = list(takewhile(lambda fact: fact.noted_at <= at - SETTLED, ledger.facts_after(row.index, ROUND)))
        closed = [UUID(fact.about.removeprefix("case:")) for fact in facts if fact.kind == "case.closed"]
        machine = serving.newest()
        if machine is not None and closed:
            put(teaching.examples_of(closed), machine)
        if facts:
            RouterWork.objects.filter(id=1).update(index=facts[-1].index)
    if closed or (row.at_work and serving.at_work() is None):  # the file was lost, or is not this county's
        switching.weigh(by=BY, at=at)
    return len(facts) == ROUND


def put(examples: Sequence[Example], machine: serving.Numbered) -> int:
    """Put examples to this router and to the keywords; how many. Those it may have learnt from, and those that were
    judged before, are left out."""
    until = RouterVersion.objects.values_list("until", flat=True).get(number=machine.version)
    rows = [judged(one, machine) for one in examples if one.closed_at > until]
    Trial.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def judged(one: Example, machine: suggesting.Machine) -> Trial:
    """What both say of one case."""
    guess = machine.guess(one.words)
    hint = matters.by_keywords(one.words)
    served = matters.routed_with(one.words, machine)[0].code
    keywords = matters.routed_with(one.words, None)[0].code
    return Trial(
        case_id=one.case,
        closed_at=one.closed_at,
        matter=one.matter,
        version=machine.version,
        guess=guess.ranked[0][0] if guess.ranked else "",
        sure=min(1.0, guess.sure),
        served=served,
        keywords=keywords,
        keywords_sure=hint.sure if hint else 0.0,
        learned_right=served == one.matter,
        keywords_right=keywords == one.matter,
    )
