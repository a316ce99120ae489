"""Every test of this room that asks for `county` starts in the same small one."""

from __future__ import annotations

import pytest

from gongzhi.cases.tests import cast
from gongzhi.places import keeping


@pytest.fixture
def county(db: None) -> None:
    """The cast's county, loaded."""
    cast.load_county()


@pytest.fixture(autouse=True)
def _forget_county() -> None:
    """No test sees what another one's county left in memory."""
    keeping.forget()
