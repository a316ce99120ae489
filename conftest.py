"""For every test: the insert-only ledger can be emptied after a transactional test; CI excuses no missing part."""

from __future__ import annotations

import os

import pytest
from django.test import TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

# Speed is never asserted: an example may take as long as a loaded machine makes it. Under CI=true Hypothesis takes
# its own profile, which says the same and draws the same examples every time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if os.environ.get("CI") != "true":
    settings.load_profile("patient")

_empty = TransactionTestCase._fixture_teardown


def _empty_unguarded(self: TransactionTestCase) -> None:
    from gongzhi.ledger import guards

    with guards.lifted():
        _empty(self)


@pytest.fixture(autouse=True, scope="session")
def _ledger_can_be_emptied() -> None:
    TransactionTestCase._fixture_teardown = _empty_unguarded


@pytest.fixture(autouse=True)
def _nothing_remembered_from_the_test_before() -> None:
    """Cached lists notice a change within a second, a page leaves its language and zone in the thread, and a search
    waits in memory to be written; a test that follows may be faster than the first and take the others for its own."""
    from gongzhi.insight.signals import searches
    from gongzhi.places import keeping

    keeping.forget()
    searches._waiting.clear()
    searches._since.clear()
    translation.deactivate()
    timezone.deactivate()


EXCUSED = ("shared", "beside", "reference", "SQLite's", "PostgreSQL's")  # material beside the checkout, or one engine's


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Under CI=true a skipped test fails, unless it needs material beside the checkout or the other engine."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(word in reason for word in EXCUSED):
            report.outcome = "failed"
            report.longrepr = f"CI excuses no skipped test: {reason}"
