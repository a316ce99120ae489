"""`gongzhi route` on plain files: no county, no Django. `gongzhi hot` is in hot_commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gongzhi.methods.text.refusing import TextRefusal

ROUTE_COLUMNS = """columns read: FILE is CSV (UTF-8 or GB 18030) or Parquet, one text a row; --text, --label and --id
name its columns. Row 1 of a CSV names the columns.

columns written by predict, one row a text in the order of FILE:
  id           as in FILE
  label        one of the labels the model was trained on; “unsure” when probability is below --unsure
               with a tree (--label label1,label2) a path “coarse › fine”; where the finest is less likely than
               --unsure, the finest branch that is likely enough
  probability  how likely the best label is: of texts told 0.8, eight in ten are right (calibrated on texts held out)

score prints, for texts that have both: accuracy of the sure answers, macro-F1 (mean over labels of 2 TP / (2 TP + FP +
FN); “unsure” counts as missed), and how often answers of each probability were right."""


def route(argv: Sequence[str]) -> int:
    """Train, teach, use or score a router; 0 done, 1 refused with one sentence, 2 wrong words."""
    layout = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="gongzhi route", description="Route texts to labels (Chinese and English).", epilog=ROUTE_COLUMNS,
        formatter_class=layout,
    )  # fmt: skip
    verbs = top.add_subparsers(required=True, metavar="train|learn|predict|score")
    one = verbs.add_parser("train", help="learn a model from a labelled file")
    one.add_argument("file", type=Path, metavar="LABELLED", help="CSV or Parquet, one text a row")
    text_option(one)
    one.add_argument("--label", required=True, help="column of the label; several, coarse to fine, make a tree")
    one.add_argument(
        "--unlabelled",
        type=Path,
        nargs="*",
        default=[],
        action="extend",
        metavar="FILE",
        help="files with the same text columns; or a taxonomy: a column of label names, then columns of their words",
    )
    one.add_argument("--model", type=Path, required=True, help="file to write")
    one.set_defaults(run=_train)
    one = verbs.add_parser("learn", help="teach a model more labelled texts, without the old ones")
    one.add_argument("model", type=Path)
    one.add_argument("file", type=Path, metavar="LABELLED")
    text_option(one)
    one.add_argument("--label", required=True, help="column of the label")
    one.add_argument("--out", type=Path, required=True, help="model file to write")
    one.set_defaults(run=_learn)
    one = verbs.add_parser(
        "predict", help="label and probability of each text", epilog=ROUTE_COLUMNS, formatter_class=layout
    )
    one.add_argument("model", type=Path)
    one.add_argument("file", type=Path, metavar="FILE")
    text_option(one)
    one.add_argument("--id", required=True, help="column that names the row")
    one.add_argument("--out", type=Path, required=True, help="CSV: id, label, probability (calibrated, 0 to 1)")
    one.add_argument("--unsure", type=float, default=0.0, metavar="P", help="answer “unsure” below this probability")
    one.set_defaults(run=_predict)
    one = verbs.add_parser(
        "score", help="compare predictions with the true labels", epilog=ROUTE_COLUMNS, formatter_class=layout
    )
    one.add_argument("file", type=Path, metavar="PREDICTIONS", help="CSV with id, label, probability")
    one.add_argument("labelled", type=Path, metavar="LABELLED")
    one.add_argument("--id", required=True, help="column of LABELLED that names the row")
    one.add_argument("--label", required=True, help="column of LABELLED with the label")
    one.set_defaults(run=_score)
    return run(top, argv)


def text_option(parser: argparse.ArgumentParser) -> None:
    """The option that names the text columns."""
    parser.add_argument("--text", required=True, help="text columns with a comma between, e.g. title,body")


def run(parser: argparse.ArgumentParser, argv: Sequence[str]) -> int:
    """Parse and do; 0 done, 1 refused with one sentence, 2 wrong words."""
    try:
        words = parser.parse_args(list(argv))
        if getattr(words, "new", None) and not words.model:
            parser.error("--new needs --model, a model of `gongzhi route`")
    except SystemExit as left:
        return int(left.code or 0)
    verb: Callable[[argparse.Namespace], None] = words.run
    try:
        verb(words)
    except TextRefusal as refusal:
        print(f"{parser.prog}: {refusal}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"{parser.prog}: {fault.filename}: {fault.strerror}.", file=sys.stderr)
        return 1
    return 0


def say(line: str) -> None:
    """Progress, beside the answer."""
    print(line, file=sys.stderr, flush=True)


def _train(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import files, routing, tables

    names = words.text.split(",")
    table = tables.read(words.file)
    *fields, labels = _labels(tables.columns(table, [*names, *words.label.split(",")], words.file), words)
    depth = words.label.count(",") + 1
    more: list[list[str]] = [[] for _ in names]
    taught: dict[str, list[str]] = {}
    for path in words.unlabelled:
        other = tables.read(path)
        if (found := _taxonomy(other, set(labels), depth)) and not set(names) & set(other):
            for label, lines in found.items():
                taught.setdefault(label, []).extend(lines)
            continue
        for at, column in enumerate(tables.columns(other, names, path)):
            more[at].extend(column)
    say(f"{len(labels):,} labelled and {len(more[0]):,} unlabelled texts, {len(taught)} labels with words")
    shaping = more if len(more[0]) >= routing.ENOUGH else [a + b for a, b in zip(fields, more, strict=True)]
    space = routing.learn_space(shaping)
    say("the space is learnt; training")
    model = routing.train(space, fields, labels, names=names, words=taught)
    mark = files.save(model, words.model)
    say(f"{words.model}: {len(model.labels)} labels, fingerprint {mark[:16]}")


def _labels(columns: Sequence[list[str]], words: argparse.Namespace) -> list[list[str]]:
    """The same columns, those of the label joined to one: coarse to fine, a path in a tree. An empty one is refused."""
    from gongzhi.methods.text import tree

    parts = words.label.split(",")
    *fields, first = columns[: len(columns) - len(parts) + 1]
    paths = [first, *columns[len(columns) - len(parts) + 1 :]]
    for name, column in zip(parts, paths, strict=True):
        for at, label in enumerate(column):
            if not label.strip():
                raise TextRefusal(f"{words.file}, row {at + 2}, column {name} is empty; every labelled text "
                                  "needs a label.")  # fmt: skip
    return [*fields, first if len(parts) == 1 else tree.joined(paths)]


def _taxonomy(table: dict[str, list[str]], labels: set[str], depth: int = 1) -> dict[str, list[str]]:
    """Label → lines of its words, when a column of the table (`depth` neighbouring ones) holds mostly names of labels;
    else nothing.

    Rows are grouped by the column after the label's, so a line is a branch of the tree with its leaves.
    """
    from gongzhi.methods.text import tree

    names = list(table)
    for at in range(len(names) - depth + 1):
        values = tree.joined([table[name] for name in names[at : at + depth]]) if depth > 1 else table[names[at]]
        if len(labels & set(values)) * 2 < len(labels):
            continue
        words = names[at + depth :]
        branches: dict[tuple[str, str], list[str]] = {}
        for row, label in enumerate(values):
            if label in labels and words:
                branches.setdefault((label, table[words[0]][row]), []).extend(table[w][row] for w in words[1:])
        found: dict[str, list[str]] = {}
        for (label, branch), leaves in branches.items():
            found.setdefault(label, []).append(" ".join([branch, *leaves]))
        return found
    return {}


def _learn(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import files, routing, tables

    model = files.load(words.model)
    names = [*words.text.split(","), *words.label.split(",")]
    *fields, labels = _labels(tables.columns(tables.read(words.file), names, words.file), words)
    mark = files.save(routing.learn_more(model, fields, labels), words.out)
    say(f"{words.out}: {len(labels):,} more texts, fingerprint {mark[:16]}")


def _predict(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import files, tables, tree

    model = files.load(words.model)
    names = [*words.text.split(","), words.id]
    done = 0

    def rows() -> Iterator[tuple[str, str, str]]:
        nonlocal done
        for *fields, ids in tables.batches(words.file, names):
            for one, (label, p) in zip(ids, tree.route(model, fields, words.unsure), strict=True):
                yield one, label, f"{p:.4f}"
            done += len(ids)
            if len(ids) == tables.BATCH:
                say(f"{done:,} texts so far")

    tables.write(words.out, ("id", "label", "probability"), rows())
    say(f"{words.out}: {done:,} texts")


def _score(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import routing, tables, tree

    ids, said, sure = tables.columns(tables.read(words.file), ["id", "label", "probability"], words.file)
    asked = [words.id, *words.label.split(",")]
    names, *parts = tables.columns(tables.read(words.labelled), asked, words.labelled)
    labels = tree.joined(parts) if len(parts) > 1 else parts[0]
    rows, wanted = _places(ids, "id", words.file), _places(names, words.id, words.labelled)
    for (name, before), at in rows.items():
        if before and (name, before) not in wanted and (name, 0) in wanted:
            raise TextRefusal(f"{words.file}, row {at + 2}, column id: “{name}” is there twice, first in row "
                              f"{rows[name, 0] + 2}; in {words.labelled} it is not.")  # fmt: skip
    if missing := [name for name, time in wanted if (name, time) not in rows]:
        raise TextRefusal(f"{words.file} has no prediction for “{missing[0]}” and {len(missing) - 1} more.")
    if more := len(rows) - len(wanted):
        say(f"{more:,} predictions are of texts that {words.labelled} does not name; they are not scored")
    given = [said[rows[one]] for one in wanted]
    answered = [(t, s) for t, s in zip(labels, given, strict=True) if s != routing.UNSURE]
    right = sum(t == s for t, s in answered)
    print(f"texts {len(labels)}  unsure {len(labels) - len(answered)}")
    print(f"accuracy of the sure {right / max(1, len(answered)):.4f}")
    print(f"macro-F1 {routing.macro_f1(labels, given):.4f}")
    p = _probabilities([sure[rows[one]] for one in wanted], words.file)
    both = [(q, t == s) for q, t, s in zip(p, labels, given, strict=True) if s != routing.UNSURE]
    bins = routing.reliability([q for q, _ in both], [hit for _, hit in both])
    for depth, (asked_at, right_at) in tree.by_depth(labels, given).items():
        print(f"level {depth}  answered {asked_at}  right {right_at / max(1, asked_at):.4f}")
    for told, hit, count in bins:
        print(f"probability {told:.2f}  right {hit:.2f}  texts {count}")
    print(f"calibration error {routing.calibration_error(bins):.4f}")


def _places(ids: Sequence[str], column: str, path: Path) -> dict[tuple[str, int], int]:
    """Where each id stands: (id, how often it stood before) → row; an empty one is refused.

    A message may stand twice in a file; its first row then belongs to the first of the other file.
    """
    found: dict[tuple[str, int], int] = {}
    seen: dict[str, int] = {}
    for at, name in enumerate(ids):
        if not name.strip():
            raise TextRefusal(f"{path}, row {at + 2}, column {column} is empty.")
        found[name, seen.get(name, 0)] = at
        seen[name] = seen.get(name, 0) + 1
    return found


def _probabilities(texts: Sequence[str], path: Path) -> list[float]:
    found = []
    for text in texts:
        try:
            p = float(text)
        except ValueError:
            p = -1.0
        if not 0 <= p <= 1:
            raise TextRefusal(f"{path}, column probability: “{text}” is no probability.")
        found.append(p)
    return found
