"""A clerk finds a matter or an office among hundreds by typing a part of its name, with and without JavaScript."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.journeys.conftest import axe


def chosen(page) -> list[str]:
    """What the filter of the shown list was asked for."""
    return parse_qs(urlsplit(page.url).query).get("matter", [])


def test_a_matter_is_found_by_typing_and_taken_by_the_keyboard_alone(signed_in):
    page = signed_in("handler")
    page.goto("/zh/desk/list/")
    page.focus("input[name=matter]")
    page.keyboard.type("路灯")
    page.wait_for_selector(".chooser-list [role=option]")

    page.keyboard.press("ArrowDown")
    active = page.get_attribute("input[name=matter]", "aria-activedescendant")
    assert page.inner_text(f"#{active}") == "路灯不亮"
    assert axe(page) == []
    page.keyboard.press("Enter")
    assert page.input_value("input[name=matter]") == "路灯不亮"
    assert page.get_attribute("input[name=matter]", "aria-expanded") == "false"

    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert chosen(page) == ["路灯不亮"]
    assert page.input_value("input[name=matter]") == "路灯不亮"


def test_the_open_list_shows_its_groups_and_says_when_nothing_fits(signed_in):
    page = signed_in("handler")
    page.goto("/zh/desk/list/")
    page.click("input[name=matter]")
    page.wait_for_selector(".chooser-group")

    page.keyboard.type("月亮")
    page.wait_for_selector(".chooser-list:not([hidden]) >> text=没有符合的")
    page.keyboard.press("Escape")

    assert page.locator(".chooser-list:not([hidden])").count() == 0


def test_without_javascript_a_part_of_the_name_is_enough(phone, site):
    account = site.sign_ins["handler"]
    phone.goto("/zh/accounts/login/")
    phone.fill("input[name=login]", account["username"])
    phone.fill("input[name=password]", account["password"])
    phone.click("main button[type=submit]")
    phone.wait_for_url("**/desk/**")

    phone.goto("/zh/desk/list/?matter=路灯")
    assert phone.input_value("input[name=matter]") == "路灯不亮"
    phone.goto("/zh/desk/list/?matter=月亮")
    assert "没有叫“月亮”的" in phone.inner_text("main")
