"""When a router is learnt, and what it takes to put it to work and to take it back. Plain Python.

**The test.** A closed case whose matter the staff confirmed is put to both, the table of keywords and the router as it
was learnt before that case was closed. Only cases on which exactly one is right tell which is better (McNemar 1947):
`wins` for the router, `losses` for the table. Under "it is no better" each of them is a coin of at most one half, and

    evidence = 2 · ∫ from ½ to 1 of (2p)^wins · (2(1 − p))^losses dp

is a bet against that which grows on average only if it is false: it reaches 20 at any time at all with a probability
of at most one in twenty, however often one looks (Ville's inequality; Robbins 1970, doi 10.1214/aoms/1177696786). So it
may be looked at after every case. The same bet the other way round takes the router back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import comb

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

ENOUGH = 200  # confirmed closed cases before anything is learnt
LEAST_EACH = 3  # of a matter, below which it is not learnt
MOST_LEARNT = 12_000  # the newest confirmed cases; what is older speaks of another tree and another time
MOST_HEARD = 20_000  # voices without labels that shape the language
FIRST_PART = 0.7  # of the past, learnt first, so that the rest can be a first test
GROWN = 0.05  # share of new examples after which it is learnt anew
ANYWAY_DAYS = 7  # days after which it is learnt anew with any new example
EVIDENCE = 20.0  # one in twenty
FEWEST = 50  # cases compared before anything is decided
WINDOW_DAYS = 180  # days a comparison counts: the county, its words and its tree change
FILES = 3  # files kept, the newest

REASONS: dict[str, str] = {
    "wrong_often": N_("It is wrong too often in our work"),
    "one_matter": N_("One kind of matter goes wrong again and again"),
    "tree_changed": N_("The tree of matters was changed"),
    "not_explained": N_("Nobody here can explain its suggestions"),
    "comparison": N_("To compare the two for a while"),
}
# Why routers changed places: by the test, by a person (REASONS), or because the file cannot be used.
WHYS = ("better", "worse", *REASONS, "file_missing", "file_damaged", "file_foreign")

FACTS: dict[str, FactKind] = {
    "router.learned": FactKind(("version", "cases", "matters", "sha256"), "A router was learnt from closed cases."),
    "router.switched": FactKind(
        ("before", "after", "why", "wins", "losses"),
        "Who suggests matters has changed: 0 is the table of keywords, a number above it a router that learnt.",
    ),
    "router.released": FactKind((), "The comparison may put a router to work again."),
}


@dataclass(frozen=True, slots=True)
class Duel:
    """Two routers on the same cases: `both` right, only the one that learnt (`wins`), only the table, neither."""

    both: int = 0
    wins: int = 0
    losses: int = 0
    neither: int = 0

    @property
    def cases(self) -> int:
        """How many cases were put to both."""
        return self.both + self.wins + self.losses + self.neither

    @property
    def learned(self) -> int:
        """How often the one that learnt was right."""
        return self.both + self.wins

    @property
    def keywords(self) -> int:
        """How often the table of keywords was right."""
        return self.both + self.losses


def evidence(wins: int, losses: int) -> float:
    """How strongly cases that only one had right speak for the one with `wins`; 1 says nothing.

    The integral above in closed form: Σ C(n+1, k) for k ≤ wins, over (n + 1) · C(n, wins), n = wins + losses."""
    n = wins + losses
    above = term = 1
    for k in range(1, wins + 1):
        term = term * (n + 2 - k) // k
        above += term
    below = (n + 1) * comb(n, wins)
    return above / below if above < below << 1000 else math.inf


def decide(duel: Duel, *, at_work: bool) -> str:
    """What a comparison says: `better` (put it to work), `worse` (take it back), or "" (leave it)."""
    if duel.cases < FEWEST:
        return ""
    if at_work:
        return "worse" if evidence(duel.losses, duel.wins) >= EVIDENCE else ""
    return "better" if evidence(duel.wins, duel.losses) >= EVIDENCE else ""


def interval(right: int, of: int) -> tuple[float, float]:
    """The share that was right, nineteen times of twenty within (Wilson 1927, doi 10.2307/2276774); 0 to 1 of none."""
    if not of:
        return 0.0, 1.0
    z = 1.959964
    share, spread = right / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def difference(duel: Duel) -> tuple[float, float, float]:
    """How much oftener the one that learnt was right on the same cases, as a share, with its interval (nineteen times
    of twenty; Agresti & Min 2005, doi 10.1002/sim.1781)."""
    n = duel.cases
    if not n:
        return 0.0, -1.0, 1.0
    apart, either = duel.wins - duel.losses, duel.wins + duel.losses + 1
    middle = apart / (n + 2)
    half = 1.959964 * math.sqrt(either - apart * apart / (n + 2)) / (n + 2)
    return apart / n, max(-1.0, middle - half), min(1.0, middle + half)


def calibration(tenths: list[tuple[float, float, int]]) -> float:
    """Mean distance between what was said and what was right, by cases; `tenths` (said, right, cases)."""
    whole = sum(count for *_rest, count in tenths)
    return sum(abs(said - right) * count for said, right, count in tenths) / whole if whole else 0.0


def is_due(*, learnt: int, examples: int, fresh: int, days: float, tree_changed: bool) -> bool:
    """Whether to learn anew: `learnt` examples last time, `days` ago; `examples` now, `fresh` ones closed since."""
    if examples < ENOUGH:
        return False
    if not learnt or tree_changed:
        return True
    return fresh >= max(20, GROWN * learnt) or (days >= ANYWAY_DAYS and fresh > 0)


def check_reason(reason: str) -> str:
    """The reason when it is one a person may give; refuses (`reason_unknown`) any other."""
    if reason not in REASONS:
        raise Refusal("reason_unknown", N_("Choose one of the reasons."), field="reason")
    return reason
