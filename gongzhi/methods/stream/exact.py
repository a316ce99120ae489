"""Exact run lengths of the Poisson CUSUM, and the shortest delay any chart can have.

Counts X ~ Poisson(rate) a minute, later Poisson(rise x rate). With log-likelihood ratio
L = X log(rise) - (rise - 1) rate the chart W = max(0, W + L), alarm at W >= h, is exactly optimal for Lorden's
worst case (Moustakides 1986, Annals of Statistics 14:1379): no chart with the same mean time between false
alarms has a smaller worst mean delay. On the lattice k = (rise - 1) rate / log(rise) ~ p / q the chart is a
Markov chain with states 0..H-1 (Brook & Evans 1972, Biometrika 59:539), solved here without simulation.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, LinAlgWarning, solve
from scipy.stats import poisson

Reals = NDArray[np.float64]
LONGEST = 1e12  # minutes


class StreamError(ValueError):
    """Input a chart cannot take; the text names the row or key where there is one."""


@dataclass(frozen=True, slots=True)
class Design:
    """A known-rise CUSUM: reference value `p`/`q` events a minute, limit `height` in steps of 1/`q` events.

    `between` is the mean number of minutes to a false alarm, `delay` the mean minutes to the alarm after the
    rise, both from the worst start W = 0.
    """

    rate: float
    rise: float
    p: int
    q: int
    height: int
    between: float
    delay: float


def reference_value(rate: float, rise: float) -> Fraction:
    """The optimal allowance k = (rise - 1) rate / log(rise) as a fraction of moderate denominator.

    Up to 12, or where k is small up to 3 / k: a finer lattice would only add states.
    """
    if rate <= 0 or rise <= 1:
        raise StreamError(f"A rate above 0 and a rise above 1 are needed, not {rate:g} and {rise:g}.")
    k = (rise - 1) * rate / math.log(rise)
    return Fraction(k).limit_denominator(max(12, math.ceil(3 / k)))


def run_length(rate: float, p: int, q: int, height: int) -> float:
    """Mean minutes to the alarm of W' = max(0, W + q X - p), alarm at W >= `height`, from W = 0.

    Beyond `LONGEST` minutes (two million years) the equations cannot be resolved in double precision: infinite.
    """
    steps = np.arange(height)
    # W' = j: X = (j - W + p) / q must be a whole number; j = 0 collects everything below
    jump = steps[None, :] - steps[:, None] + p
    chain = np.where(jump % q == 0, poisson.pmf(jump // q, rate), 0.0)
    chain[:, 0] = poisson.cdf((p - steps) // q, rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)
        try:
            minutes = float(solve(np.eye(height) - chain, np.ones(height))[0])
        except LinAlgError:
            return math.inf
    return minutes if 0 < minutes < LONGEST else math.inf


def design(rate: float, rise: float, between: float) -> Design:
    """The lowest limit whose mean time between false alarms is at least `between` minutes."""
    fraction = reference_value(rate, rise)
    p, q = fraction.numerator, fraction.denominator
    low, high = 0, max(q, 2)
    while run_length(rate, p, q, high) < between:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if run_length(rate, p, q, middle) < between:
            low = middle
        else:
            high = middle
    return Design(rate, rise, p, q, high, run_length(rate, p, q, high), run_length(rise * rate, p, q, high))
