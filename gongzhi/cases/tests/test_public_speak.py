"""Speaking by form: four pages, no script, nothing lost, one voice for one form."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongzhi.cases import straining
from gongzhi.cases.models import Photo, Strain, Voice
from gongzhi.cases.tests import small

pytestmark = pytest.mark.django_db
SPEAK = "/zh/speak/"


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def text(response: Any) -> str:
    return str(response.content.decode())


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def test_the_front_page_field_begins_the_journey_at_the_place(client: Client) -> None:
    page = text(client.post(SPEAK, {"step": "words", "words": "路灯坏了", "go": "next"}))
    assert "在哪里" in page
    assert hidden(page)["words"] == "路灯坏了"
    assert hidden(page)["step"] == "where"


def test_empty_words_are_asked_for_once_more(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("words", words="  ")))
    assert "error-summary" in page
    assert "请简单说说是什么事" in page


def test_words_of_danger_show_numbers_first_and_keep_the_words(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("words", words="隔壁楼着火了")))
    assert 'href="tel:119"' in page
    assert hidden(page)["words"] == "隔壁楼着火了"
    assert hidden(page)["seen"] == "1"


def test_danger_is_not_shown_a_second_time_on_the_way(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("words", words="隔壁楼着火了", seen="1")))
    assert "在哪里" in page


def test_a_landmark_is_offered_back_and_can_be_chosen(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("where", where="西河桥")))
    assert f'value="{small.PIN[0]},{small.PIN[1]}"' in page
    page = text(client.post(SPEAK, small.form("where", where="西河桥", pick=f"{small.PIN[0]},{small.PIN[1]}")))
    assert hidden(page)["step"] == "more"
    assert hidden(page)["place"] == f"{small.PIN[0]},{small.PIN[1]}"


def test_an_unknown_place_does_not_hold_anybody_up(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("where", where="没人知道的巷子")))
    assert "不要紧" in page
    looked = hidden(page)["looked"]
    page = text(client.post(SPEAK, small.form("where", where="没人知道的巷子", looked=looked)))
    assert hidden(page)["step"] == "more"
    assert hidden(page)["where"] == "没人知道的巷子"


def test_a_place_is_chosen_from_town_to_grid_by_buttons(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("where", browse=small.TOWN)))
    assert f'name="browse" value="{small.VILLAGE}"' in page
    page = text(client.post(SPEAK, small.form("where", browse=small.VILLAGE)))
    assert f'name="pick" value="{small.GRID}"' in page
    page = text(client.post(SPEAK, small.form("where", pick=small.GRID)))
    assert hidden(page)["place"] == small.GRID


def test_a_pin_on_the_map_is_kept_as_longitude_and_latitude(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("where", lon="118.305", lat="36.205")))
    assert hidden(page)["place"] == "118.305,36.205"


def test_a_photo_is_kept_and_one_that_is_none_is_named(client: Client) -> None:
    files = [
        SimpleUploadedFile("lamp.jpg", small.photo(), "image/jpeg"),
        SimpleUploadedFile("virus.jpg", b"MZ no picture", "image/jpeg"),
    ]
    page = text(client.post(SPEAK, small.form("more", photos=files, contact="13800001234")))
    assert "virus.jpg" in page
    assert "照片1已保存" in page
    assert 'value="13800001234"' in page


def test_a_kept_photo_travels_to_the_voice(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("more", photos=[SimpleUploadedFile("a.jpg", small.photo())])))
    client.post(SPEAK, {**hidden(page), "go": "send"})
    assert Photo.objects.get().voice_id == Voice.objects.get().id


def test_a_photo_can_be_taken_out_again(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("more", photos=[SimpleUploadedFile("a.jpg", small.photo())])))
    back = text(client.post(SPEAK, {**hidden(page), "go": "to-more"}))
    sha256 = re.findall(r'name="drop" value="(\w+)"', back)[0]
    page = text(client.post(SPEAK, {**hidden(back), "step": "more", "drop": sha256}))
    assert "已保存" not in page


def test_a_forged_photo_is_dropped_and_said(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("check", photo="forged:ticket", go="send")))
    assert "请重新选择" in page
    assert not Voice.objects.exists()


def test_sending_leads_to_the_receipt(client: Client) -> None:
    response = client.post(SPEAK, small.form("check", go="send", place=small.GRID, contact="li@example.org"))
    assert response.status_code == 303
    page = text(client.get(response["Location"]))
    voice = Voice.objects.get()
    assert voice.number in page
    assert "11月30日 星期一" in page.replace("\u2009", "") or "星期" in page
    assert 'class="qr"' in page
    assert response["Location"] in page


def test_the_same_form_twice_is_one_voice_with_one_receipt(client: Client) -> None:
    key = uuid4()
    first = client.post(SPEAK, small.form("check", key, go="send"))
    second = client.post(SPEAK, small.form("check", key, go="send"))
    assert first["Location"] == second["Location"]
    assert Voice.objects.count() == 1


def test_a_wrong_contact_leads_back_to_its_page_with_everything_kept(client: Client) -> None:
    page = text(client.post(SPEAK, small.form("check", go="send", contact="abc", place=small.GRID)))
    assert hidden(page)["step"] == "more"
    assert hidden(page)["place"] == small.GRID
    assert 'value="abc"' in page


def test_a_place_outside_the_county_is_refused_beside_its_field(client: Client) -> None:
    place = ",".join(map(str, small.OUTSIDE))
    response = client.post(SPEAK, small.form("check", go="send", place=place))
    assert response.status_code == 400
    assert hidden(text(response))["step"] == "where"


def test_a_form_of_another_site_is_refused(client: Client) -> None:
    response = client.post(SPEAK, small.form("check", go="send"), headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert not Voice.objects.exists()


def test_an_old_browser_without_origin_may_speak(client: Client) -> None:
    assert client.post(SPEAK, small.form("check", go="send")).status_code == 303


def test_a_crowd_behind_one_address_waits_but_danger_never(client: Client) -> None:
    client.post(SPEAK, small.form("check", go="send"))
    Strain.objects.update(count=100_000)
    slow = client.post(SPEAK, small.form("check", go="send"))
    assert slow.status_code == 429
    assert "西河桥头" in text(slow), "her words stay on the page"
    urgent = client.post(SPEAK, small.form("check", go="send", words="隔壁楼着火了"))
    assert urgent.status_code == 303
    assert straining.FREE < 100_000


def test_neither_cookie_nor_session_is_set(client: Client) -> None:
    response = client.get(SPEAK)
    client.post(SPEAK, small.form("check", go="send"))
    assert not response.cookies
    assert not client.cookies


@pytest.mark.parametrize("place", ["nonsense", "1,2,3", "nan,nan", "inf,1", "990101001001999", "0" * 40, ",", "1,"])
@pytest.mark.parametrize("step", ["words", "where", "more", "check", "", "zzz"])
def test_no_place_breaks_a_page(client: Client, place: str, step: str) -> None:
    response = client.post(SPEAK, small.form(step, place=place, go="send"))
    assert response.status_code < 500


@pytest.mark.parametrize(
    "name", ["words", "where", "place", "kind", "contact", "officer", "key", "go", "looked", "browse", "pick", "lon"]
)
def test_strange_text_breaks_nothing(client: Client, name: str) -> None:
    for step in ("words", "where", "more", "check"):
        for strange in ("\x00", "\U0001f600\u202e", "%s{{x}}", "A" * 20_000):
            response = client.post(SPEAK, small.form(step, **{name: strange, "lat": "x"}))
            assert response.status_code < 500, (name, strange[:5], step)


def test_the_address_of_a_place_prefills_it(client: Client) -> None:
    assert hidden(text(client.get(f"{SPEAK}?place={small.GRID}")))["place"] == small.GRID
    assert "place" not in hidden(text(client.get(f"{SPEAK}?place=nowhere")))
