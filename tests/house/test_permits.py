"""A random actor on a random object is let in by the table of permits or refused; there is no third way.

The judgement is made twice: by the pages, and here by plain sentences about role, organ and object that share no code
with `reads.visible`. What a page offers goes through when sent; what it does not offer changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gongzhi.cases import closing, dispatch, handling, intake, pausing
from gongzhi.cases.cards import Officer
from gongzhi.cases.desk.deeds import DEEDS
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, url
from gongzhi.kit import moments
from gongzhi.kit.ids import uuid7
from gongzhi.ledger.models import Fact
from gongzhi.people.models import Account, Post
from gongzhi.people.permits import ROLES, Permit, permits_of

ROLE = {
    "roads-1": "handler", "roads-2": "handler", "roads-head": "head", "water-1": "handler", "town-1": "handler",
    "watch-1": "supervisor", "desk-1": "dispatcher", "counter-1": "operator", "mayor": "leader", "audit": "auditor",
    "admin": "administrator", "grid-1": "grid_worker", "guard-1": "security_administrator",
}  # fmt: skip
ORGAN = {
    "roads-1": "roads", "roads-2": "roads", "roads-head": "roads", "water-1": "water", "town-1": "town",
    "watch-1": "watch", "desk-1": "dispatch", "counter-1": "dispatch", "mayor": "government", "audit": "government",
    "admin": "government", "grid-1": "town", "guard-1": "government",
}  # fmt: skip
MORE = [("grid-1", "town", "grid_worker", cast.GRID), ("guard-1", "government", "security_administrator", "")]
READ = {Permit.CASE_READ, Permit.CASE_READ_ALL}
PAGES: dict[str, set[Permit]] = {
    "case": READ, "letters": READ, "watchers": READ, "nearby": READ, "print": READ, "original": {Permit.ORIGINAL_LOOK},
    **{code: {deed.permit} for code, deed in DEEDS.items()},
}  # fmt: skip
PLACELESS: dict[str, set[Permit]] = {
    "inbox": {Permit.CASE_ACCEPT}, "list": READ, "appeals": {Permit.APPEAL_ANSWER}, "enter": {Permit.VOICE_ENTER},
    "recover": {Permit.VOICE_RECOVER},
    "leader": {Permit.CASE_LEAD, Permit.CASE_HEAD}, "officers": {Permit.OFFICER_CASE},
    "notices": {Permit.VOICE_ENTER},
}  # fmt: skip


@pytest.fixture(autouse=True)
def county(db: None, settings: Any, tmp_path: Path) -> None:
    load(settings, tmp_path)


def load(settings: Any, tmp_path: Path) -> None:
    """The county of the cast with every role filled."""
    settings.PRINTED_DIR = tmp_path / "printed"
    cast.load_county()
    for code, organ, role, place in MORE:
        row = Post.objects.get(code="town-1")
        row.id, row.code, row.role, row.place, row._state.adding = uuid7(cast.AT), code, role, place, True
        row.organ = Post.objects.select_related("organ").filter(organ__code=organ)[0].organ
        row.account = Account.objects.create(username=code, made_at=cast.AT)
        row.save()


def ago(minutes: float = 60) -> Any:
    return moments.now() - timedelta(minutes=minutes)


def taken(received: intake.Received, by: str = "roads-1") -> Case:
    return dispatch.accept(**cast.turn(by, received.case, at=ago(50)))


def _helped() -> Case:
    return dispatch.help(**cast.turn("roads-1", taken(cast.say(at=ago())), at=ago(40)), organs=["water"])


def _closed() -> Case:
    turn = cast.turn("roads-1", taken(cast.say(at=ago())), at=ago(40))
    return closing.answer_and_close(**turn, public_text="修好了", outcome="fixed")


def _withdrawn() -> Case:
    received = cast.say(at=ago())
    intake.withdraw(by=received.voice.ref, at=ago(30), voice=received.voice.id)
    return received.case


def _answered() -> Case:
    return handling.answer(**cast.turn("roads-1", taken(cast.say(at=ago())), at=ago(40)), public_text="修好了")


def _paused() -> Case:
    case = taken(cast.say(at=ago()))
    return pausing.pause(**cast.turn("roads-head", case, at=ago(40)), reason="expert_opinion", text="等检测")


def _asked() -> Case:
    return handling.ask(**cast.turn("roads-1", taken(cast.say(at=ago())), at=ago(40)), question="几号？")


OBJECTS: dict[str, Callable[[], Case]] = {
    "received": lambda: cast.say(at=ago()).case,
    "in_hand": lambda: taken(cast.say(at=ago())),
    "asked": _asked,
    "paused": _paused,
    "helped": _helped,
    "answered": _answered,
    "closed": _closed,
    "withdrawn": _withdrawn,
    "at_the_desk": lambda: cast.say("一件说不清的事情", at=ago(), place=None).case,
    "about_roads_1": lambda: cast.say(at=ago(), officer=Officer(post=cast.post("roads-1").id)).case,
    "about_roads": lambda: cast.say(at=ago(), officer=Officer(organ="roads")).case,
    "about_the_supervisor": lambda: cast.say(at=ago(), officer=Officer(organ="watch")).case,
}
ABOUT = {
    "about_roads_1": {"roads-1"},
    "about_roads": {"roads-1", "roads-2", "roads-head"},
    "about_the_supervisor": {"watch-1"},
}


def sees(code: str, thing: str) -> bool:
    """Who may see what, in plain words and without a query."""
    permits = permits_of(ROLE[code])
    if not permits & READ:
        return False
    if thing in ABOUT:
        if code in ABOUT[thing]:
            return False
        leads = {"about_roads_1": "watch", "about_roads": "watch", "about_the_supervisor": ""}[thing]
        return ORGAN[code] == leads or (not leads and Permit.CASE_SEND in permits)
    if Permit.CASE_READ_ALL in permits:
        return True
    if thing == "at_the_desk":
        return False
    in_its_place = code in ("town-1", "grid-1")
    return ORGAN[code] == "roads" or in_its_place or (thing == "helped" and code == "water-1")


def state_of(case: Case) -> tuple[Any, ...]:
    row = Case.objects.filter(id=case.id).values().get()
    kept = Entry.objects.filter(case=case).count(), Voice.objects.filter(case=case).count(), Fact.objects.count()
    return row, kept


FIELDS: dict[str, dict[str, Any]] = {
    "relocate": {"place": cast.OTHER_VILLAGE},
    "pause": {"reason": "expert_opinion", "text": "等检测"},
    "narrow": {"reason": "personal_data", "text": "有邻居的名字"},
    "send": {"organ": "water"},
    "hand_over": {"reason": "needs_other", "to": "organ:water"},
    "rematter": {"matter": "lamp"},
    "help": {"organs": ["town"]},
    "return_help": {"text": "做完了"},
    "ask": {"question": "几号？"},
    "answer": {"public_text": "修好了", "outcome": "open"},
    "close": {"outcome": "fixed"},
    "extend": {"reason_text": "要等配件"},
    "reopen": {"reason_text": "再看看"},
    "note": {"internal_text": "看过了"},
}


@pytest.mark.parametrize("code", ROLE)
def test_every_page_of_a_case_opens_by_permit_and_sight_alone(code: str) -> None:
    client, permits = signed_in(code), permits_of(ROLE[code])
    for thing, make in OBJECTS.items():
        case = make()
        before = state_of(case)
        for page, wanted in PAGES.items():
            expected = 403 if not permits & wanted else 200 if sees(code, thing) else 404
            assert client.get(url(page, case)).status_code == expected, (thing, page)
        assert state_of(case) == before, "looking changed something"


@pytest.mark.parametrize("code", ROLE)
def test_what_is_offered_goes_through_and_what_is_not_changes_nothing(code: str) -> None:
    client, chance = signed_in(code), random.Random(code)  # a sample, the same in every run
    for thing, make in OBJECTS.items():
        for move in chance.sample(sorted(DEEDS), 4):
            _try(client, code, make(), thing, move)


def _try(client: Any, code: str, case: Case, thing: str, move: str) -> None:
    page = client.get(url(move, case))
    offered = page.status_code == 200 and page.context["possible"]
    if move == "close" and offered and page.context["course"].state != "answered":
        return  # offered for a duplicate alone, which names another case
    if move == "answer" and offered and "answer" not in page.context["desk"].moves:
        return
    before = state_of(case)
    sent = client.post(url(move, case), {"version": before[0]["version"], "queue": "", **FIELDS.get(move, {})})
    if offered:
        assert sent.status_code == 302, (thing, move, sent.content.decode()[:2000])
        assert state_of(case) != before, (thing, move)
        assert DEEDS[move].permit in permits_of(ROLE[code])
    else:
        assert sent.status_code in (400, 403, 404, 409, 422), (thing, move, sent.status_code)
        assert state_of(case) == before, (thing, move)


@pytest.mark.parametrize("code", ROLE)
def test_pages_without_a_case_open_by_permit_alone(code: str) -> None:
    client = signed_in(code)
    for page, wanted in PLACELESS.items():
        answer = client.get(url(page))
        allowed = bool(permits_of(ROLE[code]) & wanted)
        assert (answer.status_code == 200) is allowed, page
        assert answer.status_code in (200, 302, 403), page


def test_every_role_of_the_table_is_tried() -> None:
    assert set(ROLE.values()) == set(ROLES)
