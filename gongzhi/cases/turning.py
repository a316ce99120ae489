"""One turn of the staff: look at the case, judge whether the move may be made, write it, make it undoable.

The verbs in dispatch, handling and closing are a few lines each between `begin` and `finish`, in one transaction: a
refusal half way leaves nothing. A turn leaves: the
case's row with the next version, one entry, one fact, letters held back for ten seconds, and the way back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import translation

from gongzhi.cases import letters, pages, reads, rules
from gongzhi.cases.models import Case, Decision, Entry, Hint, Undo, Voice
from gongzhi.kit.canonical import Json
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotAllowed, Refusal, Stale
from gongzhi.ledger import saving, writing
from gongzhi.ledger.rows import build, insert
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places
from gongzhi.procedures import clocks, running
from gongzhi.procedures.models import Clock, Run
from gongzhi.procedures.rules import ClockEffect

# What a move changes in the row of a case, and an undo puts back.
FIELDS = (
    *(
        "matter_id",
        "matter_by",
        "organ",
        "clause",
        "state",
        "outcome",
        "round",
        "refusals",
        "helping",
        "due_at",
        "near_at",
    ),
    *(
        "about_officer",
        "place_by",
        "grid",
        "division",
        "lon",
        "lat",
        "provisional",
        "answered_at",
        "in_time",
        "closed_at",
        "public",
        "voices",
        "holder",
        "held_at",
        "clock",
    ),
)


@dataclass(slots=True)
class Turn:
    """A move in the making. `case` is the locked row; change it, then `finish`.

    `before` is the row as it was read, `way` the rest of the way back: tokens and clock before the move."""

    case: Case
    by: str
    at: datetime
    post: PostCard
    move: str
    before: dict[str, Any]
    work: running.Work
    clock: Clock
    way: dict[str, Any]
    keys: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def fire(self, move: str, *, holder: str, to: Sequence[str] = (), **fields: object) -> Clock | None:
        """Fire a move of the case's net: take the holder's token, put tokens for `to`; `fields` the net asks for.

        The clock obeys what the net says of the move; the clock when it was touched."""
        running.move(
            by=self.by, at=self.at, run=self.work, move=move, holder=holder, to=to, fields=fields or None, quiet=True
        )
        effect, reason = _effect(self.work.run, move, fields)
        touched = clocks.obey(
            by=self.by, at=self.at, clock=self.clock, effect=effect, reason=reason, quiet=True, locked=True
        )
        self.clock = touched or self.clock
        return touched

    def hold(self, holder: str, *, state: str) -> None:
        """Set whose the case is now, and its state."""
        self.case.holder, self.case.held_at, self.case.state = holder, self.at, state

    def note(self, kind: str, **fields: Any) -> Entry:
        """Write the line of the course that tells this move."""
        entry = build(
            Entry,
            case=self.case,
            at=self.at,
            kind=kind,
            by=self.by,
            round=self.case.round,
            organ=self.post.organ,
            post=self.post.id.hex,
            **fields,
        )
        insert(entry)
        self.entries.append(entry.id.hex)
        return entry

    def decide(self, entry: Entry, what: str, reason: str) -> None:
        """Count a line of the course among the decisions that limit somebody: for a coded reason, open to appeal."""
        Decision.objects.create(entry=entry, case=self.case, at=self.at, what=what, reason=reason)

    def judge(self, what: str, offered: str, verdict: str) -> None:
        """Keep what became of a suggestion of the machine."""
        hint = Hint.objects.create(case=self.case, at=self.at, what=what, offered=offered, verdict=verdict)
        self.hints.append(hint.id.hex)

    def stood(self) -> dict[str, Json]:
        """At closing: suggestions of matter and place that nobody changed until now, as a detail of the fact."""
        left = rules.hints_left(self.case.matter_by, self.case.place_by)
        for what in left:
            self.judge(what, self.case.matter_id if what == "matter" else self.case.place, "stood")
        return {"stood": " ".join(left)} if left else {}

    def tell_each(self, template: str, *, until: datetime, **context: str) -> None:
        """Write to every voice with a day in her own language."""
        voices = letters.live_voices(self.case)
        for language in rules.LANGUAGES:
            spoken = [voice for voice in voices if voice.language == language]
            self.tell(template, voices=spoken, until=letters.day_text(until, language), **context)

    def tell(self, template: str, *, voices: Sequence[Voice] | None = None, **context: str) -> None:
        """Write to every voice (or the named ones), held back until the move cannot be undone any more."""
        keys = letters.put(
            at=self.at,
            case=self.case,
            voices=letters.live_voices(self.case) if voices is None else voices,
            template=template,
            occasion=f"{self.case.version}",
            context=context,
            not_before=self.at + timedelta(seconds=rules.UNDO_SECONDS),
        )
        self.keys = [*dict.fromkeys([*self.keys, *keys])]  # what the village hears is one, however many letters

    def finish(self, fact: str, details: Mapping[str, Json] | None = None, *, undo: bool = True) -> Case:
        """Save the row as the next version, write the fact, keep the way back, drop the printed page."""
        case = self.case
        case.version += 1
        case.moved_by, case.moved_at = self.by, self.at
        saving.update_changed(case, self.before)
        running.write(self.work)
        writing.write(kind=fact, about=case.ref, by=self.by, at=self.at, details=details)
        if undo:
            keep_undo(self)
        else:
            Undo.objects.filter(case=case).delete()
        if self.before["public"] and not case.public:
            pages.narrowed(case)
        else:
            pages.changed(case)
        return case


def fire(
    case: Case,
    *,
    by: str,
    at: datetime,
    move: str,
    holder: str,
    to: Sequence[str] = (),
    fields: Mapping[str, object] | None = None,
) -> Clock | None:
    """Fire a move of a locked case's net and let its clock obey; a pause takes its reason from `fields`."""
    run = running.move(by=by, at=at, run=case.run, move=move, holder=holder, to=to, fields=fields or None, quiet=True)
    effect, reason = _effect(run, move, fields or {})
    return clocks.obey(by=by, at=at, clock=case.clock, effect=effect, reason=reason, quiet=True)


def _effect(run: Run, move: str, fields: Mapping[str, object]) -> tuple[ClockEffect, str]:
    """What a move does to the clock, and the reason it was given for that."""
    return running.net_of(run).move(move).clock, str(fields.get("reason", ""))


def begin(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, move: str, permit: Permit) -> Turn:
    """The locked case and how it stood. Refuses what is not visible, what moved meanwhile, and a post without
    the permit or without a duty in this case."""
    row = reads.find(reads.acting(post), case, lock=True)
    if row.version != version:
        raise _stale(row)
    if not post.can(permit):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    work, clock = running.work(row.run), clocks.lock(row.clock)
    way = {
        "tokens": [[live.stage, live.holder, stamp(live.since_at)] for live in work.marking()],
        "clock": clocks.snapshot(clock),
    }
    return Turn(row, by, at, post, move, saving.columns(row), work, clock, way)


def in_hands(turn: Turn) -> str:
    """The holder whose main token this post may take: its own, its organ's, a colleague's, or the desk's.

    Refuses a case that lies with somebody else."""
    holder, post = turn.case.holder, turn.post
    if holder in (post.ref, f"organ:{post.organ}"):
        return holder
    if holder == rules.DISPATCH and post.can(Permit.CASE_SEND):
        return holder
    if holder.startswith("post:"):
        other = people.post(UUID(holder.removeprefix("post:")))
        if other is not None and other.organ == post.organ:
            return holder
    raise NotAllowed("not_yours", N_("This case lies with somebody else now. Only they can make this move."))


def leads(turn: Turn) -> None:
    """Refuses a post of any other organ than the one that leads the case."""
    if turn.case.organ != turn.post.organ:
        raise NotAllowed("not_leading", N_("Only the organ that leads this case can make this move."))


def in_state(turn: Turn, *states: str) -> None:
    """Refuses a move that does not fit the state of the case."""
    if turn.case.state not in states:
        raise Refusal("not_now", N_("This cannot be done as the case stands now. Look at it again."), status=409)


def keep_undo(turn: Turn) -> None:
    """Keep the way back for ten seconds; the way back of the move before is lost."""
    saving.put(
        Undo(
            case=turn.case,
            move=turn.move,
            by=turn.by,
            at=turn.at,
            until=turn.at + timedelta(seconds=rules.UNDO_SECONDS),
            version=turn.case.version,
            snapshot={
                "case": _told(turn.before, turn.case),
                **turn.way,
                "letters": turn.keys,
                "entries": turn.entries,
                "hints": turn.hints,
            },
        )
    )


def _told(before: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """How the columns that a move changed stood before it, as JSON; with the clock, which tells of a new round."""
    names = {"clock", *saving.changed(case, before)}
    return {name: _json(before[name]) for name in FIELDS if name in names}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else value


def _stale(case: Case) -> Stale:
    """Who moved first and when, in the language of whoever came second."""
    language = translation.get_language() or "zh-hans"
    local = case.moved_at.astimezone(places.county().zone)
    moment = f"{letters.day_text(case.moved_at, language)} {local:%H:%M}"
    who = people.post(UUID(case.moved_by.removeprefix("post:"))) if case.moved_by.startswith("post:") else None
    if who is None:
        return Stale(
            "moved_first",
            N_("This case was changed at %(at)s, after you opened it. Look at it again; your text is kept."),
            at=moment,
        )
    english = language.startswith("en")
    return Stale(
        "moved_first",
        N_("%(title)s of %(organ)s moved first, at %(at)s. Look at the case again; your text is kept."),
        title=(who.title_en if english else "") or who.title_zh,
        organ=(who.organ_en if english else "") or who.organ_zh,
        at=moment,
    )
