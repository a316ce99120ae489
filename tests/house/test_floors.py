"""Imports, keys, templates and links go downwards only."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models

from tests.house.rooms import FLOORS, PACKAGE, room_of, rooms, sources, templates, tree

# The table of contents names every room by a string: it imports none of them. See docs/decisions.
CONTENTS = {PACKAGE / "web" / "urls.py", PACKAGE / "web" / "settings.py", PACKAGE / "cli.py"}
OURS = re.compile(r"^gongzhi\.(\w+)")


def test_every_room_stands_on_a_known_floor() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert folders <= set(FLOORS), f"rooms without a floor: {sorted(folders - set(FLOORS))}"


def test_imports_go_downwards_also_inside_functions() -> None:
    wrong = []
    for path in sources():
        room = room_of(path)
        if room == "cli":
            continue
        for node in ast.walk(tree(path)):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
                if node.module == "gongzhi":
                    names = [f"gongzhi.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                found = OURS.match(name)
                if found and found[1] != room and FLOORS[found[1]] >= FLOORS[room]:
                    wrong.append(f"{path}:{node.lineno} {room} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_dotted_names_in_strings_go_downwards_too() -> None:
    wrong = []
    for path in sources():
        if path in CONTENTS or room_of(path) == "cli":
            continue
        room = room_of(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = re.match(r"^gongzhi\.(\w+)(\.\w+)*(:\w+)?$", node.value)
                if found and found[1] in FLOORS and found[1] != room and FLOORS[found[1]] >= FLOORS[room]:
                    wrong.append(f"{path}:{node.lineno} {room} names {node.value}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("model", [m for m in apps.get_models() if m.__module__.startswith("gongzhi.")])
def test_keys_point_downwards_and_protect(model: type[models.Model]) -> None:
    room = model._meta.app_label
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey | models.OneToOneField):
            continue
        target = field.related_model._meta.app_label
        if target == room or target not in FLOORS:
            continue
        where = f"{model.__name__}.{field.name}"
        assert FLOORS[target] < FLOORS[room], f"{where} points up to {target}"
        assert field.remote_field.on_delete is models.PROTECT, f"{where} must protect"
        assert field.remote_field.related_name == "+", f"{where} must have related_name='+'"


def test_templates_extend_include_and_link_downwards() -> None:
    wrong = []
    for path in templates():
        room = room_of(path)
        text = path.read_text()
        for word, target in re.findall(r"{%\s*(extends|include)\s+[\"'](\w+)/", text):
            if target in FLOORS and target != room and FLOORS[target] >= FLOORS[room]:
                wrong.append(f"{path}: {word} {target}")
        for target in re.findall(r"{%\s*url\s+[\"'](\w+):", text):
            owner = {"desk": "cases", "tour": "rehearsal"}.get(target, target)
            if owner in FLOORS and owner != room and FLOORS[owner] >= FLOORS[room]:
                wrong.append(f"{path}: url {target}")
    assert not wrong, "\n".join(wrong)


def test_nobody_fetches_models_by_name() -> None:
    wrong = [str(p) for p in sources() if "apps.get_model" in p.read_text()]
    assert not wrong


def test_no_django_signals_carry_business() -> None:
    wrong = [str(p) for p in sources() if re.search(r"@receiver|models\.signals|django\.dispatch", p.read_text())]
    assert not wrong


def test_every_room_says_what_it_keeps() -> None:
    for room in rooms():
        doc = ast.get_docstring(tree(PACKAGE / room / "__init__.py"))
        assert len((doc or "").splitlines()) >= 3, f"gongzhi/{room}/__init__.py says too little"
