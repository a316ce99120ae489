"""Who says what, when and where in the practice county: pure chance with a memory for weather and planted events.

One day is drawn from the seed and its date alone, so a county played in one go or in ten is the same county.
Season, week, hour, holidays and weather bend the rates; planted events add to them, and some arrivals are true
twins: another person about the same thing. What was planted is for the truth file, which the product never reads.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gongzhi.rehearsal.grammar import Grammar, Speech, Spot

# How often each matter is raised, of 1,000 arrivals; those not named share the rest evenly.
SHARES = {
    "street-waste": 42, "parking": 60, "property-service": 52, "road-damage": 38, "street-light": 26, "drainage": 30,
    "no-water": 24, "heating": 34, "policy-question": 74, "unpaid-wages": 26, "night-works": 28,
    "street-vendor": 30, "illegal-structure": 18, "elevator": 22, "food-safety": 18, "refund": 26, "bus": 16,
    "school-affairs": 18, "medical-insurance": 16, "pension": 18, "hall-service": 14, "stray-animals": 16,
    "disputes": 16, "low-income": 12, "farm-land": 12, "village-affairs": 10, "praise": 16, "suggestion": 24,
    "power-cut": 18, "wires": 10, "manhole": 10, "trees": 14, "flooding": 8, "gas-leak": 2, "road-collapse": 1,
    "officer-conduct": 6, "officer-integrity": 2, "other": 12, "square-noise": 18, "bins": 16, "river": 10,
}  # fmt: skip
# Months in which a matter is raised more, and how much more.
SEASONS: dict[str, dict[int, float]] = {
    "heating": {11: 4, 12: 5, 1: 5, 2: 4, 3: 2, 4: 0.2, 5: 0.05, 6: 0.05, 7: 0.05, 8: 0.05, 9: 0.1, 10: 0.8},
    "flooding": {6: 2, 7: 3, 8: 3, 12: 0.2, 1: 0.2, 2: 0.2},
    "burning": {6: 5, 9: 2, 10: 6, 11: 2},
    "school-places": {6: 3, 7: 5, 8: 6, 9: 2},
    "unpaid-wages": {12: 2, 1: 3.5, 2: 2},
    "barbecue-smoke": {5: 2, 6: 3, 7: 3, 8: 3, 12: 0.2, 1: 0.2, 2: 0.2},
    "square-noise": {6: 2, 7: 2, 8: 2, 1: 0.4},
    "irrigation": {4: 3, 5: 4, 6: 3, 11: 0.1, 12: 0.05, 1: 0.05},
    "power-cut": {7: 2.5, 8: 2.5},
}
# What a kind of weather does to a matter.
WEATHER: dict[str, dict[str, float]] = {
    "storm": {"flooding": 30, "drainage": 5, "leaking-roof": 4, "power-cut": 3, "trees": 6, "wires": 4, "shop-signs": 6,
              "road-collapse": 5, "dangerous-house": 5, "manhole": 3, "water-danger": 3},
    "rain": {"flooding": 5, "drainage": 2.5, "leaking-roof": 2.5, "road-damage": 1.4},
    "frost": {"heating": 2.5, "pipe-burst": 6, "no-water": 3, "bus": 1.5},
    "heat": {"power-cut": 3, "no-water": 2, "street-waste": 1.6, "river": 1.8, "water-danger": 3},
    "wind": {"trees": 4, "shop-signs": 6, "site-dust": 4, "wires": 3, "burning": 0.5},
    "fair": {},
}  # fmt: skip
WEEK = (1.16, 1.12, 1.06, 1.04, 1.02, 0.78, 0.68)
HOURS = (3, 2, 1, 1, 1, 2, 8, 22, 46, 58, 54, 40, 26, 30, 46, 48, 42, 36, 32, 36, 34, 26, 14, 7)
SOURCES = {"phone": 40, "web": 29, "chat": 12, "counter": 8, "sms": 4, "api": 3, "paper": 2, "mail": 2}
TWINS, ENGLISH = 0.035, 0.012


@dataclass(frozen=True, slots=True)
class Home:
    """A landmark with its grid: where arrivals come from, weighed by the people who live there."""

    spot: Spot
    grid: str
    lon: float
    lat: float
    weight: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something planted: more voices about one matter around one village, for some days."""

    name: str
    matter: str
    village: str
    first: date
    days: int
    daily: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """One voice before it is said. `event` and `twin_of` (the key of an earlier arrival) are truth, not product."""

    key: str
    at: datetime
    matter: str
    home: Home
    speech: Speech
    source: str
    pin: str
    contact: str
    allows_public: bool
    event: str = ""
    twin_of: str = ""


@dataclass(slots=True)
class World:
    """What arrivals are drawn from. `rate` is voices on an ordinary day; `last` the day the simulation ends."""

    seed: int
    tz: ZoneInfo
    homes: Sequence[Home]
    matters: Sequence[str]
    is_working: Callable[[date], bool]
    first: date
    last: date
    rate: float
    events: list[Event] = field(default_factory=list)


def weather(seed: int, day: date) -> str:
    """The weather of a day: storms in summer, frost in winter, spells of a few days because weather lasts."""
    spell = random.Random(f"{seed} weather {day.toordinal() // 3}")  # noqa: S311 - a simulation
    chance = {
        "storm": 0.07 if day.month in (6, 7, 8) else 0.01,
        "rain": 0.24 if day.month in (4, 5, 6, 7, 8, 9) else 0.12,
        "frost": 0.35 if day.month in (12, 1, 2) else 0.0,
        "heat": 0.3 if day.month in (7, 8) else 0.0,
        "wind": 0.14 if day.month in (3, 4, 11) else 0.05,
    }
    drawn = spell.random()
    for kind, share in chance.items():
        drawn -= share
        if drawn < 0:
            return kind
    return "fair"


def plant(world: World) -> list[Event]:
    """Events of the whole span: about one every nine days, and three in the last fortnight that are still open."""
    rng = random.Random(f"{world.seed} events")  # noqa: S311
    villages = sorted({home.grid[:12] for home in world.homes})
    kinds = (
        ("brown water after mains work", "water-quality", 3, 9), ("power fails in one quarter", "power-cut", 2, 14),
        ("a school canteen makes children ill", "food-safety", 3, 8),
        ("a site pours concrete at night", "night-works", 7, 5),
        ("a gym closes with its prepaid cards", "refund", 9, 7), ("wages unpaid at one site", "unpaid-wages", 6, 6),
        ("muck trucks take the village road", "muck-trucks", 10, 4), ("a works smells at night", "air-smell", 8, 5),
        ("heating fails in one estate", "heating", 5, 12), ("a burst sewer", "drainage", 4, 8),
        ("a pack of dogs", "stray-animals", 8, 3), ("the river turns black", "river", 6, 6),
    )  # fmt: skip
    span = (world.last - world.first).days
    events = []
    for nth in range(max(3, span // 9)):
        name, matter, days, daily = rng.choice(kinds)
        first = (
            world.last - timedelta(days=4 + 3 * nth) if nth < 3 else world.first + timedelta(days=rng.randrange(span))
        )
        scale = rng.uniform(0.7, 1.6) * min(1.0, max(0.25, world.rate / 120))
        events.append(Event(f"{nth + 1}: {name}", matter, rng.choice(villages), first, days, daily * scale))
    return events


def day_of(world: World, day: date, before: Sequence[Arrival]) -> list[Arrival]:
    """The arrivals of one day in order of time; `before` are those of the last days, whom twins repeat."""
    rng = random.Random(f"{world.seed} {day.isoformat()}")  # noqa: S311
    grammar = Grammar(rng)
    weights = _weights(world, day)
    calm = world.rate * WEEK[day.weekday()] * (1.0 if world.is_working(day) else 0.85)
    calm *= sum(weights) / 1000
    drawn: list[Arrival] = []
    for nth in range(_poisson(rng, calm)):
        if before and rng.random() < TWINS:
            drawn.append(_twin(world, rng, grammar, day, nth, rng.choice(before)))
        else:
            matter = rng.choices(world.matters, weights)[0]
            drawn.append(_arrive(world, rng, grammar, day, f"{nth}", matter, _home(world, rng)))
    for event in world.events:
        if event.first <= day < event.first + timedelta(days=event.days):
            near = [home for home in world.homes if home.grid.startswith(event.village)]
            for nth in range(_poisson(rng, event.daily)):
                home = rng.choice(near)
                key = f"e{event.name.split(':')[0]}.{nth}"
                drawn.append(_arrive(world, rng, grammar, day, key, event.matter, home, event.name))
    return sorted(drawn, key=lambda arrival: (arrival.at, arrival.key))


def _weights(world: World, day: date) -> list[float]:
    named = sum(SHARES.get(matter, 0) for matter in world.matters)
    rest = max(0.0, 1000 - named) / max(1, sum(matter not in SHARES for matter in world.matters))
    sky = WEATHER[weather(world.seed, day)]
    return [
        SHARES.get(matter, rest) * SEASONS.get(matter, {}).get(day.month, 1.0) * sky.get(matter, 1.0)
        for matter in world.matters
    ]


def _arrive(
    world: World,
    rng: random.Random,
    grammar: Grammar,
    day: date,
    nth: str,
    matter: str,
    home: Home,
    event: str = "",
) -> Arrival:
    speech = grammar.speak(matter, home.spot, english=rng.random() < ENGLISH)
    return Arrival(
        key=f"{day.isoformat()}.{nth}",
        at=_moment(world, rng, day),
        matter=matter,
        home=home,
        speech=speech,
        source=rng.choices(list(SOURCES), list(SOURCES.values()))[0],
        pin=rng.choices(("pin", "grid", "text", "none"), (50, 28, 18, 4))[0],
        contact=rng.choices(("", "phone", "email"), (38, 52, 10))[0],
        allows_public=rng.random() < 0.58,
        event=event,
    )


def _twin(world: World, rng: random.Random, grammar: Grammar, day: date, nth: int, first: Arrival) -> Arrival:
    """Somebody else about what `first` said, in her own words, mostly a house or two away."""
    own = _arrive(world, rng, grammar, day, f"{nth}", first.matter, first.home, first.event)
    return Arrival(
        own.key, own.at, own.matter, own.home, grammar.retell(first.matter, first.speech, first.home.spot), own.source,
        own.pin, own.contact, own.allows_public, own.event, first.key,
    )  # fmt: skip


def _home(world: World, rng: random.Random) -> Home:
    return rng.choices(world.homes, [home.weight for home in world.homes])[0]


def _moment(world: World, rng: random.Random, day: date) -> datetime:
    hour = rng.choices(range(24), HOURS)[0]
    wall = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60), rng.randrange(10**6)), world.tz)
    return wall.astimezone(ZoneInfo("UTC"))


def _poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number (Knuth for small means, a rounded normal above 50, which is enough for a rehearsal)."""
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
