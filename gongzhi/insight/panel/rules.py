"""The ways of looking the panel has: what each learns from, at which grain it looks, and whether it has a vote.

Plain Python. A way is one method of `gongzhi.methods` at one grain. Every way's limit is set to one chance for one
look: the share of the county's budget its grain has, dealt out evenly over the series the panel looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

GRAINS = ("minute", "day", "week")
DAYS = 30  # judged days the price of a way is told for
HELD = 62  # days that rows of single days are kept
KEPT_THINGS = 60  # of one way and day
CROSSED = 20  # cases in eight weeks from which on a matter × place × channel is looked at by itself


class Way(NamedTuple):
    """`kind` says what it learns from: ways of one kind err together. `votes`: its limit can be set to the budget."""

    kind: str
    grain: str
    votes: bool = True


WAYS: Mapping[str, Way] = {
    "bank": Way("sums", "minute"),
    "glr_minute": Way("sums", "minute"),
    "roberts": Way("sums", "minute"),
    "tail_day": Way("own", "day"),
    "ears_c1": Way("own", "day"),
    "ears_c2": Way("own", "day"),
    "ears_c3": Way("own", "day"),
    "bayes_day": Way("own", "day"),
    "rki_day": Way("own", "day", votes=False),
    "forecast": Way("own", "day"),
    "cusum_day": Way("sums", "day"),
    "glr_day": Way("sums", "day"),
    "outbreak_day": Way("sums", "day"),
    "scan": Way("places", "day"),
    "gi": Way("places", "day", votes=False),
    "moran": Way("places", "day", votes=False),
    "tail_week": Way("own", "week"),
    "ears_week": Way("own", "week"),
    "bayes_week": Way("own", "week"),
    "rki_week": Way("own", "week", votes=False),
    "cusum_week": Way("sums", "week"),
    "glr_week": Way("sums", "week"),
    "outbreak_week": Way("sums", "week"),
    "calibrated": Way("years", "week"),
    "farrington": Way("years", "week"),
    "farrington_1996": Way("years", "week"),
    "cdc": Way("years", "week"),
}
# The looks that raise findings, as ways: by the grain a finding has of them.
MAIN: Mapping[str, str] = {"bank": "minute", "tail_day": "day", "scan": "scan", "tail_week": "week"}
