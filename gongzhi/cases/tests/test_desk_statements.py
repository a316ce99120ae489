"""How often the workplace asks the database: the pages of a day stay within ten statements, whatever they show."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.cases import dispatch, handling
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import accepted, do, fresh, signed_in, url
from gongzhi.kit import moments

pytestmark = pytest.mark.usefixtures("county")
MOST = 10


def statements(client: Client, page: str) -> int:
    client.get(page)  # tables of the county are read once in a process's life
    with CaptureQueriesContext(connection) as told:
        assert client.get(page).status_code == 200
    return len(told)


@pytest.mark.parametrize("code", ["roads-1", "roads-head", "desk-1", "watch-1", "town-1"])
@pytest.mark.parametrize("rows", [1, 12])
def test_the_inbox_asks_the_same_whatever_lies_in_it(code: str, rows: int) -> None:
    for _ in range(rows):
        fresh()
        accepted()
    fresh("一件说不清的事情", place=None)
    assert statements(signed_in(code), url("inbox")) <= MOST


@pytest.mark.parametrize("code", ["roads-1", "roads-head", "desk-1", "watch-1"])
def test_the_inbox_with_a_case_beside_it_asks_no_more(code: str) -> None:
    case = accepted()
    fresh("一件说不清的事情", place=None)
    for queue in ("", "all", "mine", "helping"):
        assert statements(signed_in(code), f"{url('inbox')}?queue={queue}&open={case.id}") <= MOST


def helped() -> Case:
    case = accepted()
    at = moments.now()
    dispatch.help(**cast.turn("roads-1", case, at=at), organs=["water"], text="看管线")
    dispatch.return_help(**cast.turn("water-1", case, at=at), text="看过了")
    dispatch.help(**cast.turn("roads-1", case, at=at), organs=["town"])
    return case


def asked() -> Case:
    return handling.ask(**cast.turn("roads-1", accepted(), at=moments.now()), question="哪一个？")


@pytest.mark.parametrize("make", [fresh, accepted, helped, asked])
@pytest.mark.parametrize("code", ["roads-2", "audit"])
def test_a_case_asks_the_same_whatever_happened(make: Any, code: str) -> None:
    assert statements(signed_in(code), url("case", make())) <= MOST


def test_who_has_just_moved_and_who_may_pause_cost_one_more_at_most() -> None:
    case = fresh()
    client = signed_in("roads-1")
    do(client, "accept", case)
    assert statements(client, url("case", case)) <= MOST + 1  # the way back, for ten seconds
    assert statements(signed_in("roads-head"), url("case", case)) <= MOST + 1  # what the procedure lets her pause for


def test_looking_at_a_page_writes_nothing_but_who_has_it_open() -> None:
    client, case = signed_in("roads-2"), accepted()
    client.get(url("case", case))
    with CaptureQueriesContext(connection) as told:
        client.get(url("case", case))
    assert not [query["sql"] for query in told if query["sql"].lstrip().upper().startswith(("INSERT", "UPDATE"))]
    assert statements(client, url("watchers", case)) <= MOST
