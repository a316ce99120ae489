"""Looking at places. Everything is kept in memory per process and follows `County.version`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gongzhi.kit.refusal import N_, NotFound
from gongzhi.places import gazetteer, keeping, rules
from gongzhi.places.models import County, Division, Grid, Landmark
from gongzhi.places.rules import Level

version = keeping.version


@dataclass(frozen=True, slots=True)
class CountyCard:
    """Who this county is: six digits, names, zone, centre and bounds (west, south, east, north; degrees)."""

    code: str
    name_zh: str
    name_en: str
    tz: str
    lon: float | None
    lat: float | None
    bounds: tuple[float, ...]
    practice: bool
    phone: str
    emblem: str
    accent: str
    neighbours: tuple[dict[str, Any], ...] = field(hash=False)
    version: int
    banner_zh: str = ""
    banner_en: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The county's time zone."""
        return ZoneInfo(self.tz)


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A division or grid: its code, names, and the places from the town down to itself."""

    code: str
    level: str
    name_zh: str
    name_en: str
    path: tuple[str, ...]  # codes from the town (or the place itself, if wider) to this one
    path_zh: str
    path_en: str
    lon: float | None
    lat: float | None
    number: int | None  # people of a division, households of a grid

    @property
    def parent(self) -> str | None:
        """The code one level up."""
        return rules.parent_of(self.code)


@dataclass(frozen=True, slots=True)
class GridCard:
    """The grid a point lies in, and its village."""

    code: str
    division: str
    name_zh: str
    name_en: str
    path_zh: str
    path_en: str


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place found by words. `code` can be used as a place everywhere; `grid` is known for grids and landmarks."""

    kind: str  # town, village, grid, landmark, county
    code: str
    name: str
    name_en: str
    path_zh: str
    path_en: str
    lon: float | None
    lat: float | None
    grid: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Divisions and grids for wide use by rooms above: typed tuples, no polygons."""

    code: str
    level: str
    parent: str | None
    name_zh: str
    name_en: str
    lon: float | None
    lat: float | None


def county() -> CountyCard:
    """The county; refuses `county_missing` before its folder is loaded."""
    card = county_or_none()
    if card is None:
        raise NotFound("county_missing", N_("No county has been loaded yet. Load its folder: gongzhi county load."))
    return card


def county_or_none() -> CountyCard | None:
    """The county, or None before its folder is loaded."""
    return _county()


def local_day(at: datetime) -> date:
    """The calendar day on the county's wall at a moment, whoever asks: a page, a command or the clockwork."""
    return at.astimezone(county().zone).date()


def place(code: str) -> PlaceCard:
    """A division or grid by its code, also a closed one; refuses `place_unknown`."""
    card = _atlas().cards.get(code)
    if card is None:
        raise NotFound("place_unknown", N_("There is no place with the code %(place)s."), field="place", place=code)
    return card


def place_or_none(code: str | None) -> PlaceCard | None:
    """A division or grid by its code, or None."""
    return _atlas().cards.get(code or "")


def path(code: str) -> tuple[PlaceCard, ...]:
    """The places from the town down to the one named; a county or wider is its own path."""
    cards = _atlas().cards
    return tuple(cards[step] for step in place(code).path)


def within(code: str) -> str:
    """The prefix all codes inside share; to be used as `place__startswith=within(code)`."""
    return rules.prefix(code)


def towns() -> tuple[PlaceCard, ...]:
    """Towns and streets that exist, by code."""
    return _atlas().below.get(Level.TOWN, ())


def villages(town: str) -> tuple[PlaceCard, ...]:
    """Villages and communities of a town that exist, by code."""
    return _atlas().below.get(town, ())


def grids(village: str) -> tuple[PlaceCard, ...]:
    """Grids of a village that exist, by code."""
    return _atlas().below.get(village, ())


def divisions_in(prefix: str) -> list[str]:
    """Every division under a prefix of codes, also one that is no more (old cases lie in it), by code."""
    return [code for code in _atlas().cards if len(code) == 12 and code.startswith(prefix)]


def shape_of(code: str) -> dict[str, Any] | None:
    """The GeoJSON geometry of a grid; None when it is known by description only."""
    return Grid.objects.filter(code=code).values_list("polygon", flat=True).first()


def features(code: str) -> list[dict[str, Any]]:
    """GeoJSON features of the grids inside a place, for a map: code, name_zh and name_en as properties."""
    rows = Grid.objects.filter(code__startswith=within(code), valid_to=None, polygon__isnull=False).order_by("code")
    return [
        {
            "type": "Feature",
            "geometry": grid.polygon,
            "properties": {"code": grid.code, "name_zh": grid.name_zh, "name_en": grid.name_en},
        }
        for grid in rows
    ]


def grid_at(lon: float, lat: float) -> GridCard | None:
    """The grid that holds a point (degrees WGS84); on a shared edge the one with the smaller code."""
    tree, codes = _shapes()
    if tree is None:
        return None
    from shapely import Point

    found = tree.query(Point(lon, lat), predicate="intersects")
    return _atlas().grid_cards[codes[min(found)]] if len(found) else None


def outside(lon: float, lat: float, language: str = "zh-hans") -> str | None:
    """The name of the neighbouring county that holds the point, when its `polygon` or `bounds` say so."""
    for neighbour in county().neighbours:
        if _holds(neighbour, lon, lat):
            name = neighbour.get("name_en") if language.startswith("en") else None
            return str(name or neighbour["name_zh"])
    return None


def find(text: str, limit: int = 8) -> list[PlaceHit]:
    """Places somebody may mean with these words, best first.

    Order of words, missing 村/社区/镇, full-width letters and Chinese numerals do not matter; what else the
    words say ("…旁边的井盖坏了") hardly does. Of places inside each other that nobody can tell apart by what is said of
    them (a town that is one village and one grid) the innermost stands for all.
    """
    book, hits = _gazetteer()
    told: dict[tuple[str, str], PlaceHit] = {}
    for hit in (hits[number] for number in book.find(text, limit + 7)):
        first = told.setdefault((hit.name, hit.path_zh), hit)
        if hit.code.startswith(first.code.rstrip("0")) and len(hit.code.rstrip("0")) > len(first.code.rstrip("0")):
            told[hit.name, hit.path_zh] = hit
    return list(told.values())[:limit]


def batch(after: str = "", limit: int = 50_000) -> list[Batch]:
    """Places with a code greater than `after`, by code, at most 50,000; for insight and exports."""
    cards = sorted(card for card in _atlas().cards if card > after)[: min(limit, 50_000)]
    known = _atlas().cards
    return [
        Batch(c.code, c.level, c.parent, c.name_zh, c.name_en, c.lon, c.lat) for c in (known[code] for code in cards)
    ]


# --- what is kept -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Atlas:
    cards: dict[str, PlaceCard]
    grid_cards: dict[str, GridCard]
    below: dict[str, tuple[PlaceCard, ...]]
    open: frozenset[str]


def _build_county() -> CountyCard | None:
    row = County.objects.first()
    if row is None:
        return None
    return CountyCard(
        row.code,
        row.name_zh,
        row.name_en,
        row.tz,
        row.lon,
        row.lat,
        tuple(row.bounds),
        row.practice,
        row.phone,
        row.emblem,
        row.accent,
        tuple(row.neighbours),
        row.version,
        row.banner_zh,
        row.banner_en,
    )


def _build_atlas() -> _Atlas:
    fields = ("code", "name_zh", "name_en", "lon", "lat", "valid_to")
    rows = [*Division.objects.order_by("code").values_list(*fields, "population")]
    rows += [*Grid.objects.order_by("code").values_list(*fields, "households")]
    names = {row[0]: (row[1], row[2]) for row in rows}
    cards: dict[str, PlaceCard] = {}
    below: dict[str, list[PlaceCard]] = {}
    for code, name_zh, name_en, lon, lat, valid_to, number in rows:
        level = rules.level_of(code)
        steps = _steps(code, level, names)
        path_zh = "".join(_unrepeated([names[step][0] for step in steps]))
        path_en = ", ".join(reversed(_unrepeated([names[step][1] or names[step][0] for step in steps])))
        card = PlaceCard(code, level.value, name_zh, name_en, steps, path_zh, path_en, lon, lat, number)
        cards[code] = card
        if valid_to is None:
            above = Level.TOWN if level is Level.TOWN else rules.parent_of(code) or ""
            below.setdefault(above, []).append(card)
    grid_cards = {
        c.code: GridCard(c.code, c.code[:12], c.name_zh, c.name_en, c.path_zh, c.path_en)
        for c in cards.values()
        if c.level == Level.GRID
    }
    still = frozenset(row[0] for row in rows if row[5] is None)
    return _Atlas(cards, grid_cards, {key: tuple(value) for key, value in below.items()}, still)


def _steps(code: str, level: Level, names: dict[str, Any]) -> tuple[str, ...]:
    """Codes from the town to the place itself that exist."""
    steps = [code]
    while level not in (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN):
        above = rules.parent_of(steps[0])
        if above is None or above not in names:
            break
        steps.insert(0, above)
        level = rules.level_of(above)
    return tuple(steps)


def _unrepeated(path: list[str]) -> list[str]:
    """Names without those the next one begins with: 东门社区 before 东门社区第一网格 says nothing."""
    return [name for name, below in zip(path, [*path[1:], ""], strict=True) if not below.startswith(name)]


def _build_shapes() -> tuple[Any, list[str]]:
    from shapely import STRtree
    from shapely.geometry import shape

    rows = Grid.objects.filter(valid_to=None, polygon__isnull=False).order_by("code").values_list("code", "polygon")
    shapes = [(code, shape(polygon)) for code, polygon in rows if polygon]
    tree = STRtree([geometry for _, geometry in shapes]) if shapes else None
    return tree, [code for code, _ in shapes]


def _build_gazetteer() -> tuple[gazetteer.Book, list[PlaceHit]]:
    atlas = _atlas()
    hits: list[PlaceHit] = []
    entries: list[gazetteer.Entry] = []
    for card in (atlas.cards[code] for code in sorted(atlas.open)):
        grid = card.code if card.level == Level.GRID else None
        hits.append(
            PlaceHit(
                card.level, card.code, card.name_zh, card.name_en, card.path_zh, card.path_en, card.lon, card.lat, grid
            )
        )
        entries.append(gazetteer.Entry(_called(card, atlas), _names(card.path[:-1], atlas)))
    for mark in Landmark.objects.filter(valid_to=None).order_by("name_zh", "id"):
        above = atlas.cards.get(mark.grid_id or "")
        path_zh, path_en = (above.path_zh, above.path_en) if above else ("", "")
        code = mark.grid_id or ""
        hits.append(
            PlaceHit("landmark", code, mark.name_zh, mark.name_en, path_zh, path_en, mark.lon, mark.lat, mark.grid_id)
        )
        names = (mark.name_zh, mark.name_en, *mark.aliases)
        entries.append(gazetteer.Entry(names, _names(above.path if above else (), atlas)))
    return gazetteer.Book(entries), hits


def _called(card: PlaceCard, atlas: _Atlas) -> tuple[str, ...]:
    """Names of a division or grid, also without the village's name a grid may begin with."""
    above = atlas.cards.get(card.parent or "")
    short = card.name_zh.removeprefix(above.name_zh) if above else ""
    return (card.name_zh, card.name_en) if short in ("", card.name_zh) else (card.name_zh, card.name_en, short)


def _names(codes: Iterable[str], atlas: _Atlas) -> tuple[str, ...]:
    return tuple(name for code in codes for name in (atlas.cards[code].name_zh, atlas.cards[code].name_en))


def _holds(neighbour: dict[str, Any], lon: float, lat: float) -> bool:
    if neighbour.get("polygon"):
        from shapely import Point
        from shapely.geometry import shape

        return bool(shape(neighbour["polygon"]).intersects(Point(lon, lat)))
    if neighbour.get("bounds"):
        west, south, east, north = neighbour["bounds"]
        return bool(west <= lon <= east and south <= lat <= north)
    return False


_county = keeping.Kept(_build_county)
_atlas = keeping.Kept(_build_atlas)
_shapes = keeping.Kept(_build_shapes)
_gazetteer = keeping.Kept(_build_gazetteer)
