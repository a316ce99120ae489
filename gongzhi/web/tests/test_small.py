"""What browsers and crawlers ask for unbidden."""

from __future__ import annotations

from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_icon_is_an_icon_of_a_few_bytes(client: Client) -> None:
    icon = client.get("/favicon.ico")
    assert (icon.status_code, icon["Content-Type"]) == (200, "image/x-icon")
    assert icon.content[:4] == b"\x00\x00\x01\x00"
    assert len(icon.content) < 4_000
    assert "max-age" in icon["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/zh/", True),
        ("/en/cases/", True),
        ("/zh/cases/990101-26-K7M4-2QXD/", True),
        ("/zh/places/990101001000/", True),
        ("/zh/week/", True),
        ("/zh/v/AAAAAAAAAAAAAAAAAAAAAA/", False),
        ("/en/v/AAAAAAAAAAAAAAAAAAAAAA/receipt.json", False),
        ("/zh/cases/?q=lamp", False),
        ("/zh/cases/list.csv", False),
        ("/zh/desk/", False),
        ("/zh/accounts/login/", False),
        ("/api/v1/voices/AAAAAAAAAAAAAAAAAAAAAA", False),
    ],
)
def test_crawlers_read_pages_and_neither_links_nor_searches(client: Client, path: str, may: bool) -> None:
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert len(robots.content) < 1_000
    parser = RobotFileParser()
    parser.parse(robots.content.decode().splitlines())
    assert parser.can_fetch("anybody", path) is may
