"""What a reading must be, when a row of readings is worth a voice, and how long readings are kept.

Plain Python without a clock, a database or settings. Moments are aware; a rule is judged by the moments of the
readings, never by the moments of their arrival, so that a late delivery tells the same story.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

FUTURE = timedelta(seconds=90)  # how far a sensor's clock may run ahead
OLD = timedelta(days=7)  # what a gateway may hold back; older readings change nothing any more
FAULTY_AFTER = 3  # impossible readings in a row
TOGETHER = 3  # so many sensors of one owner silent at once are one notice: their gateway is down
READINGS_MOST = 10_000  # in one request or message
HEALTH = ("unheard", "ok", "silent", "faulty")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # of a sensor
RULE_KINDS = ("above", "below", "rise", "fall")
NOTICE_KINDS = ("silent", "faulty")
# Set aside by hand, each for one of these reasons.
ASIDE: dict[str, tuple[str, ...]] = {
    "repair": ("power", "line", "broken", "calibration", "works"),
    "retired": ("replaced", "removed", "no_need"),
}

FACTS: dict[str, FactKind] = {
    "sensor.exceeded": FactKind(("rule", "exceedance", "case"), "A rule of a sensor was met for its duration."),
    "sensor.fell_back": FactKind(("rule", "exceedance"), "What a sensor measures fell back below the rule's end."),
    "sensor.silent": FactKind(("case",), "A sensor was not heard for several of its intervals."),
    "sensor.faulty": FactKind(("case",), "A sensor sent several impossible values in a row."),
    "sensor.returned": FactKind(("case",), "A sensor that was silent or faulty sends good readings again."),
    "sensor.set_aside": FactKind(("state", "reason"), "The owner set a sensor aside: in repair, or retired."),
    "sensor.taken_back": FactKind((), "A sensor that was set aside is in use again."),
    "sensors.loaded": FactKind(("written", "closed"), "The county's sensors were loaded from its files."),
    "sensor_rules.loaded": FactKind(("written", "closed"), "The rules of the sensors were loaded from the files."),
    "sensor_key.made": FactKind(("organ", "per_hour"), "A key was made with which an owner's sensors send readings."),
    "sensor_key.closed": FactKind((), "A key of an owner of sensors was closed."),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """What can be measured: names, the unit every reading of it is in, and where it is defined."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    unit_name: str
    definition: str


_QUDT = "https://qudt.org/vocab/quantitykind/"
QUANTITIES: dict[str, Quantity] = {
    one.code: one
    for one in (
        Quantity("water_level", "水位", "water level", "m", "metre", f"{_QUDT}Height"),
        Quantity("water_depth", "积水深度", "depth of standing water", "cm", "centimetre", f"{_QUDT}Depth"),
        Quantity("rainfall", "小时雨量", "rain in an hour", "mm", "millimetre", f"{_QUDT}Thickness"),
        Quantity("smoke", "烟雾浓度", "smoke", "%/m", "per cent a metre", f"{_QUDT}LinearAbsorptionCoefficient"),
        Quantity("tilt", "井盖倾角", "tilt of the cover", "°", "degree", f"{_QUDT}PlaneAngle"),
        Quantity("noise", "噪声", "noise", "dB(A)", "decibel A", f"{_QUDT}SoundPressureLevel"),
        Quantity(
            "gas", "可燃气体浓度", "combustible gas", "%LEL", "per cent of the lower limit", f"{_QUDT}VolumeFraction"
        ),
        Quantity("pm25", "PM2.5", "PM2.5", "µg/m³", "microgram a cubic metre", f"{_QUDT}MassConcentration"),
        Quantity("temperature", "温度", "temperature", "°C", "degree Celsius", f"{_QUDT}Temperature"),
        Quantity("pressure", "管网压力", "pressure in the main", "kPa", "kilopascal", f"{_QUDT}Pressure"),
        Quantity("displacement", "位移", "displacement", "mm", "millimetre", f"{_QUDT}Displacement"),
    )
}

# Every reason for which a reading is not kept, with the sentence its sender reads.
REFUSED: dict[str, str] = {
    "sensor_unknown": N_("There is no sensor “%(sensor)s” here, or it is not yours."),
    "reading_misread": N_("This is no reading: an object with “result” (a number) and “phenomenonTime” is needed."),
    "value_no_number": N_("“%(value)s” is not a finite number."),
    "value_impossible": N_("%(value)s %(unit)s cannot be: this sensor measures from %(low)s to %(high)s."),
    "unit_wrong": N_("The unit is “%(given)s”, but this sensor measures in “%(unit)s”."),
    "date_misread": N_("“%(value)s” is not a moment with a zone, such as 2026-11-21T08:00:00Z."),
    "date_future": N_("%(value)s has not come yet. Is the sensor's clock right?"),
    "date_old": N_("%(value)s is more than %(days)s days ago; readings so old are not taken any more."),
    "sensor_retired": N_("This sensor was retired by its owner; it is not listened to any more."),
    "reading_twice": N_("A reading of this moment is there already."),
    "out_of_order": N_("A later reading, of %(last)s, is there already; readings come in the order of time."),
}


def refuse(code: str, *, status: int | None = None, **params: object) -> Refusal:
    """The refusal of a reading for one of REFUSED."""
    refusal = Refusal(code, REFUSED[code], status=status)
    refusal.params = params
    return refusal


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading as it was sent, every part readable: sensor by its code, moment, value, unit if it was said."""

    sensor: str
    at: datetime
    value: float
    unit: str = ""


def read_value(value: object) -> float:
    """A JSON number that is finite; refuses `value_no_number` for the rest (texts, NaN, infinity, true)."""
    try:
        if not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value):
            return float(value)
    except OverflowError:  # an integer of hundreds of digits
        value = "1e308+"
    raise refuse("value_no_number", value=str(value)[:40])


def read_moment(value: object) -> datetime:
    """An ISO 8601 moment with its zone, as UTC; refuses `date_misread`."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise refuse("date_misread", value=str(value)[:40])


def check_moment(at: datetime, *, now: datetime) -> None:
    """Refuses a moment that has not come, and one too long ago."""
    if at > now + FUTURE:
        raise refuse("date_future", value=at.isoformat())
    if at < now - OLD:
        raise refuse("date_old", value=at.isoformat(), days=OLD.days)


def check_value(reading: Reading, *, unit: str, low: float, high: float) -> None:
    """Refuses another unit and a value outside what the instrument can measure."""
    if reading.unit and reading.unit != unit:
        raise refuse("unit_wrong", given=reading.unit[:20], unit=unit)
    if not low <= reading.value <= high:
        raise refuse("value_impossible", value=figure(reading.value), unit=unit, low=figure(low), high=figure(high))


def figure(value: float) -> str:
    """A figure as people read it: at most three decimals, no empty ones."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


# --- when readings are worth a voice ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule: the measure is beyond `threshold` for `seconds`, and over when it came back to `back`.

    `above` and `below` look at the value, `rise` and `fall` at how much it gains or loses in an hour. Between back and
    threshold (hysteresis) nothing changes: what was told is not told again, what was not told begins anew."""

    kind: str
    threshold: float
    back: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands: since when it is exceeded, how far it went, whether it was told."""

    since: datetime | None = None
    peak: float | None = None
    told: bool = False


def measure(limit: Limit, value: float, at: datetime, before: tuple[datetime, float] | None) -> float | None:
    """What the rule looks at; None when a change cannot be told because there is nothing before."""
    if limit.kind in ("above", "below"):
        return value
    if before is None or at <= before[0]:
        return None
    change = (value - before[1]) / ((at - before[0]) / timedelta(hours=1))
    return -change if limit.kind == "fall" else change


def step(limit: Limit, now: Standing, measured: float, at: datetime, *, gap: bool) -> tuple[Standing, str]:
    """The standing after one more measure, and what happened: "exceeded", "fell_back" or "".

    `gap`: the sensor was not heard for long before, so nobody knows what was in between and a duration that was being
    counted begins anew; what was told stays told until it is seen to have fallen back."""
    sign = -1.0 if limit.kind == "below" else 1.0
    value, threshold, back = sign * measured, sign * limit.threshold, sign * limit.back
    if now.told:
        if value <= back:
            return Standing(), "fell_back"
        return replace(now, peak=_further(sign, now.peak, measured)), ""
    if value <= threshold:
        return Standing(), ""
    since = at if now.since is None or gap else now.since
    peak = measured if since == at else _further(sign, now.peak, measured)
    told = (at - since).total_seconds() >= limit.seconds
    return Standing(since, peak, told), "exceeded" if told else ""


def _further(sign: float, peak: float | None, measured: float) -> float:
    return measured if peak is None else sign * max(sign * peak, sign * measured)


def silent_after(interval: int, times: int) -> timedelta:
    """How long a sensor may be quiet: several of its intervals."""
    return timedelta(seconds=interval * times)
