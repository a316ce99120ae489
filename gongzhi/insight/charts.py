"""One chart of the minute in plain Python: several CUSUMs, one sum, exactly the arithmetic of methods.stream.bank.

The clockwork feeds it event by event and imports no numpy for it; a test compares both step for step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log

RISES = (1.5, 2.2, 3.0, 4.75)
WEIGHTS = (0.52, 0.27, 0.09, 0.12)


@dataclass(slots=True)
class Chart:
    """`held` the likelihood ratios of the rises, `last` the moment of the last event and `since` the one at which the
    chart left its floor (seconds since 1970), `observed` and `expected` events since then, and from which `sources`;
    `runs` the same (since, observed, expected) for each rise since it left its own floor."""

    last: float
    since: float
    held: list[float] = field(default_factory=lambda: [1.0] * len(RISES))
    observed: int = 0
    expected: float = 0.0
    sources: dict[str, int] = field(default_factory=dict)
    runs: list[list[float]] = field(default_factory=lambda: [[0.0, 0, 0.0] for _rise in RISES])

    def step(self, gap: float, second: float, source: str = "") -> float:
        """Take one event, `gap` expected events after the last one; returns the sum the limit is for."""
        self.last = second
        quiet, total = True, 0.0
        for i, (rise, weight) in enumerate(zip(RISES, WEIGHTS, strict=True)):
            held = self.held[i] * exp(-(rise - 1.0) * gap)
            if held > 1.0:
                quiet = False
                self.runs[i][1] += 1
                self.runs[i][2] += gap
            else:
                self.runs[i] = [second, 1, 0.0]
            self.held[i] = max(1.0, held) * rise
            total += weight * self.held[i]
        if quiet:
            self.since, self.observed, self.expected, self.sources = second, 0, 0.0, {}
        else:
            self.expected += gap
        self.observed += 1
        if source:
            self.sources[source] = self.sources.get(source, 0) + 1
        return total

    def surest(self) -> tuple[float, int, float]:
        """Since when, observed and expected, of the rise that speaks loudest: a shower within an hour is told of its
        hour, also where a slow rise has kept the chart off its floor for days."""
        loudest = max(range(len(RISES)), key=lambda i: WEIGHTS[i] * self.held[i])
        since, observed, expected = self.runs[loudest]
        if not since:  # kept by a version that knew no runs
            return self.since, self.observed, self.expected
        return since, int(observed), expected

    def reset(self) -> None:
        """Back to the floor, after an alarm."""
        self.held = [1.0] * len(RISES)

    def idle(self, gap: float) -> bool:
        """Whether it stands at its floor `gap` expected events after its last one, so that nothing need be kept."""
        return all(held * exp(-(rise - 1.0) * gap) <= 1.0 for held, rise in zip(self.held, RISES, strict=True))

    def kept(self) -> list[object]:
        """As a row of JSON."""
        return [self.last, self.since, self.held, self.observed, self.expected, self.sources, self.runs]

    @classmethod
    def of(cls, row: Sequence[object]) -> Chart:
        """From what `kept` gave."""
        return cls(*row)  # type: ignore[arg-type]


def surprise(observed: int, expected: float) -> float:
    """Log likelihood ratio of the rise seen against none."""
    expected = max(expected, 1e-9)
    return observed * log(observed / expected) - (observed - expected) if observed > expected else 0.0


def poisson_tail(count: int, mean: float) -> float:
    """P(X >= count) of a Poisson number."""
    term, total, at = exp(-mean), 0.0, 0
    if count <= mean:
        for at in range(count):
            total += term
            term *= mean / (at + 1)
        return max(0.0, 1.0 - total)
    for at in range(count):
        term *= mean / (at + 1)
    while term > 0 and at < count + 1000:
        total += term
        at += 1
        term *= mean / (at + 1)
    return min(1.0, total)


def binomial_tail(count: int, trials: int, share: float) -> float:
    """P(X >= count) of `trials` with that share each."""
    term, total = (1 - share) ** trials, 0.0
    for hits in range(trials + 1):
        total += term if hits >= count else 0.0
        term *= (trials - hits) / (hits + 1) * share / (1 - share)
    return min(1.0, total)
