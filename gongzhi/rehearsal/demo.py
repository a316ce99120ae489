"""Demo sign-ins: one for each role, printed for everybody to see, and therefore only in a practice county."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from gongzhi.cases.open311 import keys
from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import N_, NotAllowed
from gongzhi.people import accounts, posting
from gongzhi.people import reads as people
from gongzhi.people.permits import ROLES
from gongzhi.places import reads as places

# role → code of the post; the names are printed, the people do not exist
POSTS = {
    "handler": "transport-handler-1",
    "head": "transport-head",
    "dispatcher": "dispatcher-1",
    "operator": "hotline-operator-1",
    "leader": "magistrate",
    "supervisor": "supervisor-1",
    "grid_worker": "grid-990101001001",
    "administrator": "administrator-1",
    "security_administrator": "security-administrator-1",
    "auditor": "auditor-1",
}
NAMES = ("程远", "顾清", "沈和", "陆宁", "方仲", "苏衡", "叶舟", "白简", "杜正", "罗真")
WORDS = (
    *("lake", "pine", "tea", "rice", "bell", "moon", "brook", "bamboo", "crane", "cloud", "plum"),
    *("reed", "stone", "lotus", "orchid", "ferry"),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that is printed."""

    role: str
    username: str
    password: str
    name: str
    title_zh: str
    title_en: str


def make(*, by: str, at: datetime, seed: int) -> list[SignIn]:
    """Make the sign-ins and give them their posts; the same again when they exist.

    Refuses `not_practice` in a county that is not marked practice."""
    if not places.county().practice:
        raise NotAllowed("not_practice", N_("Demo sign-ins exist only in a county marked practice."))
    kept = _kept()
    if kept:
        return kept
    made = [
        _make(role, code, name, by=by, at=at, seed=seed)
        for (role, code), name in zip(POSTS.items(), NAMES, strict=True)
    ]
    _fill_the_rest(by=by, at=at)
    return made


def _make(role: str, code: str, name: str, *, by: str, at: datetime, seed: int) -> SignIn:
    post = people.post_by_code(code, at)
    if post is None or post.role != role:
        raise NotAllowed("post_missing", N_("The practice county has no post %(post)s."), post=code)
    password = "-".join(random.Random(f"{seed} {role}").sample(WORDS, 3))  # noqa: S311 - printed for everybody
    username = role.replace("_", "-")
    account = accounts.make(by=by, at=at, username=username, display_name=name, password=password)
    posting.fill(by=by, at=at, post=post.id, account=account.id)
    return SignIn(role, username, password, name, post.title_zh, post.title_en)


def _fill_the_rest(*, by: str, at: datetime) -> None:
    """Somebody in every post of Lanting's own files, so that cases can be handed to a named person."""
    surnames = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
    given = "安平和敏宁静远博文思齐若水清和景行"
    rng = random.Random(990101)  # noqa: S311
    for organ in people.organs(at)[:OWN_ORGANS]:
        for post in people.colleagues(organ.code, at)[:OWN_POSTS]:
            if post.account is None and post.role in FILLED:
                name = rng.choice(surnames) + "".join(rng.sample(given, 2))
                account = accounts.make(by=by, at=at, username=f"u-{uuid7(at).hex[-12:]}", display_name=name)
                posting.fill(by=by, at=at, post=post.id, account=account.id)


OWN_ORGANS, OWN_POSTS = 60, 12
FILLED = frozenset(ROLES) - {"administrator", "security_administrator", "auditor", "grid_worker"}


def api_key(*, by: str, at: datetime) -> str:
    """The demo's key for other people's programs (Open311); the same again while it is open.

    Refuses `not_practice` in a county that is not marked practice."""
    if not places.county().practice:
        raise NotAllowed("not_practice", N_("Demo sign-ins exist only in a county marked practice."))
    text = str(_read().get("api_key", ""))
    try:
        keys.opened(text)
    except NotAllowed:
        return keys.make(by=by, at=at, label="Demo")[1]
    return text


def write(sign_ins: Sequence[SignIn], *, api_key: str, size: str, seed: int) -> None:
    """Keep sign-ins and key in GONGZHI_DIR/demo.json, readable by the owner alone."""
    path = _path()
    fresh = path.with_suffix(".fresh")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        content = {"size": size, "seed": seed, "api_key": api_key, "sign_ins": [asdict(one) for one in sign_ins]}
        json.dump(content, out, ensure_ascii=False, indent=1)
    fresh.replace(path)


def _kept() -> list[SignIn]:
    return [SignIn(**one) for one in _read().get("sign_ins", [])]


def _read() -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def _path() -> Path:
    return Path(settings.GONGZHI_DIR) / "demo.json"
