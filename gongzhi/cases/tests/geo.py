"""What the Open311 tests share: a county with details, a key, and asking in both formats."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

from django.test import Client

from gongzhi.cases import detailing
from gongzhi.cases.models import ApiKey
from gongzhi.cases.open311 import keys
from gongzhi.cases.tests import small

V2 = "/open311/v2"
DETAILS: list[dict[str, Any]] = [
    {
        "matter": "lamps", "code": "lamps", "datatype": "singlevaluelist", "required": True,
        "name_zh": "几盏灯不亮", "name_en": "How many lamps", "choices": "one=一盏|One; many=多盏|Several",
    },
    {"matter": "lamps", "code": "pole", "datatype": "string", "name_zh": "灯杆编号", "name_en": "Number on the pole"},
    {"matter": "lamps", "code": "count", "datatype": "number", "name_zh": "灯数", "name_en": "Count"},
    {"matter": "lamps", "code": "since", "datatype": "datetime", "name_zh": "何时起", "name_en": "Since"},
    {
        "matter": "lamps", "code": "signs", "datatype": "multivaluelist", "name_zh": "现象", "name_en": "Signs",
        "choices": "off=不亮|Off; flash=闪烁|Flashing",
    },
    {
        "matter": "lamps", "code": "note", "datatype": "text", "asked": False,
        "name_zh": "漏电请勿靠近", "name_en": "Keep away from bare wires",
    },
]  # fmt: skip


def load() -> None:
    """The small county, and what lamps ask."""
    small.load()
    detailing.load_details(by=small.BY, at=small.AT, rows=DETAILS)


def key(**more: Any) -> tuple[ApiKey, str]:
    """A key of a program."""
    return keys.make(by="account:setup", at=small.AT, label="试用", **more)


def body(text: str, **more: Any) -> dict[str, Any]:
    """The fields of a request about a pothole in GRID, which asks for nothing more."""
    told = {"api_key": text, "service_code": "holes", "address_id": small.GRID, "description": "桥头路面有坑。"}
    return told | more


def rows(response: Any) -> list[dict[str, Any]]:
    """What a JSON answer lists."""
    data: list[dict[str, Any]] = json.loads(response.content)
    return data


def root(response: Any) -> ET.Element:
    """The root of an XML answer."""
    return ET.fromstring(response.content)


def sent(client: Client, text: str, **more: Any) -> dict[str, Any]:
    """What a POST answers, in JSON."""
    response = client.post(f"{V2}/requests.json", body(text, **more))
    assert response.status_code == 200, response.content.decode()
    return rows(response)[0]


def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    """What GET requests lists, in JSON."""
    response = client.get(f"{V2}/requests.json", query)
    assert response.status_code == 200, response.content.decode()
    return rows(response)
