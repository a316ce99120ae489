"""Loading details, what a matter asks beyond the words, from the county's details.csv; a removed row is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from gongzhi.cases import rules
from gongzhi.cases.loading import Loaded, told
from gongzhi.cases.models import Detail, Matter
from gongzhi.kit.refusal import N_, Refusal

_FIELDS = ("datatype", "asked", "required", "name_zh", "name_en", "hint_zh", "hint_en")
_PLAIN: dict[str, Any] = {"asked": True, "required": False, "name_en": "", "hint_zh": "", "hint_en": ""}
LISTS = ("singlevaluelist", "multivaluelist")


def load_details(*, by: str, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Loaded:
    """Make the details as the rows say, in their order.

    Keys: matter, code, datatype, asked, required, name_zh, name_en, hint_zh, hint_en, choices (`key=中文|English;…`).
    Refuses an unknown matter or datatype, a list without choices, and the same code twice for one matter."""
    matters = set(Matter.objects.filter(valid_to__isnull=True).values_list("code", flat=True))
    wanted = {(row["matter"], row["code"]): _fields(row, place, matters) for place, row in enumerate(rows)}
    if len(wanted) != len(rows):
        raise Refusal("detail_twice", N_("A matter asks for the same detail twice."))
    with transaction.atomic():
        live = {(row.matter_id, row.code): row for row in Detail.objects.filter(valid_to__isnull=True)}
        gone = [row.id for key, row in live.items() if key not in wanted]
        written = sum(_set(live.get(key), key, fields, at) for key, fields in wanted.items())
        Detail.objects.filter(id__in=gone).update(valid_to=at)
        return told("details.loaded", Loaded(written, len(gone)), by=by, at=at)


def _fields(row: Mapping[str, Any], place: int, matters: set[str]) -> dict[str, Any]:
    if row["matter"] not in matters:
        raise Refusal(
            "detail_matter_unknown",
            N_("The detail %(detail)s asks for the matter %(matter)s, which does not exist."),
            detail=row["code"],
            matter=row["matter"],
        )
    rules.check_code(row["datatype"], rules.DATATYPES, field="datatype")
    choices = rules.read_choices(row.get("choices") or "")
    if bool(choices) != (row["datatype"] in LISTS):
        raise Refusal(
            "detail_choices",
            N_("The detail %(detail)s needs choices if it is a list, and only then."),
            detail=row["code"],
        )
    fields = {name: row.get(name, _PLAIN.get(name)) for name in _FIELDS}
    return fields | {"choices": choices, "position": place}


def _set(old: Detail | None, key: tuple[str, str], fields: dict[str, Any], at: datetime) -> bool:
    if old is None:
        Detail.objects.create(matter_id=key[0], code=key[1], valid_from=at, **fields)
        return True
    if all(getattr(old, name) == value for name, value in fields.items()):
        return False
    for name, value in fields.items():
        setattr(old, name, value)
    old.save()
    return True
