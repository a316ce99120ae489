"""Drafts a profile from the columns a file has and the first rows in them. Whoever uses it reads it first."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from gongzhi.web.importing import tables

LOOKED_AT = 500
# key of the profile → what its column is usually called, the surest first
USUAL = {
    "id": r"^(unique_?key|case_?id|sr_?number|rec_?id|service_request_id|id|编号|工单编号|事件编号)$|key|编号",
    "opened": r"^(created?|opened|open|requested)_?(date|time|at|on|datetime)|(受理|创建|登记|上报)时间",
    "closed": r"^(closed|close|resolved)_?(date|time|at|on|datetime)|办结时间|结案时间|完成时间",
    "organ": r"department|agency_?name|agency|owner|dispose_unit_name|承办单位|处置单位|责任单位",
    "lon": r"^(lon|lng|long|longitude|经度)$",
    "lat": r"^(lat|latitude|纬度)$",
    "state": r"^status$|state$|状态",
    "address": r"^address$|address$|^location$|地址|地点",
    "source": r"source$|channel|来源",
}
MATTER = r"type(_name)?$|category|subject|类别|分类|类型"
PLACE = r"street_name|community_name|neighborhood|borough|district_?name|街道|社区|村"
WORDS = r"description|descriptor|title|content|words|内容|标题|描述"


def draft(path: Path) -> str:
    """A profile as YAML, with remarks where something must be chosen."""
    has = tables.columns(path)
    rows = [row for _line, row in islice(tables.rows(path), LOOKED_AT) if "" not in row]
    named = {key: _usual(has, form) for key, form in USUAL.items()}
    named["id"] = named["id"] if _all_different(rows, named["id"]) else _keyed(has, rows) or named["id"]
    matter, place, words = _all(has, MATTER)[:2], _all(has, PLACE)[:2], _all(has, WORDS)[:1]
    chinese = any("\u4e00" <= sign <= "\u9fff" for row in rows[:50] for value in row.values() for sign in str(value))
    lines = [
        f"# Drafted from {len(rows)} rows; docs/importing.md explains every key. Read it before you use it.",
        f"profile: {_name(path)}",
        f"language: {'zh-hans' if chinese else 'en'}",
        "tz: Asia/Shanghai" + ("" if chinese else "   # choose the zone in which the times were written"),
        *_line("id", named["id"]),
        *_line("opened", named["opened"]),
        *(_line("closed", named["closed"]) if named["closed"] else []),
        f"words: {_said(': '.join('{' + name + '}' for name in [*matter[-1:], *words]))}",
        f"matter: {_said(matter)}" + ("" if matter else "   # choose the column that says what it is about"),
        *(_line("organ", named["organ"]) if named["organ"] else []),
        *([f"place: {_said(place)}"] if place else []),
        *([f"address: {_said('{' + named['address'] + '}')}"] if named["address"] else []),
        *_state(rows, named["state"]),
    ]
    if named["lon"] and named["lat"]:
        lon, lat = _said(named["lon"]), _said(named["lat"])
        lines.append(f"coordinates: {{lon: {lon}, lat: {lat}, system: wgs84}}   # gcj02 if drawn by a Chinese map")
    form = _date_form(rows, named["opened"])
    lines += [f"dates: [{_said(form)}]"] if form else []
    lines.append("public: false   # true if these rows were published with everything they say")
    lines.append(f"county: {{code: '990199', name_zh: {_said('示例县')}, name_en: Example}}")
    return "\n".join(lines) + "\n"


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _line(key: str, column: str) -> list[str]:
    return [f"{key}: {_said(column)}" + ("" if column else "   # choose the column")]


def _usual(has: Sequence[str], form: str) -> str:
    for part in form.split("|") if "(" not in form else [form]:
        for name in has:
            if re.search(part, name, re.IGNORECASE):
                return name
    return ""


def _all(has: Sequence[str], form: str) -> list[str]:
    return [name for name in has if re.search(form, name, re.IGNORECASE)]


def _all_different(rows: list[dict[str, Any]], column: str) -> bool:
    values = [row[column] for row in rows] if column else []
    return bool(values) and len(set(values)) == len(values)


def _keyed(has: Sequence[str], rows: list[dict[str, Any]]) -> str:
    """The first column whose values are all there and all different."""
    return next((name for name in has if _all_different(rows, name) and all(row[name] for row in rows)), "")


def _state(rows: list[dict[str, Any]], column: str) -> list[str]:
    if not column:
        return []
    ended = sorted(
        {str(row[column]) for row in rows if re.search(r"clos|resolv|办结|结案|完成", str(row[column]), re.I)}
    )
    return [f"state: {{column: {_said(column)}, closed: {_said(dict.fromkeys(ended, 'answered'))}}}"]


def _date_form(rows: list[dict[str, Any]], column: str) -> str:
    """How dates are written, when ISO 8601 does not read them."""
    sample = next((row[column] for row in rows if column and row[column]), None)
    if not isinstance(sample, str) or isinstance(sample, date | datetime):
        return ""
    forms = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d")
    for form in ("", *forms, "%Y年%m月%d日", "%d.%m.%Y"):
        try:
            datetime.strptime(sample, form) if form else datetime.fromisoformat(sample)  # noqa: DTZ007
        except ValueError:
            continue
        return form
    return ""


def _name(path: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40]
    return name or "mine"
