"""Open311, sending: keys, places, attributes, tokens, photos, and what protects the sender."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from gongzhi.cases import commands
from gongzhi.cases.models import ApiKey, Case, DetailValue, Photo, Voice
from gongzhi.cases.open311 import keys
from gongzhi.cases.tests import geo, small
from gongzhi.cases.tests.geo import V2, body, key, listed, root, rows, sent
from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.django_db


class Watch:
    """The clock of the door, set by hand."""

    at: datetime = small.AT

    @classmethod
    def now(cls) -> datetime:
        return cls.at


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    monkeypatch.setattr(Watch, "at", small.AT)
    for name in ("discovery", "requests"):
        monkeypatch.setattr(f"gongzhi.cases.open311.{name}.now", Watch.now)
    geo.load()


def post(client: Client, fields: dict[str, Any], format: str = "json") -> Any:
    return client.post(f"{V2}/requests.{format}", fields)


# Keys ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("told", ["", "wrong", "\x00", "钥匙"])
def test_a_missing_or_wrong_key_is_403(client: Client, told: str) -> None:
    response = post(client, body(told), "xml")
    assert response.status_code == 403
    assert root(response).findtext("error/code") == "403"
    assert not Voice.objects.exists()


def test_a_key_is_kept_as_a_hash_and_closed_for_good(client: Client) -> None:
    row, text = key()
    assert text.encode() not in bytes(row.key_hash)
    keys.close(by="account:setup", at=small.AT + timedelta(minutes=1), key=row.id)
    assert post(client, body(text)).status_code == 403
    with pytest.raises(NotFound):
        keys.close(by="account:setup", at=small.AT, key=row.id)
    assert list(Fact.objects.filter(about=row.ref).order_by("id").values_list("kind", flat=True)) == [
        "key.made",
        "key.closed",
    ]


@pytest.mark.parametrize("odd", [{"label": " "}, {"organ": "nobody"}, {"per_hour": 0}])
def test_an_odd_key_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        keys.make(by="account:setup", at=small.AT, **({"label": "试用"} | odd))
    assert not ApiKey.objects.exists()


def test_a_key_over_its_limit_waits_and_danger_does_not(client: Client) -> None:
    _, text = key(per_hour=1)
    sent(client, text)
    response = post(client, body(text, description="又一个坑"))
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "119" in sent(client, text, description="隔壁楼着火了")["service_notice"]
    Watch.at = small.AT + timedelta(hours=1, seconds=1)
    assert sent(client, text, description="第三个坑")["service_request_id"]


def test_opened_refuses_without_a_key() -> None:
    with pytest.raises(NotAllowed):
        keys.opened("")


def test_the_command_makes_lists_and_closes(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.cases(["key", "new", "随手拍", "--organ", "roads", "--per-hour", "60", "--private"]) == 0
    text = capsys.readouterr().out.split("api_key")[1].split()[0]
    row = keys.opened(text)
    assert (row.label, row.organ, row.per_hour, row.private) == ("随手拍", "roads", 60, True)
    assert commands.cases(["key", "close", str(row.id)]) == 0
    assert commands.cases(["key", "list"]) == 0
    listing = capsys.readouterr().out
    assert "closed" in listing
    assert text not in listing
    assert commands.cases(["key", "close", str(row.id)]) == 1


# Sending ---------------------------------------------------------------------------------------------------
def test_a_sent_request_can_be_read_by_its_id(client: Client) -> None:
    told = sent(client, key()[1])
    assert set(told) == {"service_request_id", "service_notice"}
    row = rows(client.get(f"{V2}/requests/{told['service_request_id']}.json"))[0]
    assert (row["service_code"], row["description"]) == ("holes", "桥头路面有坑。")
    assert Voice.objects.get().source == "open311"


def test_a_batch_key_gets_a_token_that_leads_to_the_request(client: Client) -> None:
    _, text = key(batch=True)
    response = post(client, body(text), "xml")
    request = root(response).find("request")
    assert request is not None
    assert request.find("service_request_id") is None
    token = request.findtext("token")
    answer = root(client.get(f"{V2}/tokens/{token}.xml"))
    number = answer.findtext("request/service_request_id")
    assert answer.findtext("request/token") == token
    assert rows(client.get(f"{V2}/requests/{number}.json"))[0]["service_code"] == "holes"
    assert rows(client.get(f"{V2}/services.json", {"api_key": text}))[0]["type"] == "batch"
    assert rows(client.get(f"{V2}/services.json", {"api_key": "wrong"}))[0]["type"] == "realtime"


def test_an_unknown_token_is_404(client: Client) -> None:
    web = small.voice()
    for token in ("x", "0" * 32, web.voice.id.hex):
        assert client.get(f"{V2}/tokens/{token}.json").status_code == 404


def test_the_notice_holds_the_resident_s_own_link_and_the_date(client: Client) -> None:
    response = post(client, body(key()[1]))
    notice = rows(response)[0]["service_notice"]
    link = notice.split("http://testserver")[1].split()[0]
    assert client.get(link).status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert f"{Case.objects.get().due_at:%Y-%m-%d}" in notice


@pytest.mark.parametrize(
    ("place", "grid", "pinned"),
    [
        ({"lat": "36.205", "long": "118.305"}, small.GRID, True),
        ({"lat": "36.205", "long": "118.305", "address_string": "桥边"}, small.GRID, True),
        ({"address_string": "西河桥"}, small.GRID, False),
        ({"address_id": small.OTHER_GRID}, small.OTHER_GRID, False),
        ({"address_string": "一个谁也不知道的地方"}, "", False),
    ],
)
def test_each_way_to_tell_a_place_is_enough(client: Client, place: dict[str, str], grid: str, pinned: bool) -> None:
    sent(client, key()[1], address_id="", **place) if "address_id" not in place else sent(client, key()[1], **place)
    case = Case.objects.get()
    assert (case.grid, case.lon is not None) == (grid, pinned)


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"lat": "36.205"},
        {"lat": "36.205", "long": "east"},
        {"lat": "nan", "long": "118.3"},
        {"lat": "10", "long": "10"},
        {"lat": "120", "long": "36"},
        {"address_id": "123"},
        {"address_string": "长" * 500},
    ],
)
def test_no_place_or_a_wrong_one_is_400(client: Client, place: dict[str, str]) -> None:
    response = post(client, {**body(key()[1]), "address_id": "", **place})
    assert response.status_code == 400
    assert rows(response)[0]["code"] == "400"
    assert not Voice.objects.exists()


def test_words_of_danger_need_no_place(client: Client) -> None:
    assert sent(client, key()[1], address_id="", description="隔壁楼着火了，快来人")["service_request_id"]
    assert Case.objects.get().urgent


@pytest.mark.parametrize(("code", "status"), [("", 400), ("nothing", 404), ("roads", 404)])
def test_a_service_must_be_named_and_be_a_leaf(client: Client, code: str, status: int) -> None:
    assert post(client, body(key()[1], service_code=code)).status_code == status


def test_without_a_description_the_service_speaks(client: Client) -> None:
    sent(client, key()[1], description="")
    assert Voice.objects.get().words == "路面坑洼"


def test_a_foreign_jurisdiction_is_404_also_when_sending(client: Client) -> None:
    assert post(client, body(key()[1], jurisdiction_id="sfgov.org")).status_code == 404
    assert sent(client, key()[1], jurisdiction_id="990101")


def test_the_same_fields_again_are_the_same_request(client: Client) -> None:
    _, text = key()
    Watch.at = small.AT + timedelta(minutes=59)
    first = sent(client, text)
    Watch.at = small.AT + timedelta(minutes=61)  # the next hour of the clock
    assert sent(client, text)["service_request_id"] == first["service_request_id"]
    assert sent(client, text, device_id="another")["service_request_id"] != first["service_request_id"]
    Watch.at = small.AT + timedelta(hours=3)
    assert sent(client, text)["service_request_id"] != first["service_request_id"]
    assert Voice.objects.count() == 3


def test_names_device_and_account_are_not_kept_and_a_contact_is_sealed(client: Client) -> None:
    sent(
        client,
        key()[1],
        first_name="建国",
        last_name="王",
        device_id="device-of-wang",
        account_id="account-of-wang",
        email="li@example.org",
    )
    voice = Voice.objects.get()
    row = {field.name: getattr(voice, field.attname) for field in voice._meta.concrete_fields}
    assert voice.contact_kind == "email"
    for secret in ("建国", "device-of-wang", "account-of-wang", "li@example.org"):
        assert secret not in str(row)


def test_a_misread_contact_is_400(client: Client) -> None:
    assert post(client, body(key()[1], email="nonsense")).status_code == 400


def test_a_private_key_publishes_nothing(client: Client) -> None:
    told = sent(client, key(private=True)[1])
    assert "不公开" in told["service_notice"]
    assert listed(client) == []


def test_a_matter_about_officers_is_heard_and_never_listed(client: Client) -> None:
    told = sent(client, key()[1], service_code="conduct", description="窗口人员态度恶劣")
    assert Case.objects.get().about_officer
    assert client.get(f"{V2}/requests/{told['service_request_id']}.json").status_code == 404


# Attributes --------------------------------------------------------------------------------------------------
def lamp(text: str, **attributes: Any) -> dict[str, Any]:
    named = {f"attribute[{name}]": value for name, value in attributes.items()}
    return body(text, service_code="lamps", description="路灯坏了。") | named


def test_attributes_are_kept_masked_and_told_as_an_extension(client: Client) -> None:
    fields = lamp(key()[1], lamps="many", pole="13800138000", count="3", since="2026-11-20")
    assert post(client, fields | {"attribute[signs][]": ["off", "flash"]}).status_code == 200
    row = listed(client, extensions="true")[0]
    told = [(each["code"], each["value"]) for each in row["attributes"]]
    assert told == [("lamps", "many"), ("pole", "[phone]"), ("count", "3"), ("since", "2026-11-20"), ("signs", "off"),
                    ("signs", "flash")]  # fmt: skip
    assert "几盏灯不亮：多盏" in row["description"]
    assert DetailValue.objects.count() == 6


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"lamps": "three"},
        {"lamps": ["one", "many"]},
        {"lamps": "one", "count": "many"},
        {"lamps": "one", "count": "inf"},
        {"lamps": "one", "since": "yesterday"},
        {"lamps": "one", "pole": "x" * 501},
        {"lamps": "one", "colour": "red"},
        {"lamps": "one", "note": "shown only"},
    ],
)
def test_a_missing_or_odd_attribute_is_400_with_a_sentence(client: Client, wrong: dict[str, Any]) -> None:
    response = post(client, lamp(key()[1], **wrong))
    assert response.status_code == 400
    assert rows(response)[0]["description"]
    assert not Voice.objects.exists()


def test_a_value_that_is_no_choice_is_answered_with_what_can_be_chosen(client: Client) -> None:
    told = rows(post(client, lamp(key()[1], lamps="three")))[0]["description"]
    assert "one, many" in told
    assert "type" not in told


# Media -------------------------------------------------------------------------------------------------------
def test_a_photo_comes_with_the_request_and_is_shown(client: Client) -> None:
    media = SimpleUploadedFile("hole.jpg", small.photo(), "image/jpeg")
    told = sent(client, key()[1], media=media)
    row = rows(client.get(f"{V2}/requests/{told['service_request_id']}.json", {"extensions": "true"}))[0]
    shown = client.get(row["media_url"].removeprefix("http://testserver"))
    assert (shown.status_code, shown["Content-Type"][:6]) == (200, "image/")
    photo = row["extended_attributes"]["photos"][0]
    assert (photo["media_url"], photo["width"], photo["orientation"]) == (row["media_url"], 40, "landscape")


def test_a_file_that_is_no_picture_is_400(client: Client) -> None:
    media = SimpleUploadedFile("hole.jpg", b"PK\x03\x04 not a picture", "image/jpeg")
    assert post(client, body(key()[1], media=media)).status_code == 400
    assert not Photo.objects.exists()


def test_six_photos_are_too_many(client: Client) -> None:
    media = [SimpleUploadedFile(f"{n}.jpg", small.photo(), "image/jpeg") for n in range(6)]
    assert post(client, body(key()[1], media=media)).status_code == 400


def test_a_media_url_is_kept_as_text_and_must_be_an_address(client: Client) -> None:
    sent(client, key()[1], media_url="https://example.org/hole.jpg")
    assert "https://example.org/hole.jpg" in Voice.objects.get().words
    assert post(client, body(key()[1], media_url="javascript:alert(1)")).status_code == 400
    assert post(client, body(key()[1], media_url="http://[")).status_code == 400


# Bodies ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{}", "application/json", 403),
        (b"--x", "multipart/form-data; boundary=", 400),
        (b"a=b", "application/x-www-form-urlencoded; charset=koi8-r", 400),
        (b"a=" + b"x" * 3_000_000, "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=1" % n for n in range(1000)), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_body_nobody_can_read_is_an_error_body(client: Client, data: bytes, kind: str, status: int) -> None:
    response = client.post(f"{V2}/requests.json", data, content_type=kind)
    assert response.status_code == status
    assert rows(response)[0]["description"]


def test_errors_are_said_in_chinese_unless_english_is_asked_for(client: Client) -> None:
    with translation.override("zh-hans"):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in rows(post(client, body("")))[0]["description"])
    response = client.post(f"{V2}/requests.json", body(""), headers={"Accept-Language": "en"})
    assert rows(response)[0]["description"] == "An api_key is needed to send a request."
