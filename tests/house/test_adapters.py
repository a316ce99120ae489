"""Every way a message can go has the same shape, its own tests, and its place in the documents."""

from __future__ import annotations

import ast
import inspect

import pytest

from gongzhi.channels.adapters import ADAPTERS, adapter
from tests.house.rooms import PACKAGE, ROOT, tree

FOLDER = PACKAGE / "channels" / "adapters"
FOLDERS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__")
DOCS = (ROOT / "docs" / "channels.md").read_text()
OFFERED = {"NAME", "LABEL", "SHORT", "BY_HAND", "INSIDE", "missing", "deliver"}


def test_every_folder_is_registered_and_every_registration_has_its_folder() -> None:
    assert sorted(ADAPTERS) == FOLDERS
    assert set(ADAPTERS.values()) == {f"gongzhi.channels.adapters.{n}.adapter" for n in FOLDERS}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_holds_one_line_and_one_file(name: str) -> None:
    files = sorted(path.name for path in (FOLDER / name).iterdir() if path.name != "__pycache__")
    assert files == ["__init__.py", "adapter.py"]
    assert len((FOLDER / name / "__init__.py").read_text().splitlines()) == 1
    assert ast.get_docstring(tree(FOLDER / name / "adapter.py"))


@pytest.mark.parametrize("name", FOLDERS)
def test_an_adapter_offers_the_same_names_with_the_same_signatures(name: str) -> None:
    module = adapter(name)
    assert set(vars(module)) >= OFFERED
    assert name == module.NAME
    assert module.LABEL
    assert {type(module.SHORT), type(module.BY_HAND), type(module.INSIDE)} == {bool}
    assert str(inspect.signature(module.missing)) == "() -> 'str'"
    assert str(inspect.signature(module.deliver)) == "(letter: 'Letter') -> 'str'"
    assert isinstance(module.missing(), str)


@pytest.mark.parametrize("name", FOLDERS)
def test_an_adapter_stands_in_the_table_and_an_adapter_that_travels_has_tests_of_its_own(name: str) -> None:
    assert f"| `{name}` |" in DOCS
    module = tree(FOLDER / name / "adapter.py")
    body = next(n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == "deliver").body
    travels = len(body) > 2  # more than its words and a return
    if travels and name != "email":
        assert (PACKAGE / "channels" / "tests" / f"test_{name}.py").exists()


def test_the_steps_to_add_one_name_everything_an_adapter_offers() -> None:
    steps = DOCS[DOCS.index("### Adding one") : DOCS.index("## Text messages")]
    assert all(f"`{name}" in steps for name in OFFERED)
