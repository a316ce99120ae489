"""For every test: the database can be emptied after a transactional test, although the ledger is insert-only."""

from __future__ import annotations

import pytest
from django.test import TransactionTestCase

_empty = TransactionTestCase._fixture_teardown


def _empty_unguarded(self: TransactionTestCase) -> None:
    from gongzhi.ledger import guards

    with guards.lifted():
        _empty(self)


@pytest.fixture(autouse=True, scope="session")
def _ledger_can_be_emptied() -> None:
    TransactionTestCase._fixture_teardown = _empty_unguarded
