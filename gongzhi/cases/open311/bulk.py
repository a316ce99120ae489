"""Open311 in bulk: the same requests with the same fields, ten thousand at once, also as CSV and as a Data Package.

A Data Package (specs.frictionlessdata.io, tabular) is a zip with `datapackage.json`, `requests.csv` and `services.csv`.
Everything is read anew at every ask: what was withdrawn a moment ago is in no file.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from gongzhi.cases.models import Case
from gongzhi.cases.open311 import listing, params, services
from gongzhi.cases.open311.answers import TYPES, answer, door
from gongzhi.cases.open311.requests import ROOT, lead_on
from gongzhi.cases.open311.services import READ
from gongzhi.cases.open311.telling import Row, Teller
from gongzhi.kit.moments import local, now
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places

MOST = 10_000
WIDEST = timedelta(days=366)
FORMATS = (*TYPES, "csv", "zip")
_AT_ONCE = 1_000
_TYPES = {"csv": "text/csv; charset=utf-8", "zip": "application/zip"}
_NUMBERS, _MOMENTS = ("lat", "long"), ("requested_datetime", "updated_datetime", "expected_datetime")
REQUEST = (
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
    *("agency_responsible", "service_notice", *_MOMENTS, "address", "address_id", "zipcode", *_NUMBERS, "media_url"),
)
SERVICE = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")


@door(*READ, formats=FORMATS)
def bulk(request: HttpRequest, format: str) -> HttpResponse:
    """The filters of GET requests, spans of a year, pages of 10,000."""
    at = now()
    wanted = params.wanted(request.GET, at, most=MOST, widest=WIDEST)
    cases, more = listing.find(wanted)
    rows = _rows(request, cases, extensions=wanted.extensions and format in TYPES)
    if format in TYPES:
        response = answer(format, ROOT, rows)
    else:
        body = _table(REQUEST, rows) if format == "csv" else _package(rows, at)
        response = HttpResponse(body, content_type=_TYPES[format])
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Content-Disposition"] = f'attachment; filename="requests.{format}"'
    if more:
        lead_on(request, response, offset=wanted.offset, limit=wanted.limit)
    return response


def _rows(request: HttpRequest, cases: Sequence[Case], *, extensions: bool) -> list[Row]:
    rows: list[Row] = []
    for first in range(0, len(cases), _AT_ONCE):
        rows += Teller(request, cases[first : first + _AT_ONCE], extensions=extensions).rows()
    return rows


def _table(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    """CSV (RFC 4180) in UTF-8 without a mark, as Data Packages want it."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(names)
    for row in rows:
        write([_cell(row.get(name)) for name in names])
    return out.getvalue().encode()


def _cell(value: object) -> object:
    """Nothing is an empty cell, truth is as in XML, and a text that a spreadsheet would run gets an apostrophe."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _package(rows: Sequence[Row], at: datetime) -> bytes:
    every = services.offered()
    offers = [services.service(row, every, batch=False) for row in every.matters.values()]
    county = places.county()
    told = {
        "profile": "tabular-data-package",
        "name": f"open311-{county.code}",
        "title": f"Open311 GeoReport v2: {said(county, 'name')}",
        "created": local(at, county.tz).isoformat(timespec="seconds"),
        "resources": [_resource("requests", REQUEST), _resource("services", SERVICE)],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", json.dumps(told, ensure_ascii=False, indent=1))
        package.writestr("requests.csv", _table(REQUEST, rows))
        package.writestr("services.csv", _table(SERVICE, offers))
    return out.getvalue()


def _resource(name: str, fields: Sequence[str]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": [{"name": field, "type": _kind(field)} for field in fields], "primaryKey": fields[0]},
    }


def _kind(field: str) -> str:
    if field in _NUMBERS:
        return "number"
    return "datetime" if field in _MOMENTS else "boolean" if field == "metadata" else "string"
