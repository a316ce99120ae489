"""Addresses of SensorThings: reading entities, and taking Observations. Errors are JSON with the reason's code."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people.permits import public
from gongzhi.sensors import keys, reading, rules
from gongzhi.sensors.models import Reading, Sensor, SensorKey
from gongzhi.sensors.rules import QUANTITIES, Quantity
from gongzhi.sensors.sensorthings import asking, entities, sent
from gongzhi.sensors.sensorthings.asking import LINKS, Asked
from gongzhi.sensors.sensorthings.entities import Site
from gongzhi.sensors.sensorthings.shaping import Row, Shaper

CONFORMANCE = [
    f"http://www.opengis.net/spec/iot_sensing/1.1/req/{part}"
    for part in ("datamodel", "resource-path", "data-array", "create-update-delete")[:3]
]
_ONE = re.compile(r"(\w+)\((?:'((?:[^']|'')*)'|([0-9]{1,18}))\)(?:/(\w+))?")
View = Callable[[HttpRequest, str], HttpResponse]


def _answered(view: View) -> View:
    """Refusals become JSON; no cache keeps anything."""

    @wraps(view)
    def answered(request: HttpRequest, path: str = "") -> HttpResponse:
        try:
            response = view(request, path)
        except RequestDataTooBig:
            response = _error(Refusal("too_large", N_("The body is too large."), status=413))
        except Refusal as why:
            response = _error(why)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


def _error(why: Refusal) -> JsonResponse:
    body = {"code": why.status, "type": "error", "reason": why.code, "message": _said(why)}
    response = JsonResponse(body, status=why.status)
    if why.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "seconds" in why.params:
        response.headers["Retry-After"] = str(why.params["seconds"])
    return response


def _said(why: Refusal) -> str:
    return _(why.sentence) % why.params


@csrf_exempt
@public
@_answered
def service(request: HttpRequest, path: str = "") -> HttpResponse:
    """Every address below the root: GET reads, POST to Observations sends."""
    path = path.strip("/")
    if request.method == "POST":
        return _create(request, path)
    if request.method not in ("GET", "HEAD"):
        raise Refusal("method", N_("Only GET, and POST to Observations, are offered here."), status=405)
    site = Site(request.build_absolute_uri("/sensorthings/v1.1"))
    if not path:
        return JsonResponse(
            {
                "value": [{"name": name, "url": f"{site.root}/{name}"} for name in entities.SETS],
                "serverSettings": {"conformance": CONFORMANCE},
            }
        )
    return JsonResponse(_read(request, site, path), json_dumps_params={"ensure_ascii": False})


def _key(request: HttpRequest, *, needed: bool) -> SensorKey | None:
    word, _space, text = request.headers.get("Authorization", "").partition(" ")
    text = text.strip() if word.lower() == "bearer" else ""
    return keys.opened(text) if text or needed else None


# --- reading ------------------------------------------------------------------------------------------------


def _open_to(key: SensorKey | None) -> QuerySet[Sensor]:
    """The sensors this reader may see: public ones, and those of the key's owner."""
    seen = Q(public=True) | Q(organ=key.organ) if key else Q(public=True)
    return Sensor.objects.filter(seen, valid_to__isnull=True).order_by("code")


def _read(request: HttpRequest, site: Site, path: str) -> dict[str, Any]:
    seen = _open_to(_key(request, needed=False))
    shaper = Shaper(site, seen)
    if path in entities.SETS:
        return _set(request, shaper, path, seen)
    match = _ONE.fullmatch(path)
    if match is None or match[1] not in entities.SETS:
        raise _unknown()
    kind, rest = match[1], match[4] or ""
    row = _row(kind, match[2].replace("''", "'") if match[2] is not None else match[3], seen)
    if not rest:
        return shaper.one(kind, row, asking.read(request.GET, kind, one=True))
    target = LINKS[kind].get(rest)
    if target is None:
        raise _unknown()
    if target == "Observations":
        return _set(request, shaper, target, seen.filter(code=getattr(row, "code", "")))
    if isinstance(row, Quantity):
        return _set(request, shaper, target, seen.filter(quantity=row.code))
    if rest.endswith("s"):
        return {"value": [shaper.one(target, row, asking.read(request.GET, target, one=True))]}
    return shaper.one(target, _one_of(row, target, seen), asking.read(request.GET, target, one=True))


def _row(kind: str, id: str, seen: QuerySet[Sensor]) -> Row:
    """The row behind an entity of the path; refuses what is not there and what this reader may not see."""
    row: Row | None = None
    if kind == "Observations":
        row = Reading.objects.filter(pk=int(id), sensor__in=seen).first() if id.isdecimal() else None
    elif kind == "ObservedProperties":
        row = QUANTITIES.get(id)
    elif rules.CODE.fullmatch(id):
        row = seen.filter(code=id).first()
    if row is None:
        raise _unknown()
    return row


def _one_of(row: Row, target: str, seen: QuerySet[Sensor]) -> Row:
    if isinstance(row, Reading):
        return seen.get(code=row.sensor_id)
    return QUANTITIES[row.quantity] if target == "ObservedProperties" and isinstance(row, Sensor) else row


def _set(request: HttpRequest, shaper: Shaper, kind: str, rows: QuerySet[Sensor]) -> dict[str, Any]:
    """One window of an entity set, with the address of the next when there is more."""
    asked = asking.read(request.GET, kind)
    found: Any
    if kind == "Observations":
        found = Reading.objects.filter(sensor__in=rows.values("code"), **asked.lookups)
        found = found.order_by(asked.order or "at", "pk")
    elif kind == "ObservedProperties":
        found = [QUANTITIES[code] for code in sorted({row.quantity for row in shaper.seen})]
    else:
        found = rows.filter(**asked.lookups)
    window = list(found[asked.skip : asked.skip + asked.top + 1])
    told: dict[str, Any] = {}
    if asked.count:
        told["@iot.count"] = len(found) if isinstance(found, list) else found.count()
    if len(window) > asked.top:
        told["@iot.nextLink"] = _next(request, asked)
    return told | {"value": shaper.every(kind, window[: asked.top], asked)}


def _next(request: HttpRequest, asked: Asked) -> str:
    query = request.GET.copy()
    query["$skip"], query["$top"] = str(asked.skip + asked.top), str(asked.top)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe='$')}")


def _unknown() -> NotFound:
    return NotFound("entity_unknown", N_("There is nothing at this address, or it is not public."))


# --- sending ------------------------------------------------------------------------------------------------


def _create(request: HttpRequest, path: str) -> HttpResponse:
    at, key = now(), _key(request, needed=True)
    assert key is not None
    match = _ONE.fullmatch(path)
    site = Site(request.build_absolute_uri("/sensorthings/v1.1"))
    told = sent.parsed(request.body)
    if path == "CreateObservations":
        return _many(site, key, sent.arrays(told, now=at), at)
    sensor = match[2] if match and (match[1], match[4]) == ("Datastreams", "Observations") else None
    if path != "Observations" and not sensor:
        raise Refusal("method", N_("Only Observations can be sent here."), status=405)
    one = sent.observation(told, sensor=sensor or "", now=at)
    keys.count(key=key, at=at, readings=1)
    (refused,) = reading.take(by=key.ref, at=at, readings=[one], organ=key.organ)
    if refused is not None:
        raise refused
    assert not isinstance(one, reading.Misread)
    entity = entities.observation(site, Reading.objects.get(sensor=one.sensor, at=one.at))
    response = JsonResponse(entity, status=201)
    response.headers["Location"] = entity["@iot.selfLink"]
    return response


def _many(site: Site, key: SensorKey, readings: list[sent.Sent], at: datetime) -> HttpResponse:
    """Each row's address, or "error: code: sentence" in its place, as the data array extension has it."""
    keys.count(key=key, at=at, readings=max(1, len(readings)))
    answers = reading.take(by=key.ref, at=at, readings=readings, organ=key.organ)
    ids = _ids([one for one in readings if isinstance(one, rules.Reading)], at)
    told = [_place(site, ids, one, why) for one, why in zip(readings, answers, strict=True)]
    return JsonResponse(told, safe=False, status=201, json_dumps_params={"ensure_ascii": False})


def _place(site: Site, ids: dict[tuple[str, datetime], int], one: sent.Sent, why: Refusal | None) -> str:
    if why is None and isinstance(one, rules.Reading):
        return site.link("Observations", ids[one.sensor, one.at])
    assert why is not None
    return f"error: {why.code}: {_said(why)}"


def _ids(readings: list[rules.Reading], noted: datetime) -> dict[tuple[str, datetime], int]:
    """The ids of what was kept just now."""
    if not readings:
        return {}
    moments = [one.at for one in readings]
    rows = Reading.objects.filter(
        sensor__in={one.sensor for one in readings if rules.CODE.fullmatch(one.sensor)},
        at__gte=min(moments),
        at__lte=max(moments),
        noted_at=noted,
    )
    return {(code, at): pk for code, at, pk in rows.values_list("sensor", "at", "pk")}
