"""Everything people read exists in Chinese: extracted again from the sources, nothing missing, nothing fuzzy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from gongzhi.look import messages
from tests.house.rooms import rooms


@pytest.mark.parametrize("room", rooms())
def test_chinese_is_complete(room: str) -> None:
    missing = messages.missing(room)
    assert not missing, f"{len(missing)} texts without Chinese, e.g. {sorted(missing)[:5]}"


def hidden(source: str) -> Iterator[str]:
    """Texts that stand inside an f-string, where extraction does not look."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in messages.KEYWORDS:
                    yield from (arg.value for arg in call.args[:1] if isinstance(arg, ast.Constant))


def test_no_text_hides_in_an_f_string() -> None:
    """It would stay English on Chinese pages, and no list of missing texts would name it."""
    assert list(hidden("f\"{told} {_('That is usual.')}\"")) == ["That is usual."]
    assert list(hidden('told + _("That is usual.")')) == []
    known = {key[1] for room in messages.rooms() for key in messages.found(room)}
    files = [path for path in messages.ROOT.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]
    lost = [(path.name, text) for path in files for text in hidden(path.read_text(encoding="utf-8"))]
    assert [(name, text) for name, text in lost if text not in known] == []
