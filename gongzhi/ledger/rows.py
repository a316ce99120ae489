"""Rows written with their statement kept: one by `insert`, many at once by `insert_many`.

Django compiles an INSERT anew for each row, which costs more than the database takes to run it. Here the statement of
a model is compiled once; values pass through the same field methods, so the rows are the same. Inside `gathered()` many
rows are made ready but not written: `run` writes them later, in another process if need be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState

R = TypeVar("R", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Statement:
    """An INSERT and its rows, as the database takes them; `copy` is the COPY that PostgreSQL takes in its place."""

    insert: str
    rows: list[tuple[Any, ...]]
    copy: str = ""


_gathering: ContextVar[list[Statement] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[list[Statement]]:
    """Gather what `insert_many`, `insert_rows` and `run_many` would write in this block, in order, unwritten."""
    statements: list[Statement] = []
    token = _gathering.set(statements)
    try:
        yield statements
    finally:
        _gathering.reset(token)


def run(statements: Iterable[Statement]) -> None:
    """Write what was gathered, in its order."""
    connection = connections[DEFAULT_DB_ALIAS]
    for one in statements:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite" or not one.copy:
                cursor.executemany(one.insert, one.rows)
            else:
                _copy(connection, cursor, one)


def _copy(connection: Any, cursor: Any, one: Statement) -> None:
    with connection.wrap_database_errors, cursor.copy(one.copy) as copy:
        for row in one.rows:
            copy.write_row(row)


def run_many(insert: str, rows: list[tuple[Any, ...]], *, copy: str = "") -> None:
    """Run an INSERT for many rows that are as the database takes them; inside `gathered()` only note it."""
    gathering = _gathering.get()
    if not rows:
        return
    if gathering is not None:
        gathering.append(Statement(insert, rows, copy))
    else:
        run([Statement(insert, rows, copy)])


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
    told = list(zip(*rows, strict=True))
    if not told:
        return
    prepared = zip(*(_prepared(field, told[at], connection) for at, field in enumerate(fields)), strict=True)
    into = f"{quote(model._meta.db_table)} ({columns})"
    insert = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608
    run_many(insert, list(prepared), copy=f"COPY {into} FROM STDIN")


def insert_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new rows with all their columns, as `bulk_create` does; no signals, no key given by the database."""
    columns = [column.attname for column in model._meta.concrete_fields]
    names = [column.name for column in model._meta.concrete_fields]
    insert_many(model, names, map(attrgetter(*columns), rows))


_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.FloatField)
_EMPTY: dict[type, str] = {list: "[]", dict: "{}"}
_AS_THEY_ARE = (str, int, float, type(None))  # bool is an int


def _prepared(field: models.Field[Any, Any], values: Sequence[Any], connection: Any) -> list[Any]:
    """One column's values as its field prepares them. A column repeats few types, so the common ones are asked once;
    moments and keys on SQLite are spelled here as Django spells them (a test compares). PostgreSQL takes them as
    they are."""
    kinds = set(map(type, values))
    if datetime in kinds and any(at is not None and at.tzinfo is None for at in values):
        raise ValueError("a moment in a row is aware")
    if isinstance(field, _PLAIN) and kinds <= {*_AS_THEY_ARE, bool} and _fits(field, kinds):
        return list(values)
    if isinstance(field, models.DateTimeField) and kinds <= {datetime, type(None)}:
        return _moments(values) if connection.vendor == "sqlite" else list(values)
    if isinstance(_target(field), models.UUIDField) and kinds <= {UUID, type(None)}:
        if connection.vendor == "sqlite":
            return [None if key is None else f"{key.int:032x}" for key in values]
        return list(values)
    if isinstance(field, models.BinaryField) and kinds <= {bytes, type(None)}:
        return list(values)
    if type(field) is models.JSONField and field.encoder is None and kinds <= {dict, list}:
        return [json.dumps(value) if value else _EMPTY[type(value)] for value in values]
    prepare = field.get_db_prep_save
    return [prepare(value, connection) for value in values]


def _fits(field: models.Field[Any, Any], kinds: set[type]) -> bool:
    """Whether values of these Python types pass the field's own preparation unchanged."""
    kinds = kinds - {type(None)}
    if isinstance(field, models.BooleanField):
        return kinds <= {bool}
    if isinstance(field, models.IntegerField):
        return kinds <= {int}
    if isinstance(field, models.FloatField):
        return kinds <= {float}
    return kinds <= {str}


def _target(field: models.Field[Any, Any]) -> Any:
    return field.target_field if isinstance(field, models.ForeignKey) else field


def _moments(values: Sequence[datetime | None]) -> list[str | None]:
    """Moments as text. A batch repeats them as the same objects, which are slow to hash and to spell."""
    spelled = {id(at): None if at is None else _moment(at) for at in {id(at): at for at in values}.values()}
    return [spelled[key] for key in map(id, values)]


def _moment(at: datetime) -> str:
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(" ")[:-6]  # without its +00:00


@dataclass(frozen=True, slots=True)
class _Blank:
    """What a fresh row holds: values that never change, what is made anew for each row, relations by their name."""

    plain: dict[str, Any]
    made: tuple[tuple[str, Callable[[], Any]], ...]
    relations: dict[str, str]


def build(model: type[R], /, **values: Any) -> R:
    """A new, unsaved row with its defaults, as `model(**values)` makes it, at a tenth of the cost.

    `values` are named as the row's columns or its relations. No signals."""
    blank = _blank(model)
    row = model.__new__(model)
    state = ModelState()
    if not values.keys() <= blank.plain.keys():
        values = _with_keys(values, blank, state)
    row.__dict__ = held = {"_state": state, **blank.plain, **values}
    for name, make in blank.made:
        if name not in values:
            held[name] = make()
    return row


def _with_keys(values: dict[str, Any], blank: _Blank, state: ModelState) -> dict[str, Any]:
    """The values with the keys of related rows in place of these; an unknown name is noticed here (KeyError)."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        if name in blank.plain:
            told[name] = value
        else:
            key = blank.relations[name]
            told[key] = value.pk
            state.fields_cache[name] = value
    return told


@lru_cache(maxsize=128)
def _blank(model: type[models.Model]) -> _Blank:
    fields = model._meta.concrete_fields
    made = tuple((field.attname, field.default) for field in fields if field.has_default() and callable(field.default))
    drawn = dict(made)
    plain = {field.attname: None if field.attname in drawn else field.get_default() for field in fields}
    return _Blank(plain, made, {field.name: field.attname for field in fields if field.name != field.attname})
