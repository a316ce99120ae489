"""The reader chooses a week or days; without a choice an old county shows its last ones with cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases.models import Case, Matter
from gongzhi.cases.tests import small
from gongzhi.procedures import loading as procedures

pytestmark = pytest.mark.django_db
LATER = small.AT + timedelta(days=800)


@pytest.fixture(autouse=True)
def _county(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRINTED_DIR = tmp_path / "printed"
    small.load()
    for _voice in range(12):
        small.voice()
    small.stop_clocks(monkeypatch, LATER)


def page(path: str, **query: str) -> str:
    answer = Client().get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_week_and_the_front_page_show_the_last_week_with_cases() -> None:
    for path in ("/en/week/", "/en/"):
        text = page(path)
        assert "23 November 2026" in text
        assert '<span class="figure-number">12</span>' in text
        assert "This week" not in text


def test_a_chosen_week_is_shown_and_no_day_is_no_choice() -> None:
    assert '<span class="figure-number">0</span>' in page("/en/week/", week="2026-11-20")
    assert '<span class="figure-number">12</span>' in page("/en/week/", week="2026-11-26")
    assert '<span class="figure-number">12</span>' in page("/en/week/", week="yesterday")
    assert "?week=2026-11-16" in page("/en/week/", week="2026-11-26")


def test_a_place_shows_the_days_up_to_its_last_case_or_the_chosen_one() -> None:
    text = page(f"/en/places/{small.GRID}/")
    assert "up to 23 November 2026" in text
    assert '<span class="figure-number">12</span>' in text
    assert '<span class="figure-number">0</span>' in page(f"/en/places/{small.GRID}/", until="2026-11-01")


@pytest.mark.parametrize(("source", "said"), [("-", True), ("《信访工作条例》", False)])
def test_a_share_in_time_by_a_limit_that_stands_in_no_law_says_so(source: str, said: bool) -> None:
    Matter.objects.update(clause="only")
    Case.objects.update(due_at=small.AT + timedelta(days=2))
    rows = [
        {
            "code": "only",
            "law_zh": "规则",
            "article": "",
            "text_zh": "期限",
            "source": source,
            "verified": str(not said),
        }
    ]
    procedures.load_clauses(by=small.BY, at=small.AT, rows=rows)
    text = page("/zh/week/")
    assert "到期12件中的0件" in text.replace("\u2009", "")
    assert ("期限为示例" in text) is said


def test_a_week_in_which_nothing_was_due_speaks_of_no_limit() -> None:
    text = page("/en/week/")
    assert "Nothing was due." in text
    assert "The limit is an example." not in text
