"""Writing facts: inside the verb's transaction, one INSERT, no sequence, no lock.

A fact says who (`by`) did what (`kind`) to which thing (`about`), and when. It holds random ids and codes
only: erasing a person destroys keys and the map of ids, never a fact. A trigger puts each new fact on the
sealer's list in the same transaction, so a fact committed late is sealed late, and never lost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from gongzhi.kit import canonical
from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import kinds
from gongzhi.ledger.models import Fact
from gongzhi.ledger.rows import insert, insert_many

_REFERENCE = re.compile(r"[a-z][a-z_]*(:[A-Za-z0-9._-]{1,64})?")
_COLUMNS = ("id", "kind", "about", "by", "details", "happened_at", "noted_at", "salt")


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be written; `happened_at` None means it happened when it was noted (`at`)."""

    kind: str
    about: str
    by: str
    at: datetime
    details: Mapping[str, Json] = field(default_factory=dict)
    happened_at: datetime | None = None


def write(
    *,
    kind: str,
    about: str,
    by: str,
    at: datetime,
    details: Mapping[str, Json] | None = None,
    happened_at: datetime | None = None,
) -> Fact:
    """Write one fact, noted at `at` and done at `happened_at` (default: the same moment).

    Refuses unknown kinds, undeclared or long details, and references that are not `word:id`.
    """
    new = NewFact(kind, about, by, at, details or {}, happened_at)
    fact = Fact(**dict(zip(_COLUMNS, _row(new), strict=True)))
    insert(fact)
    return fact


def write_many(rows: Sequence[NewFact]) -> list[UUID]:
    """Write many facts in order, with the same checks and the same rows as `write`; their ids."""
    made = [_row(new) for new in rows]
    insert_many(Fact, _COLUMNS, made)
    return [row[0] for row in made]


def _row(new: NewFact) -> tuple[Any, ...]:
    details = dict(new.details)
    kinds.check(new.kind, details)
    canonical.check(details)  # a detail that has no canonical form must fail here, not at the sealer
    _check_reference(new.about)
    _check_reference(new.by)
    happened_at = new.happened_at or new.at
    if new.at.tzinfo is None or happened_at > new.at:
        raise ValueError("a fact is noted at an aware moment, not before it happened")
    return (
        uuid7(new.at),
        new.kind,
        new.about,
        new.by,
        details,
        happened_at,
        new.at,
        os.urandom(16),
    )


@lru_cache(maxsize=4096)
def _check_reference(text: str) -> None:
    """Refuse what is not `word` or `word:id`; a name or a sentence does not fit through."""
    if not _REFERENCE.fullmatch(text):
        raise Refusal("fact_reference", N_("“%(text)s” does not name a thing the ledger may hold."), text=text[:80])
