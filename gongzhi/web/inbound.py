"""Where the provider of text messages hands over what phones sent, and what became of ours. No language, no session.

Only who knows the county's secret is heard; the secret is in a header, the words are in the body, and neither is
written into a log. An answer of 200 says that the message is kept.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gongzhi.cases import texting
from gongzhi.channels import delivering, gateways
from gongzhi.channels.gateways import Profile
from gongzhi.kit.moments import now
from gongzhi.people.permits import public

LARGEST = 65_536  # bytes of a body: a text of ten parts has one thousand


@public
@csrf_exempt
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """A message a phone sent to the county's number."""
    told = gateways.profile()
    if told is None or told.inbound is None:
        return _say(404, "no inbound in the profile (GONGZHI_SMS)")
    data = _read(request, told)
    if isinstance(data, HttpResponse):
        return data
    fields = [gateways.at_path(data, path) for path in (told.inbound.phone, told.inbound.text, told.inbound.id)]
    phone, text, number = fields
    if phone is None or text is None or not number:
        return _say(400, "a field of the profile is not in the body")
    texting.hear(at=now(), phone=phone, text=text, number=number)
    return _say(200, told.inbound.answer)


@public
@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """What became of a message of ours: one object, or a list of them."""
    told = gateways.profile()
    if told is None or told.report is None:
        return _say(404, "no report in the profile (GONGZHI_SMS)")
    data = _read(request, told)
    if isinstance(data, HttpResponse):
        return data
    for item in data if isinstance(data, list) else [data]:
        status, remote_id = gateways.at_path(item, told.report.status), gateways.at_path(item, told.report.id)
        known = dict.fromkeys(told.report.delivered, "delivered")
        known |= dict.fromkeys(told.report.undelivered, "undelivered")
        if remote_id and status in known:
            delivering.report(at=now(), remote_id=remote_id, reported=known[status])
    return _say(200, told.inbound.answer if told.inbound else "ok")


def _read(request: HttpRequest, told: Profile) -> Any:
    """The body as a value; an answer when the caller is unknown or the body cannot be read."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return _say(413, "too long")
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return _say(413, "too long")
    if not gateways.proven(told, request.headers.get(told.proof.header, ""), body):
        return _say(403, "who calls is not known")
    try:
        if request.content_type == "application/json":
            return json.loads(body)
        return _form(body)
    except (ValueError, RecursionError):
        return _say(400, "the body is neither JSON nor a form")


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))


def _say(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
