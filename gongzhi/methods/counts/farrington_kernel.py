"""Compiled heart of the improved Farrington rule: one quasi-Poisson fit per evaluated period, in closed forms.

The model is log mu_i = alpha_level(i) + beta t_i (+ log population_i) with prior weights w_i. For a given slope the
level effects are ratios of weighted totals, so the likelihood is a concave function of the slope alone:

    l(beta) = beta sum w y t - sum_g Y_g log S_g(beta),   S_g = sum_{i in g} w_i n_i exp(beta t_i)

whose gradient and curvature are within-level means and variances of t. One safeguarded Newton iteration on a
single number replaces iteratively reweighted least squares on a matrix; leverages and standard errors follow from
the same sums, h_i = w_i mu_i (1 / S_g + (t_i - tbar_g)^2 / V). Points arrive sorted by level.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered; NaN and infinity keep their meaning

DELTA, NB_PLUGIN, MUAN = 0, 1, 2
FAR = -1.0  # a quantile too far to be summed up to
FARTHEST = 1e4  # standard deviation from which this is so
# columns of the result of one point
EXPECTED, BOUND, PHI, SLOPE, SE, ENOUGH, COLUMNS = 0, 1, 2, 3, 4, 5, 6


@njit(cache=True, fastmath=FAST, error_model="numpy")
def powers(beta, span, table) -> None:
    """table[j] = exp(beta (j - span / 2) / 6): one multiplication a week gives mu, its root and its sixth root."""
    step = math.exp(beta / 6.0)
    half = span // 2
    table[half] = 1.0
    for j in range(half + 1, span + 1):
        table[j] = table[j - 1] * step
    step = 1.0 / step
    for j in range(half - 1, -1, -1):
        table[j] = table[j + 1] * step


@njit(cache=True, fastmath=FAST, error_model="numpy")
def spread_out(beta, span, when, points, table, grown) -> None:
    """grown[i] = exp(beta t_i): gathered once, so that the sums below run over neighbours."""
    powers(6.0 * beta, span, table)
    for i in range(points):
        grown[i] = table[when[i]]


@njit(cache=True, fastmath=FAST, error_model="numpy")
def slope_sums(beta, span, when, times, exposure, ends, levels, totals, table, grown) -> tuple[float, float]:
    """Sum over levels of Y_g tbar_g and Y_g var_g(t) at a slope (time in weeks from the first reference week)."""
    spread_out(beta, span, when, ends[levels], table, grown)
    first = 0.0
    second = 0.0
    for g in range(levels):
        if totals[g] <= 0.0:
            continue
        s0 = 0.0
        s1 = 0.0
        s2 = 0.0
        for i in range(ends[g], ends[g + 1]):
            t = times[i]
            v = exposure[i] * grown[i]
            s0 += v
            s1 += v * t
            s2 += v * t * t
        mean = s1 / s0
        first += totals[g] * mean
        second += totals[g] * (s2 / s0 - mean * mean)
    return first, second


@njit(cache=True, fastmath=FAST, error_model="numpy")
def best_slope(start, near, target, span, when, times, exposure, ends, levels, totals, table, grown) -> float:
    """The slope whose expected sum of w mu t equals the observed one; ±limit when the likelihood has no maximum.

    `near`: the last step, in log change over the whole span; Newton squares the error, so 1e-5 leaves about 1e-10.
    """
    low = -60.0 / span
    high = 60.0 / span
    beta = start
    for _ in range(100):
        first, second = slope_sums(beta, span, when, times, exposure, ends, levels, totals, table, grown)
        gap = target - first
        if gap > 0.0:
            low = beta
        else:
            high = beta
        following = beta + gap / second if second > 0.0 else 0.5 * (low + high)
        if not low <= following <= high:
            following = 0.5 * (low + high)
        moved = abs(following - beta) * span
        beta = following
        if moved < near or high - low < 1e-15:
            break
    return beta


@njit(cache=True, fastmath=FAST, error_model="numpy")
def fit(
    y, weight, people, when, times, ends, levels, span, trend, start, near, exposure, totals, effects, centres, table,
    grown,
) -> tuple[float, float, int]:  # fmt: skip
    """Weighted fit; fills `effects` (exp of level effects), `centres` (tbar_g), `grown`. Returns slope and V."""
    n = ends[levels]
    target = 0.0
    for g in range(levels):
        total = 0.0
        for i in range(ends[g], ends[g + 1]):
            exposure[i] = weight[i] * people[i]
            total += weight[i] * y[i]
            target += weight[i] * y[i] * times[i]
        totals[g] = total
    beta = 0.0
    if trend:
        beta = best_slope(start, near, target, span, when, times, exposure, ends, levels, totals, table, grown)
    spread_out(beta, span, when, n, table, grown)
    spread = 0.0
    for g in range(levels):
        s0 = 0.0
        s1 = 0.0
        s2 = 0.0
        for i in range(ends[g], ends[g + 1]):
            t = times[i]
            v = exposure[i] * grown[i]
            s0 += v
            s1 += v * t
            s2 += v * t * t
        centres[g] = s1 / s0
        effects[g] = totals[g] / s0
        spread += effects[g] * (s2 - s1 * s1 / s0)
    return beta, spread, n


@njit(cache=True, fastmath=FAST, error_model="numpy")
def dispersions(y, weight, people, ends, levels, effects, grown) -> tuple[float, float]:
    """Weighted sums of (y - mu)^2 / mu (Pearson) and of ((y - mu) / mu)^2 over all points."""
    pearson = 0.0
    relative = 0.0
    for g in range(levels):
        if effects[g] <= 0.0:
            # a level without a case: mu -> 0, so (y - mu)^2 / mu -> 0 and ((y - mu) / mu)^2 = 1
            for i in range(ends[g], ends[g + 1]):
                relative += weight[i]
            continue
        for i in range(ends[g], ends[g + 1]):
            mu = effects[g] * people[i] * grown[i]
            r = (y[i] - mu) / mu
            pearson += weight[i] * r * r * mu
            relative += weight[i] * r * r
    return pearson, relative


@njit(cache=True, fastmath=FAST, error_model="numpy")
def reweigh(
    y23, people6, times, ends, levels, totals, effects, centres, sixths, spread, trend, phi, limit, weight
) -> None:
    """Anscombe weights: s = 1.5 (y^2/3 mu^-1/6 - mu^1/2) / sqrt(phi (1 - h)); s^-2 above the limit; sum to n.

    sixths: exp(beta t / 6). Most periods lie below the limit and are told from the others without a division.
    """
    n = ends[levels]
    floor = 1.0 / (limit * limit)
    bar = phi * limit * limit / 2.25  # raw^2 above bar (1 - h) is s above the limit
    inverse = 1.0 / spread if trend and spread > 0.0 else 0.0
    total = 0.0
    for g in range(levels):
        if effects[g] <= 0.0:
            weight[ends[g] : ends[g + 1]] = 1.0
            total += ends[g + 1] - ends[g]
            continue
        sixth = effects[g] ** (1.0 / 6.0)
        share = 1.0 / totals[g]  # fitted and observed cases of a level are equal
        centre = centres[g]
        for i in range(ends[g], ends[g + 1]):
            z = sixth * people6[i] * sixths[i]
            root = z * z * z
            away = times[i] - centre
            rest = bar * (1.0 - root * root * (share + away * away * inverse))
            raw = max(0.0, y23[i] - z * root)
            weight[i] = raw * raw - z * z * rest
        for i in range(ends[g], ends[g + 1]):
            if weight[i] > 0.0:
                z = sixth * people6[i] * sixths[i]
                root = z * z * z
                away = times[i] - centre
                rest = bar * (1.0 - root * root * (share + away * away * inverse))
                raw = max(0.0, y23[i] / z - root)
                weight[i] = floor * rest / (raw * raw) if rest > 0.0 and raw > 0.0 else 1.0
            else:
                weight[i] = 1.0
            total += weight[i]
    scale = n / total
    for i in range(n):
        weight[i] *= scale


@njit(cache=True, fastmath=FAST, error_model="numpy")
def nb_quantile(p, mean, phi) -> float:
    """Smallest x with P(X <= x) >= p for a negative binomial of this mean and variance phi mean (Poisson at 1).

    FAR where its sum would be long: the upper limit of a mean can be astronomic.
    """
    if mean <= 1e-12:
        return 0.0
    if not phi * mean <= FARTHEST * FARTHEST:
        return FAR
    q = 1.0 - 1.0 / phi  # P(X = x + 1) / P(X = x) = q (x + size) / (x + 1); mean / (x + 1) when phi = 1
    size = mean / (phi - 1.0) if phi > 1.0 else 0.0
    # what lies 12 standard deviations and more below the mean is beyond the last digit
    x = math.floor(max(0.0, mean - 12.0 * math.sqrt(phi * mean)))
    if phi > 1.0:
        log = math.lgamma(x + size) - math.lgamma(size) - math.lgamma(x + 1.0) - size * math.log(phi)
        log += x * math.log(q) if x > 0.0 else 0.0
    else:
        log = x * math.log(mean) - mean - math.lgamma(x + 1.0)
    mass = math.exp(log)
    total = mass
    asked = p * (1.0 - 1e-14)
    while total < asked:
        mass *= q * (x + size) / (x + 1.0) if phi > 1.0 else mean / (x + 1.0)
        x += 1.0
        total += mass
        if mass < 1e-18 and x > mean:  # p so near to 1 that the sum cannot reach it
            break
    return x


@njit(cache=True, fastmath=FAST, error_model="numpy")
def upper_bound(method, power, z, p, mean, phi, se) -> float:
    """The bound on the scale of counts; `se` is the standard error of log mean."""
    if method == NB_PLUGIN:
        return nb_quantile(p, mean, phi)
    if method == MUAN:
        return nb_quantile(p, mean * math.exp(z * se), phi)
    if mean <= 0.0:
        return 0.0
    tau = phi + se * se * mean  # (phi mu + var mu) / mu
    if power == 1.0:
        return mean + z * math.sqrt(mean * tau)
    root = mean**power + z * power * math.sqrt(mean ** (2.0 * power - 1.0) * tau)
    return max(root, 0.0) ** (1.0 / power)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def both_fits(
    y, y23, people, people6, when, times, ends, levels, span, now, here, trend, memory, options, critical, scratch,
    out,
) -> float:  # fmt: skip
    """Fit, reweigh, fit again; fills `out`; returns the slope, or NaN where a trend was tried and must go.

    memory: slope of the first fit and what the second added, of the period before; where the search begins.
    """
    reweight, limit, keep_years = options[0] > 0.0, options[1], options[2] > 0.0
    weight, exposure, totals, effects, centres, table, grown = scratch
    n = ends[levels]
    df = n - levels - (1 if trend else 0)
    weight[:] = 1.0
    beta, spread, _ = fit(
        y, weight, people, when, times, ends, levels, span, trend, memory[0], 1e-5, exposure, totals, effects,
        centres, table, grown,
    )  # fmt: skip
    pearson, relative = dispersions(y, weight, people, ends, levels, effects, grown)
    phi = max(1.0, pearson / df)
    scale = phi if options[10] > 0.0 else pearson / df
    if reweight:
        spread_out(beta / 6.0, span, when, n, table, grown)
        reweigh(y23, people6, times, ends, levels, totals, effects, centres, grown, spread, trend, phi, limit, weight)
        plain = beta
        beta, spread, _ = fit(
            y, weight, people, when, times, ends, levels, span, trend, plain + memory[1], 1e-5, exposure, totals,
            effects, centres, table, grown,
        )  # fmt: skip
        if trend:
            memory[0], memory[1] = plain, beta - plain
        pearson, relative = dispersions(y, weight, people, ends, levels, effects, grown)
        phi = max(1.0, pearson / df)
        # after reweighting the reference takes its errors from relative residuals; the rule of 1996 does not
        scale = phi if options[10] > 0.0 else relative / df
    last = levels - 1
    mean = effects[last] * here * math.exp(beta * (now - span // 2))
    out[EXPECTED], out[PHI], out[SLOPE] = mean, phi, beta if trend else math.nan
    variance = 1.0 / totals[last] if totals[last] > 0.0 else 0.0
    if trend and spread > 0.0:
        variance += (now - centres[last]) ** 2 / spread
    out[SE] = math.sqrt(scale * variance)
    if not trend:
        return 0.0
    # the rule of 1996 tests its trend by a dispersion that may be below 1
    tested = pearson / df if options[10] > 0.0 else scale
    certain = spread > 0.0 and abs(beta) * math.sqrt(spread / tested) > critical if tested > 0.0 else True
    if not (keep_years and certain and mean <= y[:n].max()):
        return math.nan
    return beta


@njit(cache=True, error_model="numpy")
def two_thirds(y, cubes, out) -> None:
    """out = y^(2/3); looked up where y is a small whole number."""
    for j in range(len(y)):
        whole = int(min(y[j], 1e9))
        out[j] = cubes[whole] if whole < len(cubes) and y[j] == whole else y[j] ** (2.0 / 3.0)


@njit(cache=True, fastmath=FAST, error_model="numpy", nogil=True)
def evaluate(
    counts, cubes, people, people6, at, first, spans, sizes, when, ends, levels, options, critical, out
) -> None:
    """Every series at every asked period.

    counts, people, people6 (n^(1/6)): (series, periods), without population no rows of people; cubes: y^(2/3) of
    small whole numbers; at, first, spans, sizes: (asked,);
    when: (asked, points) weeks from `first`, sorted by level, the last level being the reference windows;
    ends: (asked, levels + 1); out: (series, asked, COLUMNS).
    """
    points = when.shape[1]
    times = when.astype(np.float64)
    y, y23, n, n6 = np.empty(points), np.empty(points), np.ones(points), np.ones(points)
    peopled = people.shape[0] > 0
    widest = spans.max() if len(at) else 0
    scratch = (
        np.empty(points), np.empty(points), np.empty(levels), np.empty(levels), np.empty(levels), np.empty(widest + 2),
        np.empty(points),
    )  # fmt: skip
    trend, method, power, z, p = options[3] > 0.0, int(options[4]), options[5], options[6], options[7]
    cases, weeks = options[8], int(options[9])
    memory = np.zeros(2)
    roots = np.empty(counts.shape[1])
    for s in range(counts.shape[0]):
        memory[:] = 0.0
        two_thirds(counts[s], cubes, roots)
        for k in range(len(at)):
            row = out[s, k]
            for i in range(sizes[k]):
                j = first[k] + when[k, i]
                y[i], y23[i] = counts[s, j], roots[j]
            for i in range(sizes[k] if peopled else 0):
                j = first[k] + when[k, i]
                n[i], n6[i] = people[s, j], people6[s, j]
            now, here = float(spans[k]), people[s, at[k]] if peopled else 1.0
            kept = math.nan
            if trend:
                kept = both_fits(
                    y, y23, n, n6, when[k], times[k], ends[k], levels, spans[k], now, here, True, memory, options,
                    critical[k], scratch, row,
                )  # fmt: skip
            if math.isnan(kept):
                both_fits(
                    y, y23, n, n6, when[k], times[k], ends[k], levels, spans[k], now, here, False, memory, options,
                    critical[k], scratch, row,
                )  # fmt: skip
            recent = counts[s, max(0, at[k] - weeks + 1) : at[k] + 1].sum()
            row[ENOUGH], row[BOUND] = 1.0 if recent >= cases else 0.0, math.nan
            if recent >= cases:
                row[BOUND] = upper_bound(method, power, z, p, row[EXPECTED], row[PHI], row[SE])
