"""`gongzhi import cases FILE --profile P` plays a file in; `gongzhi import profile FILE` drafts a profile."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.places import reads as places
from gongzhi.web.importing import drafting, example, keywords, playing, profile, scanning, shapes, telling
from gongzhi.web.keeping.telling import language
from gongzhi.web.preparing import prepare


def import_(argv: Sequence[str]) -> int:
    """Run `cases` or `profile`. 0 when done, 1 when refused, 130 when stopped by Ctrl+C."""
    parser = argparse.ArgumentParser(prog="gongzhi import", description=__doc__)
    parser.add_argument("action", choices=("cases", "profile"))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--profile", default="", help=f"{', '.join(profile.shipped())}, or the path of your own")
    parser.add_argument("--places", type=Path, action="append", default=[], help="GeoJSON polygons or a CSV")
    parser.add_argument(
        "--take-over",
        default="",
        metavar="DAYS",
        help="30d: what is open and began in the last 30 days of the file is live work here; all; else nothing is",
    )
    words = parser.parse_args(argv)
    with translation.override(language()):
        try:
            return _run(words)
        except Refusal as refusal:
            print(_(refusal.sentence) % refusal.params, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print(_("Stopped. Run the same command again to go on; nothing is kept twice."), file=sys.stderr)
            return 130


def _run(words: argparse.Namespace) -> int:
    if not words.file.is_file():
        raise Refusal("file_missing", N_("There is no file %(file)s."), file=str(words.file))
    if words.action == "profile":
        print(drafting.draft(words.file), end="")
        return 0
    if not words.profile:
        raise Refusal("profile_missing", N_("Say which profile fits: --profile %(known)s, or the path of your own."),
                      known="|".join(profile.shipped()))  # fmt: skip
    how = profile.load(words.profile)
    if words.take_over:
        how = how.model_copy(update={"take_over": _span(words.take_over)})
    cases(words.file, how, words.places, at=now())
    return 0


def _begin(how: profile.Profile, found: scanning.Scan, areas: Sequence[Path], *, at: datetime) -> None:
    """Make the example county, its matters with keywords, and tell how good these are."""
    drawn, shifted = shapes.read(areas, how.shapes)
    for name in shifted:
        print(_("%(file)s is drawn in GCJ-02; it was taken back to WGS84 and not mixed.") % {"file": name})
    learned = keywords.learn(
        found.texts or keywords.Texts(), found.matters, found.responsible(), latin=how.language == "en"
    )
    with tempfile.TemporaryDirectory(prefix="gongzhi-") as folder:
        example.load(Path(folder) / "county", how, found, drawn, at=at, keywords=learned.keywords)
    print(_("An example county was made: %(county)s") % {"county": how.county.name_zh})
    print(telling.holidays(how.holidays))
    path = Path(settings.GONGZHI_DIR) / "import" / f"{how.profile}.keywords.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    keywords.write(path, learned)
    for line in telling.learned(learned, path):
        print(line)


def _span(text: str) -> str:
    if not re.fullmatch(profile.TAKE_OVER, text):
        raise Refusal("take_over_misread", N_("--take-over is a number of days like 30d, or all."))
    return text


def cases(file: Path, how: profile.Profile, areas: Sequence[Path], *, at: datetime) -> playing.Tally:
    """Import a file: look it over, make the example county if there is none, play the rows, tell what was noticed."""
    prepare()
    begun = time.monotonic()
    fresh = places.county_or_none() is None
    found = scanning.scan(file, how, at=at, texts=fresh)
    print(_("%(rows)s rows read") % {"rows": f"{found.rows:,}"}, flush=True)
    if fresh:
        _begin(how, found, areas, at=at)
    elif areas:
        print(_("This county has its places already; --places was not used."))
    play = playing.Play(file, how, found, at=at)

    def tell(rows: int) -> None:
        seconds = time.monotonic() - begun
        print(f"{seconds:7.1f} s  {rows:>9,} / {found.rows:,}", flush=True)

    tally = play.run(tell)
    for line in telling.summary(tally, found, play.mark.rejects, seconds=time.monotonic() - begun):
        print(line)
    return tally
