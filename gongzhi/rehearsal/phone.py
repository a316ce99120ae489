"""A phone without internet to play with: in a practice county anybody may send texts and read what comes back.

The number is made up for one browser and begins as none in the country does; only that browser reads what is sent to
it. What is typed goes the way of a real text message (`cases.texting`), and the answers are those a real phone gets.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongzhi.cases import straining, texting
from gongzhi.cases.public import frame
from gongzhi.cases.public.origin import own_forms
from gongzhi.channels import reads as channels
from gongzhi.kit.danger import danger
from gongzhi.kit.ids import uuid7
from gongzhi.kit.moments import now, stamp, unstamp
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people.permits import public
from gongzhi.places import reads as places

COOKIE = "practice_phone"
DAY = 24 * 3600  # seconds the number is kept
TEXT_MOST = 150  # signs of one text
KEPT = 5  # texts the browser remembers: a cookie holds no more
LOOKED_AT = 300  # of the county's latest texts
_SALT = "gongzhi.rehearsal.phone"


@dataclass(frozen=True, slots=True)
class Line:
    """One text of the talk."""

    at: datetime
    text: str
    mine: bool


@public
@own_forms
def phone(request: HttpRequest) -> HttpResponse:
    """The talk of this browser's phone; POST sends a text. Only in a practice county."""
    county = places.county_or_none()
    if county is None or not county.practice:
        raise NotFound("nothing_here", N_("There is nothing at this address."))
    digits, sent = _kept(request)
    if request.method != "POST":
        context = {"digits": digits, "lines": _talk(digits, sent), "most": TEXT_MOST, "now": now()}
        response = frame.show(request, "rehearsal/phone.html", context)
    else:
        at, text = now(), request.POST.get("text", "")[:TEXT_MOST].strip()
        if text:
            _send(request, at, digits, text)
            sent = [*sent, [stamp(at), text]][-KEPT:]
        response = HttpResponseRedirect(reverse("practice_phone"))
    value = signing.dumps([digits, sent], salt=_SALT, compress=True)
    response.set_cookie(COOKIE, value, max_age=DAY, httponly=True, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


def _send(request: HttpRequest, at: datetime, digits: str, text: str) -> None:
    """Hand a text to the county as a provider does; one address may do so no faster than it may speak."""
    wait = straining.take(at=at, address=request.META.get("REMOTE_ADDR", ""), danger=danger(text) is not None)
    if wait:
        raise Refusal("too_many", N_("Please wait %(seconds)s seconds."), status=429, seconds=wait)
    texting.hear(at=at, phone=digits, text=text, number=f"practice:{uuid7().hex}")


def _kept(request: HttpRequest) -> tuple[str, list[Any]]:
    """The number of this browser and the texts it has sent, or a fresh number."""
    try:
        digits, sent = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=DAY)
        return str(digits), list(sent)
    except (signing.BadSignature, TypeError, ValueError):
        return f"0990{secrets.randbelow(10**8):08d}", []


def _talk(digits: str, sent: list[Any]) -> list[Line]:
    """What was sent and what has come back, the latest last."""
    lines = [Line(unstamp(at), text, mine=True) for at, text in sent]
    first = min((line.at for line in lines), default=None)
    for one in channels.letterbox(LOOKED_AT, by="sms"):
        if one.address == digits and one.state != "cancelled" and first is not None and one.put_at >= first:
            lines.append(Line(one.put_at, one.text, mine=False))
    return sorted(lines, key=lambda line: (line.at, not line.mine))
