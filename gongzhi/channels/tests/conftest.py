"""A key of its own for every test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_key(settings: Any, tmp_path: Path) -> None:
    settings.MASTER_KEY_FILE = tmp_path / "keys" / "master.key"
    settings.ORIGIN = "https://lanting.example"
