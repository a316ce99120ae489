"""The doctor on the router that learns: a file that is lost, damaged or another county's is named, with the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gongzhi.insight.routing import serving
from gongzhi.insight.routing.tables import RouterVersion
from gongzhi.kit import moments
from gongzhi.methods.text import compact
from gongzhi.places import keeping, loading
from gongzhi.web.keeping import house_checks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def learnt(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A county whose router number 3 knows one word."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.GONGZHI_DIR = tmp_path
    keeping.forget()
    at = moments.now()
    card = {"code": "990101", "name_zh": "兰亭县", "name_en": "Lanting", "tz": "Asia/Shanghai", "practice": True,
            "bounds": [120.0, 30.0, 120.5, 30.1], "neighbours": []}  # fmt: skip
    loading.set_county(by="import:test", at=at, card=card)
    serving.folder().mkdir()
    sha256 = written("990101")
    RouterVersion.objects.create(number=3, at=at, until=at, examples=200, matters=["lamp"], sha256=sha256, size=1)


def written(county: str) -> str:
    about = {"county": county, "labels": ["lamp", "water"], "bias": [0.0, 0.0], "step": 1.0, "temperature": 1.0,
             "cells": 0, "rows": 0}  # fmt: skip
    return compact.write(serving.file_of(3), about, [b""] if county == "990101" else [b"\0"])


def told() -> list[str]:
    return [f"{finding.what}: {finding.remedy}" for finding in house_checks.router(moments.now())]


def test_a_router_of_this_county_is_well_and_so_is_none() -> None:
    assert told() == []
    RouterVersion.objects.all().delete()
    assert told() == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.unlink(), "router-3.bin is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:40]), "router-3.bin is damaged"),
        (lambda path: written("990102"), "router-3.bin was learnt in another county (990102)"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(spoil: Any, said: str) -> None:
    spoil(serving.file_of(3))
    (line,) = told()
    assert said in line
    assert "gongzhi router learn" in line
