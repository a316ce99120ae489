"""The manifest: which files are the warehouse now. Read whole, swapped whole, proved by digests.

A partition file is never changed: a new content is a new file, and the manifest that names it replaces the old one
by a rename. A reader that began with one manifest finds all of its files for as long as `KEPT` says, so nobody sees
half a day. A refresh that dies leaves files that no manifest names; the next one removes them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from gongzhi.kit.refusal import N_, Refusal

NAME = "manifest.json"
FORMAT = 1
KEPT = 3600.0  # seconds a file that is named no more stays for readers of an earlier manifest
HISTORY = 200  # refreshes told in the manifest


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its name under the folder, how many rows, the SHA-256 of its bytes."""

    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`index`: the last fact taken in (-1: none). `grains`: grain → day (ISO date) → part. `counted`: the last day
    whose open states were counted, as ISO date; a day without a partition up to then had nothing open.

    `history`: when each refresh ended, up to which fact, how many parts it wrote, newest last."""

    index: int = -1
    at: str = ""
    zone: str = "UTC"
    counted: str = ""
    grains: dict[str, dict[str, Part]] = field(default_factory=dict)
    history: tuple[dict[str, int | str], ...] = ()

    def files(self, grain: str, first: str = "", last: str = "9999", *, of: str | None = None) -> list[str]:
        """The files of a grain for the days `first` to `last` (ISO dates, both included), by day; `of`: only those of
        one origin. A day that another county delivered is kept as "2026-11-16@330106", one of a table that was added
        under its name."""
        days = self.grains.get(grain, {})
        chosen = (day for day in sorted(days) if first <= day[:10] <= last)
        return [days[day].file for day in chosen if of is None or day.partition("@")[2] == of]

    def span(self, grain: str) -> tuple[date, date] | None:
        """The first and last day of a grain; None while it is empty."""
        days = self.grains.get(grain, {})
        return (date.fromisoformat(min(days)[:10]), date.fromisoformat(max(days)[:10])) if days else None

    def named(self) -> set[str]:
        """Every file this manifest names."""
        return {part.file for days in self.grains.values() for part in days.values()}

    def rows(self, grain: str) -> int:
        """How many rows a grain has."""
        return sum(part.rows for part in self.grains.get(grain, {}).values())


def read(folder: Path) -> Manifest:
    """The manifest of a warehouse; an empty one where none was written yet.

    Refuses (`warehouse_manifest`) what is no manifest of this format: it is rebuilt, never guessed."""
    try:
        text = (folder / NAME).read_text()
    except FileNotFoundError:
        return Manifest()
    try:
        kept = json.loads(text)
        if kept.pop("format") != FORMAT:
            raise ValueError
        grains = {g: {day: Part(**part) for day, part in days.items()} for g, days in kept.pop("grains").items()}
        return Manifest(grains=grains, history=tuple(kept.pop("history")), **kept)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Refusal(
            "warehouse_manifest",
            N_("The manifest of the warehouse cannot be read. `gongzhi warehouse rebuild` makes it anew."),
        ) from fault


def swap(folder: Path, fresh: Manifest, *, at: datetime, written: int) -> Manifest:
    """Make `fresh` the warehouse: durable first, then by one rename; returns it with its line of history.

    What is named no more is touched, since `sweep` counts a reader's time from there."""
    with contextlib.suppress(Refusal):
        for left in read(folder).named() - fresh.named():
            with contextlib.suppress(FileNotFoundError):
                os.utime(folder / left)
    for grain, days in fresh.grains.items():
        if days:
            _sync_folder(folder / grain)
    line: dict[str, int | str] = {"at": at.isoformat(), "index": fresh.index, "parts": written}
    fresh = replace(fresh, at=at.isoformat(), history=(*fresh.history, line)[-HISTORY:])
    text = _text(fresh)
    beside = folder / f"{NAME}.{os.getpid()}"
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / NAME)
    _sync_folder(folder)
    return fresh


def _text(fresh: Manifest) -> str:
    """The manifest as JSON, a line a grain. Written by hand: years of days are thousands of parts, each round."""
    named = {
        grain: {day: {"file": part.file, "rows": part.rows, "sha256": part.sha256} for day, part in days.items()}
        for grain, days in fresh.grains.items()
    }
    rest = {name: getattr(fresh, name) for name in ("index", "at", "zone", "counted", "history")}
    lines = [f"{json.dumps(grain)}: {json.dumps(days, sort_keys=True)}" for grain, days in sorted(named.items())]
    return f'{json.dumps({"format": FORMAT, **rest})[:-1]},\n"grains": {{\n' + ",\n".join(lines) + "\n}}\n"


def keep(folder: Path, grain: str, day: str, data: bytes, rows: int) -> Part:
    """Write one partition, durable, under a name made of its content; the same content is the same file."""
    digest = hashlib.sha256(data).hexdigest()
    name = f"{grain}/{day}-{digest[:16]}.parquet"
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not _holds(target, digest):
        beside = target.with_suffix(f".{os.getpid()}")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    else:
        os.utime(target)  # named again: the sweeper counts from now
    return Part(name, rows, digest)


def _holds(file: Path, digest: str) -> bool:
    """Whether a file is there and still what its name says."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def sweep(folder: Path, manifest: Manifest, *, older_than: float = KEPT) -> int:
    """Remove files that no manifest names any more and no reader can still hold; returns how many."""
    named, gone, horizon = manifest.named(), 0, time.time() - older_than
    for file in folder.glob("*/*"):
        if file.parent.name.startswith(".") or str(file.relative_to(folder)) in named:
            continue  # what an engine spilled is its own
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime <= horizon:
                file.unlink()
                gone += 1
    return gone


def damaged(folder: Path, manifest: Manifest) -> list[tuple[str, str]]:
    """(grain, day) of every partition whose file is missing or has other bytes than were written."""
    found = []
    for grain, days in sorted(manifest.grains.items()):
        for day, part in sorted(days.items()):
            if not _holds(folder / part.file, part.sha256):
                found.append((grain, day))
    return found


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """One refresh at a time; refuses (`warehouse_busy`) while another runs. Freed by the kernel when it dies."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Refusal(
                "warehouse_busy", N_("The warehouse is being refreshed by another process."), status=409
            ) from busy
        yield


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
