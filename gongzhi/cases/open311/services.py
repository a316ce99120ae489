"""GET services and their definitions: the matters without finer ones beneath, and what they ask beyond the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from gongzhi.cases.models import Detail, Matter
from gongzhi.cases.open311 import keys, params
from gongzhi.cases.open311.answers import answer, door
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.look.templatetags.look import said
from gongzhi.places.keeping import Kept

READ = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Offered:
    """Everything that can be asked for: leaf matters, their top classes, their details, and since when."""

    matters: dict[str, Matter]
    groups: dict[str, Matter]
    details: dict[str, tuple[Detail, ...]]
    since: datetime | None


def _read() -> Offered:
    rows = {row.code: row for row in Matter.objects.filter(valid_to__isnull=True).order_by("position", "code")}
    above = {row.parent_id for row in rows.values()}
    details: dict[str, tuple[Detail, ...]] = {}
    for detail in Detail.objects.filter(valid_to__isnull=True).order_by("position"):
        details[detail.matter_id] = (*details.get(detail.matter_id, ()), detail)
    return Offered(
        matters={code: row for code, row in rows.items() if code not in above},
        groups={code: _top(row, rows) for code, row in rows.items()},
        details=details,
        since=max((row.valid_from for row in rows.values()), default=None),
    )


def _top(row: Matter, rows: dict[str, Matter]) -> Matter:
    for _ in range(len(rows)):
        if row.parent_id not in rows:
            break
        row = rows[row.parent_id]
    return row


offered = Kept(_read)


def find(code: str) -> Matter:
    """The matter that a service_code names; refuses none (400) and an unknown one (404)."""
    if not code:
        raise Refusal("service_missing", N_("A service_code is needed."), field="service_code")
    found = offered().matters.get(code)
    if found is None:
        raise NotFound(
            "service_unknown", N_("There is no service “%(service)s”."), field="service_code", service=code[:40]
        )
    return found


@door(*READ)
def service_list(request: HttpRequest, format: str) -> HttpResponse:
    """Every service; for a key that works in batches they are of type batch."""
    every = offered()
    batch = _is_batch(request)
    return answer(format, "services", [service(row, every, batch=batch) for row in every.matters.values()])


def _is_batch(request: HttpRequest) -> bool:
    """Whether the program that asks told a key and gets tokens; a wrong key may read like no key."""
    told = params.text(request.GET, "api_key")
    try:
        return bool(told) and keys.opened(told).batch
    except NotAllowed:
        return False


def service(row: Matter, every: Offered, *, batch: bool) -> dict[str, Any]:
    """One service as the list names it."""
    return {
        "service_code": row.code,
        "service_name": said(row, "name"),
        "description": said(row, "hint"),
        "metadata": row.code in every.details,
        "type": "batch" if batch else "realtime",
        "keywords": ",".join(str(word) for word in row.keywords),
        "group": said(every.groups[row.code], "name"),
    }


@door(*READ)
def definition(request: HttpRequest, format: str, code: str) -> HttpResponse:
    """What one service asks; an empty list when it asks for nothing but words and a place."""
    row = find(code)
    details = offered().details.get(row.code, ())
    told = [_attribute(detail, order) for order, detail in enumerate(details, start=1)]
    return answer(format, "service_definition", {"service_code": row.code, "attributes": told})


def _attribute(detail: Detail, order: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "variable": detail.asked,
        "code": detail.code,
        "datatype": detail.datatype,
        "required": detail.required,
        "datatype_description": said(detail, "hint"),
        "order": order,
        "description": said(detail, "name"),
    }
    if detail.choices:
        told["values"] = [{"key": choice["key"], "name": said(choice, "name")} for choice in detail.choices]
    return told
