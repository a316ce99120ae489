"""The acts of a story that touch rights: legal pauses, appeals against a refusal and their answers.

As in `storytelling`: the rules, rows and facts of the verbs (pausing, appealing), applied to rows in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongzhi.cases import appealing, decisions, pausing, rules, sealing
from gongzhi.cases.acts import Contest, Halt, Resume, Rule
from gongzhi.cases.models import Appeal
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger.rows import build
from gongzhi.ledger.writing import NewFact
from gongzhi.people.permits import Permit
from gongzhi.procedures import reads as procedures

if TYPE_CHECKING:
    from gongzhi.cases.storytelling import Telling


def halt(telling: Telling, act: Halt) -> None:
    """The limit stands still; refuses what pausing.pause refuses."""
    text = mask(rules.clean_words(act.text, most=rules.REASON_MAX, field="text")).text
    telling.in_hand(act.post, Permit.CASE_PAUSE)
    term = procedures.net(telling.matter.procedure).move(pausing.MOVE).clock.term(act.reason)
    until = telling.pauses[act.at]
    telling.hold(act.at, "paused")
    entry = telling.note(
        act.at, act.post.doer, "paused", act.post, reason=act.reason, clause=term.clause, public_text=text
    )
    telling.decide(entry, "paused", act.reason)
    details: dict[str, Json] = {"reason": act.reason, "until": stamp(until), "clause": term.clause}
    telling.fact("case.paused", act.at, act.post.doer, details)


def resume(telling: Telling, act: Resume) -> None:
    """The limit and the work go on."""
    telling.in_hand(act.post, Permit.CASE_PAUSE, state="paused")
    telling.hold(act.at, "in_hand")
    telling.note(act.at, act.post.doer, "resumed", act.post)
    telling.fact("case.resumed", act.at, act.post.doer, {})


def contest(telling: Telling, act: Contest) -> None:
    """An appeal against the last closing that refused."""
    words = rules.clean_words(act.words, most=rules.REASON_MAX)
    found = next((row for row in reversed(telling.decisions) if row.what == "refused"), None)
    if found is None:
        raise Refusal("story_contests", N_("In a story only a refusal is appealed against."))
    if act.at > decisions.until(found):
        raise Refusal("appeal_late", N_("An appeal could be made for sixty days; they are over."), status=409)
    if any(row.decision_id == found.entry_id for row in telling.appeals):
        raise Refusal("appealed_already", N_("You have appealed already. It is being looked at."), status=409)
    case, voice, clock = telling.case, telling.voice, telling.appeal_clocks[act.at]
    organ = appealing.answering(case, act.at)
    told = {"public_text": mask(words).text, "voice": voice, "seen_by_all": False}
    entry = telling.note(act.at, voice.ref, "appealed", None, to_organ=organ, reason="refused", **told)
    sealing.seal_reply(entry, words)
    telling.appeals.append(
        build(
            Appeal,
            id=appealing.id_of(clock.about),
            decision_id=found.entry_id,
            case_id=case.id,
            voice=voice,
            entry_id=entry.id,
            organ=organ,
            at=act.at,
            due_at=clock.due_at,
            clock=clock.id,
        )
    )
    details: dict[str, Json] = {
        "voice": voice.id.hex,
        "what": "refused",
        "reason": found.reason,
        "organ": organ,
        "due": stamp(clock.due_at),
    }
    telling.facts.append(NewFact("case.appealed", case.ref, voice.ref, act.at, details))
    case.version += 1


def rule(telling: Telling, act: Rule) -> None:
    """The answer to the open appeal; granted, a refused case begins its next round."""
    text = mask(rules.clean_words(act.public_text, most=rules.ANSWER_MAX, field="public_text")).text
    telling.permit(act.post, Permit.APPEAL_ANSWER, appealed_to=[row.organ for row in telling.appeals])
    row = next((row for row in reversed(telling.appeals) if row.answered_at is None), None)
    if row is None:
        raise Refusal("answered_already", N_("This appeal has been answered."), status=409)
    if row.organ != act.post.organ:
        raise NotAllowed("not_yours", N_("This appeal was made to another office. Only that one can answer it."))
    row.answered_at, row.granted = act.at, act.granted
    reason = "granted" if act.granted else "denied"
    told = {"public_text": text, "voice": telling.voice, "seen_by_all": False}
    telling.note(act.at, act.post.doer, "appeal_answered", act.post, reason=reason, **told)
    if act.granted and telling.case.state == "closed" and telling.case.outcome in rules.REFUSALS:
        telling.begin_round(act.at)
        telling.note(act.at, act.post.doer, "reopened", act.post, reason="appeal")
    details: dict[str, Json] = {"voice": telling.voice.id.hex, "what": "refused", "granted": act.granted}
    telling.fact("case.appeal_answered", act.at, act.post.doer, details)
