"""A ledger of its own for each test: fresh key, fresh folder of heads, two kinds of facts."""

from datetime import UTC, datetime, timedelta

import pytest

from gongzhi.ledger import kinds, sealing, writing
from gongzhi.ledger.kinds import FactKind

AT = datetime(2026, 11, 21, 3, 46, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_key_and_folder(settings, tmp_path, monkeypatch):
    settings.GONGZHI_DIR = tmp_path
    settings.LEDGER_KEY_FILE = tmp_path / "keys" / "ledger.key"
    monkeypatch.setitem(kinds._registered, "test.noted", FactKind(("matter", "count", "of"), "Something was noted."))
    monkeypatch.setitem(kinds._registered, "test.closed", FactKind((), "Something was closed."))


@pytest.fixture
def note(db):
    """Write facts one microsecond apart, optionally seal them: note(3) or note(3, seal=True)."""
    clock = iter(range(10**9))

    def note(count=1, *, seal=False, at=None, about="case:1"):
        facts = [
            writing.write(
                kind="test.noted",
                about=about,
                by="post:7",
                at=at or AT + timedelta(microseconds=next(clock)),
                details={"matter": "路灯", "count": step},
            )
            for step in range(count)
        ]
        if seal:
            assert sealing.seal_once(at=AT, holder="test") == count
        return facts

    return note
