"""Looks at personal data: purpose, basis, fact, and the person who sees them."""

from __future__ import annotations

from typing import Any

import pytest

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people import purposes
from gongzhi.people.models import Look
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db

SUBJECT = "voice:" + "a" * 32
CASE = "case:" + "c" * 32


def look(**change: Any) -> Look:
    words: dict[str, Any] = {
        "by": "post:" + "b" * 32,
        "at": cast.AT,
        "purpose": "contact",
        "subject": SUBJECT,
        "fields": ["original", "contact"],
        "case": CASE,
        "live": True,
    }
    return purposes.look(**(words | change))


def test_look_is_a_row_and_a_fact_without_content() -> None:
    row = look()
    fact = Fact.objects.get(kind="person.looked")
    assert (row.subject, fact.about, fact.by) == (SUBJECT, SUBJECT, row.by)
    assert fact.details == {"purpose": "contact", "fields": "original,contact", "case": CASE, "clause": ""}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": "curious"}, "purpose_unknown"),
        ({"fields": []}, "fields_missing"),
        ({"case": ""}, "basis_missing"),
        ({"live": False}, "case_over"),
        ({"purpose": "law"}, "clause_missing"),
        ({"purpose": "audit", "case": ""}, "clause_missing"),
    ],
)
def test_look_refuses_and_leaves_nothing(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        look(**change)
    assert refused.value.code == code
    assert not Look.objects.exists()
    assert not Fact.objects.exists()


def test_a_clause_is_a_basis_without_a_live_case() -> None:
    assert look(purpose="law", case="", live=False, clause="criminal-procedure-54").clause


def test_the_person_sees_which_post_looked_when_and_why() -> None:
    cast.load()
    post = cast.fill("water-1", cast.account("lin", display_name="林霞"))
    look(by=post.ref)
    look(by="clockwork", at=cast.AT.replace(hour=3), purpose="danger")
    latest, first = purposes.looks_at(SUBJECT)
    assert (first.organ_zh, first.title_en, first.fields) == ("县水务局", "Water 1", ("original", "contact"))
    assert latest.organ_zh == ""
    assert "林霞" not in str(first)
    assert purposes.looks_at("voice:other") == []


def test_looks_by_gives_the_looks_of_ones_posts() -> None:
    cast.load()
    post = cast.fill("water-1", None)
    mine = look(by=post.ref)
    look()
    assert purposes.looks_by([post.id]) == (mine,)
