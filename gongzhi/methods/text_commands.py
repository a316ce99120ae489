"""`gongzhi route` and `gongzhi hot` on plain files: no county, no Django."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gongzhi.methods.text.refusing import TextRefusal


def route(argv: Sequence[str]) -> int:
    """Train, teach, use or score a router; 0 done, 1 refused with one sentence, 2 wrong words."""
    top = argparse.ArgumentParser(prog="gongzhi route", description="Route texts to labels (Chinese and English).")
    verbs = top.add_subparsers(required=True, metavar="train|learn|predict|score")
    one = verbs.add_parser("train", help="learn a model from a labelled file")
    one.add_argument("file", type=Path, metavar="LABELLED", help="CSV or Parquet, one text a row")
    _text_option(one)
    one.add_argument("--label", required=True, help="column of the label")
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
    _text_option(one)
    one.add_argument("--label", required=True, help="column of the label")
    one.add_argument("--out", type=Path, required=True, help="model file to write")
    one.set_defaults(run=_learn)
    one = verbs.add_parser("predict", help="label and probability of each text")
    one.add_argument("model", type=Path)
    one.add_argument("file", type=Path, metavar="FILE")
    _text_option(one)
    one.add_argument("--id", required=True, help="column that names the row")
    one.add_argument("--out", type=Path, required=True, help="CSV: id, label, probability (calibrated, 0 to 1)")
    one.add_argument("--unsure", type=float, default=0.0, metavar="P", help="answer “unsure” below this probability")
    one.set_defaults(run=_predict)
    one = verbs.add_parser("score", help="compare predictions with the true labels")
    one.add_argument("file", type=Path, metavar="PREDICTIONS", help="CSV with id, label, probability")
    one.add_argument("labelled", type=Path, metavar="LABELLED")
    one.add_argument("--id", required=True, help="column of LABELLED that names the row")
    one.add_argument("--label", required=True, help="column of LABELLED with the label")
    one.set_defaults(run=_score)
    return _run(top, argv)


def hot(argv: Sequence[str]) -> int:
    """Fuse messages into issues and rank them by heat; 0 done, 1 refused with one sentence, 2 wrong words."""
    top = argparse.ArgumentParser(prog="gongzhi hot", description="Issues that many people raise, hottest first.")
    top.add_argument("file", type=Path, metavar="FILE", help="CSV or Parquet, one message a row")
    _text_option(top)
    top.add_argument("--id", required=True, help="column that names the message")
    top.add_argument("--time", required=True, help="column of the time, ISO 8601 or 2019/2/28 11:25")
    top.add_argument("--person", help="column of the sender (default user_id when there is one): people count once")
    top.add_argument("--place", help="column of a place code or name: spread over places raises heat")
    top.add_argument("--likes", help="column of approvals (default likes when there is one)")
    top.add_argument("--answered", help="column that is empty while unanswered (default reply when there is one)")
    top.add_argument("--fewest", type=int, default=2, help="messages an issue needs (default 2)")
    top.add_argument("--out", type=Path, required=True, help="CSV: issue, rank, heat, title, id; one row a member")
    top.add_argument("--keywords", type=Path, help="CSV: issue, title, keyword, voices (ids), so words keep examples")
    top.set_defaults(run=_hot)
    return _run(top, argv)


def _text_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", required=True, help="text columns with a comma between, e.g. title,body")


def _run(parser: argparse.ArgumentParser, argv: Sequence[str]) -> int:
    try:
        words = parser.parse_args(list(argv))
    except SystemExit as left:
        return int(left.code or 0)
    run: Callable[[argparse.Namespace], None] = words.run
    try:
        run(words)
    except (TextRefusal, OSError) as refusal:
        print(f"{parser.prog}: {refusal}", file=sys.stderr)
        return 1
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _train(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import files, routing, tables

    names = words.text.split(",")
    table = tables.read(words.file)
    *fields, labels = tables.columns(table, [*names, words.label], words.file)
    more: list[list[str]] = [[] for _ in names]
    taught: dict[str, list[str]] = {}
    for path in words.unlabelled:
        other = tables.read(path)
        if (found := _taxonomy(other, set(labels))) and not set(names) & set(other):
            for label, lines in found.items():
                taught.setdefault(label, []).extend(lines)
            continue
        for at, column in enumerate(tables.columns(other, names, path)):
            more[at].extend(column)
    _say(f"{len(labels):,} labelled and {len(more[0]):,} unlabelled texts, {len(taught)} labels with words")
    shaping = more if len(more[0]) >= routing.ENOUGH else [a + b for a, b in zip(fields, more, strict=True)]
    space = routing.learn_space(shaping)
    _say("the space is learnt; training")
    model = routing.train(space, fields, labels, names=names, words=taught)
    mark = files.save(model, words.model)
    _say(f"{words.model}: {len(model.labels)} labels, fingerprint {mark[:16]}")


def _taxonomy(table: dict[str, list[str]], labels: set[str]) -> dict[str, list[str]]:
    """Label → lines of its words, when a column of the table holds mostly names of labels; else nothing.

    Rows are grouped by the column after the label's, so a line is a branch of the tree with its leaves.
    """
    for at, (column, values) in enumerate(table.items()):
        if len(labels & set(values)) * 2 < len(labels):
            continue
        words = list(table)[at + 1 :]
        branches: dict[tuple[str, str], list[str]] = {}
        for row, label in enumerate(table[column]):
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
    names = [*words.text.split(","), words.label]
    *fields, labels = tables.columns(tables.read(words.file), names, words.file)
    mark = files.save(routing.learn_more(model, fields, labels), words.out)
    _say(f"{words.out}: {len(labels):,} more texts, fingerprint {mark[:16]}")


def _predict(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import files, tables

    model = files.load(words.model)
    names = [*words.text.split(","), words.id]
    *fields, ids = tables.columns(tables.read(words.file), names, words.file)
    found = model.route(fields, words.unsure)
    rows = ((one, label, f"{p:.4f}") for one, (label, p) in zip(ids, found, strict=True))
    tables.write(words.out, ("id", "label", "probability"), rows)
    _say(f"{words.out}: {len(ids):,} texts")


def _score(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import routing, tables

    ids, said = tables.columns(tables.read(words.file), ["id", "label"], words.file)
    names, labels = tables.columns(tables.read(words.labelled), [words.id, words.label], words.labelled)
    answers = dict(zip(ids, said, strict=True))
    if missing := [name for name in names if name not in answers]:
        raise TextRefusal(f"{words.file} has no prediction for “{missing[0]}” and {len(missing) - 1} more.")
    given = [answers[name] for name in names]
    sure = [(t, s) for t, s in zip(labels, given, strict=True) if s != routing.UNSURE]
    right = sum(t == s for t, s in sure)
    print(f"texts {len(labels)}  unsure {len(labels) - len(sure)}")
    print(f"accuracy of the sure {right / max(1, len(sure)):.4f}")
    print(f"macro-F1 {routing.macro_f1(labels, given):.4f}")


def _hot(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import issues, tables

    table = tables.read(words.file)
    asked = {"person": "user_id", "place": None, "likes": "likes", "answered": "reply"}
    chosen: dict[str, list[str]] = {}
    for role, usual in asked.items():
        name = getattr(words, role) or (usual if usual in table else None)
        if name:
            chosen[role] = tables.columns(table, [name], words.file)[0]
    names = words.text.split(",")
    *fields, ids, times = tables.columns(table, [*names, words.id, words.time], words.file)
    messages = issues.Messages(
        ids=ids,
        fields=fields,
        times=issues.days(times, words.time, words.file),
        people=chosen.get("person"),
        places=chosen.get("place"),
        likes=issues.numbers(chosen["likes"], words.likes or "likes", words.file) if "likes" in chosen else None,
        answered=[bool(text.strip()) for text in chosen["answered"]] if "answered" in chosen else None,
    )
    found = issues.find(messages, fewest=words.fewest)
    rows = ((n, n, f"{i.heat:.4f}", i.title, ids[at]) for n, i in enumerate(found, 1) for at in i.members)
    tables.write(words.out, ("issue", "rank", "heat", "title", "id"), rows)
    if words.keywords:
        said = (
            (n, i.title, word, " ".join(ids[at] for at in voices))
            for n, i in enumerate(found, 1)
            for word, voices in i.keywords
        )
        tables.write(words.keywords, ("issue", "title", "keyword", "voices"), said)
    _say(f"{words.out}: {len(found):,} issues of {len(ids):,} messages")
