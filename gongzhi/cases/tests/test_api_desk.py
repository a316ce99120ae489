"""The staff's JSON door: the journey of a case by token and by session, with the permits and the sight of the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import appealing, handling
from gongzhi.cases.api import api
from gongzhi.cases.cards import Officer
from gongzhi.cases.desk.api import STEPS
from gongzhi.cases.models import Case, Decision, Hint
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import fresh, signed_in, state
from gongzhi.kit import moments
from gongzhi.ledger.models import Fact
from gongzhi.people import tokens
from gongzhi.people.models import Post
from gongzhi.people.own import AccessToken
from gongzhi.people.permits import permits_of

pytestmark = pytest.mark.usefixtures("county")
DESK = "/api/v1/desk"
POSTS = ("roads-1", "roads-head", "water-1", "town-1", "watch-1", "desk-1", "counter-1", "mayor", "audit", "admin")


class Program:
    """A program with a token of somebody's post."""

    def __init__(self, code: str) -> None:
        actor = cast.actor(code)
        made = {"actor": actor, "post": actor.acting.id, "label": code, "days": 30}
        self.text = tokens.make(by=actor.by, at=moments.now(), **made)[1]
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {self.text}", "Accept-Language": "zh"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{DESK}{path}", query, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        data = json.dumps(body, default=str)
        return self.client.post(f"{DESK}{path}", data, content_type="application/json", headers=self.headers)

    def move(self, path: str, case: Case, **body: Any) -> Any:
        case.refresh_from_db()
        return self.post(f"/cases/{case.number}/{path}", {"version": case.version, **body})


def test_a_case_goes_the_whole_way_by_programs_alone() -> None:
    case, roads, water = fresh(), Program("roads-1"), Program("water-1")
    assert [row["number"] for row in roads.get("/inbox", queue="new").json()["cases"]] == [case.number]
    told = roads.move("accept", case).json()
    assert (told["state"], "ask" in told["moves"], told["undo_until"] is not None) == ("in_hand", True, True)
    assert roads.move("matter", case, matter="manhole").status_code == 200
    asked = roads.move("ask", case, question="哪一个？").json()
    assert (asked["state"], asked["clock"]["state"]) == ("asked", "paused")
    voice = case.voice_set.get()
    handling.answer_question(by=voice.ref, at=moments.now(), voice=voice.id, words="东边")
    assert roads.move("help", case, organs=["water"], text="请看管线").status_code == 200
    assert water.move("return", case, text="看过了").status_code == 200
    assert Program("roads-head").move("pause", case, reason="expert_opinion", text="等检测").json()["state"] == "paused"
    assert Program("roads-head").move("resume", case).json()["state"] == "in_hand"
    done = roads.move("answer", case, public_text="换好了", outcome="fixed").json()
    assert (done["state"], done["outcome"], done["helps"][0]["organ"]["code"]) == ("closed", "fixed", "water")
    assert roads.move("reopen", case, reason_text="又松了").json()["state"] == "received"
    assert {fact.by for fact in Fact.objects.filter(about=case.ref)} >= {cast.post("roads-1").ref}


def test_undo_looks_lists_and_exports() -> None:
    case, roads = fresh(), Program("roads-1")
    roads.move("accept", case)
    assert roads.post(f"/cases/{case.id}/undo", {}).json()["state"] == "received"
    assert roads.post(f"/cases/{case.id}/undo", {}).status_code == 409
    voice = case.voice_set.get()
    opened = roads.post(f"/cases/{case.id}/looks", {"voice": voice.id, "purpose": "contact"})
    assert opened.json()["contact"] == "lin@example.org"
    assert Fact.objects.filter(kind="person.looked").count() == 1
    for wrong in ({"voice": voice.id, "purpose": "curious"}, {"voice": case.id, "purpose": "contact"}):
        assert roads.post(f"/cases/{case.id}/looks", wrong).status_code in (400, 404)
    assert roads.get("/cases", q="井盖").json()["cases"][0]["id"] == str(case.id)
    sheet = roads.get("/export.csv", queue="all").content.decode("utf-8-sig")
    assert case.number in sheet
    assert "lin@example.org" not in sheet
    assert {queue["code"]: queue["count"] for queue in roads.get("/queues").json()}["new"] == 1
    me = roads.get("/me").json()
    assert (me["organ"]["code"], "case_answer" in me["permits"]) == ("roads", True)


def test_an_appeal_is_answered_and_a_twin_overruled() -> None:
    case, roads, watch = fresh(), Program("roads-1"), Program("watch-1")
    other = fresh()
    assert roads.post(f"/cases/{case.id}/not-the-same", {"other": other.number}).status_code == 204
    assert Hint.objects.get().verdict == "overruled"
    roads.move("narrow", case, reason="personal_data", text="有名字")
    voice = case.voice_set.get()
    decision = Decision.objects.get().pk
    appealing.appeal(by=voice.ref, at=moments.now(), voice=voice.id, decision=decision, words="那是我")
    (row,) = watch.get("/appeals").json()
    assert (row["what"], row["reason"]) == ("narrowed", "personal_data")
    case.refresh_from_db()
    body = {"version": case.version, "granted": True, "public_text": "恢复公开"}
    assert roads.post(f"/appeals/{row['id']}", body).status_code == 403
    assert watch.post(f"/appeals/{row['id']}", body).json()["public"] is True
    assert watch.post(f"/appeals/{row['id']}", body).status_code == 404


def test_who_comes_second_is_told_who_was_first() -> None:
    case = fresh()
    first = {"version": case.version}
    Program("roads-1").post(f"/cases/{case.id}/accept", first)
    answer = Program("roads-2").post(f"/cases/{case.id}/accept", first)
    assert (answer.status_code, answer.json()["code"]) == (409, "moved_first")
    assert "roads-1岗" in answer.json()["sentence"]
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("token", ["", "gz_wrong", "Basic", "gz_" + "x" * 22])
def test_without_a_token_nothing_opens(token: str) -> None:
    case = fresh()
    client = Client(headers={"Authorization": f"Bearer {token}"} if token else {})
    for path in ("/me", "/inbox", f"/cases/{case.id}", "/export.csv", "/appeals"):
        answer = client.get(DESK + path)
        assert answer.status_code == 401, path
        assert answer.json()["code"] in ("not_signed_in", "token_wrong")
    assert client.post(f"{DESK}/cases/{case.id}/accept", {}, content_type="application/json").status_code == 401
    assert state(case) == "received"


def test_a_session_needs_its_csrf_token_to_change_something() -> None:
    case = fresh()
    client = signed_in("roads-1")
    client.handler.enforce_csrf_checks = True
    assert client.get(f"{DESK}/me").status_code == 200
    url, body = f"{DESK}/cases/{case.id}/accept", json.dumps({"version": case.version})
    refused = client.post(url, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_missing")
    assert state(case) == "received"
    sent = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post(url, body, content_type="application/json", headers=sent).status_code == 200


def test_a_token_opens_no_page_and_stops_with_its_post() -> None:
    program = Program("roads-1")
    page = program.client.get("/zh/desk/", headers=program.headers)
    assert page.status_code == 302  # to sign-in
    Post.objects.filter(code="roads-1").update(account=None)
    assert program.get("/me").status_code == 401


def test_a_token_has_its_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "PER_HOUR", 2)
    program = Program("roads-1")
    assert [program.get("/me").status_code for _ in range(3)] == [200, 200, 429]
    assert AccessToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("code", POSTS)
def test_every_operation_keeps_to_the_table_of_permits(code: str) -> None:
    """Whoever lacks the permit is refused on every operation; who holds it is not refused for that."""
    case, program = fresh(), Program(code)
    held = permits_of(cast.post(code).role)
    before = Case.objects.filter(id=case.id).values().get()
    for step in STEPS:
        answer = program.post(f"/cases/{case.id}/{step.path}", {"version": 999_999, **BODIES.get(step.path, {})})
        assert (answer.status_code == 403) is (step.permit not in held), (step.path, answer.content)
        assert answer.status_code in (403, 404, 409), (step.path, answer.content)
    for path, view in _operations().items():
        permit = view.permit
        if "{" in path or permit == ("post",):
            continue
        assert (program.get(path).status_code == 200) is bool(held & set(permit)), path
    assert Case.objects.filter(id=case.id).values().get() == before


BODIES: dict[str, dict[str, Any]] = {
    "send": {"organ": "water"},
    "close-untaken": {"reason": "settled"},
    "hand-over": {"reason": "needs_other", "to_organ": "water"},
    "matter": {"matter": "lamp"},
    "place": {"place": cast.OTHER_VILLAGE},
    "help": {"organs": ["town"]},
    "return": {"text": "做完了"},
    "ask": {"question": "几号？"},
    "pause": {"reason": "expert_opinion", "text": "等检测"},
    "answer": {"public_text": "修好了"},
    "close": {"outcome": "fixed"},
    "extend": {"reason_text": "要等配件"},
    "reopen": {"reason_text": "再看看"},
    "narrow": {"reason": "personal_data", "text": "有名字"},
    "note": {"internal_text": "看过了"},
}


def _operations() -> dict[str, Any]:
    router = next(router for prefix, router in api._routers if prefix.strip("/") == "desk")
    return {
        path: operation.view_func
        for path, view in router.path_operations.items()
        for operation in view.operations
        if "GET" in operation.methods
    }


def test_a_complaint_about_an_officer_reaches_no_program_of_hers() -> None:
    officer = Officer(post=cast.post("roads-1").id)
    case = fresh("他收了我的钱才肯办事", officer=officer)
    for code in ("roads-1", "roads-2", "roads-head", "counter-1", "audit", "mayor", "desk-1"):
        program = Program(code)
        for path in (f"/cases/{case.id}", f"/cases/{case.number}"):
            assert program.get(path).status_code == 404, (code, path)
        shown = "".join(
            program.get(path).content.decode() for path in ("/cases", "/inbox?queue=all", "/export.csv", "/appeals")
        )
        assert case.number not in shown
        for step in STEPS:
            answer = program.post(f"/cases/{case.id}/{step.path}", {"version": 1, **BODIES.get(step.path, {})})
            assert answer.status_code in (403, 404), (code, step.path)
    assert Program("watch-1").get(f"/cases/{case.id}").status_code == 200


def test_a_misspelt_field_is_refused_and_every_body_has_an_example() -> None:
    case = fresh()
    answer = Program("roads-1").post(f"/cases/{case.id}/accept", {"version": 1, "vresion": 2})
    assert answer.status_code == 422
    schema = api.get_openapi_schema()
    for path, methods in schema["paths"].items():
        body = methods.get("post", {}).get("requestBody")
        if "/desk/" in path and body:
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schema["components"]["schemas"][name].get("example"), name
    assert schema["components"]["securitySchemes"]


def test_an_old_cursor_and_a_wrong_queue_are_said_kindly() -> None:
    roads = Program("roads-1")
    for query in ({"queue": "nope"}, {"after": "???"}):
        answer = roads.get("/inbox", **query)
        assert answer.status_code == 400
        assert answer.json()["sentence"]
    assert roads.get("/cases/990101-26-0000-0000").status_code == 404
    assert roads.get("/cases/zzz").status_code == 404
    assert AccessToken.objects.get().ends_at > moments.now() + timedelta(days=29)


def test_a_program_that_goes_on_asks_for_a_line_and_gets_no_more() -> None:
    """RFC 7240: what was done is the same, only the answer is short."""
    case, roads = fresh(), Program("roads-1")
    roads.headers["Prefer"] = "respond-async, return=minimal"
    told = roads.move("accept", case)
    assert told.headers["Preference-Applied"] == "return=minimal"
    assert told.json().keys() == {"id", "number", "version", "state", "outcome", "due_at"}
    closed = roads.move("answer", case, public_text="已经修好了，谢谢您。", outcome="fixed").json()
    case.refresh_from_db()
    assert (closed["version"], closed["state"]) == (case.version, "closed")
    stale = roads.post(f"/cases/{case.number}/note", {"version": 1, "internal_text": "晚了一步"})
    assert stale.status_code == 409
