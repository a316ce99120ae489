"""What one row of each file in a county's folder may say. Columns are named as the tables they are loaded into.

`docs/county-files.md` explains every column; a column nobody knows is a fault, so that a misspelt one is not lost.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from gongzhi.cases import rules
from gongzhi.kit.refusal import Refusal
from gongzhi.kit.worktime import LONGEST, Unit
from gongzhi.look import colours
from gongzhi.people.permits import ROLES
from gongzhi.places.rules import Level
from gongzhi.procedures import calendars
from gongzhi.sensors import rules as sensors

ORGAN_KINDS = ("government", "department", "town", "hotline", "dispatch", "supervision", "company", "association")


def _words(value: object) -> object:
    """A cell with several words, parted by spaces or semicolons."""
    return value.replace("；", " ").replace(";", " ").split() if isinstance(value, str) else value


def _yes(value: object) -> object:
    """Only the words true and false: 0, yes and 是 have each been taken for both."""
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("not_yes")
    return value


Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Division = Annotated[str, Field(pattern=r"^[1-9]\d{11}$")]
Grid = Annotated[str, Field(pattern=r"^[1-9]\d{14}$")]
Prefix = Annotated[str, Field(pattern=r"^([1-9]\d{0,14})?$")]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Words = Annotated[list[str], BeforeValidator(_words)]
Short = Annotated[str, Field(max_length=60)]
Text = Annotated[str, Field(max_length=300)]


class Row(BaseModel):
    """A row: unknown columns are refused, cells are stripped, an empty cell is as if it were not there."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Dated(Row):
    """A row that can begin and end; empty means from the day it was first loaded, without end."""

    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("dates_reversed")
        return self


class Neighbour(Row):
    """A neighbouring county: whom to ask when somebody stands there."""

    name_zh: Short
    name_en: str = ""
    phone: str = ""
    bounds: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    polygon: dict[str, Any] | None = None


class CountyCard(Row):
    """county.toml."""

    code: Annotated[str, Field(pattern=r"^[1-9]\d{5}$")]
    name_zh: Short
    name_en: Annotated[str, Field(max_length=80)] = ""
    practice: bool = False
    tz: str = "Asia/Shanghai"
    holidays: Annotated[str, Field(max_length=12)] = calendars.CHINA
    lon: Lon | None = None
    lat: Lat | None = None
    bounds: list[float] = []
    banner_zh: Annotated[str, Field(max_length=60)] = ""
    banner_en: Annotated[str, Field(max_length=120)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    emblem: str = ""
    accent: str = colours.DEFAULT
    neighbours: list[Neighbour] = []

    @field_validator("tz")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("zone_unknown") from error
        return value

    @field_validator("holidays")
    @classmethod
    def _country(cls, value: str) -> str:
        if not calendars.is_country(value):
            raise ValueError("holidays_unknown")
        return value


class DivisionRow(Dated):
    """divisions.csv."""

    code: Division
    level: Level | None = None
    parent: Division | None = None
    name_zh: Short
    name_en: Annotated[str, Field(max_length=80)] = ""
    lon: Lon | None = None
    lat: Lat | None = None
    population: Annotated[int, Field(ge=0)] | None = None


class GridRow(Dated):
    """`properties` of a feature of grids.geojson."""

    code: Grid
    division: Division | None = None
    name_zh: Short
    name_en: Annotated[str, Field(max_length=80)] = ""
    description: Annotated[str, Field(max_length=400)] = ""
    lon: Lon | None = None
    lat: Lat | None = None
    households: Annotated[int, Field(ge=0)] | None = None


class LandmarkRow(Row):
    """buildings.csv."""

    name_zh: Short
    name_en: Annotated[str, Field(max_length=80)] = ""
    aliases: str = ""
    kind: Annotated[str, Field(max_length=30)] = ""
    grid: Grid | None = None
    lon: Lon | None = None
    lat: Lat | None = None


class OrganRow(Dated):
    """organs.csv."""

    code: Code
    parent: Code | None = None
    name_zh: Annotated[str, Field(max_length=100)]
    name_en: Annotated[str, Field(max_length=160)] = ""
    kind: str = "government"
    division: Division
    phone: Annotated[str, Field(max_length=40)] = ""
    head: str = ""

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ORGAN_KINDS:
            raise ValueError("kind_unknown")
        return value


class PostRow(Dated):
    """posts.csv."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    organ: Code
    role: str
    place: Annotated[str, Field(pattern=r"^([1-9]\d{11}|[1-9]\d{14})?$")] = ""
    title_zh: Short
    title_en: Annotated[str, Field(max_length=100)] = ""

    @field_validator("role")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ROLES:
            raise ValueError("role_unknown")
        return value


class MatterRow(Row):
    """matters.csv."""

    code: Code
    parent: Code | None = None
    name_zh: Annotated[str, Field(max_length=80)]
    name_en: Annotated[str, Field(max_length=120)] = ""
    hint_zh: Text = ""
    hint_en: Text = ""
    limit_amount: Annotated[int, Field(ge=0, le=LONGEST)]
    limit_unit: Unit
    clause: str = ""
    closing_zh: Text = ""
    closing_en: Text = ""
    reopen_days: Annotated[int, Field(ge=0, le=365)] = 15
    asks_most: Annotated[int, Field(ge=0, le=9)] = 2
    procedure: str = "voice"
    keywords: Words = []
    about_officer: Yes = False
    danger: Yes = False
    public_ok: Yes = True

    @model_validator(mode="after")
    def _never_public(self) -> MatterRow:
        if self.about_officer and self.public_ok:
            raise ValueError("officer_public")
        return self


class ResponsibilityRow(Row):
    """responsibilities.csv."""

    matter: Code
    place: Prefix = ""
    organ: Code
    assisting: Words = []
    clause: str = ""


class DetailRow(Row):
    """details.csv: what a matter asks of programs beyond the words."""

    matter: Code
    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    asked: Yes = True
    required: Yes = False
    name_zh: Annotated[str, Field(max_length=120)]
    name_en: Annotated[str, Field(max_length=160)] = ""
    hint_zh: Text = ""
    hint_en: Text = ""
    choices: str = ""

    @model_validator(mode="after")
    def _fits(self) -> DetailRow:
        try:
            listed = bool(rules.read_choices(self.choices))
        except Refusal:
            raise ValueError("choices_misread") from None
        if listed != self.datatype.endswith("list") or (self.required and not self.asked):
            raise ValueError("choices_misread")
        return self


class ClauseRow(Dated):
    """clauses.csv."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    law_zh: str
    law_en: Annotated[str, Field(max_length=160)] = ""
    article: str = ""
    text_zh: str
    text_en: str = ""
    source: str
    verified: Yes


class DayRow(Row):
    """calendar.csv."""

    date: date
    working: Yes
    announced: Yes = False
    source: str


class SensorRow(Row):
    """sensors.csv: an instrument, who owns it, where it is, what it measures and how often."""

    code: Code
    name_zh: Annotated[str, Field(max_length=80)]
    name_en: Annotated[str, Field(max_length=120)] = ""
    model: Annotated[str, Field(max_length=120)] = ""
    organ: Code
    place: Annotated[str, Field(pattern=r"^([1-9]\d{11}|[1-9]\d{14})$")] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    quantity: Annotated[str, Field(pattern=f"^({'|'.join(sensors.QUANTITIES)})$")]
    low: float
    high: float
    interval: Annotated[int, Field(ge=1, le=31 * 86_400)]
    silent_times: Annotated[int, Field(ge=1, le=1_000)] = 3
    upkeep: Code = rules.CATCH_ALL
    public: Yes = False

    @model_validator(mode="after")
    def _whole(self) -> SensorRow:
        if self.low >= self.high or (self.lon is None) != (self.lat is None) or (self.lon is None and not self.place):
            raise ValueError("sensor_odd")
        return self


class SensorRuleRow(Row):
    """sensor_rules.csv: when a sensor's readings become a voice, and about which matter."""

    sensor: Code
    code: Code
    kind: Literal["above", "below", "rise", "fall"]
    threshold: float
    back: float | None = None
    seconds: Annotated[int, Field(ge=0, le=7 * 86_400)] = 0
    matter: Code

    @model_validator(mode="after")
    def _comes_back(self) -> SensorRuleRow:
        back = self.threshold if self.back is None else self.back
        if back > self.threshold if self.kind != "below" else back < self.threshold:
            raise ValueError("sensor_rule_odd")
        return self


ROWS: dict[str, type[Row]] = {
    "divisions.csv": DivisionRow,
    "buildings.csv": LandmarkRow,
    "organs.csv": OrganRow,
    "posts.csv": PostRow,
    "matters.csv": MatterRow,
    "responsibilities.csv": ResponsibilityRow,
    "details.csv": DetailRow,
    "clauses.csv": ClauseRow,
    "calendar.csv": DayRow,
    "sensors.csv": SensorRow,
    "sensor_rules.csv": SensorRuleRow,
}
OPTIONAL = frozenset({"buildings.csv", "calendar.csv", "details.csv", "sensors.csv", "sensor_rules.csv"})
