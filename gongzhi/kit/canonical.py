"""Canonical JSON (RFC 8785) for what facts hold: texts, whole numbers, yes/no, nothing, lists, objects.

Floats are refused: no rule of ours needs one, and two machines may spell one differently.
"""

from __future__ import annotations

import json
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

_SAFE = 2**53 - 1  # RFC 8785 §3.2.2.3: beyond it JSON numbers are not exact


class NotCanonical(ValueError):
    """The value has no canonical form: a float, a number beyond 2⁵³−1, a lone surrogate, another type."""


def canonical(value: Json) -> bytes:
    """The one spelling of `value` in UTF-8; raises NotCanonical for what has none."""
    value = _ordered(value)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("a text holds half of a surrogate pair") from error


def check(value: Json) -> None:
    """Raises NotCanonical for what `canonical` would refuse, without spelling it."""
    if isinstance(value, str):
        if not value.isascii():
            _check_pairs(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{type(key).__name__} is no key")
            if not key.isascii():
                _check_pairs(key)
            if not _is_plain(item):  # nearly all are: facts are flat, and are written by the thousand
                check(item)
    elif isinstance(value, list):
        for item in value:
            check(item)
    elif value is not None and not isinstance(value, bool):
        _ordered(value)  # a whole number that is not too large, or refused


def _is_plain(value: Json) -> bool:
    if type(value) is str:
        return value.isascii()
    return value is None or value is True or value is False or (type(value) is int and 0 <= value <= _SAFE)


def _check_pairs(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("a text holds half of a surrogate pair") from error


def _ordered(value: Json) -> Json:
    """`value` with the keys of every object in order of their UTF-16 code units (§3.2.3)."""
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _SAFE:
            raise NotCanonical(f"{value} is beyond 2**53 - 1")
        return value
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _ordered(value[key]) for key in sorted(value, key=_code_units)}
    raise NotCanonical(f"{type(value).__name__} has no canonical form here")


def _code_units(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")
