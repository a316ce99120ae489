"""Compiled: the penalised Poisson fit of a log-linear model by Newton's method and a Cholesky factor."""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

from numba import njit

RIDGE, FREE = 3.0, 0.03  # prior precision of harmonics, and of the change over the whole history, on the log scale


@njit(cache=True, error_model="numpy")
def solve(matrix, vector, p, out) -> None:
    """out = matrix^-1 vector for a positive definite matrix (lower half used, overwritten by its Cholesky factor)."""
    for i in range(p):
        for j in range(i + 1):
            s = matrix[i, j]
            for k in range(j):
                s -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = math.sqrt(max(s, 1e-12)) if i == j else s / matrix[j, j]
    forward(matrix, vector, p, out)
    for i in range(p - 1, -1, -1):
        s = out[i]
        for k in range(i + 1, p):
            s -= matrix[k, i] * out[k]
        out[i] = s / matrix[i, i]


@njit(cache=True, error_model="numpy")
def forward(factor, vector, p, out) -> None:
    """out = factor^-1 vector for a lower triangular factor."""
    for i in range(p):
        s = vector[i]
        for k in range(i):
            s -= factor[i, k] * out[k]
        out[i] = s / factor[i, i]


@njit(cache=True, error_model="numpy")
def newton(y, design, offset, kept, p, beta, mu, matrix, gradient, step) -> float:
    """One step of the penalised Poisson fit; fills mu at the old beta; returns the greatest change."""
    n = len(y)
    matrix[:p, :p] = 0.0
    gradient[:p] = 0.0
    for i in range(p):
        ridge = 0.0 if i == 0 else FREE if i == 1 else RIDGE
        matrix[i, i] = ridge
        gradient[i] = -ridge * beta[i]
    for t in range(n):
        eta = offset[t]
        for j in range(p):
            eta += design[t, j] * beta[j]
        m = math.exp(min(eta, 25.0))
        mu[t] = m
        if not kept[t]:
            continue
        r = y[t] - m
        for i in range(p):
            x = design[t, i]
            gradient[i] += r * x
            xm = x * m
            for j in range(i + 1):
                matrix[i, j] += xm * design[t, j]
    solve(matrix, gradient, p, step)
    most = 0.0
    for i in range(p):
        most = max(most, abs(step[i]))
    if most > 2.0:  # far from the maximum: a shorter step
        for i in range(p):
            step[i] *= 2.0 / most
    for i in range(p):
        beta[i] += step[i]
    return most


@njit(cache=True, error_model="numpy")
def climb(y, design, offset, kept, p, beta, mu, matrix, gradient, step, near) -> None:
    """The maximum, up to the square of `near`; mu is one step behind."""
    for _ in range(40):
        if newton(y, design, offset, kept, p, beta, mu, matrix, gradient, step) < near:
            break
