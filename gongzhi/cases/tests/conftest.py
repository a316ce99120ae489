"""Every test of this room that asks for `county` starts in the same small one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

from gongzhi.cases.tests import cast
from gongzhi.ledger import guards
from gongzhi.places import keeping


@pytest.fixture
def county(db: None) -> None:
    """The cast's county, loaded."""
    cast.load_county()


@pytest.fixture(autouse=True)
def _forget_county() -> None:
    """No test sees what another one's county left in memory."""
    keeping.forget()


@pytest.fixture(autouse=True, scope="session")
def _lift_guards_between_tests() -> Iterator[None]:
    """After a test with real transactions Django empties the tables: the guarded ones too, and the word index."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with guards.lifted():
            original(self)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("INSERT INTO cases_search(cases_search) VALUES ('delete-all')")
            else:
                cursor.execute("DELETE FROM cases_search")

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original
