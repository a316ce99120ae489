"""What becomes of an arrival: who takes it in hand and when, what is answered, whether she is content.

A plan is drawn from the seed and the arrival's key alone. It ends at the moment the rehearsal ends: what would have
happened later is left open, and so the last weeks hold new, running, near and overdue work.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gongzhi.cases import appealing, many, matters, rules
from gongzhi.cases.acts import Act
from gongzhi.cases.cards import Contact, MatterCard, Where
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import Refusal
from gongzhi.kit.worktime import Calendar, Unit, due
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.places.rules import prefix
from gongzhi.rehearsal.arrivals import Arrival
from gongzhi.rehearsal.grammar import Grammar
from gongzhi.rehearsal.turns import Settle, Turns

OUTCOMES = {"fixed": 60, "partly": 11, "planned": 8, "answered": 11, "no_ground": 6, "not_ours": 4}
CONTENT = {"fixed": 0.88, "answered": 0.8, "partly": 0.5, "planned": 0.45, "no_ground": 0.25, "not_ours": 0.35}
ANSWERED_ONLY = {"policy-question", "praise", "disclosure"}
RATED, FORGOTTEN = 0.46, 0.006
CONTESTED, GRANTED = 0.12, 0.35  # of refusals, and of the appeals against them
SLOW = {"housing": 1.3, "land": 1.25, "town-qingshi": 1.3, "energy-co": 1.2, "services": 0.7, "hotline": 0.5}
SURE_BY = {"suggested": 55, "resident": 20, "staff": 25}  # how the matter was chosen at receipt
SPAN = (time(9), time(17, 30))


@dataclass(slots=True)
class Desk:
    """Who works in the county, and its calendar; looked up once."""

    seed: int
    tz: ZoneInfo
    until: datetime
    calendar: Calendar
    names: Mapping[str, str]
    operators: Sequence[PostCard]
    _handlers: dict[tuple[str, str], list[PostCard]] = field(default_factory=dict)
    _heads: dict[str, PostCard | None] = field(default_factory=dict)
    _above: dict[tuple[str, str], PostCard | None] = field(default_factory=dict)

    def handler(self, rng: random.Random, organ: str, place: str) -> PostCard | None:
        """A post of the organ that answers cases of the place; its first post carries a third of the work."""
        key = (organ, place[:9])
        if key not in self._handlers:
            posts = [card for card in people.colleagues(organ, self.until) if _works(card, place)]
            self._handlers[key] = posts
        posts = self._handlers[key]
        if not posts:
            return None
        return posts[0] if rng.random() < 0.34 else rng.choice(posts)

    def head(self, organ: str) -> PostCard | None:
        """The head of an organ, when she may let a limit stand still."""
        if organ not in self._heads:
            card = people.head_of(organ, self.until)
            self._heads[organ] = card if card is not None and card.can(Permit.CASE_PAUSE) else None
        return self._heads[organ]

    def above(self, organ: str, place: str) -> PostCard | None:
        """Who answers an appeal against what an organ decided; None in a county where nobody does."""
        key = (organ, place[:9])
        if key not in self._above:
            with suppress(Refusal):
                self._above[key] = appealing.answerer(organ, place, self.until)
        return self._above.setdefault(key, None)

    def at_work(self, at: datetime, rng: random.Random) -> datetime:
        """The same moment when somebody is at work then, else a moment of the next working day."""
        wall = at.astimezone(self.tz)
        if self.calendar.is_working(wall.date()) and SPAN[0] <= wall.time() < SPAN[1]:
            return at
        day = wall.date() if wall.time() < SPAN[0] else wall.date() + timedelta(days=1)
        while not self.calendar.is_working(day):
            day += timedelta(days=1)
        start = datetime.combine(day, SPAN[0], self.tz)
        return (start + timedelta(minutes=rng.uniform(0, 300))).astimezone(at.tzinfo)


def _works(card: PostCard, place: str) -> bool:
    able = card.can(Permit.CASE_ANSWER) and card.can(Permit.CASE_CLOSE) and card.can(Permit.CASE_ACCEPT)
    inside = not card.place or not place or place.startswith(prefix(card.place))
    return able and card.role != "head" and inside


def plan(desk: Desk, arrival: Arrival) -> many.Story:
    """The whole story of an arrival up to the moment the rehearsal ends."""
    rng = random.Random(f"{desk.seed} plan {arrival.key}")  # noqa: S311
    card, matter_by = _matter(rng, arrival)
    voice = _voice(desk, rng, arrival, card, matter_by)
    organ = matters.responsible(card.code, arrival.home.grid).organ
    teller = Teller(desk, rng, arrival, card, organ, Grammar(rng), suggested=matter_by == "suggested")
    handler = desk.handler(rng, organ, arrival.home.grid)
    if handler is None or rng.random() < FORGOTTEN:
        return many.Story(voice)
    return many.Story(voice, tuple(sorted(teller.acts(handler), key=lambda act: act.at)))


def _matter(rng: random.Random, arrival: Arrival) -> tuple[MatterCard, str]:
    how = rng.choices(list(SURE_BY), list(SURE_BY.values()))[0]
    if how != "suggested":
        return matters.chosen(arrival.matter), how
    return matters.suggested_or_other(mask(arrival.speech.words).text), how


def _voice(desk: Desk, rng: random.Random, arrival: Arrival, card: MatterCard, matter_by: str) -> many.NewVoice:
    by_hand = arrival.source in ("phone", "counter", "paper", "mail")
    operator = rng.choice(desk.operators).doer if by_hand and desk.operators else rules.NEW_VOICE
    return many.NewVoice(
        by=operator,
        at=arrival.at,
        words=arrival.speech.words,
        kind=arrival.speech.kind,
        source=arrival.source,
        language=arrival.speech.language,
        place=_where(arrival),
        matter=card.code,
        matter_by=matter_by,
        contact=_contact(rng, arrival),
        allows_public=arrival.allows_public,
    )


def _where(arrival: Arrival) -> Where:
    home = arrival.home
    if arrival.pin == "pin":
        return Where(lon=home.lon, lat=home.lat, text=arrival.speech.place)
    if arrival.pin == "grid":
        return Where(code=home.grid, text=arrival.speech.place)
    return Where(code=home.grid[:12], text=arrival.speech.place if arrival.pin == "text" else "")


def _contact(rng: random.Random, arrival: Arrival) -> Contact | None:
    """Numbers of an area code nobody has, addresses of a domain that cannot exist (RFC 6761)."""
    if arrival.contact == "phone":
        return Contact("phone", f"0990-8{rng.randrange(10**7):07d}"[:12])
    return Contact("email", f"resident{rng.randrange(90000)}@lanting.invalid") if arrival.contact == "email" else None


@dataclass(slots=True)
class Teller:
    """Tells the acts of one story, round after round."""

    desk: Desk
    rng: random.Random
    arrival: Arrival
    card: MatterCard
    organ: str
    grammar: Grammar
    suggested: bool = False
    rights: random.Random = field(default_factory=random.Random)

    def acts(self, handler: PostCard) -> list[Act]:
        """The acts up to the end of the rehearsal, at most three rounds."""
        told: list[Act] = []
        begun = self.arrival.at
        turning = random.Random(f"{self.desk.seed} turns {self.arrival.key}")  # noqa: S311
        self.rights = random.Random(f"{self.desk.seed} rights {self.arrival.key}")  # noqa: S311
        for number in range(3):
            ended = self._round(told, begun, handler, turning, first=number == 0)
            if ended is None:
                break
            begun, handler = ended
        return told

    def _round(
        self, told: list[Act], begun: datetime, handler: PostCard, turning: random.Random, *, first: bool
    ) -> tuple[datetime, PostCard] | None:
        """One round; the moment an unhappy rating opened the next and who handled it, None when the story rests."""
        desk, rng = self.desk, self.rng
        limit = matters.limit_of(self.card)
        span = due(begun, limit, (), desk.calendar).at - begun
        pace = rng.lognormvariate(-0.62, 0.5) * SLOW.get(self.organ, 1.0)
        hurried = limit.unit in (Unit.hours, Unit.working_hours)
        settle = _as_it_is if hurried else desk.at_work
        accepted = settle(begun + span * min(0.9 * pace, rng.uniform(0.01, 0.22)), rng)
        if accepted > desk.until:
            return None
        told.append(many.Accept(accepted, handler))
        answered = settle(max(begun + span * pace, accepted + timedelta(minutes=5)), rng)
        turns = self._turns(
            told, turning, handler, accepted, answered - accepted, settle, first=first, due=begun + span
        )
        answered = max(answered, turns.now + timedelta(minutes=5))
        if first:
            public = self.arrival.allows_public and self.card.public_ok and not self.card.about_officer
            turns.joins(told, begun, answered, public=public)
        if answered > desk.until:
            return None
        handler, self.card = turns.handler, turns.card
        outcome = self._outcome()
        internal = self.grammar.pick("internal") if rng.random() < 0.3 else ""
        told.append(many.Answer(answered, handler, self._answer(outcome), outcome, internal))
        if outcome in rules.REFUSALS and self.rights.random() < CONTESTED:
            return self._contest(told, answered, handler)
        if rng.random() >= RATED:
            return None
        rated = self._rate(told, answered, outcome)
        return (rated, handler) if rated is not None else None

    def _turns(
        self, told: list[Act], rng: random.Random, handler: PostCard, now: datetime, span: timedelta, settle: Settle,
        *, first: bool, due: datetime,
    ) -> Turns:  # fmt: skip
        desk, place = self.desk, self.arrival.home.grid
        turns = Turns(
            rng, Grammar(rng), self.arrival, self.card, handler, now, span, desk.until, settle,
            find=lambda organ: desk.handler(rng, organ, place), head=desk.head, organs=list(desk.names),
            due=due, rights=self.rights,
        )  # fmt: skip
        turns.draw(told, first=first, suggested=self.suggested)
        return turns

    def _contest(self, told: list[Act], answered: datetime, handler: PostCard) -> tuple[datetime, PostCard] | None:
        """She appeals; the moment a granted appeal opened the next round, None when the story rests."""
        desk, rights = self.desk, self.rights
        ruler = desk.above(handler.organ, self.arrival.home.grid)
        said = answered + timedelta(hours=rights.uniform(3, 90))
        if ruler is None or said > desk.until:
            return None
        told.append(many.Contest(said, Grammar(rights).pick("contest")))
        ruled = desk.at_work(said + timedelta(days=rights.uniform(1, 12)), rights)
        if ruled > desk.until:
            return None
        granted = rights.random() < GRANTED
        told.append(many.Rule(ruled, ruler, granted, Grammar(rights).pick("granted" if granted else "denied")))
        return (ruled, handler) if granted else None

    def _rate(self, told: list[Act], answered: datetime, outcome: str) -> datetime | None:
        rng = self.rng
        rated = answered + timedelta(hours=min(rng.expovariate(1 / 40), 24 * (self.card.reopen_days + 5)) + 0.2)
        if rated > self.desk.until:
            return None
        solved = rng.random() < CONTENT[outcome]
        grade = rng.choices((5, 4, 3), (55, 35, 10))[0] if solved else rng.choices((1, 2, 3), (45, 40, 15))[0]
        mood = "happy" if grade >= 4 else "fair" if solved else "unhappy"
        rate = many.Rate(rated, solved, grade, self.grammar.pick(mood))
        told.append(rate)
        return rated if many.reopens(rate, answered, self.card) else None

    def _outcome(self) -> str:
        if self.arrival.matter in ANSWERED_ONLY or self.card.code in ANSWERED_ONLY:
            return "answered"
        if self.card.code == "suggestion":
            return self.rng.choice(("planned", "answered"))
        return self.rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]

    def _answer(self, outcome: str) -> str:
        return self.grammar.answer(
            outcome,
            matter=self.card.name_zh,
            place=self.arrival.home.spot.name_zh,
            organ=self.desk.names.get(self.organ, ""),
        )


def _as_it_is(at: datetime, rng: random.Random) -> datetime:
    """Urgent work is done at any hour."""
    return at
