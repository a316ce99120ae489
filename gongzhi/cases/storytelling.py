"""The acts of a story, applied to rows in memory as the verbs of dispatch, handling, closing and rating apply them to
tables: the same rules, the same rows, the same facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gongzhi.cases import handling, judging, left_rules, matters, rules, sealing, storytelling_rights
from gongzhi.cases.acts import (
    Accept,
    Act,
    Answer,
    Ask,
    Contest,
    Ended,
    Halt,
    HandOver,
    Help,
    Join,
    Left,
    Rate,
    Rematter,
    Reply,
    Resume,
    Return,
    Rule,
    reopens,
)
from gongzhi.cases.cards import MatterCard
from gongzhi.cases.models import Appeal, Case, Decision, Entry, Hint, Rating, Voice
from gongzhi.cases.remembering import noted
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger.rows import build
from gongzhi.ledger.writing import NewFact
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.models import Clock
from gongzhi.procedures.running import Live


@dataclass(slots=True)
class Telling:
    """The rows of one story as they grow, act by act. `clocks` holds one row for each round, `pauses` the latest end of
    each pause by the moment it began, `joined` the rows of further voices by theirs, `appeal_clocks` the limits of
    appeals by theirs, `since` when the main token came."""

    case: Case
    voice: Voice
    clocks: list[Clock]
    facts: list[NewFact]
    matter: MatterCard
    pauses: Mapping[datetime, datetime] = field(default_factory=dict)
    joined: Mapping[datetime, Voice] = field(default_factory=dict)
    appeal_clocks: Mapping[datetime, Clock] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    appeals: list[Appeal] = field(default_factory=list)
    voices: list[tuple[Voice, NewFact]] = field(default_factory=list)
    more: list[Live] = field(default_factory=list)
    last: datetime | None = None
    question: bool = False
    noted: Callable[[str], str] = noted

    @property
    def since(self) -> datetime:
        """When the main token came to its stage."""
        return self.last or self.case.held_at

    def act(self, act: Act) -> None:
        """Apply one act; refuses what its verb refuses, and an act before the one it follows."""
        latest = max((self.case.moved_at, *(entry.at for entry in self.entries[-1:])))
        if act.at < latest:
            raise Refusal("story_backwards", N_("This story goes backwards in time."))
        _ACTS[type(act)](self, act)

    def _accept(self, act: Accept) -> None:
        case, post = self.case, act.post
        self.permit(post, Permit.CASE_ACCEPT)
        _in_state(case, "received")
        if case.holder == rules.DISPATCH and not post.can(Permit.CASE_SEND):
            raise _not_yours()
        if case.holder.startswith("organ:") and case.holder != f"organ:{post.organ}":
            raise _not_yours()
        case.organ, case.holder = post.organ, post.ref
        self.hold(act.at, "in_hand")
        self.note(act.at, post.doer, "accepted", post)
        self.fact("case.accepted", act.at, post.doer, {"round": case.round})

    def _rematter(self, act: Rematter) -> None:
        case, card, before = self.case, matters.chosen(act.matter), self.case.matter_id
        self.in_hand(act.post, Permit.CASE_REMATTER)
        if not card.public_ok or card.about_officer:
            raise Refusal("story_narrows", N_("A story cannot take words from public view; a person does that."))
        verdict = rules.verdict(chosen_by=case.matter_by, same=before == card.code)
        case.matter_id, case.matter_by, self.matter = card.code, "staff", card
        case.public = self.voice.allows_public and not case.about_officer
        reason = "" if before != card.code else "confirmed"
        self.note(act.at, act.post.doer, "rematter", act.post, matter=card.code, reason=reason)
        details: dict[str, Json] = {"matter": card.code, "before": before}
        if verdict:
            self._judge(act.at, "matter", before, verdict)
            details["hint"] = verdict
        self.fact("case.rematter", act.at, act.post.doer, details)

    def _ask(self, act: Ask) -> None:
        self.in_hand(act.post, Permit.CASE_ASK)
        text = mask(rules.clean_words(act.question, most=rules.REASON_MAX, field="question")).text
        until, reason = self.pauses.get(act.at), handling.WAITING if act.at in self.pauses else ""
        clause = procedures.net(self.matter.procedure).move("ask").clause
        told: dict[str, Any] = {"public_text": text, "voice": self.voice, "seen_by_all": False}
        entry = self.note(act.at, act.post.doer, "asked", act.post, reason=reason, clause=clause, **told)
        self.question = True
        if until is not None:
            self.decide(entry, "paused", reason)
            self.hold(act.at, "asked")
        details: dict[str, Json] = {"voice": self.voice.id.hex, "until": stamp(until) if until else ""}
        self.fact("case.asked", act.at, act.post.doer, details)

    def _reply(self, act: Reply) -> None:
        words = rules.clean_words(act.words)
        if not self.question:
            raise Refusal("not_asked", N_("No question is open. Your words were not sent; you may say them anew."))
        by = self.voice.ref
        told: dict[str, Any] = {"public_text": mask(words).text, "voice": self.voice, "seen_by_all": False}
        sealing.seal_reply(self.note(act.at, by, "resident_answered", None, **told), words)
        self.question = False
        if self.case.state == "asked":
            self.case.state, self.last = "in_hand", act.at
            self.case.version += 1
            self.case.moved_by, self.case.moved_at = by, act.at
        self.facts.append(NewFact("case.replied", self.case.ref, by, act.at, {"voice": self.voice.id.hex}))

    def _help(self, act: Help) -> None:
        self.in_hand(act.post, Permit.CASE_ASSIST)
        asked = ("helping", f"organ:{act.organ}")  # one that has returned may be asked again
        if act.organ == self.case.organ or any((one.stage, one.holder) == asked for one in self.more):
            raise Refusal(
                "helps_already", N_("%(organ)s is working on this case already."), field="organs", organ=act.organ
            )
        text = rules.clean_note(act.text)
        self.case.helping += 1
        self.more.append(Live("helping", f"organ:{act.organ}", act.at))
        self.note(act.at, act.post.doer, "helped", act.post, to_organ=act.organ, internal_text=text)
        self.fact("case.helping", act.at, act.post.doer, {"organs": [act.organ]})

    def _return(self, act: Return) -> None:
        text, holder = rules.clean_words(act.text, most=rules.ANSWER_MAX, field="text"), f"organ:{act.post.organ}"
        self.permit(act.post, Permit.CASE_ASSIST)
        asked = next((one for one in self.more if (one.stage, one.holder) == ("helping", holder)), None)
        if asked is None:
            raise _not_yours()
        self.more = [one for one in self.more if one is not asked] + [Live("helped", holder, act.at)]
        self.case.helping -= 1
        self.note(act.at, act.post.doer, "returned_help", act.post, internal_text=text)
        self.fact("case.helped", act.at, act.post.doer, {"organ": act.post.organ})

    def _hand_over(self, act: HandOver) -> None:
        case = self.case
        rules.check_handover(reason=act.reason, to_organ=act.to_organ, to_post=None, clause=act.clause)
        self.permit(act.post, Permit.CASE_HANDOVER)
        if case.state not in ("received", "in_hand") or act.post.organ != case.organ or act.to_organ == case.organ:
            raise _not_yours()
        rules.refuse_self(bool(case.officer_organ) and act.to_organ == case.officer_organ)
        ruling = False
        if rules.counts_as_refusal(act.reason):
            case.refusals += 1
            ruling = rules.to_ruling(case.refusals)
        case.holder = rules.DISPATCH if ruling else f"organ:{act.to_organ}"
        self.hold(act.at, "received")
        if not ruling:
            case.organ = act.to_organ
        text = mask(rules.clean_note(act.text)).text
        told: dict[str, Any] = {"to_organ": act.to_organ, "reason": act.reason, "clause": act.clause}
        entry = self.note(act.at, act.post.doer, "handed_over", act.post, public_text=text, **told)
        self.decide(entry, "handed_over", act.reason)
        details: dict[str, Json] = {
            "reason": act.reason, "organ": case.organ, "post": "", "clause": act.clause,
            "refusals": case.refusals, "to_ruling": ruling,
        }  # fmt: skip
        self.fact("case.handed_over", act.at, act.post.doer, details)

    def _join(self, act: Join) -> None:
        case, voice = self.case, self.joined[act.at]
        if not case.public or case.state == "closed":
            raise Refusal("case_closed", N_("This case is closed. Please say it anew; we look at it again."))
        by = voice.ref if act.by == rules.NEW_VOICE else act.by
        case.voices += 1
        case.urgent = case.urgent or bool(voice.danger)
        case.version += 1
        self.note(act.at, by, "joined", None, voice=voice)
        details: dict[str, Json] = {
            "voice": voice.id.hex, "number": voice.number, "kind": voice.kind, "source": voice.source,
        }  # fmt: skip
        fact = NewFact("case.joined", case.ref, by, act.at, details, happened_at=act.at)
        self.facts.append(fact)
        self.voices.append((voice, fact))

    def _answer(self, act: Answer) -> None:
        case, post = self.case, act.post
        rules.check_outcome(act.outcome, duplicate_of="")
        self.permit(post, Permit.CASE_ANSWER)
        self.in_hand(post, Permit.CASE_CLOSE)
        if case.helping:
            raise Refusal("help_outstanding", N_("Other organs still work on this case."), status=409)
        text = mask(rules.clean_words(act.public_text, most=rules.ANSWER_MAX, field="public_text")).text
        internal = rules.clean_note(act.internal_text, most=rules.ANSWER_MAX, field="internal_text")
        reason = self._closed(act.at, act.outcome)
        self.note(act.at, post.doer, "answered", post, public_text=text, internal_text=internal, reason=reason)
        entry = self.note(act.at, post.doer, "closed", post, outcome=act.outcome)
        if act.outcome in rules.REFUSALS:
            self.decide(entry, "refused", act.outcome)
        details: dict[str, Json] = {"round": case.round, "outcome": act.outcome, "in_time": case.in_time}
        left = rules.hints_left(case.matter_by, case.place_by)
        for what in left:
            self._judge(act.at, what, case.matter_id if what == "matter" else case.place, "stood")
        if left:
            details["stood"] = " ".join(left)
        self.fact("case.closed", act.at, post.doer, details)

    def _end(self, act: Ended) -> None:
        case, by = self.case, self.facts[0].by
        rules.check_outcome(act.outcome, duplicate_of="first" if act.outcome == "duplicate" else "")
        _in_state(case, "received")
        text = self.noted(act.public_text)
        reason = self._closed(act.at, act.outcome, timed=act.timed, told=act.in_time)
        where = {"at": act.at, "by": by, "organ": case.organ, "case_id": case.id, "round": case.round}
        self.entries.append(build(Entry, **where, kind="answered", public_text=text, reason=reason))
        self.entries.append(build(Entry, **where, kind="closed", outcome=act.outcome))
        details: dict[str, Json] = {"round": case.round, "outcome": act.outcome, "in_time": case.in_time}
        self.fact("case.closed", act.at, by, details)

    def _left(self, act: Left) -> None:
        by = self.facts[0].by
        _in_state(self.case, "received")
        self.hold(act.at, left_rules.STATE)
        self.note(act.at, by, "left_open", None)
        self.fact("case.left_open", act.at, by, {})

    def _closed(self, at: datetime, outcome: str, *, timed: bool = True, told: bool | None = None) -> str:
        case = self.case
        case.answered_at = at
        case.in_time = judging.verdict(at, self.clocks[case.round - 1].due_at, timed=timed, told=told)
        case.outcome, case.closed_at = outcome, at
        self.hold(at, "closed")
        self.more, self.question = [], False
        return judging.reason(case.in_time, timed=timed)

    def _rate(self, act: Rate) -> None:
        case, by = self.case, self.voice.ref
        rules.check_rating(act.grade)
        _in_state(case, "closed")
        if any(rating.round == case.round for rating in self.ratings):
            raise Refusal("rated_already", N_("You have rated this answer already. We kept what you said."), status=409)
        rated = case.round
        opens = case.closed_at is not None and reopens(act, case.closed_at, self.matter)
        words = rules.clean_note(act.words, most=rules.RATING_WORDS_MAX, field="words")
        rating = Rating(
            voice=self.voice,
            case=case,
            round=rated,
            solved=act.solved,
            grade=act.grade,
            words=mask(words).text,
            at=act.at,
            reopened=opens,
        )
        sealing.seal_rating(rating, words)
        self.ratings.append(rating)
        self.note(act.at, by, "rated", None, voice=self.voice, seen_by_all=False)
        if opens:
            self.begin_round(act.at)
            case.moved_by, case.moved_at = by, act.at
            self.note(act.at, by, "reopened", None, reason="unhappy")
        details: dict[str, Json] = {
            "voice": self.voice.id.hex, "round": rated, "solved": act.solved, "grade": act.grade, "reopened": opens,
        }  # fmt: skip
        self.facts.append(NewFact("case.rated", case.ref, by, act.at, details))
        case.version += 1

    def begin_round(self, at: datetime) -> None:
        """The next round, at the organ that leads the case, with its clock."""
        case, clock = self.case, self.clocks[self.case.round]
        case.clock = clock.id
        case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
        case.round += 1
        case.holder = f"organ:{case.organ}" if case.organ else rules.DISPATCH
        self.hold(at, "received")
        case.outcome = ""
        case.answered_at = case.in_time = case.closed_at = None

    def hold(self, at: datetime, state: str) -> None:
        """Set the state of the case; whoever holds it has done so since `at`."""
        self.case.state, self.case.held_at, self.last = state, at, None

    def in_hand(self, post: PostCard, permit: Permit, state: str = "in_hand") -> None:
        """Refuses a post without the permit, a case in another state, and one that another organ leads."""
        self.permit(post, permit)
        _in_state(self.case, state)
        if post.organ != self.case.organ:
            raise _not_yours()

    def permit(self, post: PostCard, permit: Permit, *, appealed_to: Collection[str] = ()) -> None:
        """Refuses a post without the permit and one that may not see the case; `appealed_to`: organs that answer."""
        case = self.case
        hidden = rules.hidden_from(
            posts={post.id.hex, (post.covered_by or post.id).hex},
            account=post.account.hex if post.account else "",
            organs={post.organ},
            officer_post=case.officer_post,
            officer_account=case.officer_account,
            officer_organ=case.officer_organ,
        )
        at_desk = case.holder == rules.DISPATCH and post.can(Permit.CASE_SEND)
        mine = at_desk or post.organ in (case.organ, *appealed_to)
        if hidden or not post.can(permit) or (case.about_officer and not mine):
            raise NotAllowed("not_permitted", N_("The post you act in may not do this."))

    def note(self, at: datetime, by: str, kind: str, post: PostCard | None, **fields: Any) -> Entry:
        """Write a line of the course."""
        where = {"organ": post.organ, "post": post.id.hex} if post else {}
        entry = build(Entry, case_id=self.case.id, at=at, kind=kind, by=by, round=self.case.round, **where, **fields)
        self.entries.append(entry)
        return entry

    def decide(self, entry: Entry, what: str, reason: str) -> None:
        """Count a line among the decisions that limit somebody."""
        self.decisions.append(
            build(Decision, entry_id=entry.id, case_id=self.case.id, at=entry.at, what=what, reason=reason)
        )

    def _judge(self, at: datetime, what: str, offered: str, verdict: str) -> None:
        self.hints.append(build(Hint, case_id=self.case.id, at=at, what=what, offered=offered, verdict=verdict))

    def fact(self, kind: str, at: datetime, by: str, details: dict[str, Json]) -> None:
        """Write the fact of a move; the case has its next version."""
        self.facts.append(NewFact(kind, self.case.ref, by, at, details))
        self.case.version += 1
        self.case.moved_by, self.case.moved_at = by, at


_ACTS: dict[type, Callable[[Telling, Any], None]] = {
    Accept: Telling._accept,
    Answer: Telling._answer,
    Ask: Telling._ask,
    Contest: storytelling_rights.contest,
    Ended: Telling._end,
    Halt: storytelling_rights.halt,
    HandOver: Telling._hand_over,
    Help: Telling._help,
    Join: Telling._join,
    Left: Telling._left,
    Rate: Telling._rate,
    Rematter: Telling._rematter,
    Reply: Telling._reply,
    Resume: storytelling_rights.resume,
    Return: Telling._return,
    Rule: storytelling_rights.rule,
}


def _not_yours() -> NotAllowed:
    return NotAllowed("not_yours", N_("This case lies with somebody else now. Only they can make this move."))


def _in_state(case: Case, state: str) -> None:
    if case.state != state:
        raise Refusal("not_now", N_("This cannot be done as the case stands now. Look at it again."), status=409)
