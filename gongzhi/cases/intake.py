"""Turning what somebody told us into a voice, a case with a number, a place, a clock, and somebody responsible.

Speaking is free of conditions: no account, no name, no map. Two texts are kept from the first moment, the masked
`words` and the sealed original. One transaction writes the rows, one fact and the letter; the receipt holds the
fact and the house's signed promise to seal it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from gongzhi.cases import earlier, letters, locking, matters, noting, pages, placing, rules, sealing, searching
from gongzhi.cases import photos as photo_store
from gongzhi.cases.cards import Contact, KeptPhoto, MatterCard, Officer, Where
from gongzhi.cases.models import Case, Entry, Photo, Voice
from gongzhi.cases.noting import Told
from gongzhi.kit.danger import Danger
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.ledger import receipts, writing
from gongzhi.ledger.models import Fact
from gongzhi.ledger.rows import insert
from gongzhi.procedures import clocks, running

AGAIN = timedelta(days=1)  # for so long the same form shows its receipt, with the secret link, once more
_TRIES = 5  # a fresh number collides about once in a million voices; then the next one is tried


@dataclass(frozen=True, slots=True)
class Received:
    """What the door shows: the receipt, the secret link, and numbers to call now when words suggest danger.

    `first` is False when the same form was sent before; all else is then as it was."""

    case: Case
    voice: Voice
    link_token: str
    receipt: dict[str, Any]
    danger: Danger | None
    first: bool


def receive(
    *,
    by: str,
    at: datetime,
    words: str,
    kind: str = "report",
    source: str = "web",
    language: str = "zh-hans",
    place: Where | None = None,
    matter: str | None = None,
    matter_by: str = "resident",
    photos: Sequence[KeptPhoto] = (),
    contact: Contact | None = None,
    allows_public: bool = False,
    form_key: UUID | None = None,
    said_at: datetime | None = None,
    officer: Officer | None = None,
    organ: str = "",
    before: Callable[[], None] | None = None,
) -> Received:
    """Receive a voice and begin a case with it. `by` is rules.NEW_VOICE for the resident herself.

    `organ` has it instead of the responsible one: the owner of a sensor that speaks about itself. `before` runs first
    in the transaction: there a door counts its sender, and all that is long is done by then.

    Refuses empty or too long words, a contact nobody could read, a place outside the county, unknown codes.
    Words of danger are kept whatever their place. The same `form_key` again is the same voice and receipt, for a
    day; later it is refused without a link. Doors tie the key to what was said (public.formkey)."""
    told = noting.told(
        by=by,
        at=at,
        words=words,
        kind=kind,
        source=source,
        language=language,
        contact=contact,
        allows_public=allows_public,
        form_key=form_key,
        said_at=said_at,
        photos=photos,
        place_text=place.text if place else "",
        officer=officer,
    )
    where = placing.place(place, keep=told.danger is not None)
    card, router = (matters.chosen(matter), None) if matter else matters.routed(told.words)
    concerned = placing.concerned(card, where, officer, at=at, organ=organ)
    chosen_by = matter_by if matter else "suggested"
    return _once(told, lambda: _begin(told, where, card, concerned, chosen_by, router), before)


def join(
    *,
    by: str,
    at: datetime,
    case: UUID,
    words: str,
    kind: str = "report",
    source: str = "web",
    language: str = "zh-hans",
    photos: Sequence[KeptPhoto] = (),
    contact: Contact | None = None,
    allows_public: bool = False,
    form_key: UUID | None = None,
    said_at: datetime | None = None,
    before: Callable[[], None] | None = None,
) -> Received:
    """Receive a further voice for an open public case: its own number, link, answer and rating; one work.

    Refuses a case that is closed, not public or unknown; the clock is not touched."""
    told = noting.told(
        by=by,
        at=at,
        words=words,
        kind=kind,
        source=source,
        language=language,
        contact=contact,
        allows_public=allows_public,
        form_key=form_key,
        said_at=said_at,
        photos=photos,
        place_text="",
        officer=None,
    )
    return _once(told, lambda: _join(told, case), before)


def receipt_of(voice: Voice) -> dict[str, Any]:
    """The receipt of a voice again; with the inclusion proof once its fact is sealed."""
    return receipts.with_proof(voice.fact)


def withdraw(*, by: str, at: datetime, voice: UUID) -> None:
    """Take a voice back. Its words leave every public page and the search before the resident is told.

    The last voice of a case closes it as withdrawn. Facts stay: they hold no words. Refuses a second time."""
    with transaction.atomic():
        row, case = locking.of_voice(voice)
        Voice.objects.filter(id=voice).update(withdrawn_at=at)
        if row.lead:
            _hide(case, row)
        case.voices -= 1
        case.version += 1
        closes = case.voices == 0 and case.state != "closed"
        if closes:
            running.end(by=by, at=at, run=case.run, quiet=True)
            if case.state not in ("answered", "left_open"):  # the answer has stopped the clock already; here none ran
                clocks.stop(by=by, at=at, clock=case.clock, quiet=True)
            case.state, case.outcome, case.closed_at = "closed", "withdrawn", at
            case.holder, case.held_at, case.helping = "", at, 0
        case.save()
        Entry.objects.create(case=case, at=at, kind="withdrawn", by=by, round=case.round, voice=row, seen_by_all=closes)
        writing.write(
            kind="case.withdrawn", about=case.ref, by=by, at=at, details={"voice": row.id.hex, "closed": closes}
        )
        if row.lead:
            pages.narrowed(case)
        else:
            pages.changed(case)


def _hide(case: Case, voice: Voice) -> None:
    """Nothing of these words is public any more, whatever becomes of the case."""
    case.public = False
    Photo.objects.filter(voice=voice).update(public=False)
    searching.remove(seek=case.seek, words=voice.words)
    left = letters.live_voices(case)
    if left:  # the case goes on for the others, under words of their own
        case.title = rules.title_of(left[0].words)


def _once(told: Told, write: Callable[[], Received], before: Callable[[], None] | None) -> Received:
    """Write in one transaction; a number that exists is drawn again, a form sent twice is one voice."""
    for tries_left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                return _after(before, write)
        except IntegrityError:
            again = _again(told)
            if again is not None:
                return again
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _after(before: Callable[[], None] | None, write: Callable[[], Received]) -> Received:
    if before is not None:
        before()
    return write()


def _again(told: Told) -> Received | None:
    if told.form_key is None:
        return None
    voice = Voice.objects.select_related("case").filter(form_key=told.form_key).first()
    if voice is None:
        return None
    if voice.withdrawn_at is not None or told.at - voice.noted_at > AGAIN:
        raise Refusal(
            "sent_before",
            N_("We have this already, from an earlier day. Your secret link was shown then; if you lost it, "
               "“Find my voice” sends you a new one."),
            status=409,
        )  # fmt: skip
    return Received(voice.case, voice, sealing.link_token(voice), receipt_of(voice), told.danger, first=False)


def _begin(
    told: Told,
    where: placing.Placed,
    matter: MatterCard,
    concerned: placing.Concerned,
    matter_by: str,
    router: int | None,
) -> Received:
    case = noting.new_case(told, where, matter, concerned, matter_by, router=router)
    run = running.start(
        by=told.by, at=told.at, about=case.ref, procedure=matter.procedure, holder=case.holder, quiet=True
    )
    clock = clocks.start(
        by=told.by, at=told.at, about=case.ref, limit=matters.limit_of(matter), clause=matter.clause, quiet=True
    )
    case.run, case.clock = run.id, clock.id
    case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
    insert(case)
    voice, token = noting.new_voice(told, case, lead=True)
    fact = noting.write(noting.received_fact(told, case, voice))
    voice.fact = fact.id
    insert(voice)
    searching.add(seek=case.seek, words=told.masked)
    return _received(told, voice, token, fact, public=told.allows_public)


def _join(told: Told, case_id: UUID) -> Received:
    case = Case.objects.select_for_update().filter(id=case_id, public=True).first()
    if case is None:
        raise NotFound("case_unknown", N_("There is no such case, or it is not public."))
    if case.state == "closed":
        raise Refusal("case_closed", N_("This case is closed. Please say it anew; we look at it again."))
    voice, token = noting.new_voice(told, case, lead=False)
    by = voice.ref if told.by == rules.NEW_VOICE else told.by
    earlier.said_again(by=by, at=told.at, case=case)
    fact = writing.write(
        kind="case.joined",
        about=case.ref,
        by=by,
        at=told.at,
        happened_at=told.said_at,
        details={"voice": voice.id.hex, "number": voice.number, "kind": told.kind, "source": told.source},
    )
    voice.fact = fact.id
    insert(voice)
    case.voices += 1
    case.urgent = case.urgent or told.danger is not None
    case.version += 1
    case.save()
    Entry.objects.create(case=case, at=told.at, kind="joined", by=by, round=case.round, voice=voice)
    pages.changed(case)
    return _received(told, voice, token, fact, public=False)


def _received(told: Told, voice: Voice, token: str, fact: Fact, *, public: bool) -> Received:
    photo_store.attach(told.photos, public=public, voice=voice)
    letters.received(at=told.at, voice=voice)
    return Received(voice.case, voice, token, receipts.make(fact), told.danger, first=True)
