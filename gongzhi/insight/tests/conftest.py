"""Tests of this room start in the small county of `cases`, with the numerical packages at hand."""

from __future__ import annotations

import pytest

from gongzhi.cases.tests import cast


@pytest.fixture
def county(db: None) -> None:
    """The cast's county, loaded."""
    cast.load_county()
