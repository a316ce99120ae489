"""Tells one story by the single verbs, step by step, as residents and staff do; used for one story in a hundred."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from gongzhi.cases import closing, dispatch, intake, many, rating
from gongzhi.cases.models import Case


def tell(story: many.Story) -> str:
    """Receive the voice and do each act by its own verb; the case's number.

    `organ` is what an import says of another system's case; whoever speaks names none.
    """
    voiced = story.voice
    said: dict[str, Any] = {each.name: getattr(voiced, each.name) for each in fields(voiced) if each.name != "organ"}
    received = intake.receive(**said)
    case, voice = received.case, received.voice
    for act in story.acts:
        if isinstance(act, many.Rate):
            rating.rate(by=voice.ref, at=act.at, voice=voice.id, solved=act.solved, grade=act.grade, words=act.words)
        elif not isinstance(act, many.Ended):  # how another system ended a case; nobody here does it
            _staff(case, act)
        case.refresh_from_db()
    return case.number


def _staff(case: Case, act: many.Accept | many.Answer) -> None:
    who: dict[str, Any] = {"by": act.post.doer, "at": act.at, "post": act.post, "case": case.id}
    if isinstance(act, many.Accept):
        dispatch.accept(version=case.version, **who)
        return
    closing.answer_and_close(
        version=case.version,
        public_text=act.public_text,
        outcome=act.outcome,
        internal_text=act.internal_text,
        **who,
    )
