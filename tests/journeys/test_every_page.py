"""Every page, both languages, all modes: one h1, labelled inputs, no axe violation, no sideways scroll.

With GONGZHI_SCREENSHOTS=FOLDER each page is also photographed at 360 and 1280 px, to be looked at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.journeys.conftest import axe

PUBLIC = ["", "speak/", "find/", "cases/", "cases/?q=路灯", "week/", "how/", "nothing-here/"]
PUBLIC += ["decisions/", "suggestions/", "sensors/", "sensors/level-guzhou/"]
# Which role sees which pages of the workplace; `case` is the first case in that role's inbox.
DESK = {
    "handler": ["desk/", "desk/list/", "desk/away/", "desk/tour/", "desk/my-looks/", "desk/people/mine/", "case"],
    "operator": ["desk/enter/", "desk/recover/", "desk/notices/"],
    "dispatcher": ["desk/", "case", "desk/sensors/", "desk/sensors/level-guzhou/"],
    "leader": ["desk/leader/", "desk/findings/"],
    "supervisor": ["desk/officers/", "desk/appeals/"],
    "administrator": ["desk/people/", "desk/people/accounts/", "desk/letterbox/"],
    "auditor": ["desk/people/looks/"],
}
MODES = ["light", "dark", "contrast", "elder"]
WIDTHS = {360: 740, 1280: 900}
PHOTOS = os.environ.get("GONGZHI_SCREENSHOTS")


def first_case(page) -> str:
    page.goto("/zh/cases/")
    found = re.search(r'href="/zh/(cases/[0-9]{6}-[^"/]+/)"', page.content())
    assert found, "the practice county shows no public case"
    return found[1]


def look(page, path: str, name: str, *, checks: bool = True) -> list[str]:
    """Open a page and say what is wrong with it."""
    wrong = []
    response = page.goto(path)
    if response is not None and response.status >= 500:
        return [f"{path}: status {response.status}"]
    if PHOTOS:
        file = Path(PHOTOS, re.sub(r"[^\w.-]+", "_", name) + ".png")
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(file), full_page=True)
    if not checks:
        return wrong
    if page.locator("h1").count() != 1:
        wrong.append(f"{name}: {page.locator('h1').count()} h1")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        wrong.append(f"{name}: scrolls sideways")
    wrong += [f"{name}: {line}" for line in axe(page)]
    return wrong


def set_mode(page, site, mode: str) -> None:
    page.context.add_cookies([{"name": "mode", "value": mode, "url": site.url}])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_public_pages(page, site, lang, mode):
    wrong = []
    case = first_case(page)
    set_mode(page, site, mode)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for path in [*PUBLIC, case, "accounts/login/"]:
            wrong += look(page, f"/{lang}/{path}", f"{lang}-{path or 'home'}-{mode}-{width}")
    assert page.locator("html").get_attribute("lang") == ("zh-Hans" if lang == "zh" else "en")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("role", list(DESK))
def test_workplace_pages(signed_in, site, role, lang):
    wrong = []
    page = signed_in(role)
    paths = DESK[role]
    if "case" in paths:
        page.goto(f"/{lang}/desk/")
        found = re.search(r"(desk/cases/[0-9a-f-]{36}/)", page.content())
        assert found, f"the inbox of the {role} is empty"
        paths = [found[1] if path == "case" else path for path in paths]
    for mode in ("light", "dark", "elder"):
        set_mode(page, site, mode)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            for path in paths:
                name = re.sub(r"[0-9a-f-]{36}", "case", path)
                wrong += look(page, f"/{lang}/{path}", f"{lang}-{role}-{name}-{mode}-{width}")
    assert not wrong, "\n".join(wrong)


def test_the_style_page_in_every_mode(page, site):
    wrong = []
    for mode in MODES:
        set_mode(page, site, mode)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            wrong += look(page, "/look/", f"look-{mode}-{width}")
    assert not wrong, "\n".join(wrong)
