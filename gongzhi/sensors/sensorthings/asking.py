"""What a GET asks for beyond its path: a window, an order, a small $filter, $select and $expand, each judged.

`$filter` understands comparisons joined by `and`: `phenomenonTime` and `resultTime` (ge gt le lt eq with a moment),
`result` (with a number), and for entities of sensors `@iot.id eq '…'`. `$expand` takes names of links joined by commas,
a path (`Datastreams/Observations`) or options of its own in brackets (`Observations($top=1;$orderby=resultTime desc)`).
Anything else is refused, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.sensors import rules

TOP, TOP_MOST = 100, 1_000
INSIDE, INSIDE_MOST = 10, 100  # entities of a set inside another entity
SKIP_MOST = 1_000_000
DEEPEST = 3  # levels of $expand
WINDOW = frozenset({"$top", "$skip", "$count", "$orderby", "$filter"})
SHAPE = frozenset({"$select", "$expand"})
# Which links an entity has, and to which set each leads; a set's name ends in s, one entity's does not.
LINKS: dict[str, dict[str, str]] = {
    "Things": {"Datastreams": "Datastreams", "Locations": "Locations"},
    "Locations": {"Things": "Things"},
    "Sensors": {"Datastreams": "Datastreams"},
    "ObservedProperties": {"Datastreams": "Datastreams"},
    "Datastreams": {
        "Thing": "Things",
        "Sensor": "Sensors",
        "ObservedProperty": "ObservedProperties",
        "Observations": "Observations",
    },
    "Observations": {"Datastream": "Datastreams"},
}
_COMPARED = re.compile(r"([\w@./]+)\s+(eq|ne|ge|gt|le|lt)\s+('(?:[^']|'')*'|[^\s']+)", re.ASCII)
_WORDS = {"ge": "gte", "gt": "gt", "le": "lte", "lt": "lt", "eq": "exact"}
_OBSERVED = {"phenomenonTime": "at", "resultTime": "noted_at", "result": "value"}
_OF_SENSOR = {"@iot.id": "code", "id": "code"}
_ORDERS = {"phenomenonTime": "at", "resultTime": "noted_at", "result": "value", "@iot.id": "pk", "id": "pk"}
_ITEM = re.compile(r"([A-Za-z]+)(?:/(.+)|\((.*)\))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """The window, whether to count, the conditions as Django lookups, the order, the properties, what is put inside.

    `select` is empty when every property is wanted; `expand` has what is asked of each link."""

    top: int = TOP
    skip: int = 0
    count: bool = False
    lookups: dict[str, Any] = field(default_factory=dict)
    order: str = ""
    select: tuple[str, ...] = ()
    expand: dict[str, Asked] = field(default_factory=dict)
    again: tuple[tuple[str, str], ...] = ()  # order and filter as they were written, for the address of a next window


def read(query: Mapping[str, str], kind: str, *, one: bool = False, depth: int = 0) -> Asked:
    """What a query asks for of a set (or of `one` entity of it; `depth` levels inside another one).

    Refuses (400) what cannot be read and (501) options of the standard not offered here."""
    for name in query:
        if name.startswith("$") and name not in (SHAPE if one else SHAPE | WINDOW):
            raise Refusal("option_missing", N_("%(name)s is not offered here; docs/sensors.md lists what is."),
                          status=501, name=name[:20])  # fmt: skip
    observations = kind == "Observations"
    top, most = (INSIDE, INSIDE_MOST) if depth else (TOP, TOP_MOST)
    return Asked(
        top=min(_number(query, "$top", top), most),
        skip=_number(query, "$skip", 0),
        count=query.get("$count", "") == "true",
        lookups=_filter(query.get("$filter", ""), _OBSERVED if observations else _OF_SENSOR),
        order=_order(query.get("$orderby", "")) if observations else "",
        select=tuple(filter(None, (name.strip() for name in query.get("$select", "").split(",")))),
        expand=_expand(query.get("$expand", ""), kind, depth),
        again=tuple((name, query[name]) for name in ("$orderby", "$filter") if query.get(name)),
    )


def _number(query: Mapping[str, str], name: str, default: int) -> int:
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


def _expand(text: str, kind: str, depth: int) -> dict[str, Asked]:
    found: dict[str, Asked] = {}
    for item in _apart(text, ","):
        match = _ITEM.fullmatch(item)
        links = LINKS[kind]
        if match is None or match[1] not in links or match[1] in found or depth >= DEEPEST:
            raise Refusal("expand_odd", N_("$expand “%(item)s” cannot be put in here; it may be: %(names)s."),
                          item=item[:40], names=", ".join(links) if depth < DEEPEST else "–")  # fmt: skip
        inner = {"$expand": match[2]} if match[2] else _options(match[3] or "")
        found[match[1]] = read(inner, links[match[1]], one=not match[1].endswith("s"), depth=depth + 1)
    return found


def _options(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _apart(text, ";")]
    for name, sign, _ in pairs:
        if not sign or not name.strip().startswith("$"):
            raise Refusal("option_odd", N_("%(name)s must be a whole number, not “%(value)s”."), name=name[:20],
                          value="")  # fmt: skip
    return {name.strip(): value.strip() for name, _, value in pairs}


def _apart(text: str, sign: str) -> list[str]:
    """Parts between signs that stand outside brackets and quotes; empty ones are dropped."""
    parts, level, quoted = [""], 0, False
    for letter in text[:2000]:
        quoted ^= letter == "'"
        level += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == sign and level == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]
