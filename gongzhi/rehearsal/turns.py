"""What happens between taking a case in hand and answering it: questions, help, passing on, correcting, more voices.

Most cases see none of it. Times are drawn between two given moments and follow each other; a question is only told with
its answer, since an open one is for the living work of the last days.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongzhi.cases import many, matters, rules
from gongzhi.cases.acts import Act
from gongzhi.cases.cards import MatterCard
from gongzhi.people.cards import PostCard
from gongzhi.rehearsal.arrivals import Arrival
from gongzhi.rehearsal.grammar import Grammar

ASKED, HELPED, PASSED, JOINED, CORRECTED, HALTED = 0.09, 0.06, 0.03, 0.05, 0.7, 0.02
HALTS = {"expert_opinion": 0.75, "force_majeure": 0.25}
REPLIES_WITHIN = timedelta(days=6)  # calendar days: well before the longest pause of ten working days
CLAUSE = "hotline-11"  # first receiver is responsible; who disagrees names the rule
Settle = Callable[[datetime, random.Random], datetime]


@dataclass(slots=True)
class Turns:
    """The turns of one round. `now` moves on with each; `handler` is who holds the case after the last."""

    rng: random.Random
    grammar: Grammar
    arrival: Arrival
    card: MatterCard
    handler: PostCard
    now: datetime
    span: timedelta
    until: datetime
    settle: Settle
    find: Callable[[str], PostCard | None]
    head: Callable[[str], PostCard | None]
    organs: list[str]
    due: datetime
    rights: random.Random

    def draw(self, told: list[Act], *, first: bool, suggested: bool) -> None:
        """Add the turns that happen, in order of time and up to the end of the rehearsal."""
        if self.card.about_officer:
            return  # such a case stays with the supervisor alone
        chance = self.rng.random
        if first and suggested and self.card.code != self.arrival.matter and chance() < CORRECTED:
            self._correct(told)
        if first and chance() < PASSED:
            self._pass_on(told)
        if self.card.limit_unit == "working_days" and self.card.limit_amount >= 2 and chance() < ASKED:
            self._ask(told)
        if self.card.limit_unit == "working_days" and self.card.limit_amount >= 5 and self.rights.random() < HALTED:
            self._halt(told)
        if chance() < HELPED:
            self._help(told)

    def joins(self, told: list[Act], begun: datetime, answered: datetime, *, public: bool) -> None:
        """Further voices of a public case while it is open: neighbours who say the same.

        `public`: it was so from the beginning, not only since its matter was corrected."""
        if not public or not self.card.public_ok or self.rng.random() >= JOINED:
            return
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            at = begun + (min(answered, self.until) - begun) * self.rng.uniform(0.05, 0.95)
            speech = self.grammar.speak(self.arrival.matter, self.arrival.home.spot)
            source = self.rng.choice(("web", "web", "phone", "sms"))
            told.append(many.Join(at, rules.NEW_VOICE, speech.words, speech.kind, source))

    def _step(self) -> datetime | None:
        """The next moment of work, None when the rehearsal is over before."""
        wanted = self.now + self.span * self.rng.uniform(0.05, 0.2)
        at = max(self.settle(wanted, self.rng), self.now + timedelta(minutes=1))
        if at > self.until:
            return None
        self.now = at
        return at

    def _correct(self, told: list[Act]) -> None:
        card = matters.card(self.arrival.matter)
        if card is None or not card.leaf or not card.public_ok or card.about_officer:
            return
        at = self._step()
        if at is not None:
            told.append(many.Rematter(at, self.handler, card.code))
            self.card = card

    def _pass_on(self, told: list[Act]) -> None:
        organ = self.rng.choice(self.organs)
        other = self.find(organ) if organ != self.handler.organ else None
        if other is None:
            return
        at = self._step()
        reason = self.rng.choice(("needs_other", "not_our_duty", "wrong_place"))
        clause = CLAUSE if reason == "not_our_duty" else ""
        taken = self._step() if at is not None else None
        if at is not None:
            text = self.grammar.pick("handover")
            told.append(many.HandOver(at, self.handler, reason, organ, clause, text))
            self.handler = other
        if taken is not None:
            told.append(many.Accept(taken, other))
        elif at is not None:
            self.now = self.until + timedelta(days=1)  # nobody has taken it in hand by the end

    def _ask(self, told: list[Act]) -> None:
        before, asked = self.now, self._step()
        if asked is None:
            return
        waited = min(timedelta(hours=self.rng.expovariate(1 / 30) + 0.5), REPLIES_WITHIN)
        if asked + waited > self.until:
            self.now = before
            return
        self.now = asked + waited
        where = self.arrival.speech.place or "那里"
        told.append(many.Ask(asked, self.handler, self.grammar.pick("ask", place=where)))
        told.append(many.Reply(self.now, self.grammar.pick("reply", place=where)))

    def _halt(self, told: list[Act]) -> None:
        """The head lets the limit stand still for some days; only while it has not passed, and when it ends in time."""
        head, before = self.head(self.handler.organ), self.now
        halted = self._step() if head is not None else None
        ended = halted and self.settle(halted + timedelta(days=self.rights.uniform(2, 9)), self.rights)
        if head is None or halted is None or ended is None or halted > self.due or ended > self.until:
            self.now = before
            return
        reason = self.rights.choices(list(HALTS), list(HALTS.values()))[0]
        told.append(many.Halt(halted, head, reason, Grammar(self.rights).pick(reason)))
        told.append(many.Resume(ended, head))
        self.now = ended

    def _help(self, told: list[Act]) -> None:
        named = matters.responsible(self.card.code, self.arrival.home.grid).assisting
        organ = self.rng.choice(list(named) or self.organs)
        helper = self.find(organ) if organ != self.handler.organ else None
        asked = self._step() if helper is not None else None
        if helper is None or asked is None:
            return
        told.append(many.Help(asked, self.handler, organ, self.grammar.pick("help")))
        returned = self._step()
        if returned is None:
            self.now = self.until + timedelta(days=1)  # still with the helper at the end
            return
        told.append(many.Return(returned, helper, self.grammar.pick("helped")))
