"""Every page, both languages, all modes: one h1, labelled inputs, no axe violation, no sideways scroll.

The page is the same in every mode but for its colours and sizes: it is loaded once for each language, then shown in
each mode and width; all rules of axe are asked at both widths, those of colour and size in every mode.
With GONGZHI_SCREENSHOTS=FOLDER each page is also photographed at 360 and 1280 px, to be looked at.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.journeys import pages
from tests.journeys.conftest import axe, environment

MODES = ["light", "dark", "contrast", "elder"]
WIDTHS = {1280: 900, 360: 740}
PHOTOS = os.environ.get("GONGZHI_SCREENSHOTS")
SEEN = ["color-contrast", "target-size"]  # what a mode can spoil
WIDE_OPEN = "document.documentElement.scrollWidth > window.innerWidth + 1"
# A column so narrow that its words stand on top of each other.
SQUEEZED = """() => [...document.querySelectorAll('main :is(td, th, p, dd, dt, a, h1, h2)')]
  .filter(one => {
    const style = getComputedStyle(one), size = parseFloat(style.fontSize);
    const wide = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return one.offsetParent !== null && one.textContent.trim().length > 2 && one.clientWidth > 0
      && wide < 1.9 * size && one.clientHeight > 3 * size;
  })
  .map(one => one.tagName + ' ' + one.textContent.trim().slice(0, 30))"""


@pytest.fixture(scope="session")
def addresses(site) -> dict[str, str]:
    """Secret links and numbers of the served county."""
    command = [sys.executable, "-m", "tests.journeys.addresses"]
    root = Path(__file__).parents[2]
    told = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment(site.folder), check=False)
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout))


def photograph(page, name: str) -> None:
    if PHOTOS:
        file = Path(PHOTOS, re.sub(r"[^\w.-]+", "_", name) + ".png")
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(file), full_page=True)


def set_mode(page, site, mode: str) -> None:
    page.context.add_cookies([{"name": "mode", "value": mode, "url": site.url}])


def show(page, site, mode: str) -> None:
    """Show the loaded page in another mode, as its next load would."""
    set_mode(page, site, mode)
    page.evaluate(
        """mode => new Promise(done => {
          const sheet = document.getElementById('mode-sheet'), fresh = sheet.cloneNode();
          fresh.href = '/mode.css?' + mode;
          fresh.onload = fresh.onerror = () => { sheet.remove(); done(); };
          sheet.after(fresh);
        })""",
        mode,
    )


def look(page, site, path: str, name: str) -> list[str]:
    """Open a page and say what is wrong with it in any mode and width."""
    page.set_viewport_size({"width": 1280, "height": 900})
    set_mode(page, site, "light")
    response = page.goto(path)
    if response is None or response.status >= 500:
        return [f"{path}: status {response and response.status}"]
    return shown(page, site, name)


def shown(page, site, name: str) -> list[str]:
    """Say what is wrong in any mode and width with the page that is open in the light one."""
    wrong = []
    if page.locator("h1").count() != 1:
        wrong.append(f"{name}: {page.locator('h1').count()} h1")
    for mode in MODES:
        if mode != "light":
            show(page, site, mode)
        for width, height in WIDTHS.items():
            here = f"{name}-{mode}-{width}"
            page.set_viewport_size({"width": width, "height": height})
            photograph(page, here)
            if page.evaluate(WIDE_OPEN):
                wrong.append(f"{here}: scrolls sideways")
            wrong += [f"{here}: one sign wide: {what}" for what in page.evaluate(SQUEEZED)]
            wrong += [f"{here}: {line}" for line in axe(page, only=None if mode == "light" else SEEN)]
    return wrong


def found(page, lang: str, role: str, addresses: dict[str, str]) -> dict[str, str]:
    """The addresses a role's own pages link to, beside those every page may name."""
    known = dict(addresses)
    wanted = {name for path in pages.DESK[role] for name in re.findall(r"\{(\w+)\}", path)} & set(pages.LINKED)
    for name in sorted(wanted):
        where, pattern = pages.LINKED[name]
        page.goto(f"/{lang}/{where}")
        link = re.search(pattern, page.content())
        assert link or name in pages.MAY_BE_ABSENT, f"{where} shows the {role} no {name}"
        if link:
            known[name] = link[1] if link.groups() else link[0]
    return known


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_public_pages(page, site, lang, addresses):
    wrong = []
    for path in pages.PUBLIC:
        name = f"{lang}-{re.sub(r'[{}]', '', path) or 'home'}"
        wrong += look(page, site, f"/{lang}/{path.format(**addresses)}", name)
    assert page.locator("html").get_attribute("lang") == ("zh-Hans" if lang == "zh" else "en")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("role", list(pages.DESK))
def test_workplace_pages(signed_in, site, role, lang, addresses):
    wrong = []
    page = signed_in(role)
    known = found(page, lang, role, addresses)
    for path in pages.DESK[role]:
        if set(re.findall(r"\{(\w+)\}", path)) <= set(known):
            name = f"{lang}-{role}-{re.sub(r'[{}]', '', path)}"
            wrong += look(page, site, f"/{lang}/{path.format(**known)}", name)
    assert not wrong, "\n".join(wrong)


def test_the_style_page_and_the_empty_failing_and_forbidden_ones(page, site, signed_in):
    wrong = look(page, site, "/look/", "look")
    for lang in ("zh", "en"):
        wrong += look(signed_in("auditor"), site, f"/{lang}/desk/enter/", f"{lang}-forbidden")
        wrong += look(page, site, f"/{lang}/cases/?q=不会有人说过的话", f"{lang}-nothing-found")
    assert not wrong, "\n".join(wrong)


def _named(patterns, prefix: str = "") -> set[str]:
    names = set()
    for entry in patterns:
        if isinstance(entry, URLResolver):
            names |= _named(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern) and entry.name:
            names.add(prefix + entry.name)
    return names


def test_every_address_is_opened_here_or_named_as_no_page():
    opened = {resolve("/zh/" + pages.sample(path)).view_name for path in pages.PUBLIC if "nothing-here" not in path}
    opened |= {resolve("/zh/" + pages.sample(path)).view_name for paths in pages.DESK.values() for path in paths}
    named = {name for name in _named(get_resolver().url_patterns) if name.partition(":")[0] in pages.ROOMS}
    excused = {name for names in pages.NO_PAGE.values() for name in names.split()}
    assert named - opened - excused == set(), "open it in tests/journeys/pages.py"
    assert not excused & opened
