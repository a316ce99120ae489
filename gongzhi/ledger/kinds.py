"""Which facts exist. Each room declares its own in `rules.FACTS` and registers them when Django starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gongzhi.kit.canonical import Json
from gongzhi.kit.refusal import N_, Refusal

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class FactKind:
    """What a fact of this kind may say: names of its details, and one sentence of meaning for the docs."""

    details: tuple[str, ...]
    meaning: str


_registered: dict[str, FactKind] = {}


def register(kinds: Mapping[str, FactKind]) -> None:
    """Add a room's kinds (`room.verb`); the same kind twice with another meaning is a bug (ValueError)."""
    for name, kind in kinds.items():
        room, dot, verb = name.partition(".")
        if not (room and dot and verb) or len(name) > 60:
            raise ValueError(f"a fact is named room.verb, not {name!r}")
        if _registered.setdefault(name, kind) != kind:
            raise ValueError(f"{name} is declared twice")


def registered() -> dict[str, FactKind]:
    """Every kind there is, by name."""
    return dict(sorted(_registered.items()))


@lru_cache(maxsize=512)
def _names(details: tuple[str, ...]) -> frozenset[str]:
    """A kind's details, to look many up in."""
    return frozenset(details)


def check(kind: str, details: Mapping[str, Json]) -> None:
    """Refuse an unknown kind, an undeclared detail, and a detail long enough to hold somebody's words."""
    known = _registered.get(kind)
    if known is None:
        raise Refusal("fact_unknown", N_("The ledger knows no fact “%(kind)s”."), kind=kind)
    names = _names(known.details)
    if not details.keys() <= names:
        raise Refusal(
            "fact_detail_undeclared",
            N_("A fact “%(kind)s” has no detail “%(name)s”."),
            kind=kind,
            name=next(name for name in details if name not in names),
        )
    for name, value in details.items():
        if value is not True and value is not False and value is not None:
            _check_length(kind, name, value)


def _check_length(kind: str, name: str, value: Json) -> None:
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\0" in value):
        raise Refusal(
            "fact_detail_long",
            N_("The detail “%(name)s” of “%(kind)s” is a text; facts hold none."),
            kind=kind,
            name=name,
        )
    if isinstance(value, list):
        for item in value:
            _check_length(kind, name, item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_length(kind, name, key)
            _check_length(kind, name, item)
