"""What counts as a hot issue, when topics are the same, and what may become of one, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gongzhi.insight.rules import SMALLEST_CELL as SMALLEST_CELL
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

MOST = 5_000  # voices compared each night: some seconds on one core
DAYS = 180  # how far back they may lie
RECENT_DAYS = 28  # an issue about which nobody spoke since is not hot
PEOPLE = 3  # fewest people of a hot issue
KEPT = 60  # hot issues kept, the hottest
MEMBERS = 200  # voices kept of each
TOPIC_PEOPLE = 5  # fewest people of a topic that is proposed
COVERED = 0.5  # mean from which on matters cover an issue (methods.text.issues.uncovered)
SAME = 0.3  # share of common voices, or of common keywords, from which on two are one thing
EXAMPLES = 3  # voices beside each keyword
STATES = ("open", "keyword", "matter", "dismissed")

REASONS: dict[str, str] = {
    "covered": N_("A matter covers it already"),
    "too_small": N_("Too few people for a matter of its own"),
    "no_duty": N_("It is no duty of this county"),
    "not_one_thing": N_("These voices do not speak of one thing"),
}

FACTS: dict[str, FactKind] = {
    "topic.proposed": FactKind(("voices", "people"), "Voices that no matter covers were proposed as a topic."),
    "topic.decided": FactKind(
        ("state", "reason", "matter"),
        "A topic became a keyword or the draft of a matter, or was dismissed for a coded reason.",
    ),
    "topic.reopened": FactKind((), "A decided topic is open again."),
}


def same(one: Iterable[str], other: Iterable[str]) -> float:
    """How much two sets of voices or keywords have in common, as a share of the smaller one; 0 with an empty one."""
    first, second = set(one), set(other)
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def match(members: Sequence[str], keywords: Sequence[str], known: Sequence[tuple[Sequence[str], Sequence[str]]]) -> int:
    """Which of the known (members, keywords) an issue continues: the position of the nearest, -1 for none.

    Voices tell it; where old ones have left the window, at least two common keywords do."""
    best, place = 0.0, -1
    for at, (voices, words) in enumerate(known):
        near = same(members, voices)
        if not near and len(set(keywords) & set(words)) >= 2:
            near = same(keywords, words)
        if near >= SAME and near > best:
            best, place = near, at
    return place


def public_people(people: int) -> bool:
    """Whether everybody may see a figure."""
    return people >= SMALLEST_CELL


def check_reason(reason: str) -> str:
    """The reason when it is one of the coded ones; refuses (`reason_unknown`) any other."""
    if reason not in REASONS:
        raise Refusal("reason_unknown", N_("Choose one of the reasons."), field="reason")
    return reason
