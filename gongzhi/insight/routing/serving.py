"""The router's file: found, checked against the county and its own fingerprint, opened once in each process.

Whatever is wrong with it, the table of keywords goes on: a submission never waits for it and never fails with it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gongzhi.insight.routing.tables import RouterVersion, RouterWork
from gongzhi.kit.refusal import N_
from gongzhi.methods.text import compact
from gongzhi.methods.text.compact import Guess
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.places import reads as places
from gongzhi.places.keeping import Kept

log = logging.getLogger("gongzhi.router")

SAID: dict[str, str] = {
    "file_missing": N_("The router's file %(file)s is missing; the table of keywords suggests matters."),
    "file_damaged": N_("The router's file %(file)s is damaged; the table of keywords suggests matters."),
    "file_foreign": N_(
        "The router's file %(file)s was learnt in another county (%(county)s); it knows other matters and is not used."
    ),
}
REMEDY = N_("gongzhi router learn makes a new one from the county's own closed cases")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be used: a code (`SAID`), the file's name, and whose it is where that is known."""

    why: str
    file: str
    county: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A router of this county with its number, as `cases.suggesting` asks for it."""

    version: int
    router: compact.Router

    @property
    def labels(self) -> tuple[str, ...]:
        """Codes of the matters it has learnt."""
        return self.router.labels

    def guess(self, text: str) -> Guess:
        """Codes of matters by probability."""
        return self.router.guess(text)


def folder() -> Path:
    """Where the routers' files lie."""
    return Path(settings.GONGZHI_DIR) / "router"


def file_of(number: int) -> Path:
    """The file of a router."""
    return folder() / f"router-{number}.bin"


def at_work() -> Numbered | None:
    """The router that suggests now; None while the table of keywords does."""
    kept = _kept()
    return kept[0] if kept[1] else None


def newest() -> Numbered | None:
    """The router that was learnt last, at work or not; None without one that can be used."""
    return _kept()[0]


def fault() -> Fault | None:
    """Why the newest router's file cannot be used, looked at anew; None when it can, or there is none to be."""
    row = RouterVersion.objects.order_by("-number").first()
    found = None if row is None else open_file(row)
    return found if isinstance(found, Fault) else None


def open_file(row: RouterVersion) -> Numbered | Fault:
    """The router of a version from its file, or why it cannot be used."""
    path = file_of(row.number)
    if not path.is_file():
        return Fault("file_missing", path.name)
    try:
        about, _start = compact.header(path)
        owner = str(about.get("county", ""))
        if owner != places.county().code:
            return Fault("file_foreign", path.name, owner)
        if about.get("sha256") != row.sha256:
            return Fault("file_damaged", path.name)
        return Numbered(row.number, compact.read(path))
    except TextRefusal:
        return Fault("file_damaged", path.name)


def _open() -> tuple[Numbered | None, bool]:
    row = RouterVersion.objects.order_by("-number").first()
    if row is None:
        return None, False
    work = RouterWork.objects.filter(id=1).first()
    found = open_file(row)
    if isinstance(found, Fault):
        log.error("router: %s (%s); keywords go on", found.why, found.file)
        return None, False
    return found, work is not None and work.at_work > 0


_kept = Kept(_open)
