"""What a county of weight is made of, step by step: `python -m benchmarks.district_build lay|play`, in GONGZHI_DIR.

lay   Lanting with 807 organs and 30,000 posts, somebody in each post, and everybody signed in
play  10,000 cases of one year, by the product's rehearsal
"""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django

SEED = 11
CASES, DAYS, ORGANS, POSTS = 10_000, 364, 807, 30_000
WORKERS = 400  # handlers whose sessions are kept for those who measure


def lay() -> None:
    """The county without cases: as `gongzhi demo` does it, without playing."""
    from gongzhi.kit.moments import now
    from gongzhi.rehearsal import demo, district, playing
    from gongzhi.web import county as counties
    from gongzhi.web import county_check
    from gongzhi.web.preparing import prepare

    _size()
    at = now()
    prepare()
    from django.conf import settings

    folder = settings.GONGZHI_DIR / "county"
    counties.keep(counties.shipped("lanting"))
    district.enlarge(folder, playing.SIZES["district"])
    county = county_check.read(folder)
    zone = ZoneInfo(county.card.tz if county.card else "Asia/Shanghai")
    played = playing.begin(at=at, size="district", seed=SEED, tz=zone)
    opened = datetime.combine(played.first, datetime.min.time(), zone)
    counties.load(by=counties.BY, at=opened - timedelta(days=1), county=county)
    sign_ins = demo.make(by=playing.BY, at=opened, seed=SEED)
    demo.write(sign_ins, api_key=demo.api_key(by=playing.BY, at=at), size="district", seed=SEED)
    _people(at)
    _workers(at)


def play() -> None:
    """What is not played yet."""
    from gongzhi.kit.moments import now
    from gongzhi.rehearsal import commands

    _size()
    commands.build(size="district", seed=SEED, at=now())


def _size() -> None:
    from gongzhi.rehearsal import playing

    playing.SIZES["district"] = playing.Size(CASES, DAYS, organs=ORGANS, posts=POSTS)


def _people(at: datetime) -> None:
    """Somebody in every post, and a session for everybody, by plain inserts."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.db import connection, transaction
    from django.utils.crypto import get_random_string

    from gongzhi.people.models import Account, Post

    with transaction.atomic():
        empty = list(Post.objects.filter(account=None).order_by("code"))
        fresh = [Account(username=f"w{nth}", password="!", made_at=at) for nth in range(len(empty))]
        Account.objects.bulk_create(fresh, batch_size=500)
        uuid = Post._meta.pk
        filled = [
            (uuid.get_db_prep_value(account.id, connection), uuid.get_db_prep_value(post.id, connection))
            for post, account in zip(empty, fresh, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE people_post SET account_id = %s WHERE id = %s", filled)
        store = SessionStore()
        rows = []
        for account in Account.objects.all():
            data = {
                "_auth_user_id": str(account.id),
                "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": account.get_session_auth_hash(),
            }
            rows.append(Session(get_random_string(32), store.encode(data), at + timedelta(days=3650)))
        Session.objects.bulk_create(rows, batch_size=500)


def _workers(at: datetime) -> None:
    """Keep sessions of clerks, with what would come to them (matter, pin), and of one post for each role."""
    from django.conf import settings

    from gongzhi.cases import matters
    from gongzhi.people import reads as people
    from gongzhi.people.models import Post
    from gongzhi.people.permits import Permit
    from gongzhi.places import reads as places
    from gongzhi.places.models import Grid

    needed = (Permit.CASE_ACCEPT, Permit.CASE_ANSWER, Permit.CASE_CLOSE)
    keys = _sessions()
    chance = random.Random(SEED)
    grids = [grid for grid in Grid.objects.order_by("code") if places.place_or_none(grid.code)]
    cards = [card for card in matters.cards() if not card.about_officer and not card.danger and card.public_ok]
    found: list[dict[str, Any]] = []
    for _ in range(WORKERS * 20):
        grid, card = chance.choice(grids), chance.choice(cards)
        place = places.place(grid.code)
        organ = matters.responsible(card.code, grid.code).organ
        posts = people.handlers(organ, grid.code, at) if organ else []
        able = [post for post in posts if all(post.can(permit) for permit in needed)]
        if able and place.lon is not None:
            post = chance.choice(able)
            kept = {"lon": place.lon, "lat": place.lat, "matter": card.code, "organ": organ, "role": post.role}
            found.append(kept | {"session": keys[post.account], "place": grid.code})
        if len(found) == WORKERS:
            break
    roles = {post.role: keys[post.account_id] for post in Post.objects.order_by("-code") if post.account_id in keys}
    (settings.GONGZHI_DIR / "workers.json").write_text(json.dumps({"clerks": found, "roles": roles}))


def _sessions() -> dict[Any, str]:
    from uuid import UUID

    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    store = SessionStore()
    rows = Session.objects.values_list("session_key", "session_data")
    return {UUID(store.decode(data)["_auth_user_id"]): key for key, data in rows}


def main() -> int:
    """One step, as the first word names it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    {"lay": lay, "play": play}[sys.argv[1]]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
