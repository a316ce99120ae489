"""Translations: extracted from Python and templates, kept, set, compiled."""

from __future__ import annotations

import gettext
import io
import json
from pathlib import Path

import pytest

from gongzhi.look import messages

CODE = """
from gongzhi.kit.refusal import N_, Refusal
raise Refusal("far", "It is %(far)s away" " from here", far=1)
title = N_("A title")
days = ngettext("%(n)d day", "%(n)d days", 2)
name = _(variable)
"""
PAGE = (
    '{% load i18n %}<p>{% translate "Hello" %}</p>{% blocktranslate with a=b %}To {{ a }} & on{% endblocktranslate %}'
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "gongzhi" / "porch"
    (folder / "templates").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "__init__.py").touch()
    (folder / "code.py").write_text(CODE)
    (folder / "tests" / "test_x.py").write_text('_("never shown")')
    (folder / "templates" / "page.html").write_text(PAGE)
    monkeypatch.setattr(messages, "ROOT", tmp_path / "gongzhi")
    return "porch"


def po(room: str) -> str:
    return (messages.ROOT / room / messages.PO).read_text()


def test_extract_finds_code_and_templates_but_no_tests(room: str) -> None:
    assert messages.extract(room) == 5
    text = po(room)
    for msgid in ("It is %(far)s away from here", "A title", "%(n)d day", "Hello", "To %(a)s & on"):
        assert f'"{msgid}"' in text
    assert "never shown" not in text


def test_extracting_twice_changes_nothing(room: str) -> None:
    messages.extract(room)
    before = po(room)
    messages.extract(room)
    assert po(room) == before
    assert "Date" not in before


def test_translations_survive_and_unused_ones_leave(room: str) -> None:
    messages.extract(room)
    assert messages.put(room, {"Hello": "您好", "A title": "题目"}) == []
    (messages.ROOT / room / "code.py").write_text("")
    messages.extract(room)
    assert "您好" in po(room)
    assert "题目" not in po(room)


def test_missing_lists_what_has_no_chinese(room: str) -> None:
    messages.extract(room)
    messages.put(room, {"Hello": "您好", "%(n)d day": ["%(n)d天"]})
    assert messages.missing(room) == {"It is %(far)s away from here": "", "A title": "", "To %(a)s & on": ""}


def test_set_refuses_other_placeholders_and_unknown_texts(room: str) -> None:
    messages.extract(room)
    wrong = {"To %(a)s & on": "到%(b)s", "Good bye": "再见", "It is %(far)s away from here": "离这里%(far)远"}
    assert len(messages.put(room, wrong)) == 3
    assert "再见" not in po(room)


def test_compiled_texts_are_read_by_gettext(room: str) -> None:
    messages.extract(room)
    messages.put(room, {"Hello": "您好", "%(n)d day": ["%(n)d天"]})
    assert messages.compile_room(room)
    with (messages.ROOT / room / messages.PO).with_suffix(".mo").open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("Hello") == "您好"
    assert texts.ngettext("%(n)d day", "%(n)d days", 2) == "%(n)d天"


def test_compiling_again_writes_nothing(room: str) -> None:
    messages.extract(room)
    assert messages.compile_room(room)
    assert not messages.compile_room(room)


def test_the_command_sets_from_standard_input(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert messages.main(["extract", room]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"Hello": "您好"})))
    assert messages.main(["set", room]) == 0
    assert messages.main(["extract", "attic"]) == 2
    assert messages.main([]) == 2
