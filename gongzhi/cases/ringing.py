"""What the clockwork does for cases: questions nobody answered, bells of clocks, and whom they are told to.

The ladder is handler → head of the organ → leader of the town or county: each rung sees the case in a queue of its
own and finds the bell in the course. Every bell rings once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases.models import Case, Entry, Undo
from gongzhi.kit.ids import uuid7
from gongzhi.ledger import writing
from gongzhi.look import printed
from gongzhi.procedures import clocks, running
from gongzhi.procedures.clocks import Bell, Rung

BY = "clockwork"
_KINDS = {Bell.NEAR: "near", Bell.OVERDUE: "overdue", Bell.LADDER: "ladder"}


def ring_due(*, at: datetime, limit: int = 500) -> int:
    """Ring what is near, overdue or due for the ladder, and resume what waited long enough; how many bells."""
    with transaction.atomic():
        rung = [one for one in clocks.ring(at=at, limit=limit, by=BY) if one.about.startswith("case:")]
        cases = Case.objects.select_for_update().in_bulk([UUID(one.about.removeprefix("case:")) for one in rung])
        entries = []
        for one in rung:
            case = cases.get(UUID(one.about.removeprefix("case:")))
            if case is None or case.clock != one.clock:
                continue
            if one.what is Bell.RESUMED:
                _resume(case, one, at=at)
            entries.append(
                Entry(
                    id=uuid7(at),
                    case=case,
                    at=at,
                    kind="resumed" if one.what is Bell.RESUMED else _KINDS[one.what],
                    by=BY,
                    round=case.round,
                    organ=case.organ,
                    seen_by_all=one.what is Bell.RESUMED,
                )
            )
        Entry.objects.bulk_create(entries, batch_size=500)
    return len(rung)


def _resume(case: Case, rung: Rung, *, at: datetime) -> None:
    """The longest pause passed: the work goes on without an answer; the clock has been resumed by its bell."""
    if case.state == "asked":
        running.move(by=BY, at=at, run=case.run, move="resume", holder=case.holder, quiet=True)
        case.state = "in_hand"
    case.due_at = rung.due_at
    case.version += 1
    case.save(update_fields=["state", "due_at", "version"])
    Undo.objects.filter(case=case).delete()
    writing.write(kind="case.resumed", about=case.ref, by=BY, at=at)
    printed.drop(f"cases/{case.number}/")
