"""A leader's morning: the cockpit says something new by itself; she asks, speaks and decides; an office answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import environment
from tests.journeys.test_every_page import look, shown

# What each page has only when there is something to show.
FILLED = {
    "finding": "figure.chart",
    "hot": "table",
    "topic": "dl.summary-list",
    "station": "ul a[href*='handovers']",
    "matter": "figure.chart",
    "place": "figure.chart",
    "organ": "figure.chart",
    "cockpit/handovers/": "svg .station",
    "cockpit/floods/": "form",
}


def planted(site, *words: str) -> str:
    """A finding of today, as `tests.journeys.leaders` makes it; its address, or what else was asked for."""
    command = [sys.executable, "-m", "tests.journeys.leaders", *words]
    root = Path(__file__).parents[2]
    told = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment(site.folder), check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def night(site) -> None:
    """What the clockwork works out once a night."""
    pytest.importorskip("duckdb", reason="the extra `analysis` is not installed")
    done = site.cli("insight")
    assert done.returncode == 0, done.stderr


def test_a_leader_decides_on_what_the_open_cockpit_shows_by_itself(signed_in, site, page):
    leader = signed_in("leader")
    leader.set_viewport_size({"width": 360, "height": 740})
    leader.goto("/zh/desk/cockpit/")
    leader.wait_for_selector("#today")
    address = planted(site)

    leader.click(f"#today a[href$='/{address}']")  # by itself: nobody asks for the page again
    leader.wait_for_url(f"**/{address}")
    assert "17 件" in leader.inner_text("main")
    assert leader.locator("ol.inbox > li").count() >= 1

    leader.click("summary:has-text('公开答复')")
    leader.fill("details[open] textarea[name=words]", "水管正在抢修，今晚八点前恢复。")
    leader.click("details[open] button:has-text('发布')")
    leader.wait_for_selector("text=首次公开答复")
    page.goto("/zh/noticed/")
    assert "水管正在抢修" in page.inner_text("main")

    leader.click("button:has-text('持续关注')")
    leader.goto("/zh/desk/cockpit/")
    assert leader.locator(f"#today a[href$='/{address}']").count() == 0


def test_an_office_is_asked_and_answers(signed_in, site):
    address = planted(site)
    head = signed_in("head")
    organ = head.inner_text(".whoami-organ").strip()
    leader = signed_in("leader")
    leader.goto(f"/zh/{address}")

    leader.click("summary:has-text('向单位提问')")
    leader.fill("details[open] input[name=organ]", organ)
    leader.fill("details[open] textarea[name=words]", "今天有没有施工？")
    leader.click("details[open] button:has-text('提问')")
    leader.wait_for_selector("text=今天有没有施工")
    head.goto("/zh/desk/asked/")
    head.fill("textarea[name=words]", "没有施工。")
    head.click("main button:has-text('答复')")

    leader.reload()
    assert "没有施工。" in leader.inner_text("main")


def test_the_night_fills_the_pages_of_places_matters_and_offices(signed_in, night, page):
    leader = signed_in("leader")

    leader.goto("/zh/desk/standing/place/")
    leader.click("main table a >> nth=0")
    leader.wait_for_selector("figure.chart")
    href = leader.get_attribute("main a[href*='/figures/']", "href")
    page.goto(href)

    assert page.locator("h1").inner_text() == leader.locator("h1").inner_text()
    assert page.locator("figure.chart").count() >= 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_insight_shows_when_there_is_something_fits_a_phone_and_reads_aloud(signed_in, site, night, lang):
    found = json.loads(planted(site, "filled"))
    leader = signed_in("leader")
    pages = {name: f"/{lang}/{path}" for name, path in found.items()}
    lists = ("cockpit/", "cockpit/handovers/", "cockpit/floods/", "cockpit/loads/", "hot/", "topics/", "findings/")
    pages |= {name: f"/{lang}/desk/{name}" for name in lists}

    wrong = [line for name, path in pages.items() for line in look(leader, site, path, f"{lang}-filled-{name}")]

    assert not wrong, "\n".join(wrong)
    for name, sign in FILLED.items():
        leader.goto(pages[name])
        assert leader.locator(f"main {sign}").count(), f"{name} is not filled: {sign}"
    leader.goto(pages["finding"])
    leader.click("button[name=do][value=watch]")  # what it planted calls for no decision any more


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_procedure_that_was_tried_shows_its_figures_in_every_mode(signed_in, site, night, lang):
    leader = signed_in("leader")
    leader.goto(f"/{lang}/desk/procedures/what-if/")
    leader.fill("input[name=amount]", "3")
    leader.click("main form:has(textarea[name=text]) button")
    leader.wait_for_selector("section[aria-labelledby=result]")

    assert not (wrong := shown(leader, site, f"{lang}-what-if-tried")), "\n".join(wrong)
