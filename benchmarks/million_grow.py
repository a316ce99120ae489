"""Grow the county in GONGZHI_DIR to so many cases: `python -m benchmarks.million_grow CASES`.

Set-up of a measurement, not a way of the product: each finished case of the county is copied into earlier weeks, with
fresh ids, numbers, secret links, order keys, moments, a word of its own in its text, and everything that belongs to it
(voice, course, rating, run, clock, facts, words in the index). Cases still open are copied into the last year only, so
that open work has the measure of a county that receives so much. The new facts are then sealed by the product's sealer.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import django

YEAR = timedelta(days=364)  # whole weeks: a Monday stays a Monday
STEP = timedelta(minutes=7, milliseconds=3)
YEARS = 5
MARK = "zzmarkzz"


@dataclass
class Table:
    """The rows of a model to be copied, column by column; `kinds` says what becomes of each."""

    model: Any
    names: list[str]
    kinds: list[str]
    columns: list[list[Any]]


@dataclass
class Copy:
    """One copy: how far back in time, and the numbers and words that are its own."""

    nth: int
    back: timedelta
    postgres: bool
    numbers: dict[str, str]

    @property
    def ms(self) -> int:
        return self.back // timedelta(milliseconds=1)

    def id(self, value: int | None) -> str | None:
        return None if value is None else f"{value - (self.ms << 80):032x}"

    def at(self, value: datetime | None) -> str | None:
        if value is None:
            return None
        moved = (value - self.back).isoformat(" ")
        return moved if self.postgres else moved[:-6]

    def ref(self, value: tuple[str, int | None]) -> str:
        word, key = value
        return word if key is None else f"{word}:{self.id(key)}"

    def bytes(self, value: bytes | None) -> bytes | None:
        return None if value is None else hashlib.sha256(value + self.nth.to_bytes(4, "big")).digest()

    def link(self, value: tuple[int, int]) -> bytes:
        from gongzhi.cases import sealing
        from gongzhi.kit.ids import token_hash

        key, link_round = value
        voice: Any = SimpleNamespace(id=UUID(self.id(key)), link_round=link_round)
        return token_hash(sealing.link_token(voice))

    def details(self, value: str) -> str:
        told = json.loads(value)
        if "number" not in told:
            return value
        key = UUID(told["voice"]).int
        return json.dumps(told | {"voice": self.id(key), "number": self.numbers[told["number"]]})

    def column(self, kind: str, values: list[Any]) -> Sequence[Any]:
        if kind == "plain":
            return values
        if kind == "number":
            return [self.numbers[value] for value in values]
        if kind == "seek":
            return [value - (self.ms << 22) for value in values]
        if kind == "words":
            return [f"{value} {own_word(self.nth, row)}" for row, value in enumerate(values)]
        return [*map(getattr(self, kind), values)]


def own_word(nth: int, row: int) -> str:
    """A word no other case has."""
    return f"D{nth * 100_000 + row}"


def kind_of(field: Any) -> str:
    """What becomes of a column in a copy."""
    from django.db import models

    target = field.target_field if isinstance(field, models.ForeignKey) else field
    special = {"number": "number", "seek": "seek", "words": "words", "link_hash": "link", "contact_index": "bytes"}
    special |= {"about": "ref", "by": "ref", "details": "details", "fact": "id"}
    if field.name in special and not (field.name == "words" and field.model.__name__ == "Rating"):
        return "plain" if (field.name, field.model.__name__) == ("by", "Entry") else special[field.name]
    if isinstance(target, models.UUIDField) and field.name != "procedure":
        return "id"
    return "at" if isinstance(field, models.DateTimeField) else "plain"


def loaded(model: Any, rows: Any) -> Table:
    """The rows of a query as columns, prepared once for all copies."""
    from django.db import models

    fields = model._meta.concrete_fields
    kinds = [kind_of(field) for field in fields]
    found = list(rows.order_by("pk").values_list(*[field.attname for field in fields]))
    columns: list[list[Any]] = []
    for at, (field, kind) in enumerate(zip(fields, kinds, strict=True)):
        values = [row[at] for row in found]
        if kind == "id":
            values = [None if value is None else value.int for value in values]
        elif kind == "link":
            values = [(row["id"].int, row["link_round"]) for row in rows.order_by("pk").values("id", "link_round")]
        elif kind == "ref":
            values = [_reference(value) for value in values]
        elif values and isinstance(values[0], UUID):
            values = [value.hex for value in values]  # the same in every copy
        elif isinstance(field, models.JSONField):
            values = [json.dumps(value) for value in values]
        elif isinstance(field, models.BinaryField):
            values = [None if value is None else bytes(value) for value in values]
        columns.append(values)
    return Table(model, [field.column for field in fields], kinds, columns)


def _reference(text: str) -> tuple[str, int | None]:
    word, _, key = text.partition(":")
    return (word, int(key, 16)) if word in ("case", "voice") and len(key) == 32 else (text, None)


def family(*, finished: bool) -> list[Table]:
    """All tables of the cases to be copied; with `finished` only of those that are closed."""
    from gongzhi.cases.models import Case, Entry, Rating, Voice
    from gongzhi.ledger.models import Fact
    from gongzhi.procedures.models import Clock, Run, Token

    cases = Case.objects.filter(state="closed") if finished else Case.objects.all()
    ids = list(cases.values_list("id", flat=True))
    refs = [f"case:{id.hex}" for id in ids]
    wanted = {"case_id__in": ids}
    runs = Run.objects.filter(about__in=refs)
    return [
        loaded(Run, runs),
        loaded(Token, Token.objects.filter(run__in=runs.values("id"))),
        loaded(Clock, Clock.objects.filter(about__in=refs)),
        loaded(Case, cases),
        loaded(Voice, Voice.objects.filter(**wanted)),
        loaded(Entry, Entry.objects.filter(**wanted)),
        loaded(Rating, Rating.objects.filter(**wanted)),
        loaded(Fact, Fact.objects.filter(about__in=refs)),
    ]


def _column(tables: list[Table], model: str, name: str) -> list[Any]:
    table = next(one for one in tables if one.model.__name__ == model)
    return table.columns[table.names.index(name)]


def texts(tables: list[Table]) -> list[tuple[int, tuple[str, str]]]:
    """The order key of each case and its words as the index wants them, around the word that will be its own."""
    from gongzhi.kit.bigrams import index_text

    seeks = dict(zip(_column(tables, "Case", "id"), _column(tables, "Case", "seek"), strict=True))
    found = []
    rows = zip(*(_column(tables, "Voice", name) for name in ("case_id", "words", "lead", "withdrawn_at")), strict=True)
    for row, (case, words, lead, withdrawn) in enumerate(rows):
        if lead and withdrawn is None:
            before, _, after = index_text(f"{words} {MARK}").partition(MARK)
            found.append((row, seeks[case], before, after))
    return found


def copies(tables: dict[bool, list[Table]], wanted: int) -> Iterator[tuple[int, timedelta, bool]]:
    """How far back each copy goes and whether it holds finished cases only: the last year first, then year by year."""
    whole, finished = (len(_column(tables[kind], "Case", "id")) for kind in (False, True))
    each = round((wanted - whole) / (whole + finished * (YEARS - 1)) + 0.5)
    have, nth = whole, 0
    for year in range(YEARS):
        for step in range(1, each + 1):
            if have >= wanted:
                return
            nth += 1
            have += finished if year else whole
            yield nth, year * YEAR + step * STEP, year > 0


class Numbers:
    """Fresh numbers as the product draws them."""

    def __init__(self) -> None:
        from gongzhi.cases.models import Voice
        from gongzhi.places import reads as places

        self.taken = set(Voice.objects.values_list("number", flat=True))
        self.county = places.county().code

    def fresh(self, old: str, back: timedelta) -> str:
        """A number of the year the copy falls into (within days)."""
        from gongzhi.kit import ids

        year = 2000 + int(old[7:9]) - round(back / YEAR - 0.4)
        while True:
            made = ids.case_number(self.county, year, secrets.token_bytes(7))
            if made not in self.taken:
                self.taken.add(made)
                return made


def grow(wanted: int, say: Callable[[str], None]) -> None:
    """Copy until the county has `wanted` cases."""
    from django.db import connection

    from benchmarks.million_sink import sink

    tables = {finished: family(finished=finished) for finished in (False, True)}
    words = {finished: texts(found) for finished, found in tables.items()}
    numbers, postgres = Numbers(), connection.vendor == "postgresql"
    plans = sorted(copies(tables, wanted), key=lambda plan: -plan[1])  # the oldest first: rows come in order of time
    with sink([table.model._meta.db_table for table in tables[False]]) as out:
        searched: list[tuple[int, int, int, bool]] = []
        for nth, back, finished in plans:
            chosen = tables[finished]
            fresh = {old: numbers.fresh(old, back) for old in _column(chosen, "Voice", "number")}
            copy = Copy(nth, back, postgres, fresh)
            for table in chosen:
                made = [copy.column(kind, values) for kind, values in zip(table.kinds, table.columns, strict=True)]
                out.write(table.model._meta.db_table, table.names, zip(*made, strict=True))
            searched += [
                (seek - (copy.ms << 22), nth, at, finished) for at, (_, seek, *_) in enumerate(words[finished])
            ]
            if nth % 10 == 0:
                say(f"{len(searched)} cases copied")
        searched.sort()
        out.search((seek, _text(words[kind][at], nth)) for seek, nth, at, kind in searched)
        say("indexed the words")


def _text(parts: tuple[int, int, str, str], nth: int) -> str:
    row, _, before, after = parts
    return f"{before}{own_word(nth, row).lower()}{after}"


def seal(say: Callable[[str], None]) -> dict[str, float]:
    """Let the product's sealer seal what waits; facts, seconds, and its rate in the last tenth."""
    from gongzhi.kit.moments import now
    from gongzhi.ledger import sealing
    from gongzhi.ledger.models import Unsealed

    waiting, turns, begun = Unsealed.objects.count(), [], time.monotonic()
    while True:
        turn = time.monotonic()
        many = sealing.seal_once(at=now(), holder="bench")
        if not many:
            break
        turns.append((many, time.monotonic() - turn))
        if len(turns) % 100 == 0:
            say(f"{sum(one for one, _ in turns)} facts sealed")
    sealing.publish_head(at=now())
    last = turns[-max(2, len(turns) // 10) : -1] or turns
    return {
        "facts": waiting,
        "seconds": round(time.monotonic() - begun, 1),
        "a_second_at_the_end": round(sum(n for n, _ in last) / max(0.001, sum(s for _, s in last))) if last else 0,
    }


def settle() -> None:
    """What autovacuum does within minutes of such growth."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def main() -> int:
    """Grow, seal, say how long it took as one line of JSON at the end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    begun = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:7.1f} s  {line}", file=sys.stderr, flush=True)

    from gongzhi.cases.models import Case

    before = Case.objects.count()
    grow(int(sys.argv[1]), say)
    grown = time.monotonic() - begun
    sealed = seal(say)
    say("sealed")
    settle()
    say("settled")
    told = {"cases_played": before, "cases": Case.objects.count(), "seconds_to_grow": round(grown), "sealing": sealed}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
