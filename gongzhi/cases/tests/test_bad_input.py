"""Bad input to the public form: each gets a clear sentence in the visitor's language, and nothing she wrote is lost."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from gongzhi.cases import recovering, rules
from gongzhi.cases.cards import Contact
from gongzhi.cases.models import Case, Photo, Rating, Voice
from gongzhi.cases.tests import small
from gongzhi.places import loading as places

pytestmark = pytest.mark.django_db
LANGUAGES = pytest.mark.parametrize("lang", ["zh", "en"])
WORDS = "西河桥头的路灯坏了。"
NEIGHBOUR = {"name_zh": "东邻县", "name_en": "East County", "bounds": [119.0, 36.0, 120.0, 37.0]}


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR, settings.PRINTED_DIR = tmp_path / "files", tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def speak(client: Client, lang: str, step: str = "check", **fields: Any) -> Any:
    go = {"check": "send"}.get(step, "next")
    return client.post(f"/{lang}/speak/", small.form(step, **({"go": go} | fields)))


def page(response: Any) -> str:
    return html.unescape(str(response.content.decode()))


def sentences(response: Any, lang: str) -> str:
    """What the page says went wrong, in the visitor's language and no other."""
    found = re.search(r'<div class="error-summary".*?</div>', page(response), re.S)
    assert found, "the page says nothing"
    said = re.sub(r"<[^>]+>", " ", found[0]).replace("\u2009", "")
    plain = re.sub(r"\S+\.(jpg|png|txt)|JPEG|PNG|WebP|MB|name@example.org", "", said)
    assert bool(re.search("[\u4e00-\u9fff]", plain)) is (lang == "zh"), said
    assert bool(re.search("[A-Za-z]{3,}", plain)) is (lang == "en"), said
    return said


def kept(response: Any, text: str) -> bool:
    return text in page(response)


# Words --------------------------------------------------------------------------------------------------------------
@LANGUAGES
@pytest.mark.parametrize("words", ["", "   ", "\n\n\t", "。。。！！", "\u200b\u202e\ufeff", "\x00\x01"])
def test_nothing_said_is_asked_for_once_more(client: Client, lang: str, words: str) -> None:
    for step in ("words", "check"):
        answer = speak(client, lang, step, words=words)
        said = sentences(answer, lang)
        assert ("请简单说说是什么事" if lang == "zh" else "Please say in a few words") in said
    assert not Voice.objects.exists()


@LANGUAGES
def test_a_hundred_thousand_characters_are_counted_and_all_kept_on_the_page(client: Client, lang: str) -> None:
    words = "路灯坏了" * 25_000
    answer = speak(client, lang, "words", words=words)
    said = sentences(answer, lang)
    assert "100000" in said
    assert "10000" in said.replace("100000", "")
    assert kept(answer, words)
    assert not Voice.objects.exists()


def test_ten_thousand_characters_are_taken_whole(client: Client) -> None:
    words = "路" * rules.WORDS_MAX
    assert speak(client, "zh", words=words).status_code == 303
    assert Voice.objects.get().words == words


@LANGUAGES
@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("灯\u202e坏了\u202c三天", "灯坏了三天"),
        ("灯\x07坏\x00了", "灯坏了"),
        ("\u200f灯坏了\u2066！\u2069", "灯坏了！"),
        ("灯坏了😀👩‍🔧🏚️", "灯坏了😀👩‍🔧🏚️"),
        ("السلام عليكم، المصباح مكسور", "السلام عليكم، المصباح مكسور"),
        ("𠮷野家门口的灯坏了", "𠮷野家门口的灯坏了"),
        ("a" + "\u0301" * 200 + " lamp", "a" + "\u0301" * 200 + " lamp"),
    ],
)
def test_invisible_marks_go_and_every_visible_sign_stays(client: Client, lang: str, words: str, left: str) -> None:
    answer = speak(client, lang, words=words)
    assert answer.status_code == 303
    assert Voice.objects.get().words == left
    assert left in page(client.get(answer["Location"]))


# Places -------------------------------------------------------------------------------------------------------------
@LANGUAGES
@pytest.mark.parametrize(("pin", "whose"), [("119.5,36.5", True), ("10.0,10.0", False)])
def test_a_place_outside_says_whose_it_is_when_that_is_known(client: Client, lang: str, pin: str, whose: bool) -> None:
    card = {
        "code": "990101", "name_zh": "兰亭县", "name_en": "Lanting County", "tz": "Asia/Shanghai",
        "lon": 118.3, "lat": 36.2, "neighbours": [NEIGHBOUR],
    }  # fmt: skip
    places.set_county(by=small.BY, at=small.AT, card=card)
    answer = speak(client, lang, place=pin)
    assert answer.status_code == 400
    said = sentences(answer, lang)
    assert (("东邻县" if lang == "zh" else "East County") in said) is whose
    assert kept(answer, WORDS)
    assert not Voice.objects.exists()


@LANGUAGES
@pytest.mark.parametrize("place", ["990101009009", "330102001001", "0" * 15])
def test_a_code_of_no_place_here_is_told(client: Client, lang: str, place: str) -> None:
    answer = speak(client, lang, place=place)
    assert answer.status_code == 400
    sentences(answer, lang)
    assert kept(answer, WORDS)


# Photos -------------------------------------------------------------------------------------------------------------
def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("a.txt", "x" * 1000)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (25_000, 25_000)).save(out, "PNG")
    return out.getvalue()


PHOTOS = {
    "huge.jpg": (lambda: b"\xff\xd8\xff" + b"x" * 50_000_000, "51", "10"),
    "zip.jpg": (archive, "JPEG", "WebP"),
    "bomb.png": (bomb, "50", ""),
    "cut.jpg": (lambda: small.photo((800, 600))[:200], "JPEG", ""),
    "page.jpg": (lambda: b"<script>alert(1)</script>", "JPEG", ""),
    "empty.jpg": (lambda: b"", "JPEG", ""),
}


@LANGUAGES
@pytest.mark.parametrize("name", list(PHOTOS))
def test_a_photo_that_cannot_be_kept_is_named_with_reason_and_the_rest_is_kept(
    client: Client, lang: str, name: str
) -> None:
    make, reason, remedy = PHOTOS[name]
    data = make()
    files = [SimpleUploadedFile(name, data, "image/jpeg"), SimpleUploadedFile("good.jpg", small.photo())]
    if not data:
        files = files[:1]  # a browser sends no part for an empty choice, a program may
    answer = speak(client, lang, "more", photos=files, contact="13800001234")
    if data:
        said = sentences(answer, lang)
        assert name in said
        assert reason in said
        assert remedy in said
        assert page(answer).count('name="photo"') == 1, "the good photo is kept"
    assert kept(answer, WORDS)
    assert kept(answer, "13800001234")
    assert not Photo.objects.exists()


@LANGUAGES
def test_a_sixth_photo_is_refused_and_five_are_kept(client: Client, lang: str) -> None:
    files = [SimpleUploadedFile(f"{n}.jpg", small.photo((40 + n, 30))) for n in range(6)]
    answer = speak(client, lang, "more", photos=files)
    assert "6" in sentences(answer, lang)
    assert page(answer).count('name="photo"') == 5


# The same form, and links -------------------------------------------------------------------------------------------
@LANGUAGES
def test_the_same_form_twice_is_one_voice_with_the_same_receipt(client: Client, lang: str) -> None:
    key = str(uuid4())
    links = {speak(client, lang, key=key)["Location"] for _ in range(3)}
    assert len(links) == 1
    assert Voice.objects.count() == 1


@LANGUAGES
def test_a_form_found_days_later_is_told_and_gives_no_second_voice(client: Client, lang: str, monkeypatch: Any) -> None:
    key = str(uuid4())
    speak(client, lang, key=key)
    monkeypatch.setattr("gongzhi.cases.public.speak.now", lambda: small.AT + timedelta(days=3))
    answer = speak(client, lang, key=key)
    assert answer.status_code == 409
    assert ("查我的诉求" if lang == "zh" else "Find my voice") in sentences(answer, lang)
    assert Voice.objects.count() == 1


FORGED = ["A" * 22, "x", "../../etc/passwd", "%00", "A" * 5000, "𠮷", "' OR 1=1 --", "<b>"]


@LANGUAGES
def test_a_forged_link_is_one_sentence_and_tells_nothing(client: Client, lang: str) -> None:
    small.voice()
    for path in (f"/{lang}/v/{token}/{tail}" for token in FORGED for tail in ("", "slip", "receipt.json", "withdraw")):
        answer = client.get(path)
        assert answer.status_code == 404, path
        main = page(answer).partition("<main")[2].partition("</main")[0]
        assert "<b>" not in answer.content.decode().partition("<main")[2]
        said = re.sub("<[^>]+>", "", main)
        assert bool(re.search("[\u4e00-\u9fff]", said)) is (lang == "zh"), path


@LANGUAGES
def test_a_replaced_link_says_that_there_is_a_newer_one(client: Client, lang: str) -> None:
    received = small.voice(contact=Contact("phone", "13800001234"), allows_public=False)
    Voice.objects.update(link_round=1, link_hash=b"\x01" * 32)
    answer = client.get(f"/{lang}/v/{received.link_token}/")
    assert answer.status_code == 404
    assert ("更新" if lang == "zh" else "newer") in page(answer) or "换" in page(answer)


@LANGUAGES
def test_a_withdrawn_link_says_so_and_takes_nothing_more(client: Client, lang: str) -> None:
    received = small.voice()
    small.closed(received)
    client.post(f"/{lang}/v/{received.link_token}/withdraw")
    for path, body in (("rate", {"solved": "no", "grade": "1"}), ("answer", {"words": "x"}), ("withdraw", {})):
        answer = client.post(f"/{lang}/v/{received.link_token}/{path}", body)
        assert answer.status_code == 410, path
        assert ("撤回" if lang == "zh" else "withdrawn") in page(answer)
    assert not Rating.objects.exists()


# Scripts, SQL and odd bytes in every field --------------------------------------------------------------------------
HOSTILE = [
    "<script>alert(1)</script>灯坏了",
    '"><img src=x onerror=alert(1)>灯坏了',
    "'; DROP TABLE cases_voice; -- 灯坏了",
    "1' OR '1'='1 灯坏了",
    "{{ 7*7 }}{% debug %}%(secret)s ${jndi:ldap://x} 灯坏了",
    "=cmd|' /C calc'!A0 灯坏了",
    "\r\nSet-Cookie: a=b\r\n\r\n灯坏了",
]


@LANGUAGES
@pytest.mark.parametrize("hostile", HOSTILE)
def test_script_and_sql_in_every_field_are_only_words(client: Client, lang: str, hostile: str) -> None:
    told = {"words": hostile, "where": hostile[:200], "officer": hostile[:200]}
    answer = speak(client, lang, **told)
    assert answer.status_code == 303
    voice = Voice.objects.get()
    assert "灯坏了" in voice.words
    receipt = client.get(answer["Location"])
    assert "a=b" not in receipt.headers.get("Set-Cookie", "")
    shown = receipt.content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "49{" not in shown
    assert Case.objects.count() == 1


@LANGUAGES
@pytest.mark.parametrize("hostile", [*HOSTILE, "\x00", "\ud83d", "9" * 5000])
def test_no_hidden_field_breaks_the_journey(client: Client, lang: str, hostile: str) -> None:
    told = hostile.encode("utf-8", "replace").decode()
    names = ("kind", "contact", "key", "place", "step", "go", "pick", "browse", "photo", "seen", "looked", "lon")
    for step, name in ((step, name) for step in ("where", "more", "check") for name in names):
        answer = client.post(f"/{lang}/speak/", small.form(step) | {name: told})
        assert answer.status_code < 500, (step, name)
        assert "<script>alert" not in answer.content.decode()


@given(words=st.text(max_size=300), where=st.text(max_size=60), contact=st.text(max_size=40))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_kept_or_told_and_never_a_fault(words: str, where: str, contact: str) -> None:
    form = small.form("check", go="send", words=words, where=where, contact=contact)
    form = {name: str(value).encode("utf-8", "replace").decode() for name, value in form.items()}
    answer = Client().post("/zh/speak/", form)
    assert answer.status_code in (200, 303, 400)
    if answer.status_code != 303:
        assert 'class="error-summary"' in page(answer)


@LANGUAGES
@pytest.mark.parametrize("contact", ["abc", "@", "a@b", "12", "1" * 300, "电话", "＠＠"])
def test_a_misread_contact_names_what_one_looks_like(client: Client, lang: str, contact: str) -> None:
    answer = speak(client, lang, contact=contact)
    sentences(answer, lang)
    assert kept(answer, WORDS)
    assert not Voice.objects.exists()


# Long addresses and clocks ------------------------------------------------------------------------------------------
@LANGUAGES
@pytest.mark.parametrize("path", ["cases/?q=" + "灯" * 700, "cases/?after=" + "x" * 5000, "find/?number=" + "9" * 5000])
def test_a_long_question_to_the_lists_is_cut_or_told(client: Client, lang: str, path: str) -> None:
    answer = client.get(f"/{lang}/{path}")
    assert answer.status_code in (200, 400)
    assert len(answer.content) < 60_000, "what nobody can read is not sent back"


@LANGUAGES
def test_a_clock_that_goes_backwards_loses_nothing(client: Client, lang: str, monkeypatch: Any) -> None:
    answer = speak(client, lang, contact="li@example.org")
    link = answer["Location"]
    early = small.AT - timedelta(hours=5)
    for name in ("course", "speak", "lists", "find"):
        monkeypatch.setattr(f"gongzhi.cases.public.{name}.now", lambda: early)
    assert client.get(link).status_code == 200
    assert speak(client, lang, words="后来又说了一句，灯还是坏的").status_code == 303
    assert client.get(f"/{lang}/cases/").status_code == 200
    recovering.by_contact(at=early, kind="email", address="li@example.org")
    assert client.post(f"{link}withdraw").status_code == 200
    row = Voice.objects.get(contact_kind="email")
    assert row.withdrawn_at is not None
    assert Voice.objects.count() == 2


@LANGUAGES
def test_a_rating_before_its_closing_by_a_clock_that_went_back_is_kept(
    client: Client, lang: str, monkeypatch: Any
) -> None:
    received = small.voice()
    small.closed(received)
    monkeypatch.setattr("gongzhi.cases.public.course.now", lambda: small.AT - timedelta(hours=3))
    answer = client.post(f"/{lang}/v/{received.link_token}/rate", {"solved": "no", "grade": "1", "words": "还是坏的"})
    assert answer.status_code == 303
    assert Rating.objects.get().words == "还是坏的"
    assert Case.objects.get().round == 2
