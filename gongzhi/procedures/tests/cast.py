"""The cast of this room's tests: a county, its calendar, and the procedure of Lanting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gongzhi.places import loading as places_loading
from gongzhi.procedures import loading, netfile, rules

AT = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday 10:00 in the county
DAY = timedelta(days=1)
BY = "import:test"
VOICE = (Path(__file__).parents[3] / "counties/lanting/procedures/voice.yaml").read_text(encoding="utf-8")


def voice_net() -> rules.Net:
    """The procedure of Lanting, without a database."""
    return netfile.build(netfile.read(VOICE), 1)


def a_county_at_work() -> None:
    """The practice county with its procedure and the national calendar."""
    places_loading.set_county(by=BY, at=AT, card={"code": "990101", "name_zh": "兰亭县", "practice": True})
    loading.load_days(by=BY, at=AT)
    loading.load_procedures(by=BY, at=AT, texts=[VOICE])
