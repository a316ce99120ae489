"""A small life to look at: voices received, handled, rated, on days the tests choose, and sealed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from gongzhi.cases import closing, dispatch, rating
from gongzhi.cases.cards import Where
from gongzhi.cases.intake import Received
from gongzhi.cases.tests import cast
from gongzhi.insight.warehouse import filling, manifest
from gongzhi.insight.warehouse.filling import Refreshed
from gongzhi.ledger import sealing

ZONE = ZoneInfo("Asia/Shanghai")


def voice(at: datetime, words: str = cast.WORDS, code: str = cast.GRID) -> Received:
    """Somebody says something about a grid."""
    return cast.say(words, at=at, said_at=at, place=Where(code=code), form_key=uuid4())


def finish(said: Received, at: datetime, *, post: str = "roads-1", grade: int = 5) -> None:
    """Its case is taken in hand, a minute later answered and closed, another minute later rated."""
    case = said.case
    dispatch.accept(**cast.turn(post, case, at=at))
    turn = cast.turn(post, case, at=at + timedelta(minutes=1))
    closing.answer_and_close(**turn, public_text="已修好，谢谢。", internal_text="", outcome="fixed")
    rating.rate(
        by=f"voice:{said.voice.id.hex}",
        at=at + timedelta(minutes=2),
        voice=said.voice.id,
        solved=grade > 2,
        grade=grade,
    )


def refresh(folder: Path, at: datetime) -> Refreshed:
    """Everything sealed, and taken in."""
    while sealing.seal_once(at=at + timedelta(minutes=3), holder="test"):
        pass
    return filling.refresh(folder, at=at, zone=ZONE)


def digests(folder: Path) -> dict[str, dict[str, str]]:
    """The content of a warehouse: grain → day → digest of the partition."""
    held = manifest.read(folder)
    return {grain: {day: part.sha256 for day, part in days.items()} for grain, days in held.grains.items()}
