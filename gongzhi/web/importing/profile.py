"""What a profile says: which column of a file means what. A YAML file of the package, or one's own.

`docs/importing.md` explains every key. A key nobody knows is a fault, so that a misspelt one is not lost.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gongzhi.cases import rules
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.kit.worktime import Unit
from gongzhi.procedures import calendars

SHIPPED = Path(__file__).parent / "profiles"
TAKE_OVER = r"\d{1,4}d|all"
Outcome = Literal["fixed", "answered", "partly", "planned", "not_ours", "no_ground", "duplicate"]


class Part(BaseModel):
    """A part of a profile: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ExampleCounty(Part):
    """The county that is made for an empty folder."""

    code: Annotated[str, Field(pattern=r"^[1-9]\d{5}$")] = "990199"
    name_zh: Annotated[str, Field(min_length=1, max_length=60)]
    name_en: Annotated[str, Field(max_length=80)] = ""
    limit_amount: Annotated[int, Field(ge=1, le=365)] = 15
    limit_unit: Unit = Unit.working_days
    holidays: str = ""  # of which country or part of one; empty: China's for Chinese words, else none

    @field_validator("holidays")
    @classmethod
    def _country(cls, value: str) -> str:
        if value and not calendars.is_country(value):
            raise ValueError("no days off are known by this code; CN, US and US-MA are such, none is none")
        return value


class State(Part):
    """Which column says how a case stands, and which of its words mean that it ended, and how."""

    column: str
    closed: dict[str, Outcome]


class Told(Part):
    """How it ended, from a text: the first of these pieces that the column holds."""

    column: str
    has: dict[str, Outcome]


class Verdict(Part):
    """What the other system says itself of its limit: the words of a column that mean in time, and late."""

    column: str
    kept: list[str] = []
    missed: list[str] = []


class Coordinates(Part):
    """The columns of a pin in degrees, and the system they were measured in."""

    lon: str
    lat: str
    system: Literal["wgs84", "gcj02"] = "wgs84"


class Shapes(Part):
    """How a polygon of `--places` is named from its properties, and the system it was drawn in."""

    name: str = "{name}"
    system: Literal["wgs84", "gcj02"] = "wgs84"


class Profile(Part):
    """One kind of file. `words` and `address` are texts with {column} in them; the others name columns."""

    profile: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    language: Literal["zh-hans", "en"]
    tz: str
    id: str
    opened: str
    words: str
    unsaid: str = ""
    matter: Annotated[list[str], Field(min_length=1, max_length=3)]
    organ: str = ""
    organs: dict[str, str] = {}
    place: Annotated[list[str], Field(max_length=2)] = []
    address: str = ""
    closed: str = ""
    answer: str = ""
    answer_without: list[str] = []
    state: State | None = None
    outcome: Told | None = None
    in_time: Verdict | None = None
    kind: str = ""
    kinds: dict[str, str] = {}
    source: str = ""
    sources: dict[str, str] = {}
    coordinates: Coordinates | None = None
    shapes: Shapes = Shapes()
    dates: list[str] = []
    empty: list[str] = []
    earliest: Annotated[int, Field(ge=1600, le=2200)] = 1990
    take_over: Annotated[str, Field(pattern=rf"^(?:{TAKE_OVER})$")] = "0d"
    public: bool = True
    county: ExampleCounty

    @property
    def holidays(self) -> str:
        """Whose days off the example county keeps: as it names them, else China's for Chinese words, else none."""
        return self.county.holidays or (calendars.CHINA if self.language == "zh-hans" else calendars.NO_HOLIDAYS)

    @field_validator("tz")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError("not a time zone; America/New_York is one") from error
        return value

    @field_validator("answer_without")
    @classmethod
    def _patterns(cls, value: list[str]) -> list[str]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern} is no pattern: {error}") from error
        return value

    @model_validator(mode="after")
    def _codes(self) -> Profile:
        for given, known in ((self.kinds, rules.KINDS), (self.sources, rules.SOURCES)):
            if strange := sorted(set(given.values()) - set(known)):
                raise ValueError(f"{', '.join(strange)} is none of: {', '.join(known)}")
        return self

    @property
    def columns(self) -> set[str]:
        """Every column this profile reads."""
        named = [self.id, self.opened, self.closed, self.organ, self.kind, self.source, self.answer]
        named += [*self.matter, *self.place, *fields_of(self.words), *fields_of(self.address)]
        named += [self.state.column] if self.state else []
        named += [part.column for part in (self.outcome, self.in_time) if part]
        named += [self.coordinates.lon, self.coordinates.lat] if self.coordinates else []
        return {name for name in named if name}


def fields_of(template: str) -> list[str]:
    """The columns a text with {column} in it reads."""
    pieces = template.split("{")[1:]
    return [piece.partition("}")[0] for piece in pieces]


def shipped() -> list[str]:
    """The names of the profiles that come with the program."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load(name: str) -> Profile:
    """A shipped profile by its name, or one's own by its path. Refuses `profile_unknown` and `profile_faulty`."""
    path = SHIPPED / f"{name}.yaml" if name in shipped() else Path(name)
    try:
        said: Any = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _faulty(path, _("it is not UTF-8")) from error
    except (OSError, ValueError) as error:
        raise Refusal(
            "profile_unknown",
            N_("There is no profile “%(name)s”. These come with the program: %(known)s. Or give the path of your own."),
            name=name[:200],
            known=", ".join(shipped()),
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _faulty(path, " ".join(str(error).split())) from error
    if not isinstance(said, dict):
        raise _faulty(path, _("it holds no keys; docs/importing.md names them"))
    try:
        return Profile.model_validate(said)
    except (ValidationError, ValueError) as error:
        raise _faulty(path, _first(error)) from error


def _faulty(path: Path, why: str) -> Refusal:
    return Refusal("profile_faulty", N_("The profile %(name)s cannot be used: %(why)s"), name=path.name, why=why)


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    told = error.errors()[0]
    return f"{'.'.join(str(part) for part in told['loc'])}: {told['msg']}"
