"""Work that is in somebody's hands at the end of a rehearsal: questions open, help asked, cases passed on, notes,
limits that stand still by law, appeals.

Played by the single verbs on what the inboxes show, so that each demo sign-in finds the work of an ordinary day.
`stage` adds a few cases that every county of any size must have: near, overdue, at the dispatch desk, about an officer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gongzhi.cases import (
    appealing,
    casefile,
    closing,
    decisions,
    dispatch,
    handling,
    inbox,
    intake,
    matters,
    pausing,
    reads,
    ringing,
    rules,
)
from gongzhi.cases.cards import Where
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.intake import Received
from gongzhi.kit.worktime import standing
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.rehearsal.arrivals import Home
from gongzhi.rehearsal.grammar import Grammar
from gongzhi.rehearsal.planning import Desk

HALTED = 0.05  # of running cases that nothing else happens to
CLAUSE = "hotline-11"  # first receiver is responsible; who disagrees names the rule
Deed = Callable[[Desk, random.Random, PostCard, InboxRow], None]


def stir(desk: Desk, span: timedelta) -> int:
    """Do something with about half of the running cases received within `span` of the end; how many."""
    deeds: tuple[tuple[Deed, float], ...] = ((_ask, 0.2), (_help, 0.16), (_note, 0.1), (_pass_on, 0.05))
    done = 0
    for post, row in list(_running(desk, span)):
        rng = random.Random(f"{desk.seed} lively {row.received_at.isoformat()}")  # noqa: S311
        deed = rng.choices([*(deed for deed, _ in deeds), None], [*(share for _, share in deeds), 0.49])[0]
        if deed is not None and row.state == "in_hand" and not row.about_officer:
            deed(desk, rng, post, row)
            done += 1
        elif row.state == "in_hand" and not row.about_officer and _is_long(row) and rng.random() < HALTED:
            done += _halt(desk, rng, post, row)
    return done


def stage(desk: Desk, homes: Sequence[Home], post: PostCard) -> None:
    """Make sure of work in every queue: new, overdue, asked and helping for `post` (near only on a day on which a
    limit ends), two cases at the dispatch desk, two about officers, one that stands still by law, two appeals without
    an answer.

    `homes` are the county's places, one of the county town first."""
    rng = random.Random(f"{desk.seed} stage")  # noqa: S311
    matter = next(code for code in _matters_of(post, homes[0].grid))
    homes = [home for home in homes if matters.responsible(matter, home.grid).organ == post.organ]
    for state in ("near", "overdue", "in_time", "in_time"):
        _say(desk, rng, matter, homes, _begun(desk, matter, state))
    waiting = inbox.inbox(reads.acting(post), "new", desk.until, limit=200).rows
    rows = sorted((row for row in waiting if row.matter.code == matter), key=lambda row: row.received_at)
    for row, deed in zip(rows, (None, None, _ask, _help), strict=False):
        dispatch.accept(by=post.doer, at=_later(desk, rng, row), post=post, case=row.case, version=row.version)
        if deed is not None:
            deed(desk, rng, post, _again(post, row.case, desk))
    for _nth in range(2):
        _say(desk, rng, matter, homes, desk.until - timedelta(hours=30 * (_nth + 1)))
    fresh = inbox.inbox(reads.acting(post), "new", desk.until, limit=200).rows
    for row in sorted(fresh, key=lambda row: row.received_at)[-2:]:
        _pass_on(desk, rng, post, row)
    for hours in (1, 5, 9):  # what waits to be accepted this morning
        _say(desk, rng, matter, homes, desk.until - timedelta(hours=hours))
    for hours in (3, 20):
        _say(desk, rng, "officer-conduct", homes, desk.until - timedelta(hours=hours))
    _stand_still(desk, rng, post, homes, matter)
    for days in (14, 3):
        _refuse(desk, rng, post, homes, matter, desk.until - timedelta(days=days))


def _stand_still(desk: Desk, rng: random.Random, post: PostCard, homes: Sequence[Home], matter: str) -> None:
    """A case whose limit stands still now for an expert opinion."""
    case = _say(desk, rng, matter, homes, desk.until - timedelta(hours=26)).case
    dispatch.accept(by=post.doer, at=desk.until - timedelta(hours=25), post=post, case=case.id, version=case.version)
    _halt(desk, rng, post, _again(post, case.id, desk))


def _refuse(desk: Desk, rng: random.Random, post: PostCard, homes: Sequence[Home], matter: str, at: datetime) -> None:
    """A case that was refused, and whose resident appealed against it: the office above has not answered yet."""
    said = _say(desk, rng, matter, homes, at)
    turn: dict[str, Any] = {"by": post.doer, "post": post, "case": said.case.id}
    taken = dispatch.accept(at=at + timedelta(hours=2), version=said.case.version, **turn)
    place, organ = rng.choice(homes).spot.name_zh, desk.names.get(post.organ, "")
    answer = Grammar(rng).answer("not_ours", matter=matters.chosen(matter).name_zh, place=place, organ=organ)
    closing.answer_and_close(
        at=at + timedelta(hours=20), version=taken.version, public_text=answer, outcome="not_ours", **turn
    )
    voice = said.voice
    appealing.appeal(
        by=voice.ref,
        at=at + timedelta(hours=30),
        voice=voice.id,
        decision=decisions.newest(said.case.id, "refused"),
        words=Grammar(rng).pick("contest"),
    )


def ring(desk: Desk) -> None:
    """Ring the clocks of what is open, as the clockwork would have done."""
    while ringing.ring_due(at=desk.until, limit=500):
        pass


def _running(desk: Desk, span: timedelta) -> Iterator[tuple[PostCard, InboxRow]]:
    """Cases of the last `span` with the post that holds them."""
    staff = (post for organ in people.organs(desk.until) for post in people.colleagues(organ.code, desk.until))
    for post in staff:
        if not post.can(Permit.CASE_ANSWER) or not post.can(Permit.CASE_CLOSE) or post.role == "head":
            continue
        for row in inbox.inbox(reads.acting(post), "mine", desk.until, limit=200).rows:
            if row.received_at > desk.until - span and row.holder.post and row.holder.post.id == post.id:
                yield post, row


def _matters_of(post: PostCard, place: str) -> Iterator[str]:
    """Matters of ordinary length that the post's organ leads at a place."""
    for card in matters.cards():
        long_enough = card.limit_unit == "working_days" and card.limit_amount >= 2
        if card.leaf and card.public_ok and long_enough and matters.responsible(card.code, place).organ == post.organ:
            yield card.code


def _begun(desk: Desk, matter: str, state: str) -> datetime:
    """A moment at which a clock of this matter must have begun to stand so at the end."""
    card = matters.chosen(matter)
    for hours in range(2, 24 * 60, 2):
        begun = desk.until - timedelta(hours=hours)
        if standing(desk.until, begun, matters.limit_of(card), (), desk.calendar).state == state and hours > 20:
            return begun
    return desk.until - timedelta(hours=22)


def _say(desk: Desk, rng: random.Random, matter: str, homes: Sequence[Home], at: datetime) -> Received:
    home = rng.choice(homes)
    speech = Grammar(rng).speak(matter, home.spot)
    return intake.receive(
        by=rules.NEW_VOICE,
        at=at,
        words=speech.words,
        kind=speech.kind,
        source="web",
        language=speech.language,
        place=Where(lon=home.lon, lat=home.lat, text=speech.place),
        matter=matter,
        allows_public=True,
    )


def _later(desk: Desk, rng: random.Random, row: InboxRow) -> datetime:
    """A moment after the case came into these hands and before the end."""
    since = max(row.holder.since_at, row.received_at)
    return since + (desk.until - since) * rng.uniform(0.2, 0.7)


def _again(post: PostCard, case: UUID, desk: Desk) -> InboxRow:
    found = inbox.inbox(reads.acting(post), "mine", desk.until, limit=200).rows
    return next(one for one in found if one.case == case)


def _ask(desk: Desk, rng: random.Random, post: PostCard, row: InboxRow) -> None:
    at, grammar = _later(desk, rng, row), Grammar(rng)
    where = row.place_text or "那里"
    case = handling.ask(
        by=post.doer, at=at, post=post, case=row.case, version=row.version, question=grammar.pick("ask", place=where)
    )
    if rng.random() < 0.35:
        voice = casefile.desk_case(reads.acting(post), case.id, desk.until).voices[0]
        answered = at + (desk.until - at) * rng.uniform(0.1, 0.9)
        words = grammar.pick("reply", place=where)
        handling.answer_question(by=f"voice:{voice.id.hex}", at=answered, voice=voice.id, words=words)


def _help(desk: Desk, rng: random.Random, post: PostCard, row: InboxRow) -> None:
    at, grammar = _later(desk, rng, row), Grammar(rng)
    card = casefile.desk_case(reads.acting(post), row.case, desk.until)
    there = {post.organ, *(help.organ.code for help in card.helps)}  # its story may have asked some already
    named = [organ.code for organ in card.assisting if organ.code not in there]
    organ = rng.choice(named or [code for code in desk.names if code not in there])
    dispatch.help(
        by=post.doer, at=at, post=post, case=row.case, version=row.version, organs=[organ], text=grammar.pick("help")
    )
    helper = desk.handler(rng, organ, "")
    if helper is None or rng.random() > 0.35:
        return
    course = casefile.desk_case(reads.acting(post), row.case, desk.until).course
    returned = at + (desk.until - at) * rng.uniform(0.2, 0.9)
    dispatch.return_help(
        by=helper.doer, at=returned, post=helper, case=row.case, version=course.version, text=grammar.pick("helped")
    )


def _halt(desk: Desk, rng: random.Random, post: PostCard, row: InboxRow) -> bool:
    """The head of the organ lets the limit stand still, unless it has passed; whether she did."""
    head, at = desk.head(post.organ), _later(desk, rng, row)
    if head is None or at > row.due_at:
        return False
    reason = rng.choice(("expert_opinion", "expert_opinion", "force_majeure"))
    pausing.pause(
        by=head.doer,
        at=at,
        post=head,
        case=row.case,
        version=row.version,
        reason=reason,
        text=Grammar(rng).pick(reason),
    )
    return True


def _is_long(row: InboxRow) -> bool:
    """Whether there is time enough to wait for an expert."""
    card = matters.chosen(row.matter.code)
    return card.limit_unit == "working_days" and card.limit_amount >= 5


def _note(desk: Desk, rng: random.Random, post: PostCard, row: InboxRow) -> None:
    text = Grammar(rng).pick("internal")
    at = _later(desk, rng, row)
    handling.note(by=post.doer, at=at, post=post, case=row.case, version=row.version, internal_text=text)


def _pass_on(desk: Desk, rng: random.Random, post: PostCard, row: InboxRow) -> None:
    """Two organs in turn say that it is not theirs: the dispatch desk must decide."""
    others = [code for code in desk.names if code != post.organ and desk.handler(rng, code, "")]
    version, holder, at = row.version, post, _later(desk, rng, row)
    for receiver in rng.sample(others, 2):
        case = dispatch.hand_over(
            by=holder.doer,
            at=at,
            post=holder,
            case=row.case,
            version=version,
            reason="not_our_duty",
            to_organ=receiver,
            clause=CLAUSE,
            text=Grammar(rng).pick("handover"),
        )
        card = desk.handler(rng, receiver, "")
        if card is None or case.holder == rules.DISPATCH:
            return
        version, holder, at = case.version, card, at + (desk.until - at) / 3
