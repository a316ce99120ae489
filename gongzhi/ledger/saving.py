"""Rows written again with their statement kept, as `rows.insert` does for new ones.

Django compiles an UPDATE of forty columns anew each time, which costs ten times what the database takes to run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections, models


def update(row: models.Model, names: Iterable[str] | None = None, *, expected: tuple[str, Any] | None = None) -> None:
    """Write a row that exists, as `save(force_update=True)` does; no signals.

    `names` are the columns to write (default: all): a database touches the indexes of every column it is told to set,
    changed or not. `expected` is a column with the value it must still have. Raises ObjectDoesNotExist when the row is
    gone, or is not as expected any more."""
    connection = connections[DEFAULT_DB_ALIAS]
    key, others = _fields(type(row))
    wanted = None if names is None else frozenset(names)
    written = [field for field in others if wanted is None or field.attname in wanted]
    if not written:
        return
    statement = _update(
        type(row), tuple(field.column for field in written), expected and expected[0], connection.vendor
    )
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in (*written, key)]
    if expected is not None:
        values.append(_field(type(row), expected[0]).get_db_prep_save(expected[1], connection))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.rowcount != 1:
            raise ObjectDoesNotExist(f"{type(row).__name__} {row.pk}")


def columns(row: models.Model) -> dict[str, Any]:
    """What a row holds now, by column: give it to `update_changed` when the row was changed."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def changed(row: models.Model, before: Mapping[str, Any]) -> list[str]:
    """The columns of a row that are not what `columns` told before."""
    return [name for name, value in before.items() if getattr(row, name) != value]


def update_changed(row: models.Model, before: Mapping[str, Any]) -> None:
    """Write what differs from what `columns` told before; see `update`."""
    update(row, changed(row, before))


def put(row: models.Model) -> None:
    """Insert a row, or write over the one with its key; no signals."""
    connection = connections[DEFAULT_DB_ALIAS]
    key, others = _fields(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in (key, *others)]
    with connection.cursor() as cursor:
        cursor.execute(_put(type(row), connection.vendor), values)
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def put_absent(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one table but those whose key, or another value that must be unique, is there; no signals."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    fields = rows[0]._meta.concrete_fields
    values = [[field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(_absent(type(rows[0]), connection.vendor), values[0])
        else:
            cursor.executemany(_absent(type(rows[0]), connection.vendor), values)


def remove(model: type[models.Model], keys: Sequence[Any]) -> None:
    """Delete the rows with these keys (few), which no other table points to; no signals."""
    if not keys:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    quote, key = connection.ops.quote_name, model._meta.pk
    values = [key.get_db_prep_value(one, connection) for one in keys]
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {quote(model._meta.db_table)} WHERE {quote(str(key.column))} IN ({marks})",  # noqa: S608
            values,
        )


def _fields(model: type[models.Model]) -> tuple[Any, list[Any]]:
    key = model._meta.pk
    return key, [field for field in model._meta.concrete_fields if field is not key]


@lru_cache(maxsize=512)
def _update(model: type[models.Model], columns: tuple[str, ...], expected: str | None, vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    told = ", ".join(f"{quote(column)} = %s" for column in columns)
    where = f"{quote(str(model._meta.pk.column))} = %s"
    if expected is not None:
        where += f" AND {quote(_field(model, expected).column)} = %s"
    return f"UPDATE {quote(model._meta.db_table)} SET {told} WHERE {where}"  # noqa: S608


@lru_cache(maxsize=128)
def _absent(model: type[models.Model], vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = model._meta.concrete_fields
    names, marks = ", ".join(quote(str(field.column)) for field in fields), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608


@lru_cache(maxsize=128)
def _put(model: type[models.Model], vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    key, others = _fields(model)
    names = [quote(field.column) for field in (key, *others)]
    told = ", ".join(f"{name} = EXCLUDED.{name}" for name in names[1:])
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608
        f" ON CONFLICT ({names[0]}) DO UPDATE SET {told}"
    )
