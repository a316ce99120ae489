"""A ledger of its own for each test: fresh key, fresh folder of heads, two kinds of facts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import TransactionTestCase

from gongzhi.ledger import guards, kinds, sealing, writing
from gongzhi.ledger.kinds import FactKind

AT = datetime(2026, 11, 21, 3, 46, 14, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="session")
def _let_django_empty_the_test_database():
    """After a transactional test Django deletes every row; the guards step aside for that, and only that."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self):
        with guards.lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


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
