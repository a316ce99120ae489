"""Whole rounds from both sides: asked and answered, reopened by right, withdrawn, proved."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.journeys.conftest import axe, press
from tests.journeys.test_clerk_works import accept

NUMBER = re.compile(r"990101-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}")
POTHOLE = "汽车站门口的路面坑洼很深，下雨积水看不见，骑车的老人摔了两次。"


def speak(phone, words: str, *, where: str = "", public: bool = False) -> tuple[str, str]:
    """Say it on a phone without JavaScript; the number on the receipt and the secret link."""
    phone.goto("/zh/")
    phone.fill("textarea[name=words]", words)
    phone.click("main button[value=next]")
    phone.fill("input[name=where]", where)
    phone.click("main button[value=next]")
    if phone.locator("main button[name=pick]").count():
        phone.click("main button[name=pick] >> nth=0")
    if not phone.locator("input[name=contact][type=text]").count():
        phone.click("main button[value=next]")
    if public:
        phone.check("input[name=allows_public]")
    phone.click("main button[value=next]")
    phone.click("main button[value=send]")
    phone.wait_for_url("**/v/*/")
    found = NUMBER.search(phone.inner_text(".receipt-number"))
    assert found
    return found[0], phone.url


def open_case(clerk, number: str, queue: str = "all") -> None:
    """Find the case in a queue and open its page alone."""
    clerk.goto(f"/zh/desk/?queue={queue}")
    clerk.goto(clerk.get_attribute(f"[data-row]:has-text('{number}') a", "href"))
    clerk.wait_for_selector(f"text={number}")


def answer_and_close(clerk, text: str) -> None:
    press(clerk, "r")
    clerk.fill("#id_public_text", text)
    clerk.check("input[name=outcome][value=fixed]")
    press(clerk, "Control+Enter")
    clerk.wait_for_url("**/desk/?**")


def test_asked_answered_unhappy_and_open_again(phone, signed_in) -> None:
    number, link = speak(phone, POTHOLE, where="汽车站")
    clerk = signed_in("handler")
    open_case(clerk, number)
    accept(clerk)
    open_case(clerk, number)
    press(clerk, "q")
    clerk.fill("form[data-ctrl-enter] textarea >> nth=0", "请问坑在东门还是西门？")
    press(clerk, "Control+Enter")
    clerk.wait_for_selector(".undo-bar")
    phone.goto(link)
    assert "东门还是西门" in phone.inner_text("main")
    phone.fill("textarea[name=words]", "在东门，公交牌旁边。")
    phone.click("main form[action$='/answer'] button")
    open_case(clerk, number)
    assert "公交牌旁边" in clerk.inner_text("main")
    answer_and_close(clerk, "东门的坑今天已经补好。")
    phone.goto(link)
    phone.check("input[name=solved] >> nth=1")
    phone.check("input[name=grade] >> nth=-1")
    phone.fill("textarea[name=words]", "补得太浅，又裂开了。")
    phone.click("main form[action$='/rate'] button")
    assert "重新办理" in phone.inner_text("main"), "unhappy reopens by right"
    open_case(clerk, number)
    assert "又裂开了" in clerk.inner_text("main"), "the office reads why"


def test_withdrawn_words_are_served_nowhere(phone, site) -> None:
    words = "文昌塔旁边的石榴树下有一堆旧轮胎，招蚊子，想请人拉走。"
    number, link = speak(phone, words, public=True)
    address = f"/zh/cases/{number}/"
    listing = "/zh/cases/?q=石榴树"
    assert phone.goto(address).status == 200
    assert phone.goto(address).status == 200, "now printed"
    phone.goto(listing)
    assert "石榴树" in phone.inner_text(".case-list")
    phone.goto(link + "withdraw")
    phone.click("main button.danger")
    for page in (address, address.replace("/zh/", "/en/"), link):
        assert phone.goto(page).status in {404, 410}
        assert "石榴树" not in phone.content()
    for page in ("/zh/cases/", listing, "/zh/", f"/api/v1/cases/{number}"):
        phone.goto(page)
        assert "旧轮胎" not in phone.content()


def verify(receipt: Path, key: Path) -> subprocess.CompletedProcess[str]:
    """`gongzhi verify` as anybody would run it, far from the county."""
    command = [sys.executable, "-m", "gongzhi.cli", "verify", str(receipt), "--key", str(key)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"LANG": "C.UTF-8"})


def test_a_receipt_is_proved_and_one_changed_sign_is_found(phone, site, tmp_path) -> None:
    _number, link = speak(phone, "县图书馆周末能不能开到晚上九点？")
    key = next((site.folder / "keys").glob("*.pub"))
    file = tmp_path / "receipt.json"

    def fetch() -> str:
        file.write_bytes(phone.request.get(link + "receipt.json").body())
        return file.read_text()

    fetch()
    first = verify(file, key)
    assert first.returncode == 0, first.stdout + first.stderr
    until = time.monotonic() + 90
    while json.loads(fetch()).get("proof") is None and time.monotonic() < until:
        time.sleep(0.2)
    sealed = verify(file, key)
    assert sealed.returncode == 0
    assert "PROVED: it is in the ledger." in sealed.stdout
    text = file.read_text()
    place = re.search(r'"salt"\s*:\s*"(.)', text).start(1)
    file.write_text(text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :])
    assert verify(file, key).returncode == 1


def test_wide_public_pages_use_their_width_and_phones_keep_the_order(page) -> None:
    for path in ("/zh/", "/zh/cases/", "/zh/week/", "/zh/how/"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        before, beside = (page.locator(f"main > .{name}").bounding_box() for name in ("before", "beside"))
        assert beside["x"] > before["x"] + before["width"]
        page.set_viewport_size({"width": 360, "height": 740})
        before, beside = (page.locator(f"main > .{name}").bounding_box() for name in ("before", "beside"))
        assert beside["y"] >= before["y"] + before["height"]
        assert axe(page) == []
