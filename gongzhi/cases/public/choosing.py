"""Choosing a place without a map: by its name, or from town to village to grid; each choice one button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongzhi.cases.public.draft import where_of
from gongzhi.places import reads as places
from gongzhi.places.reads import PlaceCard, PlaceHit


@dataclass(frozen=True, slots=True)
class Hit:
    """A place offered: `value` goes into the form, `name_*` and `path_*` are said."""

    value: str
    name_zh: str
    name_en: str
    path_zh: str
    path_en: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the choosing stands. `settled`: go on; else show `hits` for `looked`, or the list under `inside`."""

    place: str = ""
    text: str = ""
    looked: str = ""
    settled: bool = False
    hits: tuple[Hit, ...] = ()
    inside: Hit | None = None
    below: tuple[Hit, ...] = ()
    browsing: bool = False
    chosen: Hit | None = None

    @property
    def nothing_found(self) -> bool:
        """Words were looked up and no place is known by them."""
        return bool(self.looked) and not self.hits and not self.browsing and not self.settled


def start(*, place: str, text: str) -> Choice:
    """The page as it is first shown, or shown again: a chosen place is named."""
    return Choice(place=place, text=text, chosen=name_of(place), below=_below(""))


def choose(data: Mapping[str, Any], *, place: str, text: str) -> Choice:
    """What the visitor did on the page.

    `pick` chooses an offered place ("own" keeps her own words alone), `browse` opens a list, `lon` and `lat` are a
    pin on the map (WGS84 degrees); otherwise a text that was not looked up before is looked up and offered back.
    """
    text = text.strip()
    if (browse := data.get("browse")) is not None:
        return Choice(place, text, text, inside=name_of(browse), below=_below(browse), browsing=True)
    pick = data.get("pick", "")
    if pick == "own":
        return Choice("", text, text, settled=True)
    if pick:
        return Choice(pick, text, text, settled=True)
    if data.get("lon") and data.get("lat"):
        return Choice(f"{data['lon']},{data['lat']}", text, text, settled=True)
    if not text or text == data.get("looked", ""):
        return Choice(place, text, text, settled=True)
    hits = tuple(_hit(found) for found in places.find(text))
    return Choice("", text, text, hits=hits, below=_below(""))


def known_code(code: str) -> str:
    """`code` when it is a division or grid of this county, else nothing."""
    return code if code and name_of(code) and "," not in code else ""


def name_of(place: str) -> Hit | None:
    """The place a form value means: by its code, or the grid around a point; None when nothing is known."""
    where = where_of(place, "")
    if where is None:
        return None
    code = where.code
    if where.lon is not None and where.lat is not None:
        grid = places.grid_at(where.lon, where.lat)
        if grid is None:
            return None
        code = grid.code
    card = places.place_or_none(code)
    return None if card is None else _card(place, card)


def grids_address(code: str) -> str:
    """Where a map fetches the grids of a place; of the whole county for ""."""
    return f"/api/v1/places/{code or places.county().code.ljust(12, '0')}/grids"


def below(code: str) -> tuple[PlaceCard, ...]:
    """The places right inside: towns of the county (also for ""), villages of a town, grids of a village."""
    if len(code) == 15:
        return ()
    if not code or code.endswith("000000"):
        return places.towns()
    return places.villages(code) if code.endswith("000") else places.grids(code)


def _below(code: str) -> tuple[Hit, ...]:
    return tuple(_card(card.code, card) for card in below(code))


def _card(value: str, card: PlaceCard) -> Hit:
    return Hit(value, card.name_zh, card.name_en, card.path_zh, card.path_en)


def _hit(found: PlaceHit) -> Hit:
    """A found landmark is a point; a division or grid is its code."""
    pinned = found.kind == "landmark" and found.lon is not None and found.lat is not None
    value = f"{found.lon},{found.lat}" if pinned else found.code
    return Hit(value, found.name, found.name_en, found.path_zh, found.path_en)
