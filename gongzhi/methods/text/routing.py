"""Routing a text to one of the labels it was shown, with a calibrated probability.

1. A *space* is learnt from texts without labels: rarity of character grams, and 200 directions in which
   grams occur together (latent semantic analysis; Deerwester et al. 1990).
2. A ridge regression on the labels, all labels weighed equally (regularised least squares; Rifkin & Klautau 2004,
   JMLR 5:101), learns from labelled texts and from the labels' own words (their names, a taxonomy's words).
3. Grams, directions and regression are all linear, so they fold into ONE table, cells × labels: a text is routed
   by adding up rows of that table. What is added to learn well costs nothing when used.
4. One temperature turns margins into probabilities; it is fitted on margins of texts the regression had not
   seen (cross-fitting; Guo et al. 2017, ICML).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from gongzhi.methods.text import grams
from gongzhi.methods.text.refusing import TextRefusal

DIRECTIONS = 200
LATENT_SHARE = 0.25  # root mean square length of the latent part, beside a gram part of about one
COMMON = 8  # texts a gram must occur in to take part in a direction
MOST_TEXTS = 20_000  # unlabelled texts that shape a space: more change it little
ENOUGH = 500  # below so many unlabelled texts the labelled ones shape the space too
WORDS_WEIGHT = 2.0  # weight of a line of a taxonomy beside a labelled text
RARE = 2.0  # power of a gram's rarity: few messages share what names their matter
RIDGE = 1.5  # of the squared coefficients, beside squared errors of texts
FEW = 3_000  # texts up to which all labels are solved for at once and exactly, instead of one by one in steps
FOLDS = 5
UNSURE = "unsure"

Fields = Sequence[Sequence[str]]  # fields × texts: title, body, …
Reals = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Space:
    """What is known of a language of letters before any label: `idf` (cells, rarity to
    the power RARE), `cells` (k), `turn` (k × directions)."""

    idf: Reals
    cells: NDArray[np.int64]
    turn: Reals


@dataclass(frozen=True, slots=True)
class Model:
    """A router: `table` is cells × labels, `bias` one a label; probabilities are softmax(temperature × margins)."""

    labels: tuple[str, ...]
    fields: tuple[str, ...]
    idf: Reals
    table: Reals
    bias: Reals
    temperature: float
    trained_on: int
    version: int = 1

    def margins(self, fields: Fields) -> Reals:
        """Texts × labels."""
        _same_length(fields)
        total = np.sum([grams.scores(texts, self.idf, self.table) for texts in fields], axis=0)
        known = total.any(axis=1, keepdims=True)  # a text without one known gram says nothing: all labels alike
        return np.asarray(np.where(known, total * _share(len(fields)) + self.bias, 0), np.float32)

    def probabilities(self, fields: Fields) -> Reals:
        """Texts × labels, each row sums to one."""
        return softmax(self.margins(fields) * self.temperature)

    def route(self, fields: Fields, unsure_below: float = 0.0) -> list[tuple[str, float]]:
        """Label and probability of each text; `unsure` where the best is less likely than `unsure_below`."""
        found = self.probabilities(fields)
        best = found.argmax(axis=1)
        sure = found[np.arange(len(best)), best]
        return [(self.labels[at] if p >= unsure_below else UNSURE, float(p)) for at, p in zip(best, sure, strict=True)]


def learn_space(fields: Fields) -> Space:
    """The space of texts without labels; order and repeats of rows matter little, labels not at all."""
    fields = [texts[:MOST_TEXTS] for texts in fields]
    every = [text for texts in fields for text in texts if text]
    idf = grams.rarity(every, fewest=3 if len(every) >= ENOUGH else 1) ** np.float32(RARE)
    rows = _rows(fields, idf)
    seen = np.bincount(rows.indices, minlength=grams.CELLS)
    cells = np.flatnonzero(seen >= COMMON)
    size = min(DIRECTIONS, len(cells) // 4, rows.shape[0] // 4)
    if size < 2:
        return Space(idf, np.zeros(0, np.int64), np.zeros((0, 0), np.float32))
    from sklearn.utils.extmath import randomized_svd

    common = rows[:, cells]
    _, strength, turn = randomized_svd(common, size, n_iter=2, random_state=0)
    turn = turn.T * np.maximum(strength, 1e-6) ** -0.5
    length = np.sqrt(((common @ turn) ** 2).sum(axis=1).mean())
    return Space(idf, cells, (turn * (LATENT_SHARE / length)).astype(np.float32))


def train(
    space: Space,
    fields: Fields,
    labels: Sequence[str],
    *,
    names: Sequence[str],
    words: Mapping[str, Sequence[str]] | None = None,
) -> Model:
    """A model from labelled texts (fields × texts) and optional words of the labels (label → lines of a taxonomy).

    Refuses an empty label, fewer than two labels, and unequal columns.
    """
    _same_length([*fields, labels])
    for at, label in enumerate(labels):
        if not label.strip():
            raise TextRefusal(f"Row {at + 2} has no label; every labelled row needs one.")
    known = tuple(sorted(set(labels)))
    if len(known) < 2:
        raise TextRefusal(f"Training needs at least two labels; the file has {len(known)}.")
    target = np.searchsorted(known, np.asarray(labels))
    lines = [(known.index(k), text) for k in known for text in (k, *(words or {}).get(k, ()))]
    seen, taught = _rows(fields, space.idf), _rows([[text for _, text in lines]], space.idf)
    every = sp.vstack([seen, taught]).tocsr()
    used = np.unique(every.indices)
    inputs = sp.hstack([every[:, used], sp.csr_matrix(every[:, space.cells] @ space.turn)]).tocsr()
    targets = np.concatenate([target, [k for k, _ in lines]]).astype(np.int64)
    weight = np.concatenate([np.ones(len(target)), np.full(len(lines), WORDS_WEIGHT)])
    coefficients, bias = _fit(inputs, targets, weight, len(known))
    table = np.zeros((grams.CELLS, len(known)), np.float32)
    table[used] = coefficients[: len(used)]
    table[space.cells] += space.turn @ coefficients[len(used) :]
    temperature = _temperature(inputs, targets, weight, len(target), len(known))
    return Model(known, tuple(names), space.idf, table, bias, temperature, len(target))


def learn_more(model: Model, fields: Fields, labels: Sequence[str], rate: float = 0.5, passes: int = 3) -> Model:
    """The model after more labelled texts, without the old ones: steps of logistic regression on the table.

    Refuses a label the model does not know (that needs training anew).
    """
    _same_length([*fields, labels])
    for at, label in enumerate(labels):
        if label not in model.labels:
            raise TextRefusal(f"Row {at + 2} has the label “{label}”, which this model does not know; train it anew.")
    rows = _rows(fields, model.idf)
    wanted = np.asarray(labels)[:, None] == np.asarray(model.labels)[None, :]
    table, bias = model.table.copy(), model.bias.copy()
    for step in range(passes * rows.shape[0]):
        at = step % rows.shape[0]
        row = slice(rows.indptr[at], rows.indptr[at + 1])
        cells, values = rows.indices[row], rows.data[row]
        guess = softmax(((values @ table[cells] + bias) * model.temperature)[None, :])[0]
        push = (rate * (wanted[at] - guess)).astype(np.float32)
        table[cells] += values[:, None] * push
    return replace(model, table=table, bias=bias, trained_on=model.trained_on + len(labels))


def softmax(margins: Reals) -> Reals:
    """Rows that sum to one."""
    power = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(power / power.sum(axis=1, keepdims=True), np.float32)


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean over the labels of `truth` and `said` of F1 = 2 TP / (2 TP + FP + FN); `unsure` is no label but a miss."""
    pairs = list(zip(truth, said, strict=True))
    each = []
    for label in sorted({*truth, *said} - {UNSURE}):
        right = sum(t == label == s for t, s in pairs)
        wrong = sum((t == label) != (s == label) for t, s in pairs)
        each.append(2 * right / (2 * right + wrong))
    return sum(each) / len(each) if each else 0.0


def reliability(told: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float, int]]:
    """(mean probability told, share that was right, texts) for each tenth of probability that holds texts."""
    p, hit = np.asarray(told, float), np.asarray(right, float)
    tenth = np.minimum((p * 10).astype(int), 9)
    return [(float(p[at].mean()), float(hit[at].mean()), int(at.sum())) for k in range(10) if (at := tenth == k).any()]


def calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Expected calibration error: mean distance of told from right, by texts (Guo et al. 2017)."""
    return sum(abs(told - hit) * count for told, hit, count in bins) / max(1, sum(count for *_, count in bins))


def _rows(fields: Fields, idf: Reals) -> sp.csr_matrix:
    return (sum(grams.rows(texts, idf) for texts in fields) * np.float32(_share(len(fields)))).tocsr()


def _share(fields: int) -> float:
    """Brings a sum of unit rows to a length of about one: fields of a message repeat each other."""
    return (2 * fields - 1) ** -0.5


def _same_length(fields: Fields) -> None:
    if not fields or len({len(texts) for texts in fields}) != 1:
        raise TextRefusal("Every field needs one text for each row.")


def _fit(inputs: sp.csr_matrix, targets: NDArray, weight: NDArray, labels: int) -> tuple[Reals, Reals]:
    """Coefficients (inputs × labels) and bias of a ridge regression on 1 for a text's label, −1 for every other.

    Every label weighs the same, however many texts it has, and the bias is the mean target: the words decide alone.
    """
    from sklearn.linear_model import Ridge

    wanted = np.full((len(targets), labels), -1.0, np.float32)
    wanted[np.arange(len(targets)), targets] = 1
    count = np.bincount(targets, minlength=labels)
    each = weight * len(targets) / (np.count_nonzero(count) * count[targets])
    bias = (each @ wanted / each.sum()).astype(np.float32)
    few = len(targets) <= FEW and len(targets) < inputs.shape[1]  # then the Gram matrix of the texts is the smaller one
    machine = Ridge(alpha=RIDGE, solver="cholesky" if few else "sparse_cg", fit_intercept=False, tol=1e-5)
    machine.fit(inputs, wanted - bias, sample_weight=each)
    return np.asarray(machine.coef_.T, np.float32).reshape(inputs.shape[1], labels), bias


def _temperature(inputs: sp.csr_matrix, targets: NDArray, weight: NDArray, seen: int, labels: int) -> float:
    """The temperature with the least log loss on margins of texts held out in turn (fixed folds)."""
    fold = np.random.default_rng(0).permutation(seen) % min(FOLDS, seen)
    margins = np.zeros((seen, labels), np.float32)
    for held in range(fold.max() + 1):
        kept = np.concatenate([np.flatnonzero(fold != held), np.arange(seen, len(targets))])
        coefficients, bias = _fit(inputs[kept], targets[kept], weight[kept], labels)
        out = np.flatnonzero(fold == held)
        margins[out] = inputs[out] @ coefficients + bias

    def loss(log_temperature: float) -> float:
        found = softmax(margins * np.float32(np.exp(log_temperature)))
        return float(-np.log(found[np.arange(seen), targets[:seen]] + 1e-9).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 3.5), method="bounded").x))
