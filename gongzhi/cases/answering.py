"""One answer for the case and, where it differs, an own answer for a voice: each voice gets the one that is hers.

Many people may say the same and still be told different things ("the lamp is mended" and "yours at the back door
comes next week"). An own answer is a line of the course that only the desk and that voice read; on her page and in
her letter it stands in place of the common one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gongzhi.cases import judging, letters, rules
from gongzhi.cases.models import Case, Voice
from gongzhi.cases.turning import Turn
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal


@dataclass(frozen=True, slots=True)
class Answers:
    """Masked texts: the common one, and own ones with the voice each is for."""

    text: str
    own: tuple[tuple[Voice, str], ...] = ()


def read(case: Case, *, public_text: str, own: Mapping[UUID, str] | None) -> Answers:
    """The answers, cleaned and masked; an empty own one counts as none.

    Refuses an empty common answer, a text that is too long, and a voice that is not (or no longer) in the case."""
    text = mask(rules.clean_words(public_text, most=rules.ANSWER_MAX, field="public_text")).text
    told = {id: rules.clean_note(words, most=rules.ANSWER_MAX, field="own") for id, words in (own or {}).items()}
    told = {id: words for id, words in told.items() if words}
    if not told:
        return Answers(text)
    live = {voice.id: voice for voice in letters.live_voices(case)}
    if not told.keys() <= live.keys():
        raise Refusal(
            "voice_not_here",
            N_("One of the own answers is for a voice that is not in this case any more. Look at the case again."),
            status=409,
            field="own",
        )
    return Answers(text, tuple((live[id], mask(words).text) for id, words in told.items()))


def write(turn: Turn, answers: Answers, *, internal_text: str) -> None:
    """The lines of the course: the common answer, and one for each own answer, kept from everybody else."""
    told = {"internal_text": internal_text, "reason": judging.reason(turn.case.in_time)}
    turn.note("answered", public_text=answers.text, **told)
    for voice, text in answers.own:
        turn.note("answered_own", public_text=text, internal_text=voice.number, voice=voice, seen_by_all=False)


def tell(turn: Turn, answers: Answers, **context: str) -> None:
    """One letter for each voice, with the answer that is hers."""
    own = {voice.id for voice, _ in answers.own}
    others = [voice for voice in letters.live_voices(turn.case) if voice.id not in own]
    turn.tell("answered", voices=others, answer=answers.text, **context)
    for voice, text in answers.own:
        turn.tell("answered", voices=[voice], answer=text, **context)
