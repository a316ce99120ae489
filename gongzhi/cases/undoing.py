"""Taking a move back within ten seconds: the case, its tokens, its clock and its letters stand as before.

Facts are never taken back: the move and its undoing are both told by the ledger.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gongzhi.cases import pages, reads
from gongzhi.cases.models import Case, Decision, Entry, Hint, Undo
from gongzhi.channels import outbox
from gongzhi.kit.moments import unstamp
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.procedures import clocks, running
from gongzhi.procedures.running import Live


def undo(*, by: str, at: datetime, post: PostCard, case: UUID) -> Case:
    """Take back the last move of this case, made by the same person less than ten seconds ago.

    Refuses when the time is over, when somebody else moved, or when there is nothing to take back."""
    with transaction.atomic():
        row = Case.objects.select_for_update().filter(id=case).first()
        way = Undo.objects.filter(case_id=case).first()
        if row is None:
            raise reads.unknown()
        if way is None or way.version != row.version:
            raise Refusal("undo_nothing", N_("There is nothing to take back any more."), status=409)
        if way.by != by or by != post.doer:
            raise NotAllowed("undo_other", N_("Only whoever made this move can take it back."))
        if at > way.until:
            raise _late()
        if outbox.cancel(at=at, keys=way.snapshot["letters"]) < len(way.snapshot["letters"]):
            raise _late()  # the page was asked in time, but its turn came after a letter had left
        _restore(row, way.snapshot, by=by, at=at)
        entries = [UUID(hex) for hex in way.snapshot["entries"]]
        Decision.objects.filter(entry__in=entries).delete()
        Hint.objects.filter(id__in=[UUID(hex) for hex in way.snapshot.get("hints", ())]).delete()
        Entry.objects.filter(id__in=entries).delete()
        way.delete()
        row.version += 1
        row.moved_by, row.moved_at = by, at
        row.save()
        writing.write(kind="case.undone", about=row.ref, by=by, at=at, details={"move": way.move})
        pages.changed(row)
        return row


def _late() -> Refusal:
    return Refusal("undo_late", N_("A move can be taken back for ten seconds; they are over."), status=409)


def _restore(case: Case, snapshot: dict[str, Any], *, by: str, at: datetime) -> None:
    before = snapshot["case"]
    columns = {column.attname: column for column in Case._meta.concrete_fields}
    if case.clock != UUID(before["clock"]):  # the move began a new round: its clock ends with it
        clocks.stop(by=by, at=at, clock=case.clock, quiet=True)
    for name, value in before.items():
        setattr(case, name, columns[name].to_python(value))
    tokens = [Live(stage, holder, unstamp(since)) for stage, holder, since in snapshot["tokens"]]
    running.put_back(by=by, at=at, run=case.run, tokens=tokens, quiet=True)
    clocks.put_back(by=by, at=at, clock=case.clock, snapshot=snapshot["clock"], quiet=True)
