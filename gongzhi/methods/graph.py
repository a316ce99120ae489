"""Networks of hand-overs between organs or posts, on sparse matrices: flow, sinks, circles, brokers, ping-pong.

A network is a square matrix: row hands over to column, the entry counts cases. Everything is about organs and stations,
never about persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import spsolve

Reals = NDArray[np.float64]


class GraphError(ValueError):
    """The hand-overs make no network; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Per node: cases handed in and out, net intake, share of what came in that stayed."""

    came: Reals
    went: Reals
    net: Reals
    kept: Reals


def network(giver: NDArray[np.int64], taker: NDArray[np.int64], nodes: int) -> sparse.csr_array:
    """Matrix (nodes, nodes) of hand-overs; handing over to oneself is none and is left out."""
    giver, taker = np.asarray(giver, np.int64), np.asarray(taker, np.int64)
    if giver.shape != taker.shape:
        raise GraphError(f"{giver.size} givers for {taker.size} takers")
    if giver.size and (min(giver.min(), taker.min()) < 0 or max(giver.max(), taker.max()) >= nodes):
        raise GraphError(f"a hand-over names a node outside 0 to {nodes - 1}")
    other = giver != taker
    ones = np.ones(int(other.sum()))
    return sparse.csr_array(sparse.coo_array((ones, (giver[other], taker[other])), shape=(nodes, nodes)))


def flow(net: sparse.csr_array) -> Flow:
    """What comes in, goes out and stays, at every node."""
    came, went = np.asarray(net.sum(0)).ravel(), np.asarray(net.sum(1)).ravel()
    kept = np.where(came > 0, np.clip(came - went, 0, None) / np.maximum(came, 1), np.nan)
    return Flow(came, went, came - went, kept)


def absorbed(net: sparse.csr_array, closed: Reals) -> tuple[Reals, Reals]:
    """Where cases end: (visits, ends), both (nodes,), of an average case that starts as the network's cases do.

    `closed` counts cases that ended at each node. A case at node i moves to j with probability net[i, j] / (all that
    left i) or ends there: an absorbing Markov chain (Kemeny & Snell 1960). Visits above 1 mean that cases come back.
    Nodes that never close and never reach one that does are dead ends; their cases count as ended there.
    """
    went, ends = np.asarray(net.sum(1)).ravel(), np.asarray(closed, float)
    if ends.shape != went.shape or (ends < 0).any():
        raise GraphError("closed needs one count, 0 or more, for every node")
    ends = ends + ~_reach_an_end(net, ends) * np.maximum(went, 1)
    total = went + ends
    some = np.maximum(total, 1e-12)
    move = sparse.diags_array(1 / some) @ net
    came = np.asarray(net.sum(0)).ravel()
    fresh = np.clip(total - came, 0, None)
    start = fresh / fresh.sum() if fresh.sum() > 0 else total / max(float(total.sum()), 1e-12)
    visits = spsolve(sparse.csc_array(sparse.eye_array(len(went)) - move.T), start)
    return visits, visits * ends / some


def _reach_an_end(net: sparse.csr_array, ends: Reals) -> NDArray[np.bool_]:
    """Nodes from which a node that closes cases can be reached."""
    seen = ends > 0
    while True:
        more = seen | (net @ seen.astype(float) > 0)
        if (more == seen).all():
            return seen
        seen = more


def sinks(net: sparse.csr_array, *, least: float = 10, keep: float = 0.9) -> NDArray[np.int64]:
    """Nodes that take in at least `least` cases and hand on less than 1 − keep of them, the largest first."""
    told = flow(net)
    found = np.nonzero((told.came >= least) & (told.kept >= keep))[0]
    return found[np.argsort(-told.came[found], kind="stable")]


def circles(net: sparse.csr_array, *, least: float = 1) -> list[NDArray[np.int64]]:
    """Groups of nodes that hand cases round among themselves (strongly connected, two nodes or more), largest first.

    Hand-overs seen fewer than `least` times are left out.
    """
    strong = net.copy()
    strong.data = np.where(strong.data >= least, strong.data, 0)
    strong.eliminate_zeros()
    count, label = csgraph.connected_components(strong, directed=True, connection="strong")
    groups = [np.nonzero(label == k)[0] for k in np.nonzero(np.bincount(label, minlength=count) > 1)[0]]
    return sorted(groups, key=len, reverse=True)


def circulation(net: sparse.csr_array) -> Reals:
    """Share of a node's out-going cases that flow back to it within its circle: r over pairs and triangles, 0 to 1.

    Of what i hands over, the part j gives back directly or through one other, each hop in proportion to its flow.
    """
    went = np.asarray(net.sum(1)).ravel()
    move = sparse.csr_array(sparse.diags_array(1 / np.maximum(went, 1e-12)) @ net)
    two = move @ move
    back = two.diagonal() + (two @ move).diagonal()
    return np.minimum(back, 1.0)


def betweenness(net: sparse.csr_array, *, weighted: bool = False) -> Reals:
    """Share of shortest ways between other nodes that lead through each.

    Brandes 2001 (doi 10.1080/0022250X.2001.9990249), layers of equal distance at once.

    Ways follow hand-overs; with `weighted` a step costs 1 / cases, so busy ways are short. Divided by (n − 1)(n − 2).
    """
    n = net.shape[0]
    if n < 3:
        return np.zeros(n)
    cost = sparse.csr_array(net, copy=True)
    cost.data = 1 / cost.data if weighted else np.ones_like(cost.data)
    apart = csgraph.dijkstra(cost, directed=True)
    out = np.zeros(n)
    giver, taker = cost.nonzero()
    length = cost.data
    for source in range(n):
        out += _through(source, apart[source], giver, taker, length)
    return out / ((n - 1) * (n - 2))


def _through(source: int, apart: Reals, giver: NDArray, taker: NDArray, length: Reals) -> Reals:
    """Dependencies of one source on every node."""
    reached = np.isfinite(apart[giver])
    giver, taker, length = giver[reached], taker[reached], length[reached]
    on = np.abs(apart[giver] + length - apart[taker]) <= 1e-9 * (1 + apart[taker])
    give, take = giver[on], taker[on]
    order = np.argsort(apart[take], kind="stable")
    give, take = give[order], take[order]
    ways = np.zeros(len(apart))
    ways[source] = 1.0
    edges = np.append(np.flatnonzero(np.diff(apart[take], prepend=-1.0) > 1e-9), len(take))
    layers = [slice(edges[k], edges[k + 1]) for k in range(len(edges) - 1)]
    for layer in layers:
        np.add.at(ways, take[layer], ways[give[layer]])
    owed = np.zeros(len(apart))
    for layer in reversed(layers):
        np.add.at(owed, give[layer], ways[give[layer]] / ways[take[layer]] * (1 + owed[take[layer]]))
    owed[source] = 0.0
    return owed


@dataclass(frozen=True, slots=True)
class PingPong:
    """Per pair of nodes that gave cases back to each other: how many returns, in how many cases."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    returns: NDArray[np.int64]
    cases: NDArray[np.int64]


def ping_pong(
    case: NDArray[np.int64], order: Reals, giver: NDArray[np.int64], taker: NDArray[np.int64], *, within: float = np.inf
) -> PingPong:
    """Returns a → b then b → a in consecutive hand-overs of one case, at most `within` apart in `order` (times).

    Pairs are unordered and sorted by returns. Three hand-overs a → b → a → b are two returns of one case.
    """
    case, order = np.asarray(case), np.asarray(order, float)
    giver, taker = np.asarray(giver), np.asarray(taker)
    if len({len(case), len(order), len(giver), len(taker)}) > 1:
        raise GraphError("case, order, giver and taker need one entry for every hand-over")
    by = np.lexsort((order, case))
    case, order, giver, taker = case[by], order[by], giver[by], taker[by]
    back = (case[1:] == case[:-1]) & (giver[1:] == taker[:-1]) & (taker[1:] == giver[:-1]) & (giver[1:] != taker[1:])
    back &= np.diff(order) <= within
    one, other = np.minimum(giver[1:], taker[1:])[back], np.maximum(giver[1:], taker[1:])[back]
    pairs, where, returns = np.unique(np.column_stack([one, other]), axis=0, return_inverse=True, return_counts=True)
    both = np.unique(np.column_stack([where.ravel(), case[1:][back]]), axis=0)
    cases = np.bincount(both[:, 0].astype(np.int64), minlength=len(pairs)) if len(both) else np.empty(0, np.int64)
    by = np.argsort(-returns, kind="stable")
    return PingPong(pairs[by, 0], pairs[by, 1], returns[by], cases[by])
