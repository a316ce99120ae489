"""A county small enough to know by heart: two towns, three villages, four grids, two offices, five matters."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from gongzhi.cases import closing, dispatch, handling, intake, loading
from gongzhi.cases.cards import Where
from gongzhi.cases.models import Case
from gongzhi.people import loading as people
from gongzhi.people import reads as posts
from gongzhi.people.cards import PostCard
from gongzhi.places import loading as places
from gongzhi.procedures import loading as procedures

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Lanting
BY = "import:county"
TOWN, VILLAGE, GRID, OTHER_GRID = "990101001000", "990101001001", "990101001001001", "990101001001002"
PIN = (118.305, 36.205)  # inside GRID
OUTSIDE = (10.0, 10.0)
VOICE_NET = Path(__file__).resolve().parents[3] / "counties/lanting/procedures/voice.yaml"

DIVISIONS = [
    {"code": "990000000000", "name_zh": "明州省", "name_en": "Mingzhou Province"},
    {"code": "990100000000", "name_zh": "越城市", "name_en": "Yuecheng City"},
    {"code": "990101000000", "name_zh": "兰亭县", "name_en": "Lanting County"},
    {"code": TOWN, "name_zh": "城关镇", "name_en": "Chengguan Town"},
    {"code": "990101002000", "name_zh": "西河镇", "name_en": "Xihe Town"},
    {"code": VILLAGE, "name_zh": "桥头村", "name_en": "Qiaotou Village"},
    {"code": "990101001002", "name_zh": "东门社区", "name_en": "Dongmen Community"},
    {"code": "990101002001", "name_zh": "柳湾村", "name_en": "Liuwan Village"},
]
MATTER: dict[str, Any] = {"limit_amount": 5, "limit_unit": "working_days", "clause": "", "reopen_days": 15}
MATTERS = [
    {**MATTER, "code": "roads", "name_zh": "道路设施", "name_en": "Roads"},
    {
        **MATTER,
        "code": "lamps",
        "parent": "roads",
        "name_zh": "路灯",
        "name_en": "Street lamps",
        "keywords": "路灯 lamp",
    },
    {
        **MATTER,
        "code": "holes",
        "parent": "roads",
        "name_zh": "路面坑洼",
        "name_en": "Potholes",
        "keywords": "坑 pothole",
    },
    {**MATTER, "code": "conduct", "name_zh": "作风", "name_en": "Conduct", "about_officer": True, "public_ok": False},
    {**MATTER, "code": "other", "name_zh": "其他", "name_en": "Other"},
]
ORGANS = [
    {"code": "roads", "name_zh": "公路局", "name_en": "Roads Office", "division": "990101000000"},
    {"code": "watch", "name_zh": "县监委", "name_en": "Supervision", "division": "990101000000"},
]
POSTS = [
    {"code": "roads-1", "organ": "roads", "role": "handler", "place": "", "title_zh": "一岗", "title_en": "Desk 1"},
    {"code": "watch-1", "organ": "watch", "role": "supervisor", "place": "", "title_zh": "监督", "title_en": "Watch"},
]


def _square(code: str, name: str, west: float) -> dict[str, Any]:
    ring = [[west, 36.2], [west + 0.01, 36.2], [west + 0.01, 36.21], [west, 36.21], [west, 36.2]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"code": code, "name_zh": name, "name_en": f"Grid {code[-3:]}", "households": 90},
    }


def stop_clocks(monkeypatch: pytest.MonkeyPatch, at: datetime = AT + timedelta(hours=1)) -> None:
    """Every door of this room and the front page read this moment."""
    pages = ("course", "find", "join", "lists", "place", "speak", "week")
    for name in (*(f"cases.public.{page}" for page in pages), "cases.api", "web.home"):
        monkeypatch.setattr(f"gongzhi.{name}.now", lambda: at)


def load() -> None:
    """Everything a voice needs to be received."""
    county = {
        "code": "990101", "name_zh": "兰亭县", "name_en": "Lanting County", "tz": "Asia/Shanghai", "practice": True,
        "phone": "0990-80012345", "lon": 118.3, "lat": 36.2, "accent": "#0f5b4f",
    }  # fmt: skip
    places.set_county(by=BY, at=AT, card=county)
    places.load_divisions(by=BY, at=AT, rows=DIVISIONS)
    squares = ((GRID, "桥头第一网格"), (OTHER_GRID, "桥头第二网格"), ("990101001002001", "东门第一网格"))
    squares = (*squares, ("990101002001001", "柳湾第一网格"))
    grids = [_square(code, name, round(118.3 + number / 100, 2)) for number, (code, name) in enumerate(squares)]
    places.load_grids(by=BY, at=AT, features=grids)
    marks = [{"name_zh": "西河桥", "name_en": "Xihe Bridge", "kind": "bridge", "lon": PIN[0], "lat": PIN[1]}]
    places.load_landmarks(by=BY, at=AT, rows=marks)
    people.load_organs(by=BY, at=AT, rows=ORGANS)
    people.load_posts(by=BY, at=AT, rows=POSTS)
    procedures.load_procedures(by=BY, at=AT, texts=[VOICE_NET.read_text()])
    procedures.load_days(by=BY, at=AT)
    loading.load_matters(by=BY, at=AT, rows=MATTERS)
    owned = [{"matter": code, "place": "990101", "organ": "roads"} for code in ("roads", "lamps", "holes", "other")]
    owned.append({"matter": "conduct", "place": "990101", "organ": "watch"})
    loading.load_responsibilities(by=BY, at=AT, rows=owned)


def voice(words: str = "西河桥头的路灯坏了。", **more: Any) -> intake.Received:
    """One received voice in GRID, public unless said otherwise."""
    told = {"place": Where(code=GRID), "allows_public": True, "form_key": uuid4(), "at": AT, **more}
    return intake.receive(by="voice:new", words=words, **told)


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    """A JPEG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, "#486").save(out, "JPEG")
    return out.getvalue()


def form(step: str, key: UUID | None = None, **fields: Any) -> dict[str, Any]:
    """The body of one page of the journey."""
    return {"step": step, "key": str(key or uuid4()), "go": "next", "words": "西河桥头的路灯坏了。", **fields}


def desk(code: str = "roads-1", at: datetime = AT) -> PostCard:
    """A post of the small county."""
    post = posts.post_by_code(code, at)
    assert post is not None
    return post


def accepted(received: intake.Received, at: datetime = AT) -> Case:
    """The case in the hands of the roads office."""
    post = desk(at=at)
    case = Case.objects.get(id=received.case.id)
    return dispatch.accept(by=post.ref, at=at, post=post, case=case.id, version=case.version)


def asked(received: intake.Received, question: str = "是哪一根灯杆？", at: datetime = AT) -> Case:
    """The case with an open question to the resident."""
    case, post = accepted(received, at), desk(at=at)
    return handling.ask(by=post.ref, at=at, post=post, case=case.id, version=case.version, question=question)


def closed(received: intake.Received, answer: str = "灯已修好，请晚上看看。", at: datetime = AT) -> Case:
    """The case answered and closed as fixed."""
    case, post = accepted(received, at), desk(at=at)
    return closing.answer_and_close(
        by=post.ref, at=at, post=post, case=case.id, version=case.version, public_text=answer, outcome="fixed"
    )
