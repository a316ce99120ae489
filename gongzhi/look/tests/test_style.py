"""The style page, whole, in both languages: what every page inherits from the frame."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

from gongzhi.look import messages
from gongzhi.look.icons import ICONS

STATIC = Path(__file__).parent.parent / "static" / "look"
TEMPLATES = Path(__file__).parent.parent / "templates"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/zh/look/", "/en/look/", "/zh/look/?face=workplace"])
def test_the_frame_is_whole(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert f'<html lang="{"en" if "/en/" in address else "zh-Hans"}"' in html
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert 'href="#main"' in html
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\son[a-z]+=", html)


@pytest.mark.django_db
def test_the_html_is_the_same_in_all_modes(client: Client) -> None:
    plain = client.get("/zh/look/").content
    client.cookies["mode"] = "contrast-elder"
    assert client.get("/zh/look/").content == plain


@pytest.mark.django_db
def test_ids_are_unique(client: Client) -> None:
    ids = re.findall(r'\sid="([^"]+)"', client.get("/zh/look/").content.decode())
    assert len(ids) == len(set(ids))


def packed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def test_the_weights_stay_small() -> None:
    assert packed("gongzhi.css") <= 12_000
    assert packed("gongzhi.js") <= 4_000
    assert packed("gongzhi.css") + packed("gongzhi.js") + packed("mark.svg") <= 20_000


def test_every_icon_named_in_a_template_exists() -> None:
    rooms = STATIC.parents[2].parent
    names = {n for p in rooms.glob("*/templates/**/*.html") for n in re.findall(r'{% icon "([^"]+)"', p.read_text())}
    assert names <= set(ICONS)


def test_no_text_of_this_room_lacks_chinese() -> None:
    assert messages.missing("look") == {}
    known = {m.id for m in messages.load("look") if isinstance(m.id, str)}
    assert {msgid for _context, msgid in messages.found("look") if isinstance(msgid, str)} <= known


def test_every_class_in_a_part_is_in_the_sheet() -> None:
    sheet = (STATIC / "gongzhi.css").read_text()
    hooks = ("field-text", "field-file", "face-", "notice-", "map-hint")  # for scripts and for pages' own sheets
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"{[%{#].*?[%}#]}", " ", path.read_text())
        names = {n for value in re.findall(r'class="([^"]*)"', text) for n in value.split()}
        assert [n for n in names if f".{n}" not in sheet and not n.startswith(hooks)] == [], path
