"""Lanting, loaded once for a test: its files, its organs and posts, without any voice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from gongzhi.web import county as counties
from gongzhi.web import county_check
from gongzhi.web.county_folder import County

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Lanting


@cache
def files() -> County:
    return county_check.read(counties.shipped("lanting"))


@pytest.fixture
def lanting(db: None) -> County:
    county = files()
    counties.load(by="import:county", at=AT - timedelta(days=30), county=county)
    return county
