"""The master key's file."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from gongzhi.channels import keys


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "fresh.key"
    first = keys._master(path)
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys._master.cache_clear()
    assert keys._master(path) == first
    assert [entry.name for entry in path.parent.iterdir()] == ["fresh.key"]


def test_two_processes_that_start_at_once_use_one_key(tmp_path: Path) -> None:
    path = tmp_path / "fresh.key"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keys._make(path), range(8)))
    assert len(path.read_bytes()) == 32
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_of_the_wrong_length_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "short.key"
    path.write_bytes(b"short")
    with pytest.raises(ImproperlyConfigured):
        keys._master(path)
    assert path.read_bytes() == b"short"


def test_every_purpose_has_a_key_of_its_own() -> None:
    assert keys.key_for("one") == keys.key_for("one")
    assert keys.key_for("one") != keys.key_for("two")
