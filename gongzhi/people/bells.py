"""Telling staff of bells: a line on their own page and, as each chose, a letter. Nothing personal stands in either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import dateformat, translation

from gongzhi.channels import outbox
from gongzhi.channels.outbox import NewMessage
from gongzhi.kit.canonical import Json
from gongzhi.ledger import writing
from gongzhi.people import reads, rules
from gongzhi.people.cards import PostCard
from gongzhi.people.models import Account
from gongzhi.people.own import Notice, Told


@dataclass(frozen=True, slots=True)
class Ring:
    """A bell for one post: what rang about which thing, its number and limit, and where it is found by its staff.

    `what` is the word for the thing: a case, or an appeal in one (`number` is then that case's)."""

    post: PostCard
    bell: str
    about: str
    number: str
    due_at: datetime
    path: str
    what: str = "case"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person hears of each bell: page, email, or none (of what is only near)."""

    near: str = "page"
    overdue: str = "page"
    ladder: str = "page"
    language: str = "zh-hans"


def wish_of(account: UUID) -> Wish:
    """What a person chose."""
    row = Told.objects.filter(account=account).values_list("near", "overdue", "ladder", "language").first()
    return Wish(*row) if row else Wish()


def choose(*, by: str, at: datetime, account: UUID, near: str, overdue: str, ladder: str, language: str) -> Wish:
    """Keep how a person wants to be told. Refuses unknown ways: what is late reaches everybody somehow."""
    wish = rules.check_ways(near=near, overdue=overdue, ladder=ladder, language=language)
    with transaction.atomic():
        Told.objects.update_or_create(account_id=account, defaults=wish)
        details: dict[str, Json] = {"near": near, "overdue": overdue, "ladder": ladder}
        writing.write(kind="account.told", about=f"account:{account.hex}", by=by, at=at, details=details)
    return Wish(**wish)


def tell(rings: Sequence[Ring], *, at: datetime) -> int:
    """Tell each holder of these posts, inside the transaction in which the bells rang; how many were told.

    A post on leave is told through its cover by the caller; a vacant one is told to nobody."""
    held = {ring.post.account for ring in rings if ring.post.account}
    people = {row.id: row for row in Account.objects.filter(id__in=held, is_active=True)}
    wishes = {row.account_id: row for row in Told.objects.filter(account__in=people)}
    letters, notices = [], []
    for ring in rings:
        person = people.get(ring.post.account) if ring.post.account else None
        if person is None:
            continue
        wish = wishes.get(person.id) or Told(account=person)
        way = getattr(wish, ring.bell)
        if way == "email" and not person.email:
            way = "page"
        if way == "none":
            continue
        notices.append(_notice(ring, person, way, at))
        letters.append(_letter(ring, person, way, wish.language))
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=500)
    if letters:
        outbox.put_many(letters, at=at)
    return len(letters)


def _notice(ring: Ring, person: Account, way: str, at: datetime) -> Notice:
    return Notice(
        account=person, at=at, bell=ring.bell, about=ring.about, number=ring.number, due_at=ring.due_at, way=way
    )


def _letter(ring: Ring, person: Account, way: str, language: str) -> NewMessage:
    with translation.override(language):
        local = ring.due_at.astimezone(reads.zone())
        due = dateformat.format(local, "j F Y, H:i" if language == "en" else "Y年n月j日 H:i")
    return NewMessage(
        adapter=way,
        address=str(person.email) if way == "email" else f"account:{person.id.hex}",
        about=ring.about,
        template="people/messages/bell",
        context={
            "bell": ring.bell,
            "what": ring.what,
            "number": ring.number,
            "due": due,
            "path": f"/{'en' if language == 'en' else 'zh'}/{ring.path}",
        },
        language=language,
        key=f"people.bell.{ring.bell}.{person.id.hex}.{ring.about}.{ring.due_at.isoformat()}",
    )


def notices(account: UUID, limit: int = 30) -> list[Notice]:
    """What a person was told of, latest first."""
    return list(Notice.objects.filter(account=account).order_by("-at", "-id")[:limit])
