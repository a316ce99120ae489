"""A clerk's day by keyboard: a caller's words written down, accepted, taken back, answered, and read by the caller."""

from __future__ import annotations

import re

import pytest

from tests.journeys.conftest import axe, press

WORDS = "汽车站门口的路面坑洼不平，骑车容易摔，昨天有位老人差点摔倒。"
NUMBER = re.compile(r"990101-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}")


def write_down(operator, words: str) -> tuple[str, str]:
    """An operator writes down a call without the mouse; its number and the address of its slip."""
    operator.goto("/zh/desk/enter/")
    operator.keyboard.type(words)
    operator.keyboard.press("Tab")
    operator.keyboard.type("汽车站")
    operator.wait_for_selector("#places input[type=radio]")
    operator.wait_for_selector("#read-back p:has-text('汽车站')")  # the place it found is read back too
    press(operator, "Control+Enter")
    number = operator.inner_text(".receipt-number").strip()
    assert NUMBER.fullmatch(number)
    return number, operator.get_attribute("a[href*='/slip']", "href")


def open_new(handler, number: str) -> None:
    """The handler finds the case among the new ones and opens it beside the list."""
    handler.goto("/zh/desk/?queue=new")
    handler.click(f"[data-row]:has-text('{number}') a")
    handler.wait_for_selector(f"#case .case:has-text('{number}')")


def accept(handler) -> None:
    """The open case is accepted by its key; the page that follows has fetched the case and knows its keys."""
    press(handler, "a")
    handler.wait_for_selector(".undo-bar", state="attached")
    handler.wait_for_selector(".case:has-text('办理中')")


def test_a_call_goes_the_whole_way_by_keyboard(signed_in, phone) -> None:
    number, slip = write_down(signed_in("operator"), WORDS)
    handler = signed_in("handler")
    open_new(handler, number)
    accept(handler)
    press(handler, "r")
    handler.wait_for_url("**/answer/**")
    handler.fill("#id_public_text", "门口的坑洼今天下午已经补好，请您路过时看看。电话13800001234可以找到施工队。")
    handler.click("[data-preview]")
    handler.wait_for_selector(".preview-text")
    assert "13800001234" not in handler.inner_text(".preview-text")
    handler.check("input[name=outcome][value=fixed]")
    press(handler, "Control+Enter")
    handler.wait_for_url("**/desk/?**")
    phone.goto(slip.removesuffix("slip"))
    assert "门口的坑洼今天下午已经补好" in phone.inner_text("main")


def test_an_accepted_case_is_taken_back_within_ten_seconds(signed_in) -> None:
    number, _slip = write_down(signed_in("operator"), "南门小学对面路面坑洼，下雨天孩子都踩水。")
    handler = signed_in("handler")
    open_new(handler, number)
    press(handler, "a")
    handler.click(".undo-bar button")
    handler.wait_for_selector(".notice-success")
    assert "已收到" in handler.inner_text(".case-head")


def test_a_quick_hand_s_key_waits_for_the_case_that_is_still_on_its_way(signed_in) -> None:
    number, _slip = write_down(signed_in("operator"), "桥头路口路面坑洼，电动车过的时候颠得厉害。")
    handler = signed_in("handler")
    open_new(handler, number)
    fetched, held = "**/desk/cases/*/?queue=*", []
    handler.route(fetched, lambda route: held.append(route))
    press(handler, "a")
    handler.wait_for_selector("#case > .desk-hint[data-case]")
    handler.keyboard.press("r")
    while not held:
        handler.wait_for_timeout(50)
    held[0].continue_()
    handler.wait_for_url("**/answer/**")


def test_j_and_k_walk_through_the_list(signed_in) -> None:
    handler = signed_in("handler")
    handler.goto("/zh/desk/?queue=all")
    rows = handler.locator("[data-row] > a")
    if rows.count() < 2:
        pytest.skip("the tiny county gave this handler fewer than two cases")
    handler.keyboard.press("j")
    first = handler.evaluate("document.activeElement.textContent")
    handler.keyboard.press("j")
    assert handler.evaluate("document.activeElement.textContent") != first
    handler.keyboard.press("k")
    assert handler.evaluate("document.activeElement.textContent") == first
    handler.keyboard.press("?")
    assert handler.locator("dialog#keys[open]").count() == 1


def test_somebody_moved_first_and_nothing_typed_is_lost(signed_in) -> None:
    number, _slip = write_down(signed_in("operator"), "河沿路口路面坑洼，已经一个多星期没人补了。")
    one, other = signed_in("handler"), signed_in("handler")
    open_new(one, number)
    accept(one)
    press(one, "r")
    one.wait_for_url("**/answer/**")
    one.fill("#id_public_text", "写了很久的一段答复。")
    other.goto(re.sub(r"/answer/.*", "/note/", one.url))
    other.fill("#id_internal_text", "我先记一笔")
    press(other, "Control+Enter")
    other.wait_for_selector(".notice-success")
    one.check("input[name=outcome][value=fixed]")
    press(one, "Control+Enter")
    one.wait_for_selector(".notice-warn[role=alert]")
    assert one.input_value("#id_public_text") == "写了很久的一段答复。"
    press(one, "Control+Enter")
    one.wait_for_url("**/desk/?**")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("handler", "/zh/desk/"),
        ("handler", "/en/desk/?queue=all"),
        ("handler", "/en/desk/list/"),
        ("operator", "/zh/desk/enter/"),
        ("operator", "/en/desk/recover/"),
        ("leader", "/zh/desk/leader/"),
        ("supervisor", "/zh/desk/officers/"),
        ("handler", "/zh/desk/away/"),
        ("handler", "/zh/desk/my-looks/"),
    ],
)
def test_axe_finds_nothing_on_the_desk(signed_in, role: str, path: str, width: int) -> None:
    page = signed_in(role)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
