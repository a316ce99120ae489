"""Tells one story by the single verbs, step by step, as residents and staff do; used for one story in a hundred."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from gongzhi.cases import appealing, closing, decisions, dispatch, handling, intake, many, pausing, rating
from gongzhi.cases.acts import Act
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case

VERBS: dict[type, Callable[..., Any]] = {
    many.Accept: dispatch.accept,
    many.Ask: handling.ask,
    many.Halt: pausing.pause,
    many.Resume: pausing.resume,
    many.Answer: closing.answer_and_close,
    many.HandOver: dispatch.hand_over,
    many.Rematter: dispatch.rematter,
    many.Return: dispatch.return_help,
}


def tell(story: many.Story) -> str:
    """Receive the voice and do each act by its own verb; the case's number.

    `organ` is what an import says of another system's case; whoever speaks names none.
    """
    voiced = story.voice
    said: dict[str, Any] = {each.name: getattr(voiced, each.name) for each in fields(voiced) if each.name != "organ"}
    received = intake.receive(**said)
    for act in story.acts:
        _do(received, act)
        received.case.refresh_from_db()
    return received.case.number


def _do(received: Received, act: Act) -> None:
    told = {each.name: getattr(act, each.name) for each in fields(act)}
    voice = received.voice
    if isinstance(act, many.Rate):
        rating.rate(by=voice.ref, voice=voice.id, **told)
    elif isinstance(act, many.Reply):
        handling.answer_question(by=voice.ref, voice=voice.id, **told)
    elif isinstance(act, many.Join):
        intake.join(case=received.case.id, **told)
    elif isinstance(act, many.Contest):
        appealing.appeal(by=voice.ref, voice=voice.id, decision=decisions.newest(received.case.id, "refused"), **told)
    elif not isinstance(act, many.Ended):  # how another system ended a case; nobody here does it
        _staff(received.case, act, told)


def _staff(case: Case, act: Any, told: dict[str, Any]) -> None:
    turn = {"by": act.post.doer, "case": case.id, "version": case.version, **told}
    if isinstance(act, many.Help):
        dispatch.help(organs=[turn.pop("organ")], **turn)
    elif isinstance(act, many.Rule):
        appealing.answer_appeal(appeal=appealing.newest(case.id), **turn)
    else:
        VERBS[type(act)](**turn)
