"""An old villager speaks: on a slow phone, without JavaScript, without an account, without a map."""

from __future__ import annotations

import io
import json
import re
import urllib.request

import pytest
from PIL import Image

from tests.journeys.conftest import axe

WORDS = "西河桥头的路灯坏了三天，晚上很黑，老人不敢出门。我的电话是13800001234。"


def speak_until_where(phone, words: str = WORDS) -> None:
    phone.goto("/zh/")
    phone.fill("textarea[name=words]", words)
    phone.click("main button[value=next]")


def send(phone) -> None:
    """From the place to the receipt, with nothing added."""
    phone.click("main button[value=next]")
    phone.click("main button[value=next]")
    phone.click("main button[value=send]")


def a_photo() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "#486").save(out, "JPEG")
    return {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_she_says_it_on_the_front_page_and_gets_a_receipt(phone) -> None:
    speak_until_where(phone)
    assert "第2步" in phone.inner_text("main")
    phone.click("summary:has-text('从镇、村名单里选')")
    phone.click("details button[name=browse] >> nth=0")
    phone.click("main button[name=browse] >> nth=0")
    phone.click("main button[name=pick] >> nth=1")
    phone.fill("input[name=contact]", "li@example.org")
    phone.click("main button[value=next]")
    assert "13800001234" in phone.inner_text("main"), "on her own review page she sees what she typed"
    phone.click("main button[value=send]")
    phone.wait_for_url("**/v/*/")
    receipt = phone.inner_text(".receipt")
    assert re.search(r"990101-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}", receipt)
    assert phone.url in receipt
    assert phone.locator(".receipt svg").count() == 1
    assert "星期" in receipt, "she is told by which day"
    assert "13800001234" not in phone.inner_text("main"), "kept words are masked"


def test_an_unknown_name_of_a_place_holds_nobody_up(phone) -> None:
    speak_until_where(phone)
    phone.fill("input[name=where]", "没有这个地方名字啊")
    phone.click("main button[value=next]")
    assert "不要紧" in phone.inner_text("main")
    assert phone.input_value("input[name=where]") == "没有这个地方名字啊"


def test_one_click_on_an_offered_place_goes_on(phone, site) -> None:
    phone.goto("/zh/speak/")
    phone.fill("textarea[name=words]", WORDS)
    phone.click("main button[value=next]")
    phone.fill("input[name=where]", a_village(site))
    phone.click("main button[value=next]")
    offered = phone.locator("main button[name=pick]")
    chosen = offered.nth(0).inner_text().split("\n")[0]
    phone.click("main button[name=pick] >> nth=0")
    assert "第3步" in phone.inner_text("main")
    phone.click("main button[value=next]")
    assert chosen in phone.inner_text("main"), "the review names the place that was clicked"


def test_none_of_the_offered_places_is_one_click_too(phone, site) -> None:
    speak_until_where(phone)
    phone.fill("input[name=where]", a_village(site))
    phone.click("main button[value=next]")
    phone.click("main button[name=pick][value=own]")
    assert "第3步" in phone.inner_text("main")


def test_every_choice_stands_on_the_review_page_and_can_be_changed_there(phone) -> None:
    speak_until_where(phone)
    phone.click("main button[value=next]")
    phone.click("summary:has-text('说得更具体些')")
    phone.check("input[name=kind][value=complaint]")
    phone.fill("input[name=officer]", "三号窗口的办事员")
    phone.fill("input[name=contact]", "li@example.org")
    phone.check("input[name=allows_public]")
    phone.set_input_files("input[name=photos]", [a_photo()])
    phone.click("main button[value=next]")
    review = phone.inner_text("main .summary-list")
    for told in (WORDS, "投诉", "三号窗口的办事员", "li@example.org", "1张"):
        assert told in review.replace("\u2009", ""), told
    rows = phone.locator("main .summary-list > div")
    told = [rows.nth(number) for number in range(rows.count())]
    unchangeable = [row.inner_text() for row in told if not row.locator("button").count()]
    assert len(unchangeable) == 1, "only the machine's guess is nobody's choice"
    phone.click("main .summary-list > div:has-text('是否涉及干部') button")
    assert phone.locator("input[name=officer]").is_visible(), "what was folded away is open to be changed"
    phone.fill("input[name=officer]", "")
    phone.click("main button[value=next]")
    assert "三号窗口" not in phone.inner_text("main .summary-list")
    assert "投诉" in phone.inner_text("main .summary-list")


def a_village(site) -> str:
    """A place of the county as its residents call it."""
    inside = json.loads(urllib.request.urlopen(f"{site.url}/api/v1/places/990101000000").read())["inside"]
    return str(inside[0]["name_zh"])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("mode", ["", "standard", "elder"])
def test_the_first_screen_of_a_phone_belongs_to_the_question(phone, site, lang, mode) -> None:
    """The head with everything above the page takes at most a fifth of it, and its menu opens without a script."""
    if mode:
        phone.context.add_cookies([{"name": "mode", "value": mode, "url": site.url}])
    phone.goto(f"/{lang}/")
    parts = [phone.locator(name) for name in (".practice", ".masthead", ".offer")]
    boxes = [part.bounding_box() for part in parts if part.is_visible()]
    head = max(box["y"] + box["height"] for box in boxes)
    assert head <= 740 / 5, head
    assert not phone.locator(".masthead-nav a").first.is_visible()
    phone.click(".masthead-menu > summary")
    assert phone.locator(".masthead-nav a").count() >= 4
    assert phone.locator(".masthead-nav a").first.is_visible()
    box = phone.locator(".masthead-nav").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_on_a_wide_screen_the_links_stand_open(page) -> None:
    page.goto("/zh/")
    assert page.locator(".masthead-nav a").first.is_visible()
    assert not page.locator(".masthead-menu > summary").is_visible()


def test_she_erases_it_for_good_and_the_link_says_so(phone) -> None:
    speak_until_where(phone)
    send(phone)
    phone.wait_for_url("**/v/*/")
    link = phone.url
    phone.click("a[href$='/withdraw']")
    phone.click("summary:has-text('彻底删除')")
    phone.click("form[action$='/erase'] button")
    assert "彻底删除" in phone.inner_text("h1")
    assert phone.goto(link).status == 410
    assert "彻底删除" in phone.inner_text("h1")


def test_the_text_survives_an_error_and_going_back(phone) -> None:
    phone.goto("/zh/speak/")
    phone.click("main button[value=next]")
    assert "请简单说说" in phone.inner_text(".error-summary")
    phone.fill("textarea[name=words]", WORDS)
    phone.click("main button[value=next]")
    phone.click("main button[value=to-words]")
    assert phone.input_value("textarea[name=words]") == WORDS
    phone.click("main button[value=next]")
    phone.go_back()
    assert phone.input_value("textarea[name=words]") == WORDS


def test_what_is_no_photo_is_named_and_the_rest_is_kept(phone) -> None:
    speak_until_where(phone)
    phone.click("main button[value=next]")
    wrong = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"not a photo"}
    phone.set_input_files("input[name=photos]", [a_photo(), wrong])
    phone.fill("input[name=contact]", "13800001234")
    phone.click("main button[value=next]")
    assert "notes.txt" in phone.inner_text(".error-summary")
    assert "照片1已保存" in phone.inner_text("main")
    assert phone.input_value("input[name=contact]") == "13800001234"
    phone.click("main button[value=next]")
    phone.click("main button[value=send]")
    phone.wait_for_url("**/v/*/")
    assert phone.locator(".photos img").count() == 1
    assert phone.evaluate("() => document.querySelector('.photos img').naturalWidth > 0")


def test_words_of_danger_show_the_number_first(phone) -> None:
    speak_until_where(phone, "隔壁楼着火了，还有人在里面！")
    assert phone.locator(".danger-now a[href='tel:119']").count() == 1
    phone.click("main button[value=send]")
    phone.wait_for_url("**/v/*/")
    assert phone.locator(".danger-now").count() == 1, "the receipt shows the numbers once more"


def test_the_same_form_twice_is_one_voice(phone) -> None:
    speak_until_where(phone)
    phone.click("main button[value=next]")
    phone.click("main button[value=next]")
    phone.click("main button[value=send]")
    phone.wait_for_url("**/v/*/")
    first = phone.url
    phone.go_back()
    phone.click("main button[value=send]")
    phone.wait_for_url("**/v/*/")
    assert phone.url == first


def test_she_withdraws_and_the_link_ends(phone) -> None:
    speak_until_where(phone)
    send(phone)
    phone.wait_for_url("**/v/*/")
    link = phone.url
    phone.click("a[href$='/withdraw']")
    phone.click("main button.danger")
    assert "已撤回" in phone.inner_text("h1")
    assert phone.goto(link).status == 410


def test_the_journey_is_open_to_everybody(page) -> None:
    """axe on each page of the journey, with scripts on."""
    wrong = []
    page.goto("/en/speak/")
    wrong += axe(page)
    page.fill("textarea[name=words]", "The street lamp at the bridge is dark.")
    for name in ("next", "next", "next", "send"):
        page.click(f"main button[value={name}]")
        wrong += axe(page)
    assert page.locator("[data-copy]").is_visible()
    page.click("text=Print the receipt")
    wrong += axe(page)
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_a_first_visit_is_few_requests_and_light(chromium, site) -> None:
    """At most six requests and 50 kB as sent, before any map is opened."""
    for path in ("", "speak/", "find/", "cases/", "week/", "how/"):
        context = chromium.new_context(base_url=site.url, viewport={"width": 360, "height": 740})
        page, answers = context.new_page(), []
        page.on("response", lambda answer, seen=answers: seen.append(answer))
        page.goto(f"/zh/{path}")
        page.wait_for_load_state("networkidle")
        weight = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
        assert len(answers) <= 6, (path, [answer.url for answer in answers])
        assert weight <= 50_000, (path, weight)
        context.close()
