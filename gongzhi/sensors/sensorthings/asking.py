"""What a GET asks for beyond its path: $top, $skip, $count, $orderby and a small $filter, each judged.

`$filter` understands comparisons joined by `and`: `phenomenonTime` and `resultTime` (ge gt le lt eq with a moment),
`result` (with a number), and for entities of sensors `@iot.id eq '…'`. Anything else is refused, never ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.sensors import rules

TOP, TOP_MOST = 100, 1_000
SKIP_MOST = 1_000_000
_KNOWN = frozenset({"$top", "$skip", "$count", "$orderby", "$filter"})
_COMPARED = re.compile(r"([\w@./]+)\s+(eq|ne|ge|gt|le|lt)\s+('(?:[^']|'')*'|[^\s']+)", re.ASCII)
_WORDS = {"ge": "gte", "gt": "gt", "le": "lte", "lt": "lt", "eq": "exact"}
_OBSERVED = {"phenomenonTime": "at", "resultTime": "noted_at", "result": "value"}
_OF_SENSOR = {"@iot.id": "code", "id": "code"}
_ORDERS = {"phenomenonTime": "at", "resultTime": "noted_at", "result": "value", "@iot.id": "pk", "id": "pk"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The window, whether to count, the conditions as Django lookups, and the order."""

    top: int = TOP
    skip: int = 0
    count: bool = False
    lookups: dict[str, Any] = field(default_factory=dict)
    order: str = ""


def read(query: QueryDict, *, observations: bool) -> Asked:
    """What a query asks for. Refuses (400) what cannot be read and (501) options of the standard not offered here."""
    for name in query:
        if name.startswith("$") and name not in _KNOWN:
            raise Refusal("option_missing", N_("%(name)s is not offered here; docs/sensors.md lists what is."),
                          status=501, name=name[:20])  # fmt: skip
    return Asked(
        top=min(_number(query, "$top", TOP), TOP_MOST),
        skip=_number(query, "$skip", 0),
        count=query.get("$count", "") == "true",
        lookups=_filter(query.get("$filter", ""), _OBSERVED if observations else _OF_SENSOR),
        order=_order(query.get("$orderby", "")) if observations else "",
    )


def _number(query: QueryDict, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) > SKIP_MOST:
        raise Refusal("option_odd", N_("%(name)s must be a whole number, not “%(value)s”."), name=name, value=text[:20])
    return int(text)


def _filter(text: str, columns: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in re.split(r"\s+and\s+", text.strip()) if text.strip() else []:
        match = _COMPARED.fullmatch(part.strip())
        name = match[1] if match else ""
        if match is None or name not in columns or match[2] not in _WORDS or (name.endswith("id") and match[2] != "eq"):
            raise Refusal("filter_odd", N_("$filter cannot be read at “%(part)s”; docs/sensors.md shows its form."),
                          part=part[:60])  # fmt: skip
        found[f"{columns[name]}__{_WORDS[match[2]]}"] = _value(name, match[3])
    return found


def _value(name: str, text: str) -> Any:
    if name.endswith("Time"):
        return rules.read_moment(text.strip("'"))
    if name == "result":
        try:
            return rules.read_value(float(text))
        except ValueError as error:
            raise rules.refuse("value_no_number", value=text[:40]) from error
    return text.strip("'").replace("''", "'").replace("\0", "")


def _order(text: str) -> str:
    if not text:
        return ""
    name, _, way = text.strip().partition(" ")
    if name not in _ORDERS or way.strip() not in ("", "asc", "desc"):
        raise Refusal("order_odd", N_("$orderby “%(text)s” is not offered here."), text=text[:40])
    return ("-" if way.strip() == "desc" else "") + _ORDERS[name]
