"""Rolled-back rows of another test must not be remembered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gongzhi.places import keeping


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    keeping.forget()
    yield
    keeping.forget()
