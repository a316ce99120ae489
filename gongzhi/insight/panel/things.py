"""How many things alarms speak of: nested series that alarm together are one, and what goes on is not new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gongzhi.insight import rules

Key = tuple[str, str, str]  # matter, prefix of place codes, channel


def leads(keys: Iterable[Key], above: Mapping[str, str]) -> list[Key]:
    """One key for each thing, the closest view of it: a wider or equal view that is nested with one already there
    belongs to it."""
    found: list[Key] = []
    own: dict[str, set[str]] = {}  # prefix → matters of leads in it
    over: dict[str, set[str]] = {}  # prefix → these and what holds them
    order = sorted(keys, key=lambda key: (-len(key[1]), -len(_chain(key[0], above)), not key[2], key))
    for key in order:
        matter, place, _channel = key
        chain = _chain(matter, above)
        if matter in over.get(place, ()) or own.get(place, set()).intersection(chain):
            continue
        found.append(key)
        for digits in range(1, len(place) + 1):
            own.setdefault(place[:digits], set()).add(matter)
            over.setdefault(place[:digits], set()).update(chain)
    return found


def fresh(things: Sequence[Key], before: Iterable[tuple[str, str]], above: dict[str, str]) -> list[bool]:
    """Which of the things are news against those of the days before (matter, place), as findings are continued."""
    known = list(before)
    return [not any(rules.near(key[:2], other, above) for other in known) for key in things]


def _chain(matter: str, above: Mapping[str, str]) -> list[str]:
    """A matter, what it belongs to, and "" for all of them."""
    found = [matter]
    while found[-1] and (parent := above.get(found[-1], "")) not in found:
        found.append(parent)
    return found if found[-1] == "" else [*found, ""]
