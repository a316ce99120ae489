"""The doctor at the machine: settings, keys and their rights, disk, the clock, the last backup."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.http.request import validate_host

from gongzhi.cases import sealing
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_
from gongzhi.ledger import keys as signing
from gongzhi.ledger import reads as ledger
from gongzhi.places import reads as places
from gongzhi.web.keeping import backup
from gongzhi.web.keeping.findings import Finding, note, wrong

ROOM_ON_DISK = 1_000_000_000  # bytes below which photos and backups begin to fail
NODES_ON_DISK = 10_000  # file names below which new photos and pages begin to fail
BACKUP_OLD = timedelta(hours=36)  # a night's backup that failed is told the next noon
DRIFT = timedelta(seconds=5)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MASTER_BYTES = 32
SHORTEST_SECRET = 32
_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


def settings_in_use(at: datetime) -> Iterator[Finding]:
    """What the public address, TLS and the mail settings say must fit together."""
    if settings.DEBUG:
        yield wrong(N_("GONGZHI_DEBUG is on"), N_("unset it: tracebacks show what residents wrote"))
    origin = urlsplit(settings.ORIGIN)
    host = origin.hostname or ""
    if "*" in settings.ALLOWED_HOSTS:
        yield wrong(N_("GONGZHI_HOSTS lets any name in"), N_("name the host of GONGZHI_ORIGIN alone"))
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield wrong(
            N_("GONGZHI_HOSTS does not name %(host)s, to which every letter links"),
            N_("add it: those links are refused"),
            host=host,
        )
    if origin.scheme == "https" and not settings.PROXIED:
        yield wrong(
            N_("GONGZHI_ORIGIN is https, but GONGZHI_PROXIED is not set"),
            N_("set GONGZHI_PROXIED=1: cookies are sent without TLS and all senders look like one"),
        )
    if origin.scheme != "https" and host not in LOOPBACK:
        yield wrong(
            N_("GONGZHI_ORIGIN is not https: passwords and secret links travel in the clear"),
            N_("put nginx with a certificate before it (docs/operating.md, 6)"),
        )
    if settings.EMAIL_HOST and settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield wrong(N_("letters are sent from %(sender)s"), N_("set GONGZHI_EMAIL"), sender=settings.DEFAULT_FROM_EMAIL)


def keys(at: datetime) -> Iterator[Finding]:
    """Secret files are there, whole, and belong to their owner alone."""
    lost = list(lost_keys())
    yield from lost
    for file in (settings.MASTER_KEY_FILE, settings.LEDGER_KEY_FILE, settings.KEYS_DIR / "django.key"):
        if _is_open(file):
            yield wrong(N_("%(file)s can be read by others"), N_("chmod 600 %(path)s"), file=file.name, path=file)
    if _is_open(Path(settings.KEYS_DIR)):
        yield wrong(N_("the folder keys can be entered by others"), N_("chmod 700 %(path)s"), path=settings.KEYS_DIR)
    database = Path(settings.GONGZHI_DIR) / "db.sqlite3"
    if _is_open(database):
        yield wrong(N_("%(file)s can be read by others"), N_("chmod 600 %(path)s"), file=database.name, path=database)
    head = ledger.latest_head()
    if head is not None and not lost and head.key_id != signing.signer().key_id:
        yield note(
            N_("the ledger was last signed with another key than ledger.key"),
            N_("if nobody changed it on purpose, restore the keys from a backup"),
        )


def lost_keys() -> Iterator[Finding]:
    """Keys that were in use and are gone or damaged: with these a county is not served, since new ones would be made
    in their place and what the old ones sealed would stay closed."""
    remedy = N_("restore it from a backup; without it texts stay closed and receipts cannot be proved")
    for file, is_used in (
        (settings.MASTER_KEY_FILE, sealing.is_used()),
        (settings.LEDGER_KEY_FILE, ledger.latest_head() is not None),
        (settings.KEYS_DIR / "django.key", True),
    ):
        if not file.exists() and is_used:
            yield wrong(N_("%(file)s is missing"), remedy, file=file.name)
        elif file.exists() and _is_unreadable(file):
            yield wrong(N_("%(file)s is damaged"), remedy, file=file.name)


def _is_unreadable(file: Path) -> bool:
    """Whether a key file does not hold what it should."""
    if file == settings.MASTER_KEY_FILE:
        return file.stat().st_size != MASTER_BYTES
    if file == settings.LEDGER_KEY_FILE:
        try:
            signing.signer()
        except (ValueError, TypeError, OSError):
            return True
        return False
    return len(file.read_bytes().strip()) < SHORTEST_SECRET


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def disk(at: datetime) -> Iterator[Finding]:
    """Enough room for a week of photos, and for their names."""
    free, nodes = shutil.disk_usage(settings.GONGZHI_DIR).free, os.statvfs(settings.GONGZHI_DIR)
    if free < ROOM_ON_DISK:
        yield wrong(
            N_("only %(free)s MB are free"),
            N_("make room, or move the county's folder to a larger disk"),
            free=free // 1_000_000,
        )
    if nodes.f_files and nodes.f_favail < NODES_ON_DISK:
        yield wrong(
            N_("the disk can name only %(count)s more files"), N_("use a file system with more"), count=nodes.f_favail
        )


def clock(at: datetime) -> Iterator[Finding]:
    """The machine's clock: not behind what was written already, not away from the database's, kept by a service."""
    newest = ledger.latest_head()
    if newest is not None and newest.at > at + DRIFT:
        yield wrong(
            N_("the clock stands %(seconds)s s before the newest signed head: it was set back"),
            N_("correct it (timedatectl) before anything else is written"),
            seconds=round((newest.at - at).total_seconds()),
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            drift = abs(cursor.fetchone()[0] - now())
        if drift > DRIFT:
            yield wrong(
                N_("this machine and the database differ by %(seconds)s s"),
                N_("let one time service keep both (timedatectl set-ntp true)"),
                seconds=round(drift.total_seconds()),
            )
    if _keeps_no_time():
        yield note(N_("no time service keeps this machine's clock"), N_("timedatectl set-ntp true"))


def _keeps_no_time() -> bool:
    """Whether the kernel says that nobody disciplines its clock; False where it cannot be asked."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        return bool(library.adjtimex(ctypes.create_string_buffer(512)) == _UNSYNCHRONISED)  # modes 0: only reads
    except (OSError, AttributeError):
        return False


def backups(at: datetime) -> Iterator[Finding]:
    """The last backup is of last night. A practice county has nothing to lose."""
    card = places.county_or_none()
    say = note if card is not None and card.practice else wrong
    last = backup.latest(Path(settings.GONGZHI_DIR))
    if last is None:
        yield say(N_("there is no backup yet"), N_("gongzhi backup, every night (docs/operating.md, 8)"))
    elif at - last > BACKUP_OLD:
        yield say(
            N_("the last backup is %(hours)s hours old"),
            N_("see why the nightly `gongzhi backup` did not run"),
            hours=round((at - last).total_seconds() / 3600),
        )
