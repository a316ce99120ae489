"""`gongzhi hot` on plain files: messages fused into issues, hottest first. No county, no Django."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gongzhi.methods import memory
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.methods.text_commands import run, say, text_option

if TYPE_CHECKING:
    from gongzhi.methods.text.issues import Issue, Messages

COPIES = 5  # of one text, when they are at least half of an issue, that are told of
USUAL = {"person": "user_id", "place": None, "likes": "likes", "answered": "reply"}
A_LETTER, A_MESSAGE = 330, 12_000  # bytes of memory a letter compared and a message take (measured, 40 and 160 letters)
HOT_COLUMNS = """columns read: FILE is CSV (UTF-8 or GB 18030) or Parquet, one message a row. Times are ISO 8601 or
2019/2/28 11:25, all with a zone or all without (then one clock is taken for all rows).
FILE is read some rows at a time and only the columns asked for are kept; where they do not fit into memory, the row
they end at is said. --since and --until leave out messages as they are read, so a file of any size will do.

columns written to --out, one row a member, the hottest issue first and its most typical message first:
  issue, rank  number of the issue, 1 is the hottest
  heat         ln(1 + people) + 0.5 ln(1 + likes) + 0.5 growth + 0.3 ln(places) + 0.2 ln(1 + days) + 0.5 unanswered:
               distinct senders; approvals; ln((late + 1) / (early + 1)), messages of the last and the last-but-one
               fortnight; distinct places; days from first to last; share without an answer
  title        first text column of the most typical message
  id           of the member
  same         how many members are the very same text, of the text with the most (1: all differ)
columns written to --keywords: issue, title, keyword, voices (ids of up to three messages that hold the keyword)
columns written to --new, one row an issue that no label of --model covers, hottest first:
  issue, title  as in --out
  covered       mean over the members of the probability of their best label; below 0.5
  keywords      joined by |, with voices (ids of messages that hold them)"""


def hot(argv: Sequence[str]) -> int:
    """Fuse messages into issues and rank them by heat; 0 done, 1 refused with one sentence, 2 wrong words."""
    top = argparse.ArgumentParser(
        prog="gongzhi hot", description="Issues that many people raise, hottest first.", epilog=HOT_COLUMNS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    top.add_argument("file", type=Path, metavar="FILE", help="CSV or Parquet, one message a row")
    text_option(top)
    top.add_argument("--id", required=True, help="column that names the message")
    top.add_argument("--time", required=True, help="column of the time, ISO 8601 or 2019/2/28 11:25")
    top.add_argument("--person", help="column of the sender (default user_id when there is one): people count once")
    top.add_argument("--place", help="column of a place code or name: spread over places raises heat")
    top.add_argument("--likes", help="column of approvals (default likes when there is one)")
    top.add_argument("--answered", help="column that is empty while unanswered (default reply when there is one)")
    top.add_argument("--since", help="leave out messages before this time, written like those of --time")
    top.add_argument("--until", help="leave out messages from this time on")
    top.add_argument("--fewest", type=int, default=2, help="messages an issue needs (default 2)")
    top.add_argument("--out", type=Path, required=True, help="CSV: issue, rank, heat, title, id; one row a member")
    top.add_argument("--keywords", type=Path, help="CSV: issue, title, keyword, voices (ids), so words keep examples")
    top.add_argument("--model", type=Path, help="model of `gongzhi route`; with --new: what its labels do not cover")
    top.add_argument("--new", type=Path, help="CSV: issue, title, covered, keywords, voices; new topics, with --model")
    top.set_defaults(run=_hot)
    return run(top, argv)


@dataclass(slots=True)
class _Kept:
    """What is kept of the messages: their rows in the file, texts by column, days since 1970."""

    lines: list[int] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    days: list[float] = field(default_factory=list)
    letters: int = 0


def _bound(text: str | None, zoned: bool, option: str) -> float | None:
    """A moment of --since or --until in days since 1970; written with a zone when the file's are."""
    from gongzhi.methods.text import issues

    if text is None:
        return None
    try:
        value = float(issues.days([text], option, Path(option))[0])
    except TextRefusal:
        raise TextRefusal(f"{option}: “{text[:30]}” is no time; write 2026-03-02 or 2026-03-02T09:30.") from None
    if issues.has_zone(text) != zoned:
        raise TextRefusal(f"{option}: write “{text}” {'with' if zoned else 'without'} a zone, as the file's times are.")
    return value


def _kept(words: argparse.Namespace, wanted: Sequence[str]) -> _Kept:
    """The messages between --since and --until, the wanted columns alone; refused where memory ends."""
    from gongzhi.methods.text import issues, tables

    kept = _Kept(texts={name: [] for name in wanted})
    compared = set(words.text.split(","))
    row, zoned = 2, None
    since = until = None
    for part in tables.batches(words.file, list(wanted)):
        texts = dict(zip(wanted, part, strict=True))
        count = len(texts[words.time])
        when = issues.days(texts[words.time], words.time, words.file, first=row, zoned=zoned)
        if count and zoned is None:
            zoned = issues.has_zone(texts[words.time][0])
            since, until = _bound(words.since, zoned, "--since"), _bound(words.until, zoned, "--until")
        inside = np.ones(count, np.bool_) if since is None else when >= since
        inside &= np.ones(count, np.bool_) if until is None else when < until
        _add(kept, texts, when, inside, row, compared)
        row += count
        need, left = A_LETTER * kept.letters + A_MESSAGE * len(kept.lines), memory.free()
        if need > left:
            raise TextRefusal(
                f"{words.file}: the {len(kept.lines):,} messages up to row {row - 1:,} need about {need / 1e9:.1f} GB "
                f"of memory to be compared, {left / 1e9:.1f} GB are free; take a shorter time with --since and --until."
            )
        if count == tables.BATCH:
            say(f"{row - 2:,} rows read, {len(kept.lines):,} messages kept")
    if row == 2:
        say(f"{words.file} has a first row and no other; there is nothing to look at")
    if left_out := row - 2 - len(kept.lines):
        say(f"{left_out:,} messages outside --since and --until are left out")
    return kept


def _add(
    kept: _Kept, texts: dict[str, list[str]], when: np.ndarray, inside: np.ndarray, row: int, compared: set[str]
) -> None:
    """Keep the rows inside."""
    at = np.flatnonzero(inside).tolist()
    kept.lines += [row + k for k in at]
    kept.days += when[at].tolist()
    for name, values in texts.items():
        chosen = [values[k] for k in at]
        kept.texts[name] += chosen
        if name in compared:
            kept.letters += sum(map(len, chosen))


def _hot(words: argparse.Namespace) -> None:
    from gongzhi.methods.text import issues, tables

    there = tables.names(words.file)
    roles = {role: getattr(words, role) or (usual if usual in there else None) for role, usual in USUAL.items()}
    chosen = {role: name for role, name in roles.items() if name}
    names = words.text.split(",")
    kept = _kept(words, list(dict.fromkeys([*names, words.id, words.time, *chosen.values()])))
    ids = kept.texts[words.id]
    _tell_repeats(ids, kept.lines, words)
    held = {role: kept.texts[name] for role, name in chosen.items()}
    likes = issues.numbers(held["likes"], chosen["likes"], words.file, kept.lines) if "likes" in held else None
    messages = issues.Messages(
        ids=ids,
        fields=[kept.texts[name] for name in names],
        times=np.array(kept.days),
        people=held.get("person"),
        places=held.get("place"),
        likes=likes,
        answered=[bool(text.strip()) for text in held["answered"]] if "answered" in held else None,
    )
    found = issues.find(messages, fewest=words.fewest, tell=say)
    rows = ((n, n, f"{i.heat:.4f}", i.title, ids[at], i.same) for n, i in enumerate(found, 1) for at in i.members)
    tables.write(words.out, ("issue", "rank", "heat", "title", "id", "same"), rows)
    for number, issue in enumerate(found, 1):
        if issue.same >= COPIES and 2 * issue.same >= len(issue.members):
            say(f"issue {number}: the same text {issue.same:,} times: {issue.title[:40]}")
    if words.keywords:
        tables.write(words.keywords, ("issue", "title", "keyword", "voices"), _keywords(found, ids))
    if words.new:
        _new(words, messages, found)
    say(f"{words.out}: {len(found):,} issues of {len(ids):,} messages")


def _keywords(found: Sequence[Issue], ids: Sequence[str]) -> Iterator[tuple[int, str, str, str]]:
    """Rows of --keywords."""
    for number, issue in enumerate(found, 1):
        for word, voices in issue.keywords:
            yield number, issue.title, word, " ".join(ids[at] for at in voices)


def _new(words: argparse.Namespace, messages: Messages, found: list[Issue]) -> None:
    """Write the issues that no label covers."""
    from gongzhi.methods.text import files, issues, tables

    covered = files.load(words.model).probabilities(messages.fields).max(axis=1)
    number = {id(issue): n for n, issue in enumerate(found, 1)}
    fresh = issues.uncovered(covered, found)
    rows = []
    for issue in fresh:
        voices = dict.fromkeys(messages.ids[at] for _, held in issue.keywords for at in held)
        words_of = "|".join(word for word, _ in issue.keywords)
        mean = float(covered[list(issue.members)].mean())
        rows.append((number[id(issue)], issue.title, f"{mean:.4f}", words_of, " ".join(voices)))
    tables.write(words.new, ("issue", "title", "covered", "keywords", "voices"), rows)
    say(f"{words.new}: {len(fresh):,} new topics")


def _tell_repeats(ids: Sequence[str], lines: Sequence[int], words: argparse.Namespace) -> None:
    """Say which ids are empty (refused) or stand twice (both rows are kept, and told of)."""
    first: dict[str, int] = {}
    twice = []
    for at, name in enumerate(ids):
        if not name.strip():
            raise TextRefusal(f"{words.file}, row {lines[at]}, column {words.id} is empty; every message needs an id.")
        if first.setdefault(name, at) != at:
            twice.append((at, name))
    if twice:
        at, name = twice[0]
        say(f"{words.file}, row {lines[at]}, column {words.id}: “{name}” stands in row {lines[first[name]]} too "
             f"({len(twice):,} such rows); every row is taken as a message of its own")  # fmt: skip
