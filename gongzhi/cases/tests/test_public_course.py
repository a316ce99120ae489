"""The page under a secret link: receipt, course, answering, rating, withdrawing; and finding the link again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongzhi.cases.cards import Contact
from gongzhi.cases.models import Case, Photo, Rating
from gongzhi.cases.tests import small
from gongzhi.channels.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def text(response: Any) -> str:
    return str(response.content.decode())


def link(received: Any, tail: str = "") -> str:
    return f"/zh/v/{received.link_token}/{tail}"


def test_a_secret_page_is_kept_by_nobody_and_told_to_nobody(client: Client) -> None:
    received = small.voice()
    for tail in ("", "slip", "receipt.json", "withdraw"):
        response = client.get(link(received, tail))
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]


def test_the_receipt_says_number_next_step_date_and_link(client: Client) -> None:
    received = small.voice()
    page = text(client.get(link(received)))
    assert received.voice.number in page
    assert "公路局接手后查清情况" in page
    assert "11月30日" in page.replace("\u2009", "")
    assert link(received) in page


def test_the_receipt_file_names_the_fact_and_the_promise(client: Client) -> None:
    received = small.voice()
    response = client.get(link(received, "receipt.json"))
    assert json.loads(response.content) == json.loads(json.dumps(received.receipt)) | json.loads(response.content)
    assert received.voice.number in response["Content-Disposition"]


def test_masked_words_are_shown_and_never_the_original(client: Client) -> None:
    page = text(client.get(link(small.voice("路灯坏了，电话13800001234，请回电。"))))
    assert "13800001234" not in page


def test_an_unknown_link_is_not_found_and_a_withdrawn_one_is_gone(client: Client) -> None:
    assert client.get("/zh/v/not-a-link/").status_code == 404
    received = small.voice()
    client.post(link(received, "withdraw"))
    assert client.get(link(received)).status_code == 410


def test_withdrawing_asks_once_more_and_then_takes_the_public_page_away(client: Client) -> None:
    received = small.voice()
    public = f"/zh/cases/{received.case.number}/"
    assert client.get(public).status_code == 200
    assert "不能恢复" in text(client.get(link(received, "withdraw")))
    assert "已撤回" in text(client.post(link(received, "withdraw")))
    assert client.get(public).status_code in (404, 410)


def test_a_question_can_be_answered_with_a_photo(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    assert "是哪一根灯杆" in text(client.get(link(received)))
    answer = {"words": "桥东边第二根", "photos": [SimpleUploadedFile("a.jpg", small.photo())]}
    assert client.post(link(received, "answer"), answer).status_code == 303
    assert Case.objects.get().state == "in_hand"
    assert Photo.objects.count() == 1


def test_an_empty_answer_is_asked_for_and_nothing_moves(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    response = client.post(link(received, "answer"), {"words": " "})
    assert response.status_code == 400
    assert "请简单写下" in text(response)
    assert Case.objects.get().state == "asked"


def test_an_answer_nobody_asked_for_is_refused_in_a_sentence(client: Client) -> None:
    response = client.post(link(small.voice(), "answer"), {"words": "我再说一句"})
    assert 400 <= response.status_code < 500


def test_a_happy_rating_is_kept(client: Client) -> None:
    received = small.voice()
    small.closed(received)
    assert "解决了吗" in text(client.get(link(received)))
    client.post(link(received, "rate"), {"solved": "yes", "grade": "5", "words": "谢谢"})
    assert Rating.objects.get().grade == 5
    assert "非常满意" in text(client.get(link(received)))


def test_an_unhappy_rating_opens_the_case_again_by_right(client: Client) -> None:
    received = small.voice()
    small.closed(received)
    client.post(link(received, "rate"), {"solved": "no", "grade": "1"})
    assert Case.objects.get().state != "closed"
    assert "已重新办理" in text(client.get(link(received)))


def test_a_rating_without_a_choice_names_what_is_missing(client: Client) -> None:
    received = small.voice()
    small.closed(received)
    response = client.post(link(received, "rate"), {"words": "谢谢"})
    assert response.status_code == 400
    assert "请选择解决了没有" in text(response)
    assert "谢谢" in text(response)


def test_forms_under_the_link_take_the_opaque_origin_of_their_own_page(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    own = client.post(link(received, "answer"), {"words": "第二根"}, headers={"Origin": "null"})
    assert own.status_code == 303
    other = client.post(link(received, "withdraw"), headers={"Origin": "https://evil.example"})
    assert other.status_code == 403


def test_a_photo_opens_under_its_link_and_nowhere_else(client: Client) -> None:
    page = client.post("/zh/speak/", small.form("more", photos=[SimpleUploadedFile("a.jpg", small.photo())]))
    ticket = text(page).split('name="photo" value="')[1].split('"')[0]
    sent = client.post("/zh/speak/", small.form("check", photo=ticket, go="send"))
    kept = Photo.objects.get()
    shown = client.get(f"{sent['Location']}photos/{kept.id}")
    assert shown["Content-Type"].startswith("image/")
    other = small.voice()
    assert client.get(link(other, f"photos/{kept.id}")).status_code == 404


def test_find_answers_the_same_whether_or_not_somebody_spoke(client: Client) -> None:
    small.voice(contact=Contact("email", "li@example.org"))
    before = Message.objects.count()
    known = client.post("/zh/find/", {"contact": "li@example.org"})
    unknown = client.post("/zh/find/", {"contact": "wu@example.org"})
    assert text(known) == text(unknown)
    assert Message.objects.count() > before


def test_find_leads_from_a_mistyped_number_to_the_public_page(client: Client) -> None:
    received = small.voice()
    typed = received.case.number.lower().replace("-", " ")
    response = client.get("/zh/find/", {"number": typed})
    assert response["Location"] == f"/zh/cases/{received.case.number}/"


def test_find_says_what_is_wrong_with_a_number_and_a_contact(client: Client) -> None:
    assert client.get("/zh/find/", {"number": "990101-26-AAAA-AAAA"}).status_code in (400, 404)
    assert "请填写" in text(client.post("/zh/find/", {"contact": ""}))
    assert client.post("/zh/find/", {"contact": "abc"}).status_code == 400


def test_a_question_that_was_answered_does_not_stand_before_the_rating(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    client.post(link(received, "answer"), {"words": "桥东边第二根"})
    page = text(client.get(link(received)))
    assert page.index("<h2>办理经过") < page.index("您的申诉权利") < page.index("<h2>您的话")
