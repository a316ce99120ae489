"""Growing circles: each area's nearest others, as far as the limits go."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]


@njit(cache=True, nogil=True)
def _sink(far: Reals, heap: Ints, size: int, at: int) -> None:
    """Restore the heap (smallest distance first, of equals the smaller index) below `at`."""
    moved = heap[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        one = heap[child]
        if child + 1 < size:
            two = heap[child + 1]
            if far[two] < far[one] or (far[two] == far[one] and two < one):
                child += 1
                one = two
        if far[one] < far[moved] or (far[one] == far[moved] and one < moved):
            heap[at] = one
            at = child
        else:
            break
    heap[at] = moved


@njit(cache=True, nogil=True)
def nearest(points: Reals, weight: Reals, limit: float, reach: float, most: int) -> tuple[Ints, NDArray[np.int64]]:
    """Concatenated chains and their lengths: area i, then the others of `points` (n, axes) by distance.

    A chain ends before its weight passes `limit`, its distance `reach`, or its length `most`. The area itself
    always comes first, also where several share one point.
    """
    n, axes = points.shape
    sizes = np.zeros(n, np.int64)
    out = np.empty(max(16 * n, 16), np.int32)
    used = 0
    far = np.empty(n)
    heap = np.empty(n, np.int32)
    for i in range(n):
        for j in range(n):
            square = 0.0
            for a in range(axes):
                square += (points[i, a] - points[j, a]) ** 2
            far[j] = square
            heap[j] = j
        far[i] = -1.0
        for at in range(n // 2 - 1, -1, -1):
            _sink(far, heap, n, at)
        held, size = 0.0, n
        if used + n > out.size:
            wider = np.empty(2 * out.size + n, np.int32)
            wider[:used] = out[:used]
            out = wider
        while size > 0 and sizes[i] < most:
            j = heap[0]
            held += weight[j]
            if held > limit or far[j] > reach * reach:
                break
            out[used] = j
            used += 1
            sizes[i] += 1
            size -= 1
            heap[0] = heap[size]
            _sink(far, heap, size, 0)
    return out[:used].copy(), sizes
