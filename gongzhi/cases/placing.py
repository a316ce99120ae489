"""Where it is and who it concerns: a place from pin, code or typed text; an organ from matter and place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation

from gongzhi.cases import matters, rules
from gongzhi.cases.cards import MatterCard, Officer, Where
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.people import reads as people
from gongzhi.places import reads as places


@dataclass(frozen=True, slots=True)
class Placed:
    """A place as a case keeps it: grid (or empty), division, pin, and the typed text, masked."""

    grid: str
    division: str
    lon: float | None = None
    lat: float | None = None
    text: str = ""
    by: str = "resident"  # "suggested": the machine found it in typed words

    @property
    def code(self) -> str:
        """The finest code known."""
        return self.grid or self.division


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a case concerns: the lead organ (empty: the dispatch desk decides) and the clause; whom it is about."""

    organ: str
    clause: str
    about_officer: bool = False
    officer_post: str = ""
    officer_account: str = ""
    officer_organ: str = ""

    @property
    def holder(self) -> str:
        """The token's holder at receipt."""
        return f"organ:{self.organ}" if self.organ else rules.DISPATCH


def place(where: Where | None, *, keep: bool) -> Placed:
    """The place of what was told. Without any it is the county: nobody must know an address to be heard.

    Refuses a pin outside the county (naming the neighbour when known) and an unknown code, unless `keep`
    (words of danger are kept whatever the place). A typed text is placed at its best hit and kept as said."""
    county = places.county().code.ljust(12, "0")
    if where is None:
        return Placed("", county)
    text = mask(rules.clean_note(where.text, most=rules.PLACE_TEXT_MAX, field="place")).text if where.text else ""
    if where.lon is not None and where.lat is not None:
        beside = _by_code(where.code, text, county, keep=True) if where.placed else None
        return _by_pin(where.lon, where.lat, text, county, keep=keep, beside=beside)
    if where.code:
        return _by_code(where.code, text, county, keep=keep)
    hits = places.find(text, limit=1) if text else []
    if hits:
        grid = hits[0].grid or (hits[0].code if len(hits[0].code) == 15 else "")
        return Placed(grid, grid[:12] or hits[0].code, text=text, by="suggested")
    return Placed("", county, text=text)


def _by_pin(lon: float, lat: float, text: str, county: str, *, keep: bool, beside: Placed | None = None) -> Placed:
    grid = places.grid_at(lon, lat)
    if grid is not None:
        return Placed(grid.code, grid.code[:12], lon, lat, text)
    if beside is not None:
        return replace(beside, lon=lon, lat=lat)
    if keep:
        return Placed("", county, lon, lat, text)
    neighbour = places.outside(lon, lat, translation.get_language() or "zh-hans")
    if neighbour:
        raise Refusal(
            "place_outside",
            N_("This place lies in %(neighbour)s, outside this county. Please turn to the people there."),
            field="place",
            neighbour=neighbour,
        )
    raise Refusal("place_outside", N_("This place lies outside this county."), field="place")


def _by_code(code: str, text: str, county: str, *, keep: bool) -> Placed:
    card = places.place_or_none(code)
    if card is not None:
        grid = card.code if len(card.code) == 15 else ""
        return Placed(grid, card.code[:12], text=text)
    if keep:
        return Placed("", county, text=text)
    raise Refusal(
        "place_unknown",
        N_("We do not know this place. Please choose a town and a village, or describe the place."),
        field="place",
    )


def concerned(
    matter: MatterCard, where: Placed, officer: Officer | None, *, at: datetime, organ: str = ""
) -> Concerned:
    """The lead organ by matter and place; for a complaint about an officer, the supervisor's organ.

    Such a case never goes to the officer's own organ, also when that is only named in the resident's words; it
    goes to the dispatch desk when the county has no supervisor."""
    found = matters.responsible(matter.code, where.code)
    if officer is None:
        return Concerned(organ or found.organ, found.clause, about_officer=matter.about_officer)
    organ, post, account = officer.organ, "", ""
    if officer.post is not None:
        card = people.post(officer.post)
        if card is None:
            raise Refusal(
                "officer_unknown", N_("We do not know this post. Please describe it in words."), field="officer"
            )
        organ, post, account = card.organ, card.id.hex, card.account.hex if card.account else ""
    organ = organ or organ_named(officer.text, at)
    lead = people.supervisor_of(organ, at)
    return Concerned(
        organ=lead.organ if lead is not None and lead.organ != organ else "",
        clause=found.clause,
        about_officer=True,
        officer_post=post,
        officer_account=account,
        officer_organ=organ,
    )


def organ_named(text: str, at: datetime) -> str:
    """The code of the organ that a text names, with or without its leading “县”; the longest name wins."""
    told = text.lower()
    named = [(name, organ.code) for organ in people.organs(at) for name in _names(organ.name_zh, organ.name_en)]
    return max(((name, code) for name, code in named if name in told), key=lambda hit: len(hit[0]), default=("", ""))[1]


def _names(chinese: str, english: str | None) -> tuple[str, ...]:
    short = chinese.removeprefix("县")
    return tuple(name.lower() for name in (chinese, short if len(short) > 2 else "", english or "") if name)
