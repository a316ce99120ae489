"""Appeals: whoever was refused, taken from public view or made to wait may ask another office to look at it.

It goes to the supervisor above the organ that decided, never to that organ itself, and is answered within ten working
days: a clock of its own rings when that is near or over (`ringing`). Granting undoes what was decided: the case is
opened again, public again, or its clock runs again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from gongzhi.cases import closing, decisions, locking, narrowing, pages, pausing, reads, rules, sealing, turning
from gongzhi.cases.models import Appeal, Case, Decision, Entry, Undo, Voice
from gongzhi.cases.turning import Turn
from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import uuid7
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.kit.worktime import Limit, Unit
from gongzhi.ledger import writing
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor, PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import clocks

LIMIT = Limit(rules.APPEAL_WORKING_DAYS, Unit.working_days)


def appeal(*, by: str, at: datetime, voice: UUID, decision: UUID, words: str) -> Appeal:
    """A resident appeals, once, within sixty days of the decision; her words go to whoever answers it.

    Refuses what does not concern her voice, a second time, and what lies too long ago."""
    words = rules.clean_words(words, most=rules.REASON_MAX)
    with transaction.atomic():
        row, case = locking.of_voice(voice)
        found = Decision.objects.filter(entry=decision, case=case).first()
        if found is None or not decisions.concerns(found, row):
            raise NotFound("decision_unknown", N_("There is no such decision about your voice."))
        if at > decisions.until(found):
            raise Refusal("appeal_late", N_("An appeal could be made for sixty days; they are over."), status=409)
        if Appeal.objects.filter(decision=found, voice=row).exists():
            raise Refusal("appealed_already", N_("You have appealed already. It is being looked at."), status=409)
        made = _keep(found, row, case, by=by, at=at, words=words)
        case.version += 1
        case.save(update_fields=["version"])
        Undo.objects.filter(case=case).delete()
        pages.changed(case)
        return made


def _keep(decision: Decision, voice: Voice, case: Case, *, by: str, at: datetime, words: str) -> Appeal:
    organ, id = answering(case, at), uuid7(at)
    clock = clocks.start(by=by, at=at, about=f"appeal:{id.hex}", limit=LIMIT, quiet=True)
    entry = Entry(
        case=case,
        at=at,
        kind="appealed",
        by=by,
        round=case.round,
        to_organ=organ,
        reason=decision.what,
        public_text=mask(words).text,
        voice=voice,
        seen_by_all=False,
    )
    sealing.seal_reply(entry, words)
    entry.save(force_insert=True)
    made = Appeal.objects.create(
        id=id,
        decision=decision,
        case=case,
        voice=voice,
        entry=entry,
        organ=organ,
        at=at,
        due_at=clock.due_at,
        clock=clock.id,
    )
    details: dict[str, Json] = {
        "voice": voice.id.hex,
        "what": decision.what,
        "reason": decision.reason,
        "organ": organ,
        "due": stamp(clock.due_at),
    }
    writing.write(kind="case.appealed", about=case.ref, by=by, at=at, details=details)
    return made


def id_of(about: str) -> UUID:
    """The appeal that a clock or a notice is about."""
    return UUID(about.removeprefix("appeal:"))


def answering(case: Case, at: datetime) -> str:
    """The organ that answers an appeal in a case; refuses when nobody can."""
    return answerer(case.organ, case.place, at, case.officer_organ).organ


def answerer(organ: str, place: str, at: datetime, officer_organ: str = "") -> PostCard:
    """Who answers an appeal against what an organ decided about a place: the nearest supervisor, else the nearest
    leader; never one of an organ that is concerned. Refuses when there is nobody."""
    concerned = {organ, officer_organ} - {""}
    supervisor = people.supervisor_of(organ, at)
    if supervisor is not None and supervisor.organ not in concerned:
        return supervisor
    for post in people.leaders(at, place):
        if post.organ not in concerned:
            return post
    raise Refusal("nobody_answers", N_("This county has nobody yet who answers appeals. Please tell us in person."))


@transaction.atomic
def answer_appeal(
    *, by: str, at: datetime, post: PostCard, case: UUID, version: int, appeal: UUID, granted: bool, public_text: str
) -> Case:
    """Answer an appeal with reasons; granting it undoes what was decided, as far as it still stands.

    Refuses an appeal that is answered, and any organ but the one it was made to."""
    text = mask(rules.clean_words(public_text, most=rules.ANSWER_MAX, field="public_text")).text
    turn = turning.begin(
        by=by, at=at, post=post, case=case, version=version, move="answer_appeal", permit=Permit.APPEAL_ANSWER
    )
    row = Appeal.objects.select_related("decision", "voice").filter(id=appeal, case=turn.case).first()
    if row is None:
        raise reads.unknown()
    if row.answered_at is not None:
        raise Refusal("answered_already", N_("This appeal has been answered."), status=409)
    if row.organ != post.organ:
        raise NotAllowed("not_yours", N_("This appeal was made to another office. Only that one can answer it."))
    row.answered_at, row.granted = at, granted
    row.save(update_fields=["answered_at", "granted"])
    clocks.stop(by=by, at=at, clock=row.clock, quiet=True)
    turn.note(
        "appeal_answered",
        voice=row.voice,
        public_text=text,
        reason="granted" if granted else "denied",
        seen_by_all=False,
    )
    if granted:
        _grant(turn, row.decision)
    if row.voice.withdrawn_at is None:
        turn.tell("appealed", voices=[row.voice], answer=text, granted="1" if granted else "")
    details: dict[str, Json] = {"voice": row.voice.id.hex, "what": row.decision.what, "granted": granted}
    return turn.finish("case.appeal_answered", details, undo=False)


def end_open(*, by: str, at: datetime, case: Case, voice: Voice, clause: str) -> None:
    """End the open appeals of a voice that is erased, inside the erasing: nobody can judge words that are gone.

    Neither granted nor denied; the course tells why, and the clock stops."""
    for row in Appeal.objects.select_related("decision").filter(voice=voice, answered_at__isnull=True):
        row.answered_at = at
        row.save(update_fields=["answered_at"])
        clocks.stop(by=by, at=at, clock=row.clock, quiet=True)
        told = {"reason": "voice_erased", "clause": clause, "voice": voice, "seen_by_all": False}
        Entry.objects.create(case=case, at=at, kind="appeal_answered", by=by, round=case.round, **told)
        details: dict[str, Json] = {"voice": voice.id.hex, "what": row.decision.what, "granted": None}
        writing.write(kind="case.appeal_answered", about=case.ref, by=by, at=at, details=details)


def _grant(turn: Turn, decision: Decision) -> None:
    case = turn.case
    if decision.what == "paused" and case.state in ("asked", "paused"):
        pausing.run_again(turn)
    elif decision.what == "refused" and case.state == "closed" and case.outcome in rules.REFUSALS:
        closing.begin_round(by=turn.by, at=turn.at, case=case)
        turn.note("reopened", reason="appeal")
    elif decision.what == "narrowed" and not case.public and not case.about_officer:
        turn.note("widened")
        case.public = narrowing.may_be_public(case)


def newest(case: UUID) -> UUID:
    """The newest appeal in a case that waits for its answer; refuses when none does."""
    rows = Appeal.objects.filter(case=case, answered_at__isnull=True).order_by("-at")
    found = rows.values_list("id", flat=True).first()
    if found is None:
        raise reads.unknown()
    return found


def queue(post: PostCard) -> list[Appeal]:
    """Open appeals made to the organ of a post that answers them, the nearest deadline first."""
    return list(_open(post).select_related("case", "decision", "entry").order_by("due_at", "id")[:200])


def waiting(post: PostCard) -> int:
    """How many appeals wait for an answer of this post's organ, at most rules.COUNT_CAP."""
    return _open(post)[: rules.COUNT_CAP].count()


def _open(post: PostCard) -> QuerySet[Appeal]:
    if not post.can(Permit.APPEAL_ANSWER):
        return Appeal.objects.none()
    seen = Case.objects.filter(reads.visible(reads.acting(post)))
    return Appeal.objects.filter(organ=post.organ, answered_at__isnull=True, case__in=seen)


def late(actor: Actor, at: datetime) -> list[Appeal]:
    """Appeals whose limit has passed, the oldest first: of a head's own organ, or of a leader's town or county."""
    post = actor.acting
    seen = Case.objects.filter(reads.visible(actor))
    if post.can(Permit.CASE_LEAD):
        here = Q(case__in=seen.filter(reads.in_place(post.place)) if post.place else seen)
    elif post.can(Permit.CASE_HEAD):
        here = Q(organ=post.organ, case__in=seen)
    else:
        return []
    rows = Appeal.objects.filter(here, answered_at__isnull=True, due_at__lt=at)
    return list(rows.select_related("case", "decision", "entry").order_by("due_at", "id")[:200])
