"""What insight counts and what may happen to a finding, in plain Python."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

# Days since receipt at which a band begins; a case of 4 days lies in the band "3".
AGE_BANDS: tuple[int, ...] = (0, 3, 8, 16, 31, 61)
SMALLEST_CELL = 10  # people; a smaller cell is withheld on everything public (DESIGN §4.4)

BUDGET = 3.0  # findings a month the county is willing to look at in vain, all series and all grains together
# How the one budget is dealt out: charts that watch every minute, ended days, ended weeks, neighbouring places.
# `signal`: words searched for and sensors, each ended day.
SHARES: dict[str, float] = {"minute": 0.35, "day": 0.3, "week": 0.2, "scan": 0.1, "signal": 0.05}
PARTS = 12  # of a finding that are told
LEAST = 5  # voices a day or week has at least before it can be a finding
CONTINUES = 3  # days without news after which the same thing is a new finding
WEEK = 7  # the same after a look at a whole week, which does not tell its days apart
LASTS = 0.01  # chance below which a day still belongs to a finding that is going on

# Kinds that are about no cases: a word people look for, an instrument's day, a day of a table that a user added.
SIGNALS = ("searched", "sensor", "table")
KINDS = ("rise", "bulk_entry", "fallback", "matter_changed", "place_changed", "holiday", *SIGNALS)
NAMED: dict[str, str] = {  # what is recognised and named → the reason it is kept as explained by
    "bulk_entry": "bulk_entry",
    "fallback": "data_fault",
    "matter_changed": "matter_changed",
    "place_changed": "place_changed",
    "holiday": "holiday",
}
STATES = ("open", "watched", "explained")
REASONS: dict[str, str] = {
    "known_event": N_("A known event: works, a fair, a fire, an outage"),
    "weather": N_("Weather"),
    "holiday": N_("A holiday or a school term"),
    "campaign": N_("Many people were asked to report"),
    "bulk_entry": N_("Old cases entered at once"),
    "matter_changed": N_("The tree of matters was changed"),
    "place_changed": N_("Places were merged, split or named anew"),
    "data_fault": N_("A fault in the data"),
    "chance": N_("Nothing was there: chance"),
}

# Set by the machine alone, and offered to nobody: two findings turned out to be one thing, the other speaks for both.
JOINED = "joined"
SAID = REASONS | {JOINED: N_("Joined with another finding of the same thing")}

# Explained so, days are ordinary ones: nothing happened, or it is how things are counted from now on. They count as the
# past of their series again, and the like is no finding next time. All other found days are left out of the past.
ORDINARY = ("chance", "matter_changed", "place_changed")

FACTS: dict[str, FactKind] = {
    "finding.raised": FactKind(
        ("kind", "grain", "matter", "place", "day", "observed", "expected"),
        "More came in than should have: within minutes, on a day, in a week, or in neighbouring places.",
    ),
    "finding.continued": FactKind(("day", "observed"), "A finding lasted another day."),
    "finding.joined": FactKind(("into",), "A finding turned out to be the same thing as another one, which speaks on."),
    "finding.watched": FactKind((), "Somebody keeps an eye on a finding."),
    "finding.explained": FactKind(("reason",), "A finding was explained by a coded reason."),
    "finding.reopened": FactKind((), "A finding that was explained is open again."),
}


def given(grain: str, budget: float = BUDGET) -> float:
    """How many false findings a month a grain may spend of the one budget."""
    return budget * SHARES[grain]


def age_band(days: int) -> int:
    """The band of an open case that is so many whole days old; negative ages (clocks apart) count as 0."""
    return AGE_BANDS[max(0, bisect_right(AGE_BANDS, days) - 1)]


def reach(one: str, other: str) -> int:
    """How many days two looks (by their grains) at the same matter and place may lie apart to tell of one thing."""
    return WEEK if "week" in (one, other) else CONTINUES


def apart(one: tuple[date, date], other: tuple[date, date]) -> int:
    """Days from the end of one window (first and last day) to the begin of the other; 0 where they touch or overlap."""
    return max(0, (other[0] - one[1]).days, (one[0] - other[1]).days)


def check_reason(reason: str) -> str:
    """The reason when it is one of the coded ones; refuses (`reason_unknown`) any other."""
    if reason not in REASONS:
        raise Refusal("reason_unknown", N_("Choose one of the reasons."), field="reason")
    return reason


def nested(one: tuple[str, str], other: tuple[str, str], above: dict[str, str]) -> bool:
    """Whether two (matter, place) speak of one thing: each contains or is contained, in matter and in place.

    `above`: matter → its parent. "" is every matter; a place is a prefix of division codes."""
    places = one[1].startswith(other[1]) or other[1].startswith(one[1])
    return places and (holds(one[0], other[0], above) or holds(other[0], one[0], above))


def near(one: tuple[str, str], other: tuple[str, str], above: dict[str, str]) -> bool:
    """Whether two nested views on different days, or of different grains, are close enough to be one thing.

    At most two steps apart, in the tree of matters and the levels of places together; all matters together belong to
    a single matter only where both speak of the same town or village, so that a rise of the whole county swallows
    nothing that begins in it."""
    if not nested(one, other, above):
        return False
    steps = abs(len(one[1]) - len(other[1])) // 3
    if one[0] == other[0]:
        return steps <= 2
    if not one[0] or not other[0]:
        return steps == 0 and len(one[1]) > 6
    narrow, wide = (one[0], other[0]) if holds(other[0], one[0], above) else (other[0], one[0])
    while narrow != wide:
        narrow, steps = above.get(narrow, ""), steps + 1
    return steps <= 2


def holds(wide: str, narrow: str, above: dict[str, str]) -> bool:
    """Whether a matter is another one or contains it ("" contains every one)."""
    while narrow != wide and narrow:
        narrow = above.get(narrow, "")
    return narrow == wide
