"""Findings in words: every grain and kind says what, how much against what, since when and how sure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.insight import deciding, rules, scanning, telling
from gongzhi.insight.counting import Counts
from gongzhi.insight.judging import World
from gongzhi.insight.models import Finding, Looked

pytestmark = pytest.mark.usefixtures("county")
DAY = date(2026, 11, 16)


def row(**more: Any) -> Finding:
    told = {"kind": "rise", "grain": "day", "matter": "water", "place": cast.OTHER_VILLAGE, "first_day": DAY,
            "last_day": DAY, "observed": 12, "expected": 1.25, "upper": 4, "p": 1e-9, "chance": 0.02,
            "found_at": cast.AT, "state_at": cast.AT, "state_by": "clockwork"}  # fmt: skip
    return Finding.objects.create(**told | more)


@pytest.mark.parametrize(
    ("more", "english", "chinese"),
    [
        ({}, "12 cases came in", "12 件"),
        ({"grain": "week"}, "In the week from", "起的一周"),
        ({"grain": "minute", "since_at": cast.AT}, "Since", "以来已收到"),
        ({"grain": "scan", "evidence": {"places": 3}}, "3 neighbouring places", "相邻的 3 处"),
        ({"kind": "holiday", "evidence": {"days_off": 8}}, "8 days off", "连休 8 天"),
        ({"kind": "matter_changed", "evidence": {"under": "streets"}}, "the tree was changed", "分类调整"),
        ({"kind": "place_changed", "evidence": {"place": "x"}}, "merged, split or named anew", "区划合并"),
        ({"kind": "bulk_entry", "source": "paper", "source_count": 11}, "entered in bulk", "11"),
        ({"kind": "fallback", "evidence": {"share": 0.142}}, "14 %", "14 %"),
        ({"channel": "phone"}, "They came by", "渠道"),
    ],
)
def test_every_kind_is_one_sentence_in_both_languages(more: dict[str, Any], english: str, chinese: str) -> None:
    reason = rules.NAMED.get(more.get("kind", "rise"), "")
    finding = row(**more | ({"state": "explained", "reason": reason} if reason else {}))

    with translation.override("en"):
        assert english in telling.sentence(finding)
    with translation.override("zh-hans"):
        told = telling.sentence(finding)
    assert chinese in told
    assert not any(letter.isascii() and letter.isalpha() for letter in told)


def test_its_own_view_by_one_channel_is_not_told_as_something_wider() -> None:
    finding = row(parts=[["water", cast.OTHER_VILLAGE, 6, 0.1], ["water", cast.OTHER_VILLAGE[:9], 20, 2.0]])

    with translation.override("en"):
        parts = telling.tell(finding).parts

    assert len(parts) == 1
    assert "20, expected 2" in parts[0]


@pytest.mark.parametrize(
    ("chance", "words"),
    [(1e-6, "Chance alone does not do this."), (0.01, "once in 8 years"), (0.5, "once in 2 months")],
)
def test_how_sure_is_how_often_chance_shows_the_like(chance: float, words: str) -> None:
    with translation.override("en"):
        assert words in telling.tell(row(chance=chance)).sure


def test_the_budget_is_kept_with_what_was_raised_and_what_was_chance() -> None:
    for n in range(40):
        Looked.objects.create(day=DAY - timedelta(days=n), at=cast.AT, series=100, found=0, spent=0.1)
    row()
    deciding.explain(by="post:x", at=cast.AT, finding=row(matter="manhole", grain="week"), reason="chance")
    row(matter="hole", kind="bulk_entry", state="explained", reason="bulk_entry")

    told = telling.budget(cast.AT)

    assert (told.budget, round(told.given, 6)) == (rules.BUDGET, 3.0)
    assert (told.raised, told.by_grain, told.chance) == (2, {"day": 1, "week": 1}, 1)


def test_neighbouring_villages_that_each_say_too_little_are_found_together() -> None:
    """Three villages in a row each bring two a day more for three days; their twin without it finds nothing."""
    villages = [f"990101{1 + n // 4:03d}{201 + n % 4:03d}" for n in range(12)]
    points = dict(zip(villages, [(120.0 + 0.01 * n, 30.0) for n in range(12)], strict=True))
    chance, days = np.random.default_rng(5), 70

    def found(extra: int) -> list[tuple[str, ...]]:
        rows = [
            (day, "water", village, "web")
            for day in range(days)
            for at, village in enumerate(villages)
            for _ in range(int(chance.poisson(0.3)) + (extra if day >= days - 3 and at in (3, 4, 5) else 0))
        ]
        world = World.of(Counts.of(DAY, days, rows), {"water": ""}, np.zeros(days, np.bool_))
        told = scanning.scan(world, DAY + timedelta(days=days - 1), points, budget=rules.given("scan"))
        return [tuple(part[1] for part in one.parts) for one in told]

    assert any({villages[3], villages[4], villages[5]} <= set(inside) for inside in found(2))
    assert found(0) == []
