"""Rows written with their statement kept: one by `insert`, many at once by `insert_many`.

Django compiles an INSERT anew for each row, which costs more than the database takes to run it. Here the statement of
a model is compiled once; values pass through the same field methods, so the rows are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models


def insert(row: models.Model) -> None:
    """Insert one new row, as `save(force_insert=True)` does; no signals, no key given by the database."""
    connection = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in row._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(row), connection.vendor), values)
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS


@lru_cache(maxsize=128)
def _statement(model: type[models.Model], vendor: str) -> str:
    """The INSERT with all columns of a model; kept by engine because quoting may differ."""
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = model._meta.concrete_fields
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608


def insert_many(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows`, whose values stand in the order of the field `names`; no defaults, no signals."""
    connection = connections[DEFAULT_DB_ALIAS]  # the connection itself: its proxy costs a third of the time
    concrete = {field.name: field for field in model._meta.concrete_fields}
    fields = [concrete[name] for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    prepare = [field.get_db_prep_save for field in fields]
    prepared = [tuple(one(value, connection) for one, value in zip(prepare, row, strict=True)) for row in rows]
    if not prepared:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})",  # noqa: S608
            prepared,
        )
