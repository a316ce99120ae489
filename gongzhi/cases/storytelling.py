"""The acts of a story, applied to rows in memory as the verbs of dispatch, closing and rating apply them to tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gongzhi.cases import rules
from gongzhi.cases.cards import MatterCard
from gongzhi.cases.models import Case, Entry, Rating, Voice
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger.rows import build
from gongzhi.ledger.writing import NewFact
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures.models import Clock


@dataclass(frozen=True, slots=True)
class Accept:
    """A post takes the case in hand (dispatch.accept); from the dispatch desk it is first sent to its organ."""

    at: datetime
    post: PostCard


@dataclass(frozen=True, slots=True)
class Answer:
    """The post that holds the case answers and closes it (closing.answer_and_close)."""

    at: datetime
    post: PostCard
    public_text: str
    outcome: str
    internal_text: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """The resident rates (rating.rate)."""

    at: datetime
    solved: bool
    grade: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """Another system's record says that the case ended there: who did it here nobody knows, so no post is named."""

    at: datetime
    outcome: str
    public_text: str = ""


Act = Accept | Answer | Ended | Rate


def reopens(act: Rate, closed_at: datetime, matter: MatterCard) -> bool:
    """Whether a rating opens the case again: the same rule as rating.rate."""
    return rules.unhappy(solved=act.solved, grade=act.grade) and act.at <= rules.reopens_until(
        closed_at, matter.reopen_days
    )


@dataclass(slots=True)
class Telling:
    """The rows of one story as they grow, act by act. `clocks` holds one row for each round."""

    case: Case
    voice: Voice
    clocks: list[Clock]
    facts: list[NewFact]
    entries: list[Entry] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)

    def act(self, act: Act, matter: MatterCard) -> None:
        """Apply one act; refuses what its verb refuses, and an act before the one it follows."""
        if act.at < self.case.moved_at:
            raise Refusal("story_backwards", N_("This story goes backwards in time."))
        if isinstance(act, Accept):
            self._accept(act)
        elif isinstance(act, Answer):
            self._answer(act)
        elif isinstance(act, Ended):
            self._end(act)
        else:
            self._rate(act, matter)

    def _accept(self, act: Accept) -> None:
        case, post = self.case, act.post
        self._permit(post, Permit.CASE_ACCEPT)
        _in_state(case, "received")
        if case.holder == rules.DISPATCH and not post.can(Permit.CASE_SEND):
            raise NotAllowed("not_yours", N_("This case lies with somebody else now. Only they can make this move."))
        if case.holder.startswith("organ:") and case.holder != f"organ:{post.organ}":
            raise NotAllowed("not_yours", N_("This case lies with somebody else now. Only they can make this move."))
        case.organ, case.holder, case.held_at, case.state = post.organ, post.ref, act.at, "in_hand"
        self._note(act.at, post.doer, "accepted", post)
        self._fact("case.accepted", act.at, post.doer, {"round": case.round})

    def _answer(self, act: Answer) -> None:
        case, post = self.case, act.post
        rules.check_outcome(act.outcome, duplicate_of="")
        self._permit(post, Permit.CASE_ANSWER)
        self._permit(post, Permit.CASE_CLOSE)
        _in_state(case, "in_hand")
        if post.organ != case.organ:
            raise NotAllowed("not_yours", N_("This case lies with somebody else now. Only they can make this move."))
        text = mask(rules.clean_words(act.public_text, most=rules.ANSWER_MAX, field="public_text")).text
        internal = rules.clean_note(act.internal_text, most=rules.ANSWER_MAX, field="internal_text")
        case.answered_at, case.in_time = act.at, act.at <= self.clocks[case.round - 1].due_at
        case.state, case.outcome, case.closed_at, case.held_at = "closed", act.outcome, act.at, act.at
        reason = "in_time" if case.in_time else "late"
        self._note(act.at, post.doer, "answered", post, public_text=text, internal_text=internal, reason=reason)
        self._note(act.at, post.doer, "closed", post, outcome=act.outcome)
        details: dict[str, Json] = {"round": case.round, "outcome": act.outcome, "in_time": case.in_time}
        self._fact("case.closed", act.at, post.doer, details)

    def _end(self, act: Ended) -> None:
        case, by = self.case, self.facts[0].by
        rules.check_outcome(act.outcome, duplicate_of="first" if act.outcome == "duplicate" else "")
        _in_state(case, "received")
        text = rules.clean_note(act.public_text, most=rules.ANSWER_MAX, field="public_text")
        case.answered_at, case.in_time = act.at, act.at <= self.clocks[case.round - 1].due_at
        case.state, case.outcome, case.closed_at, case.held_at = "closed", act.outcome, act.at, act.at
        where = {"at": act.at, "by": by, "organ": case.organ, "case_id": case.id, "round": case.round}
        reason = "in_time" if case.in_time else "late"
        self.entries.append(
            build(Entry, **where, kind="answered", public_text=mask(text).text if text else "", reason=reason)
        )
        self.entries.append(build(Entry, **where, kind="closed", outcome=act.outcome))
        details: dict[str, Json] = {"round": case.round, "outcome": act.outcome, "in_time": case.in_time}
        self._fact("case.closed", act.at, by, details)

    def _rate(self, act: Rate, matter: MatterCard) -> None:
        case, by = self.case, self.voice.ref
        rules.check_rating(act.grade)
        _in_state(case, "closed")
        if any(rating.round == case.round for rating in self.ratings):
            raise Refusal("rated_already", N_("You have rated this answer already. We kept what you said."), status=409)
        rated = case.round
        opens = case.closed_at is not None and reopens(act, case.closed_at, matter)
        self.ratings.append(
            Rating(
                voice=self.voice,
                case=case,
                round=rated,
                solved=act.solved,
                grade=act.grade,
                words=mask(rules.clean_note(act.words, most=rules.RATING_WORDS_MAX, field="words")).text,
                at=act.at,
                reopened=opens,
            )
        )
        self._note(act.at, by, "rated", None, voice=self.voice, seen_by_all=False)
        if opens:
            self._begin_round(act.at)
            self._note(act.at, by, "reopened", None, reason="unhappy")
        self.facts.append(
            NewFact(
                "case.rated",
                case.ref,
                by,
                act.at,
                {
                    "voice": self.voice.id.hex,
                    "round": rated,
                    "solved": act.solved,
                    "grade": act.grade,
                    "reopened": opens,
                },
            )
        )
        case.version += 1

    def _begin_round(self, at: datetime) -> None:
        case, clock = self.case, self.clocks[self.case.round]
        case.clock = clock.id
        case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
        case.round += 1
        case.holder = f"organ:{case.organ}" if case.organ else rules.DISPATCH
        case.state, case.outcome, case.held_at = "received", "", at
        case.answered_at = case.in_time = case.closed_at = None

    def _permit(self, post: PostCard, permit: Permit) -> None:
        case = self.case
        hidden = rules.hidden_from(
            posts={post.id.hex, (post.covered_by or post.id).hex},
            account=post.account.hex if post.account else "",
            organs={post.organ},
            officer_post=case.officer_post,
            officer_account=case.officer_account,
            officer_organ=case.officer_organ,
        )
        if hidden or not post.can(permit):
            raise NotAllowed("not_permitted", N_("The post you act in may not do this."))

    def _note(self, at: datetime, by: str, kind: str, post: PostCard | None, **fields: Any) -> None:
        where = {"organ": post.organ, "post": post.id.hex} if post else {}
        self.entries.append(
            build(Entry, case_id=self.case.id, at=at, kind=kind, by=by, round=self.case.round, **where, **fields)
        )

    def _fact(self, kind: str, at: datetime, by: str, details: dict[str, Json]) -> None:
        self.facts.append(NewFact(kind, self.case.ref, by, at, details))
        self.case.version += 1
        self.case.moved_by, self.case.moved_at = by, at


def _in_state(case: Case, state: str) -> None:
    if case.state != state:
        raise Refusal("not_now", N_("This cannot be done as the case stands now. Look at it again."), status=409)
