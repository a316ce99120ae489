"""Questions about organs and posts. Every answer is a card; the moment asked for is always given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import CharField, DateField, DateTimeField, F, FilteredRelation, Q, QuerySet, UUIDField

from gongzhi.kit import moments
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.people.cards import OrganCard, PostCard, TitleCard
from gongzhi.people.models import Account, Organ, Post, PostQuerySet
from gongzhi.people.permits import Permit, roles_with
from gongzhi.places import keeping
from gongzhi.places import reads as places
from gongzhi.places.rules import prefix

# Fields that other rooms may follow with select_related over a key to this room's tables.
SHOWN: dict[str, tuple[str, ...]] = {
    "Organ": ("code", "name_zh", "name_en", "phone", "division"),
    "Post": ("code", "title_zh", "title_en", "role", "place", "organ"),
    "Account": (),
}

Names = tuple[str, str]  # in Chinese, in English (may be empty)

# The zone in which a county's days turn, until a county is loaded.
DEFAULT_ZONE = "Asia/Shanghai"


def zone() -> ZoneInfo:
    """The county's own zone."""
    county = places.county_or_none()
    return ZoneInfo(county.tz if county else DEFAULT_ZONE)


def day_of(at: datetime) -> date:
    """The day of a moment in the county's zone: what `valid_from` and `valid_to` are compared with."""
    return moments.local(at, zone()).date()


def organ(code: str) -> OrganCard | None:
    """One organ by its code, also a closed one (old cases still name it)."""
    row = _ORGAN.first(code=code)
    return _organ_card(row) if row else None


_ORGAN: Compiled[Organ] = Compiled(
    lambda: Organ.objects.select_related("parent").filter(code=Given("code", CharField()))
)


def organs(at: datetime | None = None) -> list[OrganCard]:
    """All organs by code; with `at` only those that exist on that day. From memory: a district has 807, and selects
    show them all."""
    if at is None:
        return [card for card, _, _ in _organs()]
    day = day_of(at)
    return [card for card, begins, ends in _organs() if begins <= day and (ends is None or ends > day)]


def _read_organs() -> list[tuple[OrganCard, date, date | None]]:
    told = Organ.objects.order_by("code").values_list(
        "id",
        "code",
        "name_zh",
        "name_en",
        "kind",
        "division",
        "phone",
        "parent__code",
        "head",
        "valid_from",
        "valid_to",
    )
    return [(OrganCard(*row[:7], parent=row[7] or "", head=row[8]), row[9], row[10]) for row in told]


_organs = keeping.Kept(_read_organs)


def organ_names(codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """code → (name_zh, name_en) for many organs by one query."""
    rows = Organ.objects.filter(code__in=set(codes)).values_list("code", "name_zh", "name_en")
    return {code: (zh, en) for code, zh, en in rows}


def named(organ_codes: Iterable[str], post_ids: Iterable[UUID]) -> tuple[dict[str, Names], dict[UUID, TitleCard]]:
    """Names of organs by code, and titles of posts by id with the code of their organ, whose name is told too; closed
    ones as well. One query."""
    codes, ids = set(organ_codes), set(post_ids)
    if not codes and not ids:
        return {}, {}
    if not ids:
        return organ_names(codes), {}
    held = FilteredRelation("posts", condition=Q(posts__id__in=ids))
    rows = Organ.objects.annotate(held=held).filter(Q(code__in=codes) | Q(held__isnull=False))
    organs_: dict[str, Names] = {}
    posts_: dict[UUID, TitleCard] = {}
    for code, zh, en, id, title_zh, title_en in rows.values_list(
        "code", "name_zh", "name_en", "held__id", "held__title_zh", "held__title_en"
    ):
        organs_[code] = (zh, en)
        if id is not None:
            posts_[id] = TitleCard(id, code, title_zh, title_en)
    return organs_, posts_


def post(id: UUID, at: datetime | None = None) -> PostCard | None:
    """One post by its id, also a closed one; `away` is told for the moment `at`."""
    row = _POST.first(id=id)
    return _card(row, at) if row else None


_POST: Compiled[Post] = Compiled(lambda: _rows().filter(id=Given("id", UUIDField())))


def post_by_code(code: str, at: datetime | None = None) -> PostCard | None:
    """One post by its code."""
    row = _rows().filter(code=code).first()
    return _card(row, at) if row else None


def posts(ids: Iterable[UUID], at: datetime | None = None) -> dict[UUID, PostCard]:
    """Many posts by one query; an id that is not there is left out."""
    return {row.id: _card(row, at) for row in _rows().filter(id__in=set(ids))}


def posts_of(account_id: UUID, at: datetime) -> tuple[PostCard, ...]:
    """The posts in which an account may act now: its own, then those it covers; the eldest first, so that one opened
    for a while (a practice post) never takes the place of the daily one at sign-in. One query."""
    rows = _POSTS_OF(account=account_id, day=day_of(at), at=at)
    own = [_card(row, at) for row in rows if row.account_id == account_id]
    covered = [_card(row, at).covered(row.cover_id) for row in rows if row.account_id != account_id and row.cover_id]
    return (*own, *covered)


def _posts_of() -> PostQuerySet:
    account, day, at = Given("account", UUIDField()), Given("day", DateField()), Given("at", DateTimeField())
    mine = Post.objects.open_on(day).filter(account=account)
    covered = Post.objects.filter(cover__in=mine.values("id"), away_from__lte=at, away_to__gt=at)
    # By a union of keys: each half has its index. An OR of them PostgreSQL answers by walking all 30,000 posts.
    acting = mine.values("id").union(covered.values("id"), all=True)
    return _rows().open_on(day).filter(id__in=acting).order_by("valid_from", "code")


_POSTS_OF: Compiled[Post] = Compiled(_posts_of)


def colleagues(organ_code: str, at: datetime) -> tuple[PostCard, ...]:
    """Every open post of an organ, by code."""
    return tuple(_cards(_open(at).filter(organ__code=organ_code).order_by("code"), at))


def handlers(organ_code: str, place_code: str, at: datetime) -> list[PostCard]:
    """Filled posts of an organ that answer cases of a place: the smallest area first, those present first."""
    rows = _holding(Permit.CASE_ANSWER, at).filter(organ__code=organ_code, account__isnull=False)
    cards = [card for card in _cards(rows, at) if _covers(card.place, place_code)]
    return sorted(cards, key=lambda card: (card.away, -len(_area(card.place)), card.code))


def cover_of(id: UUID, at: datetime) -> PostCard | None:
    """The post that covers another one now; None when it is not on leave."""
    row = _rows().filter(id__in=Post.objects.away_at(at).filter(id=id).values("cover")).first()
    return _card(row, at) if row else None


def head_of(organ_code: str, at: datetime) -> PostCard | None:
    """The post that heads an organ: the one the organ names, else its first that hears of what is late."""
    named = _open(at).filter(organ__code=organ_code, organ__head=F("code")).first()
    if named:
        return _card(named, at)
    rows = _holding(Permit.CASE_HEAD, at).filter(organ__code=organ_code).order_by(F("account").desc(nulls_last=True))
    first = rows.first()
    return _card(first, at) if first else None


def leaders(at: datetime, place_code: str = "") -> list[PostCard]:
    """Posts that hear of what climbed the ladder, the nearest to the place first (town before county)."""
    cards = _cards(_holding(Permit.CASE_LEAD, at), at)
    if place_code:
        cards = [card for card in cards if _covers(card.place, place_code)]
    return sorted(cards, key=lambda card: (-len(_area(card.place)), card.code))


def supervisor_of(organ_code: str, at: datetime) -> PostCard | None:
    """Who handles a voice about an officer of this organ: never inside it, the nearest organ above first.

    Falls back to any supervisor of the county outside the organ; None when the county has none.
    """
    found = _cards(_holding(Permit.OFFICER_CASE, at).exclude(organ__code=organ_code).order_by("code"), at)
    by_organ: dict[str, PostCard] = {}
    for card in found:
        if card.organ not in by_organ or (by_organ[card.organ].account is None and card.account):
            by_organ[card.organ] = card
    for above in _above(organ_code):
        if above in by_organ:
            return by_organ[above]
    filled = [card for card in by_organ.values() if card.account]
    return next(iter(filled or by_organ.values()), None)


def has_holder(permit: Permit, at: datetime) -> bool:
    """Whether any filled open post holds a permit."""
    return _holding(permit, at).filter(account__isnull=False, account__is_active=True).exists()


def held(account_id: UUID) -> tuple[PostCard, ...]:
    """Every post that names an account as its holder, also one that begins later."""
    return tuple(_card(row, None) for row in _rows().filter(account=account_id).order_by("code"))


def vacant(permit: Permit, at: datetime) -> PostCard | None:
    """The first open post that holds a permit and that nobody has."""
    row = _holding(permit, at).filter(account=None).order_by("code").first()
    return _card(row, at) if row else None


def is_open(account_id: UUID) -> bool:
    """Whether an account may act: it is not closed."""
    return Account.objects.filter(id=account_id, is_active=True, closed_at=None).exists()


def uppermost(at: datetime) -> str:
    """The code of the first open organ that belongs to no other; empty when none is loaded."""
    day = day_of(at)
    top = Organ.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), parent=None).order_by("code")
    return top.values_list("code", flat=True).first() or ""


def _above(organ_code: str) -> list[str]:
    """Codes of the organs above one, nearest first."""
    parents = dict(Organ.objects.values_list("code", "parent__code"))
    chain: list[str] = []
    code = parents.get(organ_code)
    while code and code not in chain:
        chain.append(code)
        code = parents.get(code)
    return chain


def _rows() -> PostQuerySet:
    return Post.objects.select_related("organ")


def _open(at: datetime) -> PostQuerySet:
    return _rows().open_on(day_of(at))


def _holding(permit: Permit, at: datetime) -> PostQuerySet:
    return _open(at).filter(role__in=roles_with(permit))


def _area(place: str) -> str:
    """The prefix that tells an area; empty for the whole county."""
    return prefix(place) if place else ""


def _covers(place: str, place_code: str) -> bool:
    return place_code.startswith(_area(place))


def _cards(rows: QuerySet[Post], at: datetime) -> list[PostCard]:
    return [_card(row, at) for row in rows]


def _card(row: Post, at: datetime | None) -> PostCard:
    away = bool(at and row.away_from and row.away_to and row.away_from <= at < row.away_to)
    return PostCard(
        id=row.id,
        code=row.code,
        account=row.account_id,
        organ=row.organ.code,
        organ_zh=row.organ.name_zh,
        organ_en=row.organ.name_en,
        role=row.role,
        place=row.place,
        title_zh=row.title_zh,
        title_en=row.title_en,
        away=away,
    )


def _organ_card(row: Organ) -> OrganCard:
    return OrganCard(
        id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=row.kind,
        division=row.division,
        phone=row.phone,
        parent=row.parent.code if row.parent else "",
        head=row.head,
    )
