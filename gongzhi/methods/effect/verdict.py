"""What is said about a measure: an effect with its interval, the checks it stood, one of three words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.effect.regression import EffectError

WORKED, NOTHING, HARMED = "worked", "no evidence", "harmed"


@dataclass(frozen=True, slots=True)
class Check:
    """A test that the design must stand: name, p-value, whether it stood, and what that means; of pretended measures
    also how many were `tried` and how many looked as `strong`."""

    name: str
    p: float
    stood: bool
    sentence: str
    strong: int = 0
    tried: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect on the logarithm of counts with its interval at `level`, p-value, checks and verdict.

    `change`, `change_low`, `change_high` give the same as a relative change (−0.2: a fifth fewer). `expected` is what
    the design expects in each period without the measure, `start` the first treated period.
    """

    design: str
    log: float
    low: float
    high: float
    p: float
    level: float
    checks: tuple[Check, ...]
    verdict: str
    expected: np.ndarray
    start: int

    @property
    def change(self) -> float:
        """Relative change of counts."""
        return float(np.expm1(self.log))

    @property
    def change_low(self) -> float:
        """Lower end of the interval of the relative change."""
        return float(np.expm1(self.low))

    @property
    def change_high(self) -> float:
        """Upper end of the interval of the relative change."""
        return float(np.expm1(self.high))


def placebo(name: str, p: float, others: NDArray[np.float64], what: str) -> Check:
    """Rank of a p-value among those of pretended measures; an effect stands unless a tenth of them look as strong.

    An effect that is not significant by itself has nothing to defend and stands.
    """
    if len(others) < 3:
        return Check(name, float("nan"), True, f"Too few {what} to pretend with.")
    strong = int((others <= p).sum())
    stood = p >= 0.05 or strong <= max(0, int(0.1 * (1 + len(others))) - 1)
    said = f"{strong} of {len(others)} {what} look as strong."
    return Check(name, (1 + strong) / (1 + len(others)), stood, said, strong, len(others))


def word(low: float, high: float, checks: tuple[Check, ...], wanted: str) -> str:
    """The verdict: the interval leaves out no change, on the side wanted or the other, and every check stood.

    `wanted` is "fewer" or "more". An effect whose design did not stand its checks is no evidence, either way.
    """
    if wanted not in ("fewer", "more"):
        raise EffectError(f"wanted is “fewer” or “more”, not “{wanted}”")
    if not all(check.stood for check in checks) or low <= 0 <= high:
        return NOTHING
    return WORKED if (high < 0) == (wanted == "fewer") else HARMED
