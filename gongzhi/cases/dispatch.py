"""Bringing a case to those who must act: accepting, sending, handing over, helping, changing the matter.

First-receiver responsibility (首接负责): a case leaves an organ only for a coded reason and to a named receiver;
the second refusal goes to the dispatcher's ruling, so that no case bounces for ever. No clock is touched here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import matters, narrowing, placing, rules, turning
from gongzhi.cases.cards import Where
from gongzhi.cases.models import Case
from gongzhi.cases.turning import Turn
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import running


@transaction.atomic
def accept(*, by: str, at: datetime, post: PostCard, case: UUID, version: int) -> Case:
    """Take a received case in hand: from now on this post holds it."""
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="accept", permit=Permit.CASE_ACCEPT)
    turning.in_state(turn, "received")
    turn.fire("accept", holder=turning.in_hands(turn), to=[post.ref])
    turn.case.organ = post.organ
    turn.hold(post.ref, state="in_hand")
    turn.note("accepted")
    return turn.finish("case.accepted", {"round": turn.case.round})


@transaction.atomic
def send(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, organ: str, reason_text: str = "") -> Case:
    """Send a case that lies at the dispatch desk, or with the dispatcher's own organ, to the organ it concerns.

    After two refusals this is a ruling, and the course says so."""
    text = mask(rules.clean_note(reason_text, field="reason_text")).text
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="send", permit=Permit.CASE_SEND)
    turning.in_state(turn, "received")
    held = turn.case.holder
    if held not in (rules.DISPATCH, f"organ:{post.organ}"):
        raise NotAllowed("not_at_desk", N_("This case no longer lies at the dispatch desk."))
    _check_organ(turn, organ)
    ruling = rules.to_ruling(turn.case.refusals)
    turn.fire("send", holder=held, to=[f"organ:{organ}"])
    turn.case.organ = organ
    turn.hold(f"organ:{organ}", state="received")
    turn.note("ruled" if ruling else "sent", to_organ=organ, public_text=text)
    return turn.finish("case.sent", {"organ": organ, "ruling": ruling})


@transaction.atomic
def hand_over(
    *,
    by: str,
    at: datetime,
    post: PostCard,
    case: UUID,
    version: int,
    reason: str,
    to_organ: str = "",
    to_post: UUID | None = None,
    clause: str = "",
    text: str = "",
) -> Case:
    """Hand a case to a named organ or post for a coded reason; `not_our_duty` needs a clause and whom they believe
    responsible. A second "not ours" (duty or place) goes to the dispatch desk for a ruling instead."""
    text = mask(rules.clean_note(text)).text
    rules.check_handover(reason=reason, to_organ=to_organ, to_post=to_post, clause=clause)
    turn = turning.begin(
        by=by, at=at, post=post, case=case, version=version, move="hand_over", permit=Permit.CASE_HANDOVER
    )
    turning.in_state(turn, "received", "in_hand")
    held = turning.in_hands(turn)
    receiver = _receiver(turn, to_organ, to_post)
    turn.case.refusals += rules.counts_as_refusal(reason)
    ruling = rules.counts_as_refusal(reason) and rules.to_ruling(turn.case.refusals)
    holder = rules.DISPATCH if ruling else receiver.ref if receiver else f"organ:{to_organ}"
    turn.fire("hand_over", holder=held, to=[holder], reason=reason)
    turn.hold(holder, state="received")
    if not ruling:
        turn.case.organ = receiver.organ if receiver else to_organ
    entry = turn.note(
        "handed_over",
        to_organ=receiver.organ if receiver else to_organ,
        to_post=receiver.id.hex if receiver else "",
        reason=reason,
        clause=clause,
        public_text=text,
    )
    turn.decide(entry, "handed_over", reason)
    return turn.finish(
        "case.handed_over",
        {
            "reason": reason,
            "organ": turn.case.organ,
            "post": receiver.id.hex if receiver else "",
            "clause": clause,
            "refusals": turn.case.refusals,
            "to_ruling": ruling,
        },
    )


@transaction.atomic
def rematter(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, matter: str) -> Case:
    """Set the matter; the same one confirms a suggestion. Clock and organ stay what they are.

    A matter that must not be public, or is about an officer, narrows the case at once."""
    turn = turning.begin(
        by=by, at=at, post=post, case=case, version=version, move="rematter", permit=Permit.CASE_REMATTER
    )
    turning.in_state(turn, "received", "in_hand", "asked", "paused")
    turning.in_hands(turn)
    card = matters.chosen(matter)
    row, before, was_public = turn.case, turn.case.matter_id, turn.case.public
    verdict = rules.verdict(chosen_by=row.matter_by, same=before == card.code)
    row.matter_id, row.matter_by = card.code, "staff"
    row.about_officer = row.about_officer or card.about_officer
    row.public = card.public_ok and not row.about_officer and narrowing.may_be_public(row)
    turn.note("rematter", matter=card.code, reason="" if before != card.code else "confirmed")
    if was_public and not row.public:
        narrowing.take_away(turn, reason="about_officer" if row.about_officer else "matter_private")
    details: dict[str, Json] = {"matter": card.code, "before": before}
    if verdict:
        turn.judge("matter", before, verdict)
        details["hint"] = verdict
    return turn.finish("case.rematter", details)


@transaction.atomic
def relocate(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, place: str) -> Case:
    """Set the place (a division or grid code); the same one confirms a suggestion. Clock and organ stay what they are.

    A pin that lies elsewhere is dropped; what was typed stays. Refuses an unknown place."""
    turn = turning.begin(
        by=by, at=at, post=post, case=case, version=version, move="relocate", permit=Permit.CASE_REMATTER
    )
    turning.in_state(turn, "received", "in_hand", "asked", "paused")
    turning.in_hands(turn)
    where = placing.place(Where(code=place), keep=False)
    row, before = turn.case, turn.case.place
    verdict = rules.verdict(chosen_by=row.place_by, same=before == where.code)
    row.grid, row.division, row.place_by = where.grid, where.division, "staff"
    if before != where.code:
        row.lon = row.lat = None
    turn.note("relocated", reason="" if before != where.code else "confirmed")
    details: dict[str, Json] = {"place": where.code, "before": before}
    if verdict:
        turn.judge("place", before, verdict)
        details["hint"] = verdict
    return turn.finish("case.relocated", details)


@transaction.atomic
def help(
    *, by: str, at: datetime, post: PostCard, case: UUID, version: int, organs: Sequence[str], text: str = ""
) -> Case:
    """Ask further organs to do their part. The case closes only when every one of them has returned."""
    text = rules.clean_note(text)
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="help", permit=Permit.CASE_ASSIST)
    turning.in_state(turn, "in_hand")
    held = turning.in_hands(turn)
    wanted = list(dict.fromkeys(organs))
    if not wanted:
        raise Refusal("receiver_missing", N_("Please name the organs that should help."), field="organs")
    already = {token.holder for token in running.marking(turn.case.run) if token.stage == "helping"}
    for organ in wanted:
        _check_organ(turn, organ)
        if organ == turn.case.organ or f"organ:{organ}" in already:
            raise Refusal(
                "helps_already", N_("%(organ)s is working on this case already."), field="organs", organ=organ
            )
    turn.fire("help", holder=held, to=[f"organ:{organ}" for organ in wanted])
    turn.case.helping += len(wanted)
    for organ in wanted:
        turn.note("helped", to_organ=organ, public_text="", internal_text=text)
    return turn.finish("case.helping", {"organs": [*wanted]})


@transaction.atomic
def return_help(
    *,
    by: str,
    at: datetime,
    post: PostCard,
    case: UUID,
    version: int,
    text: str,
    internal_text: str = "",
) -> Case:
    """A helping organ returns its part with what it did; the lead organ answers the resident."""
    text = rules.clean_words(text, most=rules.ANSWER_MAX, field="text")
    internal = rules.clean_note(internal_text, field="internal_text")
    turn = turning.begin(
        by=by, at=at, post=post, case=case, version=version, move="return_help", permit=Permit.CASE_ASSIST
    )
    turn.fire("return_help", holder=f"organ:{post.organ}", result=text)
    turn.case.helping -= 1
    turn.note("returned_help", internal_text="\n\n".join(filter(None, (text, internal))))
    return turn.finish("case.helped", {"organ": post.organ})


def _receiver(turn: Turn, to_organ: str, to_post: UUID | None) -> PostCard | None:
    if to_post is None:
        _check_organ(turn, to_organ)
        if to_organ == turn.post.organ:
            raise Refusal("receiver_is_sender", N_("Please choose another organ, or a post of your own."), field="to")
        return None
    card = people.post(to_post, turn.at)
    if card is None or card.account is None or not card.can(Permit.CASE_ACCEPT):
        raise Refusal("receiver_unknown", N_("Nobody works in that post. Please choose another receiver."), field="to")
    about = card.id.hex == turn.case.officer_post or (card.account.hex == turn.case.officer_account)
    rules.refuse_self(about or (bool(turn.case.officer_organ) and card.organ == turn.case.officer_organ))
    return card


def _check_organ(turn: Turn, organ: str) -> None:
    if people.organ(organ) is None:
        raise Refusal("organ_unknown", N_("We do not know this organ. Please choose one from the list."), field="to")
    rules.refuse_self(bool(turn.case.officer_organ) and organ == turn.case.officer_organ)
