"""The permit matrix over every address of the workplace and every operation of its JSON, found by walking them.

A new page or operation is judged here without being named: a role that holds none of its permits is refused (403), a
role that holds one is answered, and neither a stranger nor the wrong role changes anything.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from gongzhi.cases.api import api
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.kit import moments
from gongzhi.kit.ids import uuid7
from gongzhi.ledger.models import Fact
from gongzhi.people import tokens
from gongzhi.people.models import Post
from gongzhi.people.permits import PUBLIC, permits_of
from tests.house.test_permits import OBJECTS, READ, ROLE, load, sees

MARK = "3f0c1d2e-0000-7000-8000-00000000abcd"


@pytest.fixture(autouse=True)
def county(db: None, settings: Any, tmp_path: Path) -> None:
    load(settings, tmp_path)


def walk(patterns: list[Any], names: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every named address: its name with its namespaces, and the pattern."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, (*names, entry.namespace) if entry.namespace else names)
        elif entry.name and isinstance(getattr(entry.callback, "permit", PUBLIC), tuple):
            yield ":".join((*names, entry.name)), entry


GUARDED = dict(walk(get_resolver().url_patterns))


def address(name: str, entry: URLPattern) -> str:
    """The address with an id, a code and a word in it that nothing has."""
    told = {"uuid": MARK, "slug": "nothing-1", "str": "nothing", "int": 7}
    kinds = {
        key: next((word for word in told if word in type(one).__name__.lower()), "str")
        for key, one in entry.pattern.converters.items()
    }
    with translation.override("zh-hans"):
        return reverse(name, kwargs={key: told[kind] for key, kind in kinds.items()})


def kept() -> tuple[int, int]:
    return Fact.objects.count(), Case.objects.count()


def test_the_walk_finds_the_workplace() -> None:
    assert len(GUARDED) > 50
    assert {"desk:inbox", "desk:appeals", "desk:village", "sensors:aside", "insight:findings", "people:posts"} <= set(
        GUARDED
    )


@pytest.mark.parametrize("code", ROLE)
def test_every_guarded_page_is_answered_by_permit_alone(code: str) -> None:
    client, mine = signed_in(code), permits_of(ROLE[code])
    before = kept()
    for name, entry in GUARDED.items():
        wanted = entry.callback.permit  # type: ignore[attr-defined]
        path = address(name, entry)
        for answer in (client.get(path), client.post(path, {"do": "x", "go": "x", "why": "x"})):
            if not wanted or set(wanted) & mine:
                assert answer.status_code in (200, 302, 400, 403, 404, 405, 409, 422, 503), (name, answer.status_code)
            else:
                assert answer.status_code in (403, 405), (name, answer.status_code)
        if wanted and not set(wanted) & mine:
            assert kept() == before, name


def test_a_stranger_is_led_to_sign_in_from_every_guarded_page_and_changes_nothing() -> None:
    before = kept()
    for name, entry in GUARDED.items():
        for answer in (Client().get(address(name, entry)), Client().post(address(name, entry))):
            assert answer.status_code in (302, 405), (name, answer.status_code)
            if answer.status_code == 302:
                assert "/accounts/login/" in answer["Location"], name
    assert kept() == before


# Staff JSON --------------------------------------------------------------------------------------------------------
def operations() -> list[tuple[str, str, tuple[Any, ...]]]:
    """Every operation of the desk: its method, its path, its permits."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                permit = getattr(operation.view_func, "permit", None)
                if isinstance(permit, tuple):
                    found += [(method, f"/api/v1{prefix}{path}".replace("//", "/"), permit) for method in
                              operation.methods]  # fmt: skip
    return found


OPERATIONS = operations()


def program(code: str) -> tuple[Client, dict[str, str]]:
    actor = cast.actor(code)
    made = tokens.make(by=actor.by, at=moments.now(), actor=actor, post=actor.acting.id, label=code, days=30)
    return Client(enforce_csrf_checks=True), {"Authorization": f"Bearer {made[1]}", "Accept-Language": "en"}


def call(client: Client, headers: dict[str, str], method: str, path: str, body: Any = None) -> Any:
    data = json.dumps(body or {})
    return client.generic(method, path, data, content_type="application/json", headers=headers)


@pytest.mark.parametrize("code", [code for code in ROLE if code not in ("grid-1", "guard-1")])
def test_every_operation_on_a_random_object_is_allowed_by_the_table_or_refused(code: str) -> None:
    assert len(OPERATIONS) > 20
    client, headers = program(code)
    mine, chance = permits_of(ROLE[code]), random.Random(code)
    things = {thing: make() for thing, make in OBJECTS.items()}
    for method, path, wanted in OPERATIONS:
        allowed = wanted == ("post",) or bool(set(wanted) & mine)
        for thing in chance.sample(sorted(things), 4):
            case = things[thing]
            before = Case.objects.filter(id=case.id).values().get(), Fact.objects.filter(about=case.ref).count()
            answer = call(
                client, headers, method, path.replace("{case}", case.number).replace("{appeal}", str(uuid7()))
            )
            after = Case.objects.filter(id=case.id).values().get(), Fact.objects.filter(about=case.ref).count()
            where = (method, path, thing, answer.status_code)
            assert answer.status_code in (200, 204, 403, 404, 409, 422), where
            if not allowed:
                assert answer.status_code in (403, 422), where
            if not allowed or answer.status_code >= 400 or method == "GET":
                assert after == before, where
            if method == "GET" and path.endswith("/cases/{case}"):
                expected = 403 if not mine & READ else 200 if sees(code, thing) else 404
                assert answer.status_code == expected, where
            elif "{case}" in path and allowed and not sees(code, thing):
                assert answer.status_code in (403, 404, 422), where


def test_a_token_of_a_closed_post_opens_nothing() -> None:
    client, headers = program("roads-1")
    Post.objects.filter(code="roads-1").update(valid_to=moments.now().date())
    for method, path, _permit in OPERATIONS:
        assert call(client, headers, method, path).status_code in (401, 403), path
