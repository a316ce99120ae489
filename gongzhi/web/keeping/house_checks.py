"""The doctor in the house: database, county, ledger, printed files, clockwork, sealer, outbox."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from gongzhi.cases import pages
from gongzhi.channels import reads as channels
from gongzhi.insight.routing import serving
from gongzhi.kit.refusal import N_
from gongzhi.ledger import checking
from gongzhi.ledger import reads as ledger
from gongzhi.places import reads as places
from gongzhi.web import beating, supervision
from gongzhi.web.files import STALE_AT_MOST
from gongzhi.web.keeping.findings import Finding, note, wrong
from gongzhi.web.keeping.telling import language

SEALER_LATE = 60.0  # seconds
HOLD_OLD = 900.0  # seconds; the clockwork clears holds after ten minutes
AT_ONCE = 500  # numbers asked in one statement
_NUMBER = re.compile(rb"/cases/([0-9A-Z-]{8,40})/")


def database(at: datetime) -> Iterator[Finding]:
    """The database is whole and at this version of the program."""
    damaged = N_("the database is damaged (%(why)s)"), N_("stop, and restore the last backup")
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA quick_check(1)")
                said = cursor.fetchone()[0]
            if said != "ok":
                yield wrong(*damaged, why=" ".join(said.split()))
                return
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield wrong(*damaged, why=type(error).__name__)
        return
    if plan:
        yield wrong(
            N_("%(count)s migrations are not applied"),
            N_("start with `gongzhi run`, which applies them"),
            count=len(plan),
        )


def router(at: datetime) -> Iterator[Finding]:
    """The router that learnt has a file of this county that is whole; without one, keywords suggest matters."""
    fault = serving.fault()
    if fault is None:
        return
    with translation.override(language()):
        told = {"file": fault.file, "county": fault.county}
        found = Finding(translation.gettext(serving.SAID[fault.why]) % told, translation.gettext(serving.REMEDY))
    yield found


def county(at: datetime) -> Iterator[Finding]:
    """A county is loaded."""
    if places.county_or_none() is None:
        yield wrong(N_("no county is loaded"), N_("gongzhi county load FOLDER"))


def sealed_ledger(at: datetime) -> Iterator[Finding]:
    """Every fact is where and what it was when it was sealed."""
    for problem in checking.check(at):
        yield wrong(
            N_("%(problem)s"),
            N_("restore the database from a backup made before; tell the auditor which fact"),
            problem=problem,
        )


def clockwork(at: datetime) -> Iterator[Finding]:
    """Something goes round while the county is served, none of its jobs keeps failing, and the sealer keeps up."""
    lag = ledger.lag(at)
    if not supervision.is_served(settings.RUN_DIR):
        yield note(N_("this county is not served just now"), N_("gongzhi run"))
        return
    beat = beating.read(settings.RUN_DIR)
    if beat is None or beat.age() > beating.LATE:
        yield wrong(N_("the clockwork does not beat"), N_("look into the log, then gongzhi stop and gongzhi run"))
    for name, (since, kind) in sorted(beat.failing.items()) if beat else ():
        yield wrong(
            N_("the job %(name)s has failed for %(minutes)s minutes (%(kind)s)"),
            N_("the log says why; other jobs go on"),
            name=name,
            minutes=round((time.time() - since) / 60),
            kind=kind,
        )
    if lag > SEALER_LATE:
        yield wrong(
            N_("the oldest unsealed fact waits for %(seconds)s s"),
            N_("if it does not shrink, gongzhi reload; receipts promise to be sealed within a day"),
            seconds=round(lag),
        )


def outbox(at: datetime) -> Iterator[Finding]:
    """Letters go out: a line for each way that does not carry. What only waits, because nothing is set up, nobody
    serves or a person carries it, is a note; a practice county gives up what it has no gateway for, as it should."""
    card = places.county_or_none()
    served = supervision.is_served(settings.RUN_DIR)
    with translation.override(language()):
        found = channels.troubles(at)
    for one in found:
        waits = not one.failed and (one.by_hand or bool(one.missing) or not served)
        expected = waits or bool(card and card.practice and one.missing)
        yield (note if expected else wrong)(
            N_("%(label)s: %(waiting)s wait, %(failed)s were given up this week%(why)s"),
            _remedy(one),
            label=one.label,
            waiting=one.waiting,
            failed=one.failed,
            why=f" ({why})" if (why := one.missing or one.reason) else "",
        )


def _remedy(one: channels.Trouble) -> str:
    if one.by_hand:
        return N_("print and post them: Notices to post, at the counter's desk")
    if one.missing:
        return N_("set it up (docs/channels.md) and gongzhi reload, then send what was given up again under Messages")
    return N_("mend what the reason names; what waits goes by itself, send what was given up again under Messages")


def printed_pages(at: datetime) -> Iterator[Finding]:
    """No printed file, of a case or of a list, shows a case that is not public now."""
    shown: dict[str, list[Path]] = {}
    for file in _served_files():
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            continue
        for number in {*_NUMBER.findall(text), *_NUMBER.findall(str(file).encode())}:
            shown.setdefault(number.decode(), []).append(file)
    for number in _withheld(sorted(shown)):
        for file in shown[number]:
            if file.exists():  # a page dropped since it was read is as it should be
                yield wrong(
                    N_("a printed page shows %(number)s, which is not public"),
                    N_("rm %(file)s"),
                    number=number,
                    file=file,
                )
    holds = Path(settings.PRINTED_DIR) / "holds"
    old = [hold for hold in holds.iterdir() if _age(hold) > HOLD_OLD] if holds.is_dir() else []
    if old and supervision.is_served(settings.RUN_DIR):
        yield wrong(
            N_("%(count)s pages are held back from printing"),
            N_("the clockwork's job tidy clears them: see it"),
            count=len(old),
        )


def _served_files() -> Iterator[Path]:
    """Printed pages the front would serve now."""
    for kind in ("exact", "brief"):
        for file in (Path(settings.PRINTED_DIR) / kind).rglob("index.html"):
            if kind == "exact" or _age(file) < STALE_AT_MOST:
                yield file


def _age(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _withheld(numbers: list[str]) -> Iterator[str]:
    for first in range(0, len(numbers), AT_ONCE):
        part = numbers[first : first + AT_ONCE]
        yield from sorted(set(part) - pages.public_among(part))
