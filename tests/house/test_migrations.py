"""Migrations are named by hand, follow one another in a line, and are never behind the models."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from tests.house.rooms import PACKAGE, rooms

ROOMS = [r for r in rooms() if (PACKAGE / r / "migrations").is_dir()]


@pytest.mark.parametrize("room", ROOMS)
def test_numbered_hand_named_and_linear(room: str) -> None:
    names = sorted(p.stem for p in (PACKAGE / room / "migrations").glob("0*.py"))
    for number, name in enumerate(names, 1):
        assert name.startswith(f"{number:04d}_"), f"{name} is out of line"
        assert not re.search(r"_auto_|_initial$|_merge", name), f"{name} is not named by hand"


@pytest.mark.parametrize("room", ROOMS)
def test_migrations_carry_no_reference_data_and_import_nothing_of_ours(room: str) -> None:
    for path in (PACKAGE / room / "migrations").glob("0*.py"):
        text = path.read_text()
        assert "from gongzhi" not in text, path
        assert ".objects." not in text, path


@pytest.mark.django_db
def test_no_drift() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
