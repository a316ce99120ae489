"""Lists for the pages of posts and accounts: plain rows, paged by a cursor, no COUNT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q

from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people import reads
from gongzhi.people.models import Account, Look, Post
from gongzhi.people.permits import ROLES

PAGE = 50
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of those that follow (empty at the end)."""

    rows: tuple[Row, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A post on a page: with the name of its holder and of its cover."""

    id: UUID
    code: str
    title_zh: str
    title_en: str
    organ_zh: str
    organ_en: str
    role: str
    place: str
    holder: str
    account: UUID | None
    away: bool
    away_from: datetime | None
    away_to: datetime | None
    cover_zh: str
    cover_en: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account on a page. `keys` counts passkeys and authenticator apps."""

    id: UUID
    username: str
    name: str
    email: str
    last_login: datetime | None
    closed_at: datetime | None
    has_password: bool
    keys: int
    posts: tuple[str, ...]


def posts(at: datetime, *, words: str = "", after: str = "") -> Page[Seat]:
    """Open posts by code, those whose title, organ or holder holds the words."""
    rows = Post.objects.open_on(reads.day_of(at)).select_related("organ", "account", "cover").order_by("code")
    if words:
        found = Q(title_zh__icontains=words) | Q(title_en__icontains=words) | Q(code__istartswith=words)
        found |= Q(organ__name_zh__icontains=words) | Q(organ__name_en__icontains=words)
        found |= Q(account__username__istartswith=words) | Q(account__display_name__icontains=words)
        rows = rows.filter(found)
    if after:
        rows = rows.filter(code__gt=after)
    taken = list(rows[: PAGE + 1])
    seats = tuple(_seat(row, at) for row in taken[:PAGE])
    return Page(seats, seats[-1].code if len(taken) > PAGE else "")


def seat(id: UUID, at: datetime) -> Seat:
    """One post. Refuses an unknown one."""
    row = Post.objects.select_related("organ", "account", "cover").filter(id=id).first()
    if row is None:
        raise NotFound("post_unknown", N_("There is no such post, or it is closed."))
    return _seat(row, at)


def accounts(*, words: str = "", after: str = "") -> Page[AccountRow]:
    """Accounts by sign-in name, open ones and closed ones."""
    rows = Account.objects.prefetch_related("posts", "authenticator_set").order_by("username")
    if words:
        rows = rows.filter(Q(username__istartswith=words) | Q(display_name__icontains=words) | Q(email__iexact=words))
    if after:
        rows = rows.filter(username__gt=after)
    taken = list(rows[: PAGE + 1])
    shown = tuple(_account(row) for row in taken[:PAGE])
    return Page(shown, shown[-1].username if len(taken) > PAGE else "")


def account(id: UUID) -> AccountRow:
    """One account. Refuses an unknown one."""
    row = Account.objects.prefetch_related("posts", "authenticator_set").filter(id=id).first()
    if row is None:
        raise NotFound("account_unknown", N_("There is no such account, or it is closed."))
    return _account(row)


def account_id(username: str) -> UUID | None:
    """The account of a typed sign-in name; None for an empty one. Refuses a name nobody has."""
    name = username.strip().lower()
    if not name:
        return None
    found = Account.objects.filter(username=name, closed_at=None).values_list("id", flat=True).first()
    if found is None:
        sentence = N_("There is no open account “%(name)s”. Make it first, under Accounts.")
        raise Refusal("account_unknown", sentence, field="account", name=name)
    return found


def looks(after: str = "") -> Page[Look]:
    """All looks at personal data, latest first: for the auditor."""
    rows = Look.objects.order_by("-id")
    if after:
        rows = rows.filter(id__lt=UUID(after))
    taken = list(rows[: PAGE + 1])
    shown = tuple(taken[:PAGE])
    return Page(shown, shown[-1].id.hex if len(taken) > PAGE else "")


def _seat(row: Post, at: datetime) -> Seat:
    away = bool(row.away_from and row.away_to and row.away_from <= at < row.away_to)
    role = ROLES.get(row.role)
    return Seat(
        id=row.id,
        code=row.code,
        title_zh=row.title_zh,
        title_en=row.title_en,
        organ_zh=row.organ.name_zh,
        organ_en=row.organ.name_en,
        role=role.name if role else row.role,
        place=row.place,
        holder=str(row.account) if row.account else "",
        account=row.account_id,
        away=away,
        away_from=row.away_from,
        away_to=row.away_to,
        cover_zh=row.cover.title_zh if row.cover else "",
        cover_en=row.cover.title_en if row.cover else "",
    )


def _account(row: Account) -> AccountRow:
    strong = [key for key in row.authenticator_set.all() if key.type != "recovery_codes"]  # type: ignore[attr-defined]
    return AccountRow(
        id=row.id,
        username=row.username or "",
        name=str(row),
        email=row.email or "",
        last_login=row.last_login,
        closed_at=row.closed_at,
        has_password=row.has_usable_password(),
        keys=len(strong),
        posts=tuple(post.title_zh for post in row.posts.all()),
    )
