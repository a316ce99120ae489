"""What insight counts and what may happen to a finding, in plain Python."""

from __future__ import annotations

from bisect import bisect_right

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

# Days since receipt at which a band begins; a case of 4 days lies in the band "3".
AGE_BANDS: tuple[int, ...] = (0, 3, 8, 16, 31, 61)
SMALLEST_CELL = 10  # people; a smaller cell is withheld on everything public (DESIGN §4.4)

BUDGET = 3.0  # findings a month the county is willing to look at in vain, all series together
LEAST = 5  # voices a day has at least before it can be a finding
CONTINUES = 3  # days without news after which the same thing is a new finding

KINDS = ("rise", "bulk_entry")
STATES = ("open", "watched", "explained")
REASONS: dict[str, str] = {
    "known_event": N_("A known event: works, a fair, a fire, an outage"),
    "weather": N_("Weather"),
    "holiday": N_("A holiday or a school term"),
    "campaign": N_("Many people were asked to report"),
    "bulk_entry": N_("Old cases entered at once"),
    "matter_changed": N_("The tree of matters was changed"),
    "data_fault": N_("A fault in the data"),
}

FACTS: dict[str, FactKind] = {
    "finding.raised": FactKind(
        ("kind", "matter", "place", "day", "observed", "expected"), "A day on which more came in than should have."
    ),
    "finding.continued": FactKind(("day", "observed"), "A finding lasted another day."),
    "finding.watched": FactKind((), "Somebody keeps an eye on a finding."),
    "finding.explained": FactKind(("reason",), "A finding was explained by a coded reason; its days count no more."),
    "finding.reopened": FactKind((), "A finding that was explained is open again."),
}


def age_band(days: int) -> int:
    """The band of an open case that is so many whole days old; negative ages (clocks apart) count as 0."""
    return AGE_BANDS[max(0, bisect_right(AGE_BANDS, days) - 1)]


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


def holds(wide: str, narrow: str, above: dict[str, str]) -> bool:
    """Whether a matter is another one or contains it ("" contains every one)."""
    while narrow != wide and narrow:
        narrow = above.get(narrow, "")
    return narrow == wide
