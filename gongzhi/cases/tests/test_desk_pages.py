"""Leave and cover, the leader's ladder, both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import accepted, fresh, signed_in, text, url
from gongzhi.kit import moments
from gongzhi.people import reads as people

pytestmark = pytest.mark.usefixtures("county")


def test_leave_names_a_cover_and_ends_by_one_button() -> None:
    clerk = signed_in("roads-1")
    today = moments.now().date()
    first, last = today - timedelta(days=1), today + timedelta(days=3)
    form = {"away_from": first, "away_to": last, "cover": cast.post("roads-2").id}
    assert clerk.post(url("away"), form).status_code == 302
    post = people.post(cast.post("roads-1").id, moments.now())
    assert post is not None
    assert post.away
    clerk.post(url("away"), {"back": "1"})
    post = people.post(cast.post("roads-1").id, moments.now())
    assert post is not None
    assert not post.away


def test_leave_without_a_cover_is_asked_again() -> None:
    today = moments.now().date()
    response = signed_in("roads-1").post(url("away"), {"away_from": today, "away_to": today, "cover": ""})
    assert response.status_code == 422


def test_the_leader_sees_what_is_late_by_office() -> None:
    case = fresh(at=moments.now() - timedelta(days=60))
    page = text(signed_in("mayor").get(url("leader")))
    assert "县住建局" in page
    assert case.number in page
    assert signed_in("mayor").get(url("leader") + "?as=csv")["Content-Type"].startswith("text/csv")


def test_the_leaders_page_is_closed_to_handlers() -> None:
    assert signed_in("roads-1").get(url("leader")).status_code == 403


@pytest.mark.parametrize("name", ["inbox", "list", "away", "looks"])
def test_every_page_speaks_english_too(name: str) -> None:
    accepted()
    page = text(signed_in("roads-1").get(url(name).replace("/zh/", "/en/")))
    assert 'lang="en"' in page
    assert page.count("<h1") == 1
