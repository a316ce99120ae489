"""The JSON door from outside: photos, other websites, guessed keys, and an answer in JSON whatever is asked."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gongzhi.cases import intake, schemas
from gongzhi.cases.models import Case, Photo, Strain, Voice
from gongzhi.cases.tests import small

pytestmark = pytest.mark.django_db
API = "/api/v1"
WORDS = "西河桥头的路灯坏了。"


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR, settings.PRINTED_DIR = tmp_path / "files", tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"{API}{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


def said(**more: Any) -> dict[str, Any]:
    return {"words": WORDS, "place": {"code": small.GRID}, "form_key": str(uuid4()), **more}


def send_photo(client: Client, data: bytes = b"", **headers: str) -> Any:
    file = SimpleUploadedFile("lamp.jpg", data or small.photo(), "image/jpeg")
    return client.post(f"{API}/photos", {"photo": file}, headers=headers)


def with_place() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", exif=exif)
    return out.getvalue()


# Photos ----------------------------------------------------------------------------------------------------------
def test_a_photo_is_sent_first_and_named_by_its_ticket(client: Client) -> None:
    kept = send_photo(client, with_place())
    assert kept.status_code == 201
    assert kept["Cache-Control"] == "no-store"
    data = schemas.PhotoKept.model_validate(kept.json())
    token = post(client, "/voices", said(photos=[data.ticket])).json()["token"]
    photo = Photo.objects.get(voice=Voice.objects.get())
    served = client.get(f"/zh/v/{token}/photos/{photo.id}")
    assert served["Content-Type"] == "image/jpeg"
    assert b"secret place" not in served.content


def test_a_photo_goes_with_an_answer_and_with_a_voice_that_joins(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    ticket = send_photo(client).json()["ticket"]
    assert (
        post(client, f"/voices/{received.link_token}/answer", {"words": "第二根", "photos": [ticket]}).status_code
        == 200
    )
    joined = post(client, f"/cases/{received.case.number}/voices", {"words": "我家也是", "photos": [ticket]})
    assert joined.status_code == 201
    assert Photo.objects.filter(entry__isnull=False).count() == 1
    assert not Photo.objects.get(voice__isnull=False).public, "only the first voice's photos are shown to everybody"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("a.txt", "a" * 1000)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (archive, 400, "photo_unreadable"),
        (lambda: b"MZ no picture", 400, "photo_unreadable"),
        (bomb, 413, "photo_too_many_pixels"),
        (lambda: b"\xff\xd8" + b"x" * 11_000_000, 413, "photo_too_large"),
    ],
)
def test_what_the_form_refuses_the_json_door_refuses_in_the_same_words(
    client: Client, make: Any, status: int, code: str
) -> None:
    refused = send_photo(client, make(), **{"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (status, code, "photos")
    assert refused.json()["sentence"]
    assert not Photo.objects.exists()


def test_a_forged_ticket_and_six_photos_are_refused_and_nothing_is_kept(client: Client) -> None:
    ticket = send_photo(client).json()["ticket"]
    assert post(client, "/voices", said(photos=[ticket[:-2] + "xx"])).json()["code"] == "photo_forgotten"
    assert post(client, "/voices", said(photos=[ticket] * 6)).json()["code"] == "photos_too_many"
    assert not Voice.objects.exists()


def test_a_crowd_of_photos_waits_too(client: Client) -> None:
    send_photo(client)
    Strain.objects.update(count=100_000)
    assert send_photo(client).status_code == 429


# Other websites ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/page"},
    ],
)
def test_another_site_posts_nothing_through_a_visitor(client: Client, headers: dict[str, str]) -> None:
    received = small.voice()
    small.closed(received)
    token, before = received.link_token, Voice.objects.count()
    paths = {
        "/voices": said(),
        f"/cases/{received.case.number}/voices": {"words": "我也是"},
        f"/voices/{token}/answer": {"words": "x"},
        f"/voices/{token}/rating": {"solved": False, "grade": 1},
        f"/voices/{token}/withdraw": None,
        f"/voices/{token}/erase": None,
    }
    answers = {path: post(client, path, body, **headers) for path, body in paths.items()}
    answers["/photos"] = send_photo(client, **headers)
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert {answer.json()["code"] for answer in answers.values()} == {"foreign_call"}
    assert Voice.objects.count() == before
    assert Case.objects.get().state == "closed"


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_program_and_our_own_pages_pass(client: Client, headers: dict[str, str]) -> None:
    assert post(client, "/voices", said(), **headers).status_code == 201


# Keys a program chooses -----------------------------------------------------------------------------------------------
def test_a_guessed_key_never_shows_a_strangers_link(client: Client) -> None:
    guessable = str(UUID(int=1))
    hers = post(client, "/voices", said(form_key=guessable, contact={"kind": "phone", "address": "13800001234"})).json()
    for words in ({}, {"words": WORDS + "！"}, {"contact": {"kind": "phone", "address": "13800009999"}}):
        stranger = post(client, "/voices", said(form_key=guessable, **words))
        assert stranger.status_code == 201
        assert stranger.json()["token"] != hers["token"]
        assert stranger.json()["number"] != hers["number"]


def test_the_same_body_twice_is_one_voice_with_the_same_receipt(client: Client) -> None:
    ticket = send_photo(client).json()["ticket"]
    body = said(photos=[ticket])
    first, second = post(client, "/voices", body), post(client, "/voices", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["token"] == second.json()["token"]
    assert (first.json()["first"], second.json()["first"]) == (True, False)
    assert Voice.objects.count() == 1


def test_a_form_of_the_days_before_is_refused_without_a_link(client: Client, monkeypatch: Any) -> None:
    body = said()
    post(client, "/voices", body)
    monkeypatch.setattr("gongzhi.cases.api.now", lambda: small.AT + intake.AGAIN + timedelta(hours=2))
    late = post(client, "/voices", body)
    assert (late.status_code, late.json()["code"]) == (409, "sent_before")
    assert "token" not in late.json()
    assert Voice.objects.count() == 1


def test_the_same_form_after_a_withdrawal_shows_no_dead_link(client: Client) -> None:
    body = said()
    token = post(client, "/voices", body).json()["token"]
    post(client, f"/voices/{token}/withdraw")
    assert post(client, "/voices", body).json()["code"] == "sent_before"


# Always JSON ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/nothing", 404),
        ("get", "/voices/x/y/z", 404),
        ("get", "/voices", 405),
        ("put", "/voices", 405),
        ("delete", "/cases", 405),
        ("post", "/week", 405),
        ("post", "/voices", 422),
        ("get", "/cases?limit=x", 422),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_is_asked_is_answered_in_json_with_one_sentence(
    client: Client, method: str, path: str, status: int, language: str
) -> None:
    ask = getattr(client, method)
    answer = ask(f"{API}{path}", content_type="application/json", headers={"Accept-Language": language})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    told = schemas.Problem.model_validate(answer.json())
    assert told.status == status
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told.sentence) is (language == "zh")
    assert (status == 405) == ("Allow" in answer)


def test_a_fault_of_ours_is_a_sentence_too(client: Client, monkeypatch: Any) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("gongzhi.cases.api.numbers.week", lambda at: 1 // 0)
    answer = client.get(f"{API}/week")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "division" not in answer.content.decode()


def test_a_page_for_people_stays_a_page(client: Client) -> None:
    assert client.get("/zh/nothing/")["Content-Type"].startswith("text/html")
