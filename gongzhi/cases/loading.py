"""Loading matters and responsibilities from the county's files: loading twice changes nothing.

A row that is no longer in the file is closed with a date, never deleted: old cases point to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from gongzhi.cases import rules
from gongzhi.cases.models import Matter, Responsibility
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.places import keeping
from gongzhi.places import rules as places


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were written new or changed, and how many were closed."""

    written: int
    closed: int


_FIELDS = (
    *("name_zh", "name_en", "hint_zh", "hint_en", "limit_amount", "limit_unit", "clause", "closing_zh"),
    *("closing_en", "reopen_days", "asks_most", "procedure", "keywords", "about_officer", "danger", "public_ok"),
)


def load_matters(*, by: str, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Loaded:
    """Make the matters as the rows say, in their order.

    Keys are the columns of Matter; `parent` is a code (empty at the top) and `keywords` a list or a text
    parted by spaces or `;`. Refuses a parent that is not in the file and a file without the catch-all."""
    codes = {row["code"] for row in rows}
    if rules.CATCH_ALL not in codes:
        raise Refusal(
            "matter_other_missing", N_("The matters need one with the code “other”, for what no keyword knows.")
        )
    for row in rows:
        if row.get("parent") and row["parent"] not in codes:
            raise Refusal(
                "matter_parent_unknown",
                N_("The matter %(matter)s stands under %(parent)s, which is not in the file."),
                matter=row["code"],
                parent=row["parent"],
            )
    with transaction.atomic():
        known = {matter.code: matter for matter in Matter.objects.all()}
        changed = sum(_set_matter(known, row, place, at) for place, row in enumerate(rows))
        ended = Matter.objects.filter(valid_to__isnull=True).exclude(code__in=codes).update(valid_to=at)
        return told("matters.loaded", Loaded(changed, ended), by=by, at=at)


def _set_matter(known: dict[str, Matter], row: Mapping[str, Any], place: int, at: datetime) -> bool:
    wanted: dict[str, Any] = {name: row[name] for name in _FIELDS if name in row}
    keywords = row.get("keywords") or []
    wanted["keywords"] = (
        keywords.replace(";", " ").replace("；", " ").split() if isinstance(keywords, str) else list(keywords)
    )
    wanted |= {"parent_id": row.get("parent") or None, "position": place, "valid_to": None}
    matter = known.get(row["code"])
    if matter is None:
        known[row["code"]] = Matter.objects.create(code=row["code"], valid_from=at, **wanted)
        return True
    if all(getattr(matter, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(matter, name, value)
    matter.save()
    return True


def load_responsibilities(*, by: str, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Loaded:
    """Make the responsibilities as the rows say.

    Keys: matter, place (a place code or prefix; trailing `000` groups are dropped; empty is everywhere), organ,
    assisting (list, or text parted by spaces or `;`), clause. A changed row is a closed and a new one."""
    with transaction.atomic():
        live = {(row.matter_id, row.place): row for row in Responsibility.objects.filter(valid_to__isnull=True)}
        wanted = {(row["matter"], place_prefix(row.get("place") or "")): row for row in rows}
        if len(wanted) != len(rows):
            raise Refusal("responsibility_twice", N_("Two rows name a lead for the same matter and place."))
        fresh = []
        gone = [row.id for key, row in live.items() if key not in wanted]
        for key, row in wanted.items():
            said = (row["organ"], _listed(row.get("assisting")), row.get("clause") or "")
            old = live.get(key)
            if old is not None and (old.organ, old.assisting, old.clause) == said:
                continue
            if old is not None:
                gone.append(old.id)
            fresh.append(
                Responsibility(
                    matter_id=key[0], place=key[1], organ=said[0], assisting=said[1], clause=said[2], valid_from=at
                )
            )
        Responsibility.objects.filter(Q(id__in=gone)).update(valid_to=at)
        Responsibility.objects.bulk_create(fresh, batch_size=500)
        return told("responsibilities.loaded", Loaded(len(fresh), len(gone)), by=by, at=at)


def place_prefix(code: str) -> str:
    """The prefix that every place under a code begins with; a prefix stays what it is, empty is everywhere."""
    return places.prefix(code) if len(code) in (12, 15) else code


def _listed(value: str | Sequence[str] | None) -> list[str]:
    return value.replace(";", " ").replace("；", " ").split() if isinstance(value, str) else list(value or ())


def told(kind: str, loaded: Loaded, *, by: str, at: datetime) -> Loaded:
    """Tell every process and the ledger what a load changed; silent when it changed nothing."""
    if loaded.written or loaded.closed:
        keeping.touch()
        details = {"written": loaded.written, "closed": loaded.closed}
        writing.write(kind=kind, about="county", by=by, at=at, details=details)
    return loaded
