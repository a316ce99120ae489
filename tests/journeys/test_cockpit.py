"""A leader's morning: the cockpit says something new by itself; she asks, speaks and decides; an office answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import environment


def planted(site) -> str:
    """A finding of today, as `tests.journeys.leaders` makes it; its address."""
    command = [sys.executable, "-m", "tests.journeys.leaders"]
    root = Path(__file__).parents[2]
    told = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment(site.folder), check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip().splitlines()[-1]


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


def test_the_night_fills_the_pages_of_places_matters_and_offices(signed_in, site, page):
    pytest.importorskip("duckdb", reason="the extra `analysis` is not installed")
    done = site.cli("insight")
    assert done.returncode == 0, done.stderr
    leader = signed_in("leader")

    leader.goto("/zh/desk/standing/place/")
    leader.click("main table a >> nth=0")
    leader.wait_for_selector("figure.chart")
    href = leader.get_attribute("main a[href*='/figures/']", "href")
    page.goto(href)

    assert page.locator("h1").inner_text() == leader.locator("h1").inner_text()
    assert page.locator("figure.chart").count() >= 1
