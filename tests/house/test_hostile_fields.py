"""Script, SQL and odd bytes in every field of the workplace: only words, never a fault, never run when shown again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms

from gongzhi.cases.desk.deeds import DEEDS
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text, url
from gongzhi.people.permits import permits_of
from tests.house.test_permits import OBJECTS, ROLE, load
from tests.house.test_permits_everywhere import GUARDED, address

HOSTILE = [
    "<script>alert(1)</script>灯坏了",
    "\"'><img src=x onerror=alert(1)>灯坏了",
    "'; DROP TABLE cases_voice; --灯坏了",
    "{{ 7*7 }}{% debug %}${jndi:ldap://x}灯坏了",
    "\x00\u202e灯\ud83d坏了".encode("utf-8", "replace").decode(),
    "灯坏了" * 40_000,
]
RUNS = re.compile(r"<script>alert|<img src=x|onerror=alert\(1\)>", re.IGNORECASE)


@pytest.fixture(autouse=True)
def county(db: None, settings: Any, tmp_path: Path) -> None:
    load(settings, tmp_path)


def fields_of(page: str) -> set[str]:
    return set(re.findall(r'name="([\w-]+)"', page)) - {"csrfmiddlewaretoken", "viewport", "theme-color"}


def usual(form: forms.Form | None, name: str) -> str:
    """What a browser would send of a field nobody touched."""
    if form is None or name not in form.fields:
        return ""
    choices = list(getattr(form.fields[name], "choices", []))
    first = next((value for value, _label in choices if value and not isinstance(_label, list | tuple)), "")
    value = form[name].value()
    return str(first if choices else "" if value is None else value)


@pytest.mark.parametrize("hostile", HOSTILE, ids=["script", "attribute", "sql", "template", "bytes", "long"])
def test_every_field_of_every_move_takes_it_as_words_or_refuses_it(hostile: str) -> None:
    holders = {"in_hand": "roads-1", "received": "roads-1", "asked": "roads-1", "answered": "roads-1",
               "at_the_desk": "desk-1", "paused": "roads-head", "helped": "water-1", "closed": "roads-1"}  # fmt: skip
    tried = 0
    for move, deed in DEEDS.items():
        for thing, code in holders.items():
            if deed.permit not in permits_of(ROLE[code]):
                continue
            case, client = OBJECTS[thing](), signed_in(code)
            page = client.get(url(move, case))
            if page.status_code != 200 or not page.context.get("possible"):
                continue
            form = page.context.get("form")
            names = fields_of(text(page)) - {"version", "queue", "beside"}
            plain = {name: usual(form, name) for name in names} | {"version": Case.objects.get(id=case.id).version}
            for name in sorted(names):
                answer = client.post(url(move, case), plain | {name: hostile})
                assert answer.status_code < 500, (move, name)
                assert not RUNS.search(text(answer)), (move, name)
                tried += 1
            shown = client.get(url("case", case))
            assert shown.status_code in (200, 404)
            assert not RUNS.search(text(shown)), move
            break
    assert tried > 20
    assert Case.objects.exists()
    assert Entry.objects.exists()


@pytest.mark.parametrize("hostile", HOSTILE, ids=["script", "attribute", "sql", "template", "bytes", "long"])
def test_every_other_form_of_the_workplace_and_every_parameter_too(hostile: str) -> None:
    clients = {code: signed_in(code) for code in ("roads-head", "counter-1", "mayor", "admin", "desk-1", "watch-1")}
    tried = 0
    for name, entry in GUARDED.items():
        if entry.pattern.converters:
            continue
        path = address(name, entry)
        code = next((c for c in clients if not entry.callback.permit or
                     set(entry.callback.permit) & permits_of(ROLE[c])), "")  # type: ignore[attr-defined]  # fmt: skip
        if not code:
            continue
        client = clients[code]
        page = client.get(path)
        shown = page.status_code == 200 and "html" in page.headers.get("Content-Type", "")
        for field in sorted(fields_of(text(page))) if shown else []:
            for answer in (client.post(path, {field: hostile, "go": "look"}), client.get(path, {field: hostile[:500]})):
                assert answer.status_code < 500, (name, field)
                if "html" in answer.headers.get("Content-Type", ""):
                    assert not RUNS.search(text(answer)), (name, field)
            tried += 1
    assert tried > 10
    assert cast.post("roads-1")
