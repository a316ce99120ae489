"""Questions compiled once: what `rows` and `saving` are for writing, for reading.

Django writes the SQL of a query anew each time it is asked, which costs three to ten times what the database takes to
answer a question by key. A verb or a request that everybody waits for asks its few questions through `Compiled`: the
query is written once, with `Given` where a value comes later, and answered with the same rows as the query itself.

    _BY_RUN = Compiled(lambda: Token.objects.filter(run=Given("run", UUIDField())).select_related("run"))
    tokens = _BY_RUN(run=run.pk)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators

R = TypeVar("R")


class Given(Expression):
    """The place of a value in a compiled question; `field` prepares the value as a column of its kind would."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A mark, and itself as what is to be put there."""
        return "%s", [self]

    def prepared(self, given: Mapping[str, Any], connection: Any) -> Any:
        """The value as the database takes it."""
        return self.output_field.get_db_prep_value(given[self.name], connection)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A query as SQL, and how its rows become what the query gives."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Sequence[Any], Any], ...]
    model: type[models.Model] | None
    names: list[str]
    columns: slice
    related: Sequence[Any]


class Compiled(Generic[R]):
    """A query (of rows, or of `values_list`) that is written at its first use and asked with values afterwards."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._plans: dict[str, _Plan] = {}

    def __call__(self, **given: Any) -> list[R]:
        """The rows, as `list(query)` would give them. A name the query does not know is ignored, one it misses is a
        KeyError."""
        connection = connections[DEFAULT_DB_ALIAS]
        plan = self._plans.get(connection.vendor)
        if plan is None:
            plan = self._plans[connection.vendor] = _plan(self._build(), connection)
        params = [one.prepared(given, connection) if isinstance(one, Given) else one for one in plan.params]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            found = cursor.fetchall()
        return [_row(plan, row, connection) for row in found]

    def first(self, **given: Any) -> R | None:
        """The first row, or None; the query itself says in which order, and stops after one where there are many."""
        found = self(**given)
        return found[0] if found else None


def _plan(asked: models.QuerySet[Any, Any], connection: Any) -> _Plan:
    compiler: Any = asked.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    fields = [select[0] for select in compiler.select[: compiler.col_count]]
    converters = tuple((at, *told) for at, told in compiler.get_converters(fields).items())
    told = compiler.klass_info
    if asked.query.values_select:
        return _Plan(sql, tuple(params), converters, None, [], slice(None), ())
    chosen = told["select_fields"]
    columns = slice(chosen[0], chosen[-1] + 1)
    names = [select[0].target.attname for select in compiler.select[columns]]
    populators: Any = get_related_populators  # its stubs are those of a later Django
    related = populators(told, compiler.select, DEFAULT_DB_ALIAS)
    return _Plan(sql, tuple(params), converters, told["model"], names, columns, related)


def _row(plan: _Plan, row: Iterable[Any], connection: Any) -> Any:
    values = list(row)
    for at, converters, expression in plan.converters:
        for convert in converters:
            values[at] = convert(values[at], expression, connection)
    if plan.model is None:
        return tuple(values)
    made = plan.model.from_db(DEFAULT_DB_ALIAS, plan.names, values[plan.columns])
    for populator in plan.related:
        populator.populate(values, made)
    return made
