"""What may be entered, asked and published about a finding, and the words of verdicts, in plain Python."""

from __future__ import annotations

from datetime import date, timedelta

from gongzhi.insight.rules import SMALLEST_CELL
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

HORIZON = 14  # days a forecast reaches
WINDOW = 90  # days that portraits look at
SILENT_DAYS = 180  # days that silent places are looked at over
OUTLOOKS = ("county", "organ", "post", "matter")
PORTRAITS = ("county", "matter", "place", "organ")
DESIGNS = ("its", "did", "synthetic")
WORKED, NOTHING, HARMED = "worked", "no evidence", "harmed"
VERDICTS = (WORKED, NOTHING, HARMED)
SILENT_SHARE = 0.2  # of the places called silent, at most this share by chance (Benjamini & Hochberg)
SILENT_MOST = 0.67  # of what like places let expect; a place that brings more is never called silent
LIKELY = 0.5  # probability of overload from which an organ is warned of
LEAST_LOAD = 10  # cases in two weeks below which nobody is warned
ASK_DAYS = 3  # days an organ has to answer a question about a finding
OLDEST = 400  # days back a measure may have begun

FACTS: dict[str, FactKind] = {
    "finding.asked": FactKind(("organ", "due"), "An organ was asked about a finding."),
    "finding.told": FactKind(("organ",), "An organ answered what it was asked about a finding."),
    "finding.published": FactKind(("organ",), "An office said something in public about a finding."),
    "incident.opened": FactKind(("finding", "organ"), "A finding was made an incident that an office leads."),
    "incident.joined": FactKind(("cases",), "Cases were joined to an incident."),
    "incident.ended": FactKind((), "An incident is over."),
    "measure.entered": FactKind(
        ("finding", "matter", "place", "since", "wanted"), "A measure was entered that was taken about a finding."
    ),
    "measure.judged": FactKind(("verdict", "design", "change", "low", "high"), "What a measure did was judged anew."),
}

# Why a measure has no verdict yet.
WHY: dict[str, str] = {
    "too_early": N_("Too early: eight whole weeks under the measure are needed."),
    "too_short": N_("Too little past: eight whole weeks before the measure are needed."),
    "too_few": N_("Too few cases before or after to compare anything."),
}


def check_words(words: str, most: int, field: str = "words") -> str:
    """The words without blanks at their ends; refuses none (`words_missing`) and too many (`words_long`)."""
    words = words.strip()
    if not words:
        raise Refusal("words_missing", N_("Please write something."), field=field)
    if len(words) > most:
        raise Refusal("words_long", N_("Up to %(most)d characters, please."), field=field, most=most)
    return words


def check_measure(since: date, wanted: str, today: date) -> None:
    """Refuses a measure of tomorrow or of too long ago (`since`), and a wish that is neither fewer nor more."""
    if not today - timedelta(days=OLDEST) <= since <= today:
        raise Refusal(
            "measure_since", N_("A day between %(days)d days ago and today, please."), field="since", days=OLDEST
        )
    if wanted not in ("fewer", "more"):
        raise Refusal("measure_wanted", N_("Say whether fewer or more cases were wanted."), field="wanted")


def shown(people: int) -> int | None:
    """A figure fit to be published: nobody, or ten people and more; None is withheld."""
    return people if people == 0 or people >= SMALLEST_CELL else None


def withheld(cells: dict[str, int]) -> dict[str, int | None]:
    """Cells of one distribution as everybody may see them. Where those of one to nine together are still below ten,
    the smallest others go with them: else a total from elsewhere would give them away."""
    told = {name: shown(people) for name, people in cells.items()}
    hidden = sum(people for name, people in cells.items() if told[name] is None)
    for name in sorted(cells, key=lambda name: cells[name]):
        if 0 < hidden < SMALLEST_CELL and told[name]:
            told[name] = None
            hidden += cells[name]
    return told


def by_three_hours(hours: dict[str, int]) -> dict[str, int]:
    """Counts by hour of the day as counts by the hour at which stretches of three begin."""
    found: dict[str, int] = {}
    for hour, count in hours.items():
        start = str(int(hour) // 3 * 3)
        found[start] = found.get(start, 0) + int(count)
    return found


def weighed(verdicts: dict[str, str], leading: str) -> str:
    """One verdict from those of several designs: the leading design's, unless another one says the opposite."""
    said = verdicts[leading]
    opposite = {WORKED: HARMED, HARMED: WORKED}.get(said)
    return NOTHING if opposite in verdicts.values() else said


def leading(designs: dict[str, int]) -> str:
    """Which design speaks first: the one that leans on most comparisons, else the place's own past.

    `designs`: design → how many comparisons it had (0 for its own past)."""
    order = ("synthetic", "did", "its")
    least = {"synthetic": 8, "did": 2, "its": 0}
    return next((name for name in order if name in designs and designs[name] >= least[name]), next(iter(designs)))
