"""The nine rights of DESIGN section 4 as a resident meets them: through doors, and in what is kept.

Each fails when the verb behind it does nothing. Rooms test the details; here stands what must never stop being true.
"""

from __future__ import annotations

import ast
import json
import random
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client

from gongzhi.cases import closing, course, dispatch, handling, intake, looking, numbers, rating, rules
from gongzhi.cases.cards import Contact, KeptPhoto, Officer, Where
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, url
from gongzhi.channels.models import Message
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people.models import Account
from gongzhi.procedures import clocks
from gongzhi.procedures.models import Clock
from tests.house.rooms import PACKAGE, tree

pytestmark = pytest.mark.usefixtures("county")
SECRETS = ("13800138000", "11010519491231002X", "lin@example.org", "浙A12345")
TOLD = "我叫林小红，电话13800138000，身份证11010519491231002X，车牌浙A12345，写信到lin@example.org。井盖坏了"


@pytest.fixture
def county(db: None, settings: Any, tmp_path: Path) -> None:
    settings.PRINTED_DIR, settings.FILES_DIR = tmp_path / "printed", tmp_path / "files"
    cast.load_county()


def said(**more: Any) -> intake.Received:
    """A voice of an hour ago, so that the doors, which read the clock, come after it."""
    return cast.say(**({"at": moments.now() - timedelta(hours=1)} | more))


def taken(received: intake.Received) -> Case:
    return dispatch.accept(**cast.turn("roads-1", received.case, at=received.voice.noted_at))


def closed(received: intake.Received) -> Case:
    case = taken(received)
    turn = cast.turn("roads-1", case, at=received.voice.noted_at)
    return closing.answer_and_close(**turn, public_text="修好了", outcome="fixed")


# 1 Speaking is free of conditions ------------------------------------------------------------------------------
def send(client: Client, words: str) -> Any:
    form = {"step": "check", "go": "next", "key": "0195e0c0-0000-7000-8000-000000000001", "words": words, "seen": "1"}
    return client.post("/zh/speak/", form)


def test_1_words_alone_make_a_voice_without_account_name_map_cookie_or_script() -> None:
    client, accounts = Client(enforce_csrf_checks=True), Account.objects.count()
    answer = send(client, "桥头的井盖坏了")
    voice = Voice.objects.get()
    assert answer.status_code == 303
    assert not client.cookies
    assert Account.objects.count() == accounts
    assert (voice.words, voice.contact_kind, voice.allows_public) == ("桥头的井盖坏了", "", False)
    assert not Case.objects.get().public
    assert voice.number in client.get(answer.headers["Location"]).content.decode()


def test_1_words_of_danger_bring_the_number_to_call_at_once_and_are_kept() -> None:
    client, words = Client(), "我家着火了，快来人"
    first = client.post("/zh/speak/", {"step": "words", "go": "next", "words": words})
    assert "119" in first.content.decode()
    send(client, words)
    assert Case.objects.get().urgent
    assert Voice.objects.get().words == words


@pytest.mark.parametrize(
    "words", ["县长下台", "共产党 习近平 六四", "法轮功", "!!1", "🏚️坏", "ا", "' OR 1=1 --", "<b>x</b>"]
)
def test_5_there_is_no_list_of_forbidden_words(words: str) -> None:
    assert send(Client(), words).status_code == 303
    assert Voice.objects.get().words == words


# 2 Two texts ---------------------------------------------------------------------------------------------------
def everything_kept() -> str:
    """Every value of every row of every table, sealed ones as they lie, and every printed file."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept += [str(bytes(v) if isinstance(v, memoryview) else v) for row in cursor.fetchall() for v in row]
    return "\n".join(kept)


def test_2_nothing_personal_lies_in_the_clear_in_any_table_whatever_door_it_came_by() -> None:
    received = said(words=TOLD, place=Where(lon=120.05, lat=30.05, text="东街，电话13800138000"))
    turn = cast.turn("roads-1", taken(received), at=received.voice.noted_at)
    handling.ask(**turn, question="电话13800138000是您的吗？")
    doer: dict[str, Any] = {"by": received.voice.ref, "at": received.voice.noted_at, "voice": received.voice.id}
    handling.answer_question(**doer, words=TOLD)
    turn = cast.turn("roads-1", received.case, at=received.voice.noted_at)
    closing.answer_and_close(**turn, public_text=f"已联系{TOLD}", outcome="fixed")
    rating.rate(**doer, solved=False, grade=1, words=TOLD)
    kept = everything_kept()
    assert "井盖坏了" in kept
    assert [secret for secret in SECRETS if secret in kept] == []


def test_2_the_original_is_there_and_opens_only_through_a_look() -> None:
    received = said(words=TOLD)
    post = cast.post("roads-1")
    look: dict[str, Any] = {"by": post.doer, "at": received.voice.noted_at, "post": post, "voice": received.voice.id}
    assert looking.original(**look, purpose="contact").words == TOLD
    openers = {
        (path.stem, node.func.attr)
        for path in (PACKAGE / "cases").rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("open_told", "open_reply", "open_contact")
    }
    letters_need_the_address = {("letters", "open_contact")}
    assert openers - letters_need_the_address == {
        ("looking", name) for name in ("open_told", "open_reply", "open_contact")
    }


# 3 Every look names its purpose; an officer never sees what is about her -----------------------------------------
def test_3_a_look_through_the_desk_is_a_fact_and_stands_on_the_residents_page() -> None:
    received = said(words=TOLD)
    client, page = signed_in("roads-1"), url("original", received.case)
    assert "13800138000" not in client.post(page, {"voice": str(received.voice.id)}).content.decode()
    assert not Fact.objects.filter(kind="person.looked").exists()
    opened = client.post(page, {"voice": str(received.voice.id), "purpose": "contact"}).content.decode()
    assert "13800138000" in opened
    fact = Fact.objects.get(kind="person.looked")
    assert (fact.about, fact.details["purpose"], fact.details["case"]) == (
        received.voice.ref, "contact", received.case.ref
    )  # fmt: skip
    (look,) = course.by_token(received.link_token, moments.now()).looks
    assert look.post is not None
    assert (look.post.title_zh, set(look.fields)) == ("roads-1岗", set(looking.FIELDS))
    assert "联系" in str(look.purpose)


@pytest.mark.parametrize("code", ["roads-1", "roads-2", "roads-head", "desk-1", "mayor", "audit", "counter-1"])
def test_3_no_page_of_the_desk_shows_a_complaint_to_the_officer_or_a_bystander(code: str) -> None:
    officer = Officer(post=cast.post("roads-1").id)
    received = said(words="他收了我的钱才肯办事", officer=officer, photos=[KeptPhoto("0" * 64, "image/jpeg", 9, 9)])
    client = signed_in(code)
    pages = [url(name, received.case) for name in ("case", "print", "nearby", "watchers", "original", "note", "accept")]
    assert {client.get(page).status_code for page in pages} <= {403, 404}
    lists = [
        url("inbox"),
        url("list"),
        url("list") + "?q=收了我的钱",
        url("list") + "?as=csv",
        url("leader"),
        url("officers"),
    ]
    shown = "".join(client.get(page, follow=True).content.decode() for page in lists)
    number = client.get(url("list"), {"q": received.case.number})
    assert number.status_code in (200, 403)
    assert "收了我的钱才肯" not in shown
    assert received.case.number not in shown


# 4 No score of a person, no cell below ten ----------------------------------------------------------------------
@pytest.mark.parametrize(("people", "shown"), [(9, None), (10, 10)])
def test_4_a_cell_of_fewer_than_ten_people_is_withheld_on_every_door(people: int, shown: int | None) -> None:
    for _ in range(people):
        said(contact=None)
    assert numbers.place_numbers(cast.GRID, moments.now()).received == shown
    assert Client().get(f"/api/v1/places/{cast.GRID}").json()["received"] == shown


def test_4_no_table_keeps_a_score_of_a_person() -> None:
    scoring = re.compile(r"score|points|credit|rank|reputation|trust_level|risk")
    ours = [model for model in apps.get_models() if model.__module__.startswith("gongzhi.")]
    fields = {f"{m.__name__}.{f.name}" for m in ours for f in m._meta.concrete_fields if scoring.search(f.name)}
    assert fields == set()


# 5 Nothing is refused, passed on or paused without a coded reason -------------------------------------------------
def test_5_a_pause_has_a_coded_reason_and_an_end_and_is_told_with_its_date() -> None:
    received = said()
    at = received.voice.noted_at
    case = taken(received)
    with pytest.raises(Refusal):
        clocks.pause(by="post:x", at=at, clock=case.clock, reason="busy")
    handling.ask(**cast.turn("roads-1", case, at=at), question="哪一盏？")
    clock = Clock.objects.get(id=case.clock)
    assert clock.pause_reason == handling.WAITING
    assert clock.pause_until is not None
    assert clock.pause_until - at < timedelta(days=40)
    letter = Message.objects.get(template="cases/messages/asked")
    assert letter.context["until"]


@pytest.mark.parametrize("reason", ["", "no_time", "不归我管"])
def test_5_nothing_is_passed_on_without_a_coded_reason(reason: str) -> None:
    case = taken(said())
    with pytest.raises(Refusal):
        dispatch.hand_over(**cast.turn("roads-1", case, at=moments.now()), reason=reason, to_organ="water")
    assert Case.objects.get(id=case.id).organ == "roads"


# 6 A suggestion says that it is one -------------------------------------------------------------------------------
def test_6_a_suggested_matter_says_so_and_one_click_overrules_it() -> None:
    case = taken(said())
    assert case.matter_by == "suggested"
    page = signed_in("roads-1").get(url("case", case)).content.decode()
    assert "建议" in page
    form = {"version": Case.objects.get(id=case.id).version, "matter": "lamp", "queue": ""}
    signed_in("roads-1").post(url("rematter", case), form)
    row = Case.objects.get(id=case.id)
    assert (row.matter_id, row.matter_by) == ("lamp", "staff")
    assert Fact.objects.get(kind="case.rematter").details == {
        "matter": "lamp", "before": "manhole", "hint": "overruled"
    }  # fmt: skip


# 7 Closed is not fixed ----------------------------------------------------------------------------------------------
def test_7_an_unhappy_rating_through_the_secret_link_reopens_by_right() -> None:
    received = said()
    case = closed(received)
    assert (case.state, case.outcome) == ("closed", "fixed")
    client = Client()
    client.post(f"/zh/v/{received.link_token}/rate", {"solved": "no", "grade": "1", "words": ""})
    row = Case.objects.get(id=case.id)
    assert (row.state, row.outcome, row.round, row.holder) == ("received", "", 2, "organ:roads")
    assert Clock.objects.get(id=row.clock).stopped_at is None
    assert Fact.objects.get(kind="case.rated").details["reopened"] is True
    assert Entry.objects.filter(case=case, kind="reopened", reason="unhappy").exists()


# 8 Clocks cannot be quietly reset -------------------------------------------------------------------------------------
STEPS: dict[str, Any] = {
    "note": lambda case, at: handling.note(**cast.turn("roads-1", case, at=at), internal_text="看过了"),
    "rematter": lambda case, at: dispatch.rematter(
        **cast.turn("roads-1", case, at=at), matter=random.choice(["lamp", "water", "gas", "other"])
    ),
    "hand_over": lambda case, at: dispatch.hand_over(
        **cast.turn("roads-1", case, at=at), reason="on_leave", to_post=cast.post("roads-2").id
    ),
    "accept": lambda case, at: dispatch.accept(**cast.turn("roads-1", case, at=at)),
    "help": lambda case, at: dispatch.help(**cast.turn("roads-1", case, at=at), organs=["water"]),
    "return_help": lambda case, at: dispatch.return_help(**cast.turn("water-1", case, at=at), text="做完了"),
    "join": lambda case, at: intake.join(by=rules.NEW_VOICE, at=at, case=case.id, words="我也看到了"),
}


@pytest.mark.parametrize("seed", range(4))
def test_8_no_comment_edit_rematter_or_hand_over_touches_the_clock_in_any_order(seed: int) -> None:
    random.seed(seed)
    case = taken(cast.say())
    clock, done = Clock.objects.filter(id=case.clock).values().get(), set()
    for number in range(14):
        step = random.choice(list(STEPS))
        try:
            STEPS[step](case, cast.AT + timedelta(minutes=number))
        except Refusal:
            continue
        done.add(step)
        row = Case.objects.get(id=case.id)
        assert Clock.objects.filter(about=row.ref).values().get() == clock, step
        assert (row.clock, row.due_at, row.near_at) == (clock["id"], clock["due_at"], clock["near_at"])
    assert len(done) >= 3


def test_8_the_clock_moves_only_in_these_verbs() -> None:
    """Whoever adds a touch of the clock says so here."""
    touching = {
        (path.stem, node.func.attr)
        for path in (PACKAGE / "cases").rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "clocks"
    }
    assert {stem for stem, verb in touching if verb in ("start", "put_back", "extend", "pause", "resume")} == {
        "intake", "closing", "handling", "undoing", "appealing", "earlier"
    }  # fmt: skip


# 9 Withdrawn is withdrawn ---------------------------------------------------------------------------------------------
def public_doors(case: Case) -> list[str]:
    number = case.number
    doors = ["/api/v1/cases", "/api/v1/cases?q=摔倒", f"/api/v1/cases/{number}"]
    for lang in ("zh", "en"):
        doors += [
            f"/{lang}/{path}" for path in ("", "cases/", "week/", f"cases/{number}/", "cases/?q=摔倒", "cases/list.csv")
        ]
        doors += [f"/{lang}/places/{code}/" for code in (cast.GRID, cast.VILLAGE, cast.TOWN)]
    return doors


@pytest.mark.django_db(transaction=True)
def test_9_from_the_acknowledgement_on_no_door_and_no_printed_file_has_the_words(settings: Any) -> None:
    received = said()
    client, words = Client(), "老人差点摔倒"
    before = [client.get(door).content.decode() for door in public_doors(received.case)]
    printed = [path for path in settings.PRINTED_DIR.rglob("*.html") if words in path.read_text()]
    assert sum(words in page for page in before) >= 10
    assert len(printed) >= 6
    assert client.post(f"/zh/v/{received.link_token}/withdraw").status_code == 200
    assert not [path for path in settings.PRINTED_DIR.rglob("*.html") if words in path.read_text()]
    after = {door: client.get(door).content.decode() for door in public_doors(received.case)}
    assert [door for door, page in after.items() if words in page] == []
    assert client.get(f"/zh/v/{received.link_token}/").status_code == 410
    assert words not in json.dumps(list(Fact.objects.values_list("details", flat=True)), ensure_ascii=False)


def test_a_contact_is_read_by_letters_and_looks_alone() -> None:
    received = said(contact=Contact("phone", "13912345678"))
    page = signed_in("roads-1").get(url("case", received.case)).content.decode()
    assert "13912345678" not in page
    assert "13912345678" not in Client().get(f"/api/v1/voices/{received.link_token}").content.decode()


def test_every_model_with_a_personal_or_secret_field_is_known_here() -> None:
    """A new table with such a field is a new threat: add it to docs/security.md, then here."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("gongzhi.")]
    known = (PACKAGE.parent / "docs/security.md").read_text()
    missing = [m.__name__ for m in ours if _keeps_persons(m) and f"`{m.__name__}`" not in known]
    assert missing == []


def _keeps_persons(model: type[models.Model]) -> bool:
    declared = model.PRIVACY  # type: ignore[attr-defined]
    return bool(declared["personal"] or declared["secret"])
