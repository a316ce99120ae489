"""Colours and size by cookie."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from gongzhi.look import modes, views

PLAIN = modes.Mode("auto", "standard", chosen=True)


@pytest.mark.parametrize(
    "cookie", [None, "", "-", "red-standard", "dark-light", "dark-huge", "dark-standard-x", "}{-elder"]
)
def test_an_unreadable_cookie_is_a_first_visit(cookie: str | None) -> None:
    assert modes.read(cookie) == modes.Mode()


@pytest.mark.parametrize("colours", modes.COLOURS)
@pytest.mark.parametrize("size", modes.SIZES)
def test_a_mode_survives_its_cookie(colours: str, size: str) -> None:
    mode = modes.Mode(colours, size, chosen=True)
    assert modes.read(mode.cookie) == mode


@pytest.mark.parametrize(("cookie", "whole"), [("elder", "auto-elder"), ("dark", "dark-standard")])
def test_one_word_is_enough(cookie: str, whole: str) -> None:
    assert modes.read(cookie).cookie == whole
    assert modes.read(cookie).chosen


def test_size_and_colours_are_chosen_apart() -> None:
    elder = modes.chosen(modes.chosen(PLAIN, "contrast"), "elder")
    assert elder.cookie == "contrast-elder"
    assert modes.chosen(elder, "light").cookie == "light-elder"
    assert modes.chosen(elder, "purple") == elder


def test_the_offer_of_elder_mode_is_shown_only_at_first() -> None:
    assert ".offer{display:flex}" in modes.sheet(modes.Mode(), "#0f5b4f", "/p.png")
    assert ".offer{display:flex}" not in modes.sheet(PLAIN, "#0f5b4f", "/p.png")


def test_the_sheet_carries_a_readable_accent() -> None:
    assert "--accent:#0f5b4f" in modes.sheet(PLAIN, "#0f5b4f", "/p.png")
    assert "#ffff00" not in modes.sheet(PLAIN, "#ffff00", "/p.png")


def test_elder_mode_is_larger_and_has_a_large_pointer() -> None:
    sheet = modes.sheet(modes.Mode("auto", "elder", chosen=True), "#0f5b4f", "/p.png")
    assert "font-size:24px" in sheet
    assert sheet.count("url(/p.png)") == 2
    assert "%(" not in sheet


def test_the_sheet_ticks_what_is_chosen() -> None:
    sheet = modes.sheet(modes.Mode("dark", "elder", chosen=True), "#0f5b4f", "/p.png")
    assert '[value="dark"]{--tick:"✓"}' in sheet
    assert '[value="elder"]{--tick:"✓"}' in sheet
    assert sheet.count("--tick") == 2


def test_large_buttons_belong_to_elder_mode_alone() -> None:
    elder = modes.sheet(modes.Mode("auto", "elder", chosen=True), "#0f5b4f", "/p.png")
    assert ".elder-only{display:none" not in elder
    assert ".elder-hide{display:none" in elder
    assert ".elder-only{display:none" in modes.sheet(PLAIN, "#0f5b4f", "/p.png")


def test_every_sheet_has_balanced_braces() -> None:
    for colours in modes.COLOURS:
        for size in modes.SIZES:
            sheet = modes.sheet(modes.Mode(colours, size, chosen=True), "#0f5b4f", "/p.png")
            assert sheet.count("{") == sheet.count("}")


def press(word: str, back: str, cookie: str = "") -> HttpResponse:
    request = RequestFactory().post("/mode/", {"mode": word, "next": back})
    request.COOKIES["mode"] = cookie
    return views.switch_mode(request)


def test_a_press_is_kept_and_leads_back() -> None:
    response = press("elder", "/zh/cases/?q=1", "dark-standard")
    assert (response.status_code, response.headers["Location"]) == (303, "/zh/cases/?q=1")
    assert response.cookies["mode"].value == "dark-elder"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_a_press_never_leads_to_another_site(back: str) -> None:
    assert press("dark", back).headers["Location"] == "/"


@pytest.mark.django_db
def test_the_mode_sheet_is_private_and_answers_304() -> None:
    first = views.mode_css(RequestFactory().get("/mode.css"))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first.headers["Vary"]
    again = views.mode_css(RequestFactory().get("/mode.css", headers={"If-None-Match": first.headers["ETag"]}))
    assert (again.status_code, again.content) == (304, b"")
