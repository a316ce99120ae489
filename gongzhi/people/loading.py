"""Organs and posts from a county's files: loading twice changes nothing, a row that is gone is closed with a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.people import reads
from gongzhi.people.models import Organ, Post
from gongzhi.people.permits import ROLES
from gongzhi.places import keeping

BATCH = 500

# Codes of posts that were opened by hand begin so; files leave them alone.
DESK = "desk-"

Rows = Sequence[Mapping[str, Any]]
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were added, changed and closed."""

    added: int
    changed: int
    closed: int


def load_organs(*, by: str, at: datetime, rows: Rows) -> Loaded:
    """Load all organs. Columns: code, parent (a code), name_zh, name_en, kind, division, phone, head (the code of a
    post), valid_from, valid_to (days; empty: from today, without end). Parents may stand after their children.

    Refuses a code that is empty or stands twice, and a parent that is not among the rows.
    """
    day = reads.day_of(at)
    kept = {row.code: row for row in Organ.objects.all()}
    wanted = _by_code(rows)
    ids = {code: kept[code].id if code in kept else uuid7(at) for code in wanted}
    columns = {code: _organ(code, row, ids, kept.get(code), day) for code, row in wanted.items()}
    with transaction.atomic():
        loaded = _store(Organ, kept, ids, columns, day)
        _tell("organs.loaded", loaded, by=by, at=at)
    return loaded


def load_posts(*, by: str, at: datetime, rows: Rows) -> Loaded:
    """Load all posts of the files. Columns: code, organ (a code), role, place (division or grid, empty: whole county),
    title_zh, title_en, valid_from, valid_to. Who holds a post, and its leave, are not in files and stay untouched.

    Posts opened on the page of posts (their code begins with `desk-`) belong to no file and stay. Refuses a code
    that is empty or stands twice, an organ that is not there, and a role nobody knows.
    """
    day = reads.day_of(at)
    organs = dict(Organ.objects.values_list("code", "id"))
    kept = {row.code: row for row in Post.objects.exclude(code__startswith=DESK)}
    wanted = _by_code(rows)
    ids = {code: kept[code].id if code in kept else uuid7(at) for code in wanted}
    columns = {code: _post(code, row, organs, kept.get(code), day) for code, row in wanted.items()}
    with transaction.atomic():
        loaded = _store(Post, kept, ids, columns, day)
        _tell("posts.loaded", loaded, by=by, at=at)
    return loaded


def _by_code(rows: Rows) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        code = str(row.get("code") or "").strip()
        if not code:
            raise Refusal("code_missing", N_("Every row needs a code."), field="code")
        if code in found:
            raise Refusal("code_twice", N_("The code “%(row)s” stands twice."), field="code", row=code)
        found[code] = row
    return found


def _organ(code: str, row: Mapping[str, Any], ids: dict[str, UUID], kept: Organ | None, day: date) -> Columns:
    parent = _text(row, "parent")
    if parent and parent not in ids:
        sentence = N_("“%(row)s” belongs to “%(parent)s”, which is not there.")
        raise Refusal("organ_unknown", sentence, field="parent", row=code, parent=parent)
    return {
        "parent_id": ids[parent] if parent else None,
        **_texts(row, "name_zh", "name_en", "division", "phone", "head"),
        "kind": _text(row, "kind") or "government",
        **_span(row, kept, day),
    }


def _post(code: str, row: Mapping[str, Any], organs: dict[str, UUID], kept: Post | None, day: date) -> Columns:
    organ, role = _text(row, "organ"), _text(row, "role")
    if organ not in organs:
        sentence = N_("“%(row)s” belongs to “%(parent)s”, which is not there.")
        raise Refusal("organ_unknown", sentence, field="organ", row=code, parent=organ)
    if role not in ROLES:
        sentence = N_("“%(row)s” has the role “%(role)s”, which is not in the table of roles.")
        raise Refusal("role_unknown", sentence, field="role", row=code, role=role)
    return {
        "organ_id": organs[organ],
        "role": role,
        **_texts(row, "place", "title_zh", "title_en"),
        **_span(row, kept, day),
    }


def _store(
    model: type[Organ] | type[Post],
    kept: Mapping[str, Any],
    ids: dict[str, UUID],
    columns: dict[str, Columns],
    day: date,
) -> Loaded:
    """Add new rows, change those that differ, close those that are gone (today, in the county's zone)."""
    fresh, changed = [], []
    for code, values in columns.items():
        if code not in kept:
            fresh.append(model(id=ids[code], code=code, **values))
            continue
        row = kept[code]
        if any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    gone = [row for code, row in kept.items() if code not in columns and (row.valid_to is None or row.valid_to > day)]
    for row in gone:
        row.valid_to = max(day, row.valid_from)
    rows: models.Manager[Any] = model._default_manager
    rows.bulk_create(fresh, batch_size=BATCH)
    if changed or gone:
        names = [name.removesuffix("_id") for name in next(iter(columns.values()), {"valid_to": None})]
        rows.bulk_update([*changed, *gone], names, batch_size=BATCH)
    return Loaded(len(fresh), len(changed), len(gone))


def _span(row: Mapping[str, Any], kept: Organ | Post | None, day: date) -> Columns:
    """The days of a row. Without `valid_from` a known row keeps its own and a new one begins today."""
    valid_from = _day(row, "valid_from") or (kept.valid_from if kept else day)
    return {"valid_from": valid_from, "valid_to": _day(row, "valid_to")}


def _day(row: Mapping[str, Any], name: str) -> date | None:
    value = row.get(name)
    if isinstance(value, date) or not value:
        return value or None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        sentence = N_("“%(value)s” is not a day; write 2026-11-21.")
        raise Refusal("day_misread", sentence, field=name, value=str(value)) from error


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip()


def _texts(row: Mapping[str, Any], *names: str) -> Columns:
    return {name: _text(row, name) for name in names}


def _tell(kind: str, loaded: Loaded, *, by: str, at: datetime) -> None:
    """One fact a load that changed something; a second load of the same files leaves no trace."""
    if loaded.added or loaded.changed or loaded.closed:
        keeping.touch()
        details = {"added": loaded.added, "changed": loaded.changed, "closed": loaded.closed}
        writing.write(kind=kind, about="county", by=by, at=at, details=details)
