"""Quick password hashing and keys of their own for the tests of this room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gongzhi.people.tests import cast


@pytest.fixture(autouse=True)
def quick(settings: Any, tmp_path: Path) -> None:
    """PBKDF2 is slow on purpose; a test that is not about it need not wait."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MASTER_KEY_FILE = tmp_path / "master.key"
    settings.ORIGIN = "http://testserver"


@pytest.fixture
def people(db: None) -> None:
    """Organs and posts of the cast."""
    cast.load()
