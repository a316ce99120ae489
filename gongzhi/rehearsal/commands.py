"""`gongzhi demo`: build the practice county Lanting, play voices into it, print the sign-ins, and serve it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.rehearsal import demo as demos
from gongzhi.rehearsal import district, playing, readings, schooling
from gongzhi.web import county as counties
from gongzhi.web import county_check, supervision
from gongzhi.web.keeping.telling import language
from gongzhi.web.preparing import prepare


def demo(argv: Sequence[str]) -> int:
    """Build what is not built yet and serve it; `--build-only` returns after building. 0 done, 1 refused."""
    parser = argparse.ArgumentParser(prog="gongzhi demo", description=__doc__)
    parser.add_argument("--size", choices=sorted(playing.SIZES), default="small")
    parser.add_argument("--seed", type=int, default=990101)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--build-only", action="store_true", help="build, print the sign-ins, do not serve")
    words = parser.parse_args(argv)
    with translation.override(language()):
        try:
            build(size=words.size, seed=words.seed, at=now())
        except Refusal as refusal:
            print(_(refusal.sentence) % refusal.params, file=sys.stderr)
            return 1
        if words.build_only:
            return 0
        site = f"http://{words.address}:{words.port}"
        pages = ((_("Public site"), "/"), (_("Workplace"), "/zh/desk/"), (_("Tour"), "/zh/desk/tour/"))
        for name, path in (*pages, (_("A phone without internet"), "/zh/practice/phone/")):
            print(f"  {name}: {site}{path}", flush=True)
        readings.keep_speaking()
    return supervision.serve(address=words.address, port=words.port, workers=words.workers)


def build(*, size: str, seed: int, at: datetime) -> None:
    """Load Lanting, make the sign-ins, play the rehearsal; a second call does only what is missing."""
    begun = time.monotonic()
    print(_("Building the practice county Lanting, unless it stands already."), flush=True)
    prepare()
    folder = settings.GONGZHI_DIR / "county"
    if not (folder / "county.toml").is_file():
        counties.keep(counties.shipped("lanting"))
        district.enlarge(folder, playing.SIZES[size])
    county = county_check.read(folder)
    zone = ZoneInfo(county.card.tz if county.card else "Asia/Shanghai")
    played = playing.begin(at=at, size=size, seed=seed, tz=zone)
    if played.done is None:
        opened = datetime.combine(played.first, datetime.min.time(), zone) - timedelta(days=1)
        counties.load(by=counties.BY, at=opened, county=county)
    sign_ins = demos.make(by=playing.BY, at=datetime.combine(played.first, datetime.min.time(), zone), seed=seed)
    api_key = demos.api_key(by=playing.BY, at=at)
    demos.write(sign_ins, api_key=api_key, size=played.size, seed=played.seed)

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begun:7.1f} s  {line}", flush=True)

    playing.play(played, county, at=at, tell=tell)
    readings.play(at=at)
    schooling.learn(tell)
    _print(sign_ins, api_key)


def _print(sign_ins: Sequence[demos.SignIn], api_key: str) -> None:
    print(_("Sign-ins of the practice county (everybody may know them):"))
    name, password, post = _("name"), _("password"), _("post")
    print(f"  {name:<24} {password:<24} {post}")
    for one in sign_ins:
        print(f"  {one.username:<24} {one.password:<24} {one.title_zh} · {one.title_en}")
    print(_("Key for programs (Open311): %(key)s") % {"key": api_key})
