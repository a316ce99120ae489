# ruff: noqa: F811 - fixtures are named in the signature of a test
"""A large file is prepared by others: the same rows and counts; what two drew is drawn again."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from gongzhi.cases import many, noting
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.ledger.models import Fact
from gongzhi.procedures.models import Clock, Run, Token
from gongzhi.web.importing import playing, preparing, profile, working
from gongzhi.web.tests import test_importing as small
from gongzhi.web.tests.test_importing import AT, house, how  # noqa: F401

TABLES = (Case, Voice, Entry, Fact, Clock, Run, Token)
# What is drawn at random or made from what is.
DRAWN = {
    *("id", "number", "seek", "run", "clock", "fact", "case_id", "voice_id", "run_id", "about", "details", "salt"),
    *("original_sealed", "key_wrapped", "link_hash", "procedure_id"),
}


def kept() -> list[Counter[str]]:
    """Every row without what is drawn, as many times as it is there."""
    return [
        Counter(str(sorted((k, v) for k, v in row.items() if k not in DRAWN)) for row in table.objects.values())
        for table in TABLES
    ]


def rows() -> list[list[str]]:
    told = [small.row(n, lon="118.1") for n in range(10, 50)]
    strange = [
        small.row(10),
        small.row(""),
        small.row(60, closed="2024-03-01 00:00:00"),
        small.row(61, words="x" * 20_000),
    ]
    return [*told[:20], *strange, *told[20:]]


@pytest.mark.usefixtures("house")
@pytest.mark.django_db(transaction=True)
def test_others_prepare_what_one_alone_would_have_kept(
    tmp_path: Path,
    how: profile.Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = small.file_of(tmp_path, rows())
    monkeypatch.setattr(playing, "BATCH", 8)
    monkeypatch.setattr(playing, "LARGE", 5)
    tally = small.imported(file, how)
    assert (tally.rows, tally.new, tally.already) == (44, 40, 0)
    assert dict(tally.rejected) == {"key_twice": 1, "key_missing": 1, "closed_before_opened": 1, "refused": 1}
    together = kept()
    again = small.imported(file, how)
    assert (again.new, again.already, again.adds_up()) == (0, 40, True)
    assert kept() == together
    (rejects,) = (tmp_path / "house" / "import").glob("*.rejected.csv")
    lines = [int(line.split(",")[0]) for line in rejects.read_text(encoding="utf-8").splitlines()[1:]]
    assert lines == [22, 23, 24, 25]


@pytest.mark.usefixtures("house")
@pytest.mark.django_db
def test_rows_made_ready_are_those_written_at_once(tmp_path: Path, how: profile.Profile) -> None:
    small.imported(small.file_of(tmp_path, [small.row(11)]), how)
    before = kept()
    reader = preparing.Alone(preparing.How(how, AT, None), playing.codes())
    head = small.HEAD
    told = [(n, dict(zip(head, small.row(n, lon="118.1"), strict=True))) for n in range(100, 120)]
    batch = reader.again(told)
    assert kept() == before, "nothing is written before write()"
    for part in batch.parts:
        part.write()
    ready = [now - then for now, then in zip(kept(), before, strict=True)]
    more = [(n, dict(zip(head, small.row(n, lon="118.1"), strict=True))) for n in range(200, 220)]
    many.receive_many([reader.reader.read(row) for _line, row in more])
    at_once = [now - then - first for now, then, first in zip(kept(), before, ready, strict=True)]
    assert sum(part.stories for part in batch.parts) == 20
    assert [_without_key(rows) for rows in ready] == [_without_key(rows) for rows in at_once]


def _without_key(rows: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row, count in rows.items():
        found[row.split("('form_key'")[0]] += count
    return found


@pytest.mark.usefixtures("house")
@pytest.mark.django_db(transaction=True)
def test_a_number_that_somebody_drew_meanwhile_is_drawn_again(
    tmp_path: Path,
    how: profile.Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []
    write: Any = many.Ready.write

    def collide(self: many.Ready) -> Any:
        taken.append("once")
        if len(taken) == 1:
            raise IntegrityError("UNIQUE constraint failed: cases_case.number")
        return write(self)

    monkeypatch.setattr(many.Ready, "write", collide)
    tally = small.imported(small.file_of(tmp_path, [small.row(n) for n in range(11, 15)]), how)
    assert (tally.new, len(taken)) == (4, 2)
    assert Case.objects.count() == 4


@pytest.mark.usefixtures("house")
@pytest.mark.django_db
def test_stories_of_one_moment_never_share_a_place_in_the_list(
    tmp_path: Path,
    how: profile.Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draws = iter([7, 7, 7, 8, 9, 10, *range(100, 10_000)])
    monkeypatch.setattr(noting, "new_seek", lambda at: next(draws))
    tally = small.imported(small.file_of(tmp_path, [small.row(n) for n in range(11, 15)]), how)
    assert tally.new == 4
    assert Case.objects.values("seek").distinct().count() == 4


def test_ctrl_c_is_heard_by_the_process_that_writes_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        working.leave_stopping_to_the_other()
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
