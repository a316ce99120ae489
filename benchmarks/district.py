"""Counties of weight, kept between runs: 807 organs, 30,000 signed-in posts, and none, ten thousand or a million cases.

They lie in the folder GONGZHI_BENCH_KEPT (default: gongzhi-kept in the folder for temporary files), one for each engine
and size, and are made when missing: `empty` in about a minute, `ten` (10,000 cases played by the rehearsal) in two,
`million` (grown from those, see million_grow) in about twenty; made.json in each says how long it took. A folder of an
older version is brought to the present one first. `python -m benchmarks.district` makes or brings up all, so that the
measurement itself does not wait for that, and says where they are. PostgreSQL is set as docs/operating.md §12 asks for.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import served
from tests import cluster

SIZES = {"empty": 0, "ten": 10_000, "million": 1_000_000}
ENGINES = ("sqlite", "postgres")
TUNED = (
    "ALTER SYSTEM SET shared_buffers = '2GB'",
    "ALTER SYSTEM SET effective_cache_size = '12GB'",
    "ALTER SYSTEM SET random_page_cost = 1.1",
    "ALTER SYSTEM SET max_wal_size = '4GB'",
    "ALTER SYSTEM SET checkpoint_timeout = '15min'",
    "ALTER TABLE cases_case SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)",
    "ALTER TABLE cases_search SET (autovacuum_vacuum_insert_scale_factor = 0.02)",
    "ALTER TABLE ledger_unsealed SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)",
)


def kept() -> Path:
    """The folder in which prepared counties are kept."""
    return Path(os.environ.get("GONGZHI_BENCH_KEPT") or Path(tempfile.gettempdir(), "gongzhi-kept"))


def prepared(database: str, size: str) -> Path:
    """The folder of one prepared county, made when it is missing."""
    folder = kept() / f"{database}-{size}"
    if not (folder / "made.json").exists():
        _clear(folder)
        begun = time.monotonic()
        told = _make(database, size, folder)
        told |= {"seconds": round(time.monotonic() - begun), "bytes": weight(folder)}
        (folder / "made.json").write_text(json.dumps(told, indent=1) + "\n")
        bring_up(database, size)
    return folder


def bring_up(database: str, size: str) -> Path:
    """The folder of one prepared county, migrated to the present version."""
    folder = prepared(database, size)
    try:
        env = served.environment(folder, database)
        _prepare(env)
        _tune(env)
    finally:
        cluster.halt(folder)
    return folder


def _tune(env: dict[str, str]) -> None:
    """Settings of a large county, from the next start on."""
    if "DATABASE_URL" in env:
        import psycopg

        url = env["DATABASE_URL"].replace("postgres://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            for words in TUNED:
                connection.execute(words)


def _prepare(env: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "gongzhi.web.preparing"], check=True, env=env)


def made(database: str, size: str) -> dict[str, Any]:
    """How long a prepared county took, and what it weighed then."""
    told: dict[str, Any] = json.loads((prepared(database, size) / "made.json").read_text())
    return told


def weight(folder: Path) -> int:
    """Bytes of the database."""
    return sum(file.stat().st_size for file in _files(folder))


def _files(folder: Path) -> list[Path]:
    files = [*folder.glob("db.sqlite3*"), *cluster.home(folder).rglob("*")]
    return [file for file in files if file.is_file()]


def read_through(folder: Path) -> None:
    """Have the system's file cache hold the county's tables, as far as memory goes; PostgreSQL's log of writes
    would only push them out."""
    for file in _files(folder):
        if "pg_wal" not in file.parts:
            with file.open("rb") as opened:
                while opened.read(1 << 20):
                    pass


def forget(folder: Path) -> None:
    """Have the system's file cache hold no page of the county that nobody uses just now. What was written is kept."""
    for file in _files(folder):
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def county(database: str, size: str) -> Iterator[served.Served]:
    """Serve a prepared county. The million in place (a run adds some thousand cases), the others as a copy."""
    folder = prepared(database, size)
    if size == "million":
        with _serving(folder, database) as one:
            yield one
        return
    copy = Path(tempfile.mkdtemp(prefix="gongzhi-bench-"))
    try:
        _copy(folder, copy)
        with _serving(copy, database) as one:
            yield one
    finally:
        _clear(copy)


@contextmanager
def _serving(folder: Path, database: str) -> Iterator[served.Served]:
    try:
        env = served.environment(folder, database)
        _prepare(env)  # the folder may be of an older version
        with served.serving(folder, env, proxied=True) as one:
            yield one
    finally:
        cluster.halt(folder)


def workers(folder: Path) -> dict[str, Any]:
    """Sessions of those who work in a prepared county."""
    found: dict[str, Any] = json.loads((folder / "workers.json").read_text())
    return found


def _make(database: str, size: str, folder: Path) -> dict[str, Any]:
    before = {"ten": "empty", "million": "ten"}.get(size)
    if before:
        _copy(prepared(database, before), folder)
    else:
        folder.mkdir(parents=True, mode=0o700)
    words = {"empty": ["benchmarks.district_build", "lay"], "ten": ["benchmarks.district_build", "play"]}
    command = [sys.executable, "-m", *words.get(size, ["benchmarks.million_grow", str(SIZES["million"])])]
    try:
        env = served.environment(folder, database)
        _prepare(env)
        done = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE, text=True)
    finally:
        cluster.halt(folder)
    last = done.stdout.strip().splitlines()[-1:] if size == "million" else []
    return dict(json.loads(last[0])) if last else {}


def _copy(old: Path, new: Path) -> None:
    _clear(new)
    for source, target in ((old, new), (cluster.home(old), cluster.home(new))):
        if any(source.iterdir()):
            shutil.rmtree(target, ignore_errors=True)
            subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    (new / "made.json").unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(cluster.home(folder), ignore_errors=True)


def main() -> int:
    """Make all that are missing, and migrate those of an older version."""
    for database in sys.argv[1:] or ENGINES:
        for size in SIZES:
            print(bring_up(database, size), made(database, size), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
