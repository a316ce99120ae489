"""Putting a router to work and taking it back: by the comparison alone, or back by a person. Each is a fact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gongzhi.insight.routing import reads, rules, serving
from gongzhi.insight.routing.tables import RouterSwitch, RouterVersion, RouterWork
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import reads as ledger
from gongzhi.ledger import writing
from gongzhi.places import keeping

NOTE_MOST = 200


def work(at: datetime, *, lock: bool = False) -> RouterWork:
    """The row that says who suggests; made at first use, with the table of keywords at work."""
    rows = RouterWork.objects.select_for_update() if lock else RouterWork.objects
    row, _fresh = rows.get_or_create(id=1, defaults={"since": at, "index": ledger.size() - 1})
    return row


@transaction.atomic
def weigh(*, by: str, at: datetime) -> RouterSwitch | None:
    """Let the comparison decide: the switch it leads to, if any. A file that cannot be used ends its work as well."""
    row = work(at, lock=True)
    version = RouterVersion.objects.order_by("-number").first()
    fault = None if version is None else serving.open_file(version) if row.at_work else None
    duel = compared(row, at)
    if isinstance(fault, serving.Fault):
        return _switch(row, after=0, why=fault.why, by=by, at=at, duel=duel)
    why = rules.decide(duel, at_work=row.at_work > 0)
    if why == "worse":
        return _switch(row, after=0, why=why, by=by, at=at, duel=duel)
    if why == "better" and not row.held and version is not None and serving.newest() is not None:
        return _switch(row, after=version.number, why=why, by=by, at=at, duel=duel)
    return None


def compared(row: RouterWork, at: datetime) -> rules.Duel:
    """The cases that decide now: closed since the last change, and within the window."""
    begin = at - timedelta(days=rules.WINDOW_DAYS)
    return reads.duel(since=max(begin, row.counted_from or begin))


@transaction.atomic
def back(*, by: str, at: datetime, reason: str, note: str = "") -> RouterSwitch:
    """Let the table of keywords suggest again, for a coded reason, until somebody releases the comparison.

    Refuses (`router_not_at_work`) while the table is at work and held already, other reasons, and a long note."""
    rules.check_reason(reason)
    note = mask(note.strip()).text
    if len(note) > NOTE_MOST:
        raise Refusal("words_long", N_("Up to %(most)d characters, please."), field="note", most=NOTE_MOST)
    row = work(at, lock=True)
    if row.held and not row.at_work:
        raise Refusal("router_not_at_work", N_("The table of keywords is at work already."), status=409)
    return _switch(row, after=0, why=reason, by=by, at=at, duel=compared(row, at), note=note, held=True)


@transaction.atomic
def release(*, by: str, at: datetime) -> RouterWork:
    """Let the comparison put a router to work again when it is better. Twice changes nothing."""
    row = work(at, lock=True)
    if row.held:
        row.held = False
        row.save(update_fields=["held"])
        writing.write(kind="router.released", about="county", by=by, at=at)
    return row


def learned(*, by: str, at: datetime, version: RouterVersion) -> None:
    """A router was learnt: where one is at work, the new one takes its place. In the caller's transaction."""
    row = work(at, lock=True)
    if row.at_work:
        row.at_work = version.number
        row.save(update_fields=["at_work"])
    keeping.touch()
    details: dict[str, Json] = {
        "version": version.number, "cases": version.examples, "matters": len(version.matters),
        "sha256": version.sha256,
    }  # fmt: skip
    writing.write(kind="router.learned", about="county", by=by, at=at, details=details)


def _switch(
    row: RouterWork,
    *,
    after: int,
    why: str,
    by: str,
    at: datetime,
    duel: rules.Duel,
    note: str = "",
    held: bool = False,
) -> RouterSwitch:
    told: dict[str, Any] = {"before": row.at_work, "after": after, "why": why, "wins": duel.wins, "losses": duel.losses}
    switch = RouterSwitch.objects.create(at=at, by=by, note=note, **told)
    row.at_work, row.since, row.held = after, at, held or row.held
    if not why.startswith("file_"):  # a lost file says nothing of who is better
        row.counted_from = at
    row.save(update_fields=["at_work", "since", "held", "counted_from"])
    keeping.touch()
    writing.write(kind="router.switched", about="county", by=by, at=at, details=dict(told))
    return switch
