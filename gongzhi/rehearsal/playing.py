"""Plays the practice county day by day into the rooms, through their verbs: whole stories at once, one in a hundred
step by step, and in the last weeks work that is in somebody's hands now.

Restartable: after every day the row `Played` says how far it came, in the transaction that wrote the day. What was
planted (events, twins) goes to GONGZHI_DIR/truth/, which no part of the product reads.
"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.cases import many
from gongzhi.ledger import sealing
from gongzhi.people import reads as people
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places
from gongzhi.procedures import calendars
from gongzhi.rehearsal import arrivals, lively, planning, singly
from gongzhi.rehearsal.arrivals import Arrival, Home, World
from gongzhi.rehearsal.grammar import Spot, phrases
from gongzhi.rehearsal.models import Played
from gongzhi.rehearsal.planning import Desk
from gongzhi.web.county_folder import County

BY = "rehearsal"
HANDLER_ORGAN = "transport"  # leads matters everywhere in the county town and has four handlers
MEMORY = 4  # days within which a twin repeats what another person said
LIVELY = timedelta(days=16)  # how long before the end work is played step by step
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is played: about so many cases, spread over so many days before the end."""

    cases: int
    days: int
    organs: int = 0
    posts: int = 0


SIZES = {
    "tiny": Size(200, 21),
    "small": Size(5_000, 120),
    "county": Size(150_000, 730),
    "district": Size(5_000, 60, organs=807, posts=30_000),
}


def begin(*, at: datetime, size: str, seed: int, tz: ZoneInfo) -> Played:
    """The rehearsal of this house: the one begun before, else a new one that ends at `at`."""
    first = at.astimezone(tz).date() - timedelta(days=SIZES[size].days)
    return Played.objects.get_or_create(id=1, defaults={"size": size, "seed": seed, "first": first, "until": at})[0]


def play(played: Played, county: County, *, at: datetime, tell: Progress) -> None:
    """Play what is still to be played, a day at a time. A finished rehearsal is left as it is."""
    if played.finished_at is not None:
        return
    world, desk = _world(played, county), _desk(played)
    _write_truth("events.json", [json.dumps(asdict(event), default=str, ensure_ascii=False) for event in world.events])
    memory: deque[Arrival] = deque(maxlen=2_000)
    numbers: dict[str, str] = {}
    for day in _days(played, world.last):
        drawn = [one for one in arrivals.day_of(world, day, list(memory)) if one.at <= played.until]
        _remember(memory, drawn, day)
        if played.done is not None and day <= played.done:
            continue  # drawn again only so that twins know whom to repeat
        with transaction.atomic():
            numbers |= _play_day(desk, drawn, tell)
            Played.objects.filter(id=1).update(done=day)
        _write_truth("voices.jsonl", _truth(drawn, numbers), append=True)
        _seal(day, desk)
        if day.day == 1 or day == world.last:
            tell(_("%(cases)s cases up to %(day)s") % {"cases": len(numbers), "day": day.isoformat()})
    lively.stir(desk, LIVELY)
    _stage(desk, world)
    lively.ring(desk)
    _seal(world.last, desk)
    Played.objects.filter(id=1).update(finished_at=at)


def _world(played: Played, county: County) -> World:
    size = SIZES[played.size]
    zone = ZoneInfo(county.card.tz if county.card else "Asia/Shanghai")
    world = World(
        seed=played.seed,
        tz=zone,
        homes=_homes(county),
        matters=tuple(phrases("matters")),
        is_working=calendars.calendar().is_working,
        first=played.first,
        last=played.until.astimezone(zone).date(),
        rate=size.cases / size.days * 0.94,
    )
    world.events = arrivals.plant(world)
    return world


def _homes(county: County) -> list[Home]:
    grids = {row.code: row for row in county.rows("grids.geojson")}
    marks = [row for row in county.rows("buildings.csv") if row.grid in grids]
    shared: dict[str, int] = {}
    for mark in marks:
        shared[mark.grid] = shared.get(mark.grid, 0) + 1
    return [
        Home(
            Spot(mark.name_zh, mark.name_en), mark.grid, mark.lon, mark.lat,
            (grids[mark.grid].households or 1) / shared[mark.grid],
        )
        for mark in marks
    ]  # fmt: skip


def _desk(played: Played) -> Desk:
    card = places.county()
    organs = people.organs(played.until)
    posts = [
        post for organ in organs if organ.kind == "hotline" for post in people.colleagues(organ.code, played.until)
    ]
    return Desk(
        seed=played.seed,
        tz=ZoneInfo(card.tz),
        until=played.until,
        calendar=calendars.calendar(),
        names={organ.code: organ.name_zh for organ in organs},
        operators=[post for post in posts if post.can(Permit.VOICE_ENTER)],
    )


def _days(played: Played, last: date) -> Iterator[date]:
    start = played.first
    if played.done is not None:
        start = max(start, played.done - timedelta(days=MEMORY))
    for nth in range((last - start).days + 1):
        yield start + timedelta(days=nth)


def _remember(memory: deque[Arrival], drawn: list[Arrival], day: date) -> None:
    """Keep the arrivals of the last days; a twin is never repeated, so that pairs stay pairs."""
    while memory and memory[0].key[:10] < (day - timedelta(days=MEMORY)).isoformat():
        memory.popleft()
    memory.extend(one for one in drawn if not one.twin_of)


def _play_day(desk: Desk, drawn: list[Arrival], tell: Progress) -> dict[str, str]:
    """Write the stories of a day; the number of each by its key."""
    stories = {one.key: planning.plan(desk, one) for one in drawn}
    alone = [key for key in stories if random.Random(f"{desk.seed} single {key}").random() < 0.01]  # noqa: S311
    together = [key for key in stories if key not in set(alone)]
    kept = many.receive_many([stories[key] for key in together])
    numbers = {key: one.number for key, one in zip(together, kept, strict=True)}
    for key in alone:
        numbers[key] = singly.tell(stories[key])
    return numbers


def _seal(day: date, desk: Desk) -> None:
    """Seal the day's facts and publish its head, as the clockwork does in service."""
    evening = min(datetime.combine(day, time(23, 59), desk.tz), desk.until)
    while sealing.seal_once(at=evening, holder=BY):
        pass
    sealing.publish_head(at=evening)


def _stage(desk: Desk, world: World) -> None:
    """The work every size must show, for the post of the demo's handler."""
    posts = people.colleagues(HANDLER_ORGAN, desk.until)
    post = next(card for card in posts if card.role == "handler")
    lively.stage(desk, world.homes, post)


def _truth(drawn: list[Arrival], numbers: dict[str, str]) -> list[str]:
    """What was planted about each voice of the day, for whoever measures detection or twins later."""
    return [
        json.dumps(
            {
                "number": numbers[one.key],
                "matter": one.matter,
                "grid": one.home.grid,
                "event": one.event,
                "twin_of": numbers.get(one.twin_of, ""),
                "weather": "",
            },
            ensure_ascii=False,
        )
        for one in drawn
        if one.key in numbers
    ]


def _write_truth(name: str, lines: list[str], *, append: bool = False) -> None:
    folder = Path(settings.GONGZHI_DIR) / "truth"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / name).open("a" if append else "w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)
