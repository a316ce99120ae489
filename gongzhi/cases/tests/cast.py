"""A small county for the tests of this room: two towns, six organs, one net, six matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from gongzhi.cases import intake, loading, rules
from gongzhi.cases.cards import Contact, Where
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case
from gongzhi.people import loading as people_loading
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor, PostCard
from gongzhi.people.models import Account, Post
from gongzhi.places import keeping
from gongzhi.places import loading as places_loading
from gongzhi.procedures import loading as procedures_loading

COUNTY, TOWN, OTHER_TOWN = "990101", "990101001000", "990101002000"
VILLAGE, OTHER_VILLAGE = "990101001201", "990101002201"
GRID, GRID_2, OTHER_GRID = VILLAGE + "001", VILLAGE + "002", OTHER_VILLAGE + "001"
AT = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10:00 in the county
BY = "import:test"
WORDS = "兰亭镇东街的井盖坏了，晚上有老人差点摔倒，请尽快来修。"
PIN = Where(lon=120.05, lat=30.05)


def later(**span: float) -> datetime:
    """A moment after AT."""
    return AT + timedelta(**span)


def _square(west: float, south: float) -> dict[str, Any]:
    ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _grid(code: str, name: str, west: float) -> dict[str, Any]:
    return {"code": code, "name_zh": name, "name_en": f"Grid {code[-3:]}", "polygon": _square(west, 30.0)}


def _post(code: str, organ: str, role: str, place: str = "") -> dict[str, Any]:
    return {"code": code, "organ": organ, "role": role, "place": place, "title_zh": f"{code}岗", "title_en": code}


_ORGANS = {
    "government": "县人民政府", "roads": "县住建局", "water": "县水务局", "town": "兰亭镇政府",
    "watch": "县监委", "dispatch": "县热线中心",
}  # fmt: skip
_POSTS = [
    _post("roads-1", "roads", "handler"),
    _post("roads-2", "roads", "handler"),
    _post("roads-head", "roads", "head"),
    _post("water-1", "water", "handler"),
    _post("town-1", "town", "handler", TOWN),
    _post("watch-1", "watch", "supervisor"),
    _post("desk-1", "dispatch", "dispatcher"),
    _post("counter-1", "dispatch", "operator"),
    _post("mayor", "government", "leader"),
    _post("audit", "government", "auditor"),
    _post("admin", "government", "administrator"),
]


def _matter(code: str, name: str, keywords: str, parent: str = "", **more: Any) -> dict[str, Any]:
    return {
        "code": code, "parent": parent, "name_zh": name, "name_en": code.title(), "hint_zh": "", "hint_en": "",
        "limit_amount": 5, "limit_unit": "working_days", "clause": "hotline-8",
        "closing_zh": "修好", "closing_en": "Mended", "reopen_days": 15, "procedure": "voice",
        "keywords": keywords, "about_officer": False, "danger": False, "public_ok": True,
    } | more  # fmt: skip


MATTERS = [
    _matter("streets", "道路", ""),
    _matter("manhole", "井盖", "井盖 窨井 manhole", "streets"),
    _matter("lamp", "路灯", "路灯 灯不亮 streetlight lamp", "streets", limit_amount=8, limit_unit="working_hours"),
    _matter("water", "供水", "停水 水压 自来水 漏水 water"),
    _matter("gas", "燃气", "煤气味 燃气", danger=True, limit_amount=2, limit_unit="hours"),
    _matter("conduct", "作风", "态度恶劣 吃拿卡要", about_officer=True, public_ok=False),
    _matter("other", "其他", ""),
]
RESPONSIBILITIES = [
    {"matter": "streets", "place": "", "organ": "roads", "assisting": "town", "clause": "roads-1"},
    {"matter": "manhole", "place": OTHER_TOWN, "organ": "water", "assisting": "", "clause": "water-2"},
    {"matter": "water", "place": "", "organ": "water", "assisting": "", "clause": "water-1"},
    {"matter": "conduct", "place": "", "organ": "watch", "assisting": "", "clause": "watch-1"},
]


def load_county() -> None:
    """The county, its places, people, matters and procedure, as files would load them."""
    keeping.forget()
    places_loading.set_county(
        by=BY,
        at=AT,
        card={
            "code": COUNTY, "name_zh": "兰亭县", "name_en": "Lanting County", "tz": "Asia/Shanghai", "practice": True,
            "bounds": [120.0, 30.0, 120.5, 30.1],
            "neighbours": [{"name_zh": "东邻县", "name_en": "East County", "bounds": [121.0, 30.0, 122.0, 31.0]}],
        },
    )  # fmt: skip
    names = {
        COUNTY + "000000": "兰亭县",
        TOWN: "兰亭镇",
        OTHER_TOWN: "会稽镇",
        VILLAGE: "东街村",
        OTHER_VILLAGE: "南山村",
    }
    rows = [{"code": code, "name_zh": name, "name_en": ""} for code, name in names.items()]
    places_loading.load_divisions(by=BY, at=AT, rows=rows)
    grids = [
        _grid(GRID, "东街一网格", 120.0),
        _grid(GRID_2, "东街二网格", 120.1),
        _grid(OTHER_GRID, "南山一网格", 120.2),
    ]
    places_loading.load_grids(by=BY, at=AT, features=grids)
    organs = [
        {"code": code, "name_zh": name, "name_en": code.title(), "parent": "" if code == "government" else "government",
         "division": COUNTY + "000000"}
        for code, name in _ORGANS.items()
    ]  # fmt: skip
    people_loading.load_organs(by=BY, at=AT, rows=organs)
    people_loading.load_posts(by=BY, at=AT, rows=_POSTS)
    Account.objects.bulk_create(Account(username=row["code"], made_at=AT) for row in _POSTS)
    accounts = {account.username: account for account in Account.objects.all()}
    for post in Post.objects.all():
        post.account = accounts[post.code]
        post.save()
    text = (Path(__file__).parents[3] / "counties/lanting/procedures/voice.yaml").read_text()
    procedures_loading.load_procedures(by=BY, at=AT, texts=[text])
    procedures_loading.load_days(by=BY, at=AT)
    loading.load_matters(by=BY, at=AT, rows=MATTERS)
    loading.load_responsibilities(by=BY, at=AT, rows=RESPONSIBILITIES)


def post(code: str) -> PostCard:
    """A post of the cast."""
    card = people.post_by_code(code, AT)
    assert card is not None
    return card


def actor(code: str) -> Actor:
    """The person in a post, acting in it."""
    card = post(code)
    assert card.account is not None
    return Actor(card.account, (card,), card)


def say(words: str = WORDS, **more: Any) -> Received:
    """A resident speaks: by pin, publicly, with an e-mail address, unless told otherwise."""
    told: dict[str, Any] = {
        "by": rules.NEW_VOICE,
        "at": AT,
        "place": PIN,
        "allows_public": True,
        "contact": Contact("email", "lin@example.org"),
        "form_key": uuid4(),
    }
    return intake.receive(words=words, **(told | more))


def turn(code: str, case: Case, **more: Any) -> dict[str, Any]:
    """The keywords every staff verb takes, for a post of the cast acting on a case as it stands."""
    card = post(code)
    case.refresh_from_db()
    return {"by": card.doer, "at": AT, "post": card, "case": case.id, "version": case.version} | more
