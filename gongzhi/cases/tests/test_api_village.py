"""Notices for the own village at the staff's JSON door: as on the page, no further."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.kit import moments

pytestmark = pytest.mark.usefixtures("county")

DOOR = "/api/v1/desk/village"


def notice(**more: Any) -> dict[str, Any]:
    until = (moments.now() + timedelta(days=2)).isoformat()
    return {"place": f"{cast.COUNTY}000000", "words": "明天上午九点停水，电话13812345678。", "until": until} | more


def put(code: str, body: dict[str, Any]) -> Any:
    return signed_in(code).post(DOOR, json.dumps(body), content_type="application/json")


def test_a_notice_goes_on_the_air_masked_and_comes_down() -> None:
    answer = put("mayor", notice())
    assert answer.status_code == 201
    told = answer.json()
    assert "13812345678" not in told["words"]
    client = signed_in("mayor")
    assert [row["id"] for row in client.get(DOOR).json()] == [told["id"]]
    assert client.delete(f"{DOOR}/{told['id']}").status_code == 204
    assert client.get(DOOR).json() == []
    assert client.delete(f"{DOOR}/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"until": "2020-01-01T00:00:00+08:00"}, 400),
        ({"place": "110101001001"}, 403),
        ({"words": ""}, 400),
        ({"until": "2026-12-01T00:00:00"}, 422),
        ({"loud": True}, 422),
    ],
)
def test_what_the_page_refuses_the_door_refuses(more: dict[str, Any], status: int) -> None:
    answer = put("mayor", notice(**more))
    assert answer.status_code == status
    assert answer.json()["title"], "a sentence says why"


def test_a_post_without_that_duty_is_refused() -> None:
    assert put("roads-1", notice()).status_code == 403
    assert signed_in("roads-1").get(DOOR).status_code == 403
