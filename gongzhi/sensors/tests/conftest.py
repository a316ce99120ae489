"""Every test of this room starts without what another one's county left in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase

from gongzhi.ledger import guards
from gongzhi.places import keeping


@pytest.fixture(autouse=True)
def _forget_county() -> None:
    keeping.forget()


@pytest.fixture(autouse=True, scope="session")
def _lift_guards_between_tests() -> Iterator[None]:
    """After a test with real transactions Django empties the tables, the guarded ones too."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with guards.lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original
