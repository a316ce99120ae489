"""Rows built and written in bulk are the rows Django would have made and written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from gongzhi.kit.ids import uuid7
from gongzhi.ledger import rows
from gongzhi.ledger.models import Bookmark, Fact, Lease

AT = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)


def facts() -> list[Fact]:
    abroad = timezone(timedelta(hours=8))
    told: list[dict[str, Any]] = [
        {"noted_at": AT, "happened_at": AT, "details": {"水": [1, None, True]}},
        {
            "noted_at": AT.replace(microsecond=0),
            "happened_at": (AT - timedelta(hours=1)).astimezone(abroad),
            "details": {},
        },
    ]
    return [Fact(id=uuid7(AT), kind="x.y", about="case:1", by="clockwork", salt=b"0" * 16, **one) for one in told]


@pytest.mark.django_db
def test_rows_written_in_bulk_are_read_back_as_they_were() -> None:
    made = facts()
    rows.insert_rows(Fact, made)
    names = [field.attname for field in Fact._meta.concrete_fields if field.attname != "salt"]
    kept = {fact.id: fact for fact in Fact.objects.all()}
    assert [[getattr(kept[fact.id], name) for name in names] for fact in made] == [
        [getattr(fact, name) for name in names] for fact in made
    ]


@pytest.mark.django_db
def test_nothing_to_write_writes_nothing() -> None:
    rows.insert_rows(Fact, [])
    assert not Fact.objects.filter(kind="x.y").exists()


@pytest.mark.django_db
def test_a_moment_without_a_zone_is_never_written() -> None:
    (one, _other) = facts()
    one.noted_at = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        rows.insert_rows(Fact, [one])


@pytest.mark.parametrize("model", [Fact, Bookmark, Lease])
def test_a_built_row_has_the_defaults_of_its_model(model: Any) -> None:
    usual, built = vars(model()), vars(rows.build(model))
    assert usual.keys() == built.keys()
    drawn = {name for name, value in usual.items() if isinstance(value, UUID | bytes)}
    assert {name: usual[name] for name in usual.keys() - drawn - {"_state"}} == {
        name: built[name] for name in built.keys() - drawn - {"_state"}
    }
    assert built["_state"].adding


def test_a_built_row_refuses_a_name_it_does_not_have() -> None:
    with pytest.raises(KeyError):
        rows.build(Fact, moon=1)
