"""The people every test of this room knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gongzhi.people import loading, reads
from gongzhi.people.cards import PostCard
from gongzhi.people.models import Account, Post

AT = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
BY = "import:county"
TOWN = "990101001000"
VILLAGE = "990101001201"

ORGANS: list[dict[str, Any]] = [
    {"code": "government", "name_zh": "兰亭县人民政府", "name_en": "County Government", "division": "990101000000"},
    {"code": "water", "name_zh": "县水务局", "name_en": "Water", "parent": "government", "division": "990101000000"},
    {"code": "watch", "name_zh": "县监委", "name_en": "Watch", "parent": "government", "division": "990101000000"},
]
POSTS: list[dict[str, Any]] = [
    {
        "code": "water-1",
        "organ": "water",
        "role": "handler",
        "place": "",
        "title_zh": "水务一岗",
        "title_en": "Water 1",
    },
    {
        "code": "water-2",
        "organ": "water",
        "role": "handler",
        "place": TOWN,
        "title_zh": "水务二岗",
        "title_en": "Water 2",
    },
    {"code": "water-head", "organ": "water", "role": "head", "title_zh": "水务局长", "title_en": "Head of Water"},
    {"code": "watch-1", "organ": "watch", "role": "supervisor", "title_zh": "监委一岗", "title_en": "Watch 1"},
    {"code": "mayor", "organ": "government", "role": "leader", "title_zh": "县长", "title_en": "Mayor"},
    {"code": "admin", "organ": "government", "role": "administrator", "title_zh": "系统管理员", "title_en": "Admin"},
    {"code": "audit", "organ": "government", "role": "auditor", "title_zh": "审计员", "title_en": "Auditor"},
]


def load() -> None:
    """Organs and posts of the cast."""
    loading.load_organs(by=BY, at=AT, rows=ORGANS)
    loading.load_posts(by=BY, at=AT, rows=POSTS)


def account(username: str, **more: Any) -> Account:
    """An account that can sign in with the password `lantern-bridge`."""
    made = Account(username=username, made_at=AT, **more)
    made.set_password("lantern-bridge")
    made.save()
    return made


def fill(code: str, holder: Account | None) -> PostCard:
    """Give a post to an account."""
    Post.objects.filter(code=code).update(account=holder)
    card = reads.post_by_code(code, AT)
    assert card is not None
    return card
