"""What a program sends, read into readings: Observations one by one, or many as data arrays. Nothing is judged here
but whether it can be read; what cannot is handed on as misread, so that it is counted and answered in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.sensors import rules
from gongzhi.sensors.reading import Misread

Sent = rules.Reading | Misread
_COMPONENTS = ("phenomenonTime", "result", "parameters")


def parsed(body: bytes) -> Any:
    """The JSON of a body; refuses what is none. NaN and Infinity are read, to be refused as what they are."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("json_misread", N_("The body is not JSON.")) from error


def observation(told: object, *, sensor: str, now: datetime) -> Sent:
    """One Observation of a sensor (empty: its Datastream says which). Without phenomenonTime it is of now."""
    if not isinstance(told, dict):
        return Misread(sensor, rules.refuse("reading_misread"))
    code = sensor or _datastream(told.get("Datastream"))
    try:
        if "result" not in told:
            raise rules.refuse("reading_misread")
        at = rules.read_moment(told["phenomenonTime"]) if told.get("phenomenonTime") is not None else now
        return rules.Reading(code, at, rules.read_value(told["result"]), _unit(told.get("parameters")))
    except Refusal as why:
        return Misread(code, why)


def _datastream(told: object) -> str:
    id = told.get("@iot.id") if isinstance(told, dict) else None
    return id if isinstance(id, str) else ""


def _unit(parameters: object) -> str:
    unit = parameters.get("unit") if isinstance(parameters, dict) else ""
    return unit if isinstance(unit, str) else ""


def observations(told: object, *, sensor: str, now: datetime) -> list[Sent]:
    """One Observation, or a list of them: what a message of MQTT may hold."""
    many = told if isinstance(told, list) else [told]
    return limited([observation(one, sensor=sensor, now=now) for one in many])


def arrays(told: object, *, now: datetime) -> list[Sent]:
    """The rows of `CreateObservations` (the standard's data array extension) in their order."""
    if not isinstance(told, list):
        raise rules.refuse("reading_misread")
    return limited([row for one in told for row in _array(one, now)])


def _array(told: object, now: datetime) -> Iterator[Sent]:
    code = _datastream(told.get("Datastream")) if isinstance(told, dict) else ""
    components = told.get("components") if isinstance(told, dict) else None
    rows = told.get("dataArray") if isinstance(told, dict) else None
    if not _are_names(components) or not isinstance(rows, list):
        yield Misread(code, rules.refuse("reading_misread"))
        return
    for row in rows:
        if not isinstance(row, list) or len(row) != len(components):  # type: ignore[arg-type]
            yield Misread(code, rules.refuse("reading_misread"))
            continue
        values = dict(zip(components, row, strict=True))  # type: ignore[arg-type]
        yield observation({name: values.get(name) for name in _COMPONENTS if name in values}, sensor=code, now=now)


def _are_names(components: object) -> bool:
    return isinstance(components, list) and all(isinstance(name, str) for name in components)


def limited(sent: list[Sent]) -> list[Sent]:
    """Refuses (413) more readings at once than one transaction should hold."""
    if len(sent) > rules.READINGS_MOST:
        raise Refusal(
            "too_many_at_once", N_("At most %(most)s readings at once."), status=413, most=rules.READINGS_MOST
        )
    return sent


def kept(answers: Sequence[Refusal | None]) -> int:
    """How many of the answers say that a reading was kept."""
    return sum(answer is None for answer in answers)
