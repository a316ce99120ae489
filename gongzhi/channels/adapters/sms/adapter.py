"""Text messages by HTTP, as the county's profile describes its provider (`gateways`).

Nothing is followed: a redirect would carry a number to another house. The whole try ends after the profile's time,
however slowly the other side drips.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext_noop

from gongzhi.channels import segments
from gongzhi.channels.adapters import AdapterError, Letter
from gongzhi.channels.gateways import Profile, at_path, filled, profile
from gongzhi.kit.moments import now

NAME = "sms"
LABEL = gettext_noop("Text message")
SHORT = True
BY_HAND = False
INSIDE = False

NOT_SET = gettext_noop("No provider of text messages is set (GONGZHI_SMS).")
LARGEST = 65_536  # bytes of an answer worth reading
NEVER = (400, 401, 403, 404, 405, 410, 413, 414, 415, 422)  # asking again the same way gets the same answer


def missing() -> str:
    """What is not set up yet."""
    return "" if profile() else NOT_SET


def deliver(letter: Letter) -> str:
    """Hand the text to the provider; the provider's number for it, when it gives one."""
    told = profile()
    if told is None:
        raise AdapterError(NOT_SET, permanent=True)
    text = segments.fit(told.prefix + letter.text, told.limits)
    headers, body = filled(told, phone=letter.address, text=text, id=letter.id, at=now())
    try:
        status, answer = _ask(told, headers, body)
    except (OSError, ssl.SSLError, http.client.HTTPException) as error:
        raise AdapterError(type(error).__name__, down=True) from error
    return _judge(told, status, answer)


def _ask(told: Profile, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, bytes]:
    """One request and what was answered."""
    parts = urlsplit(told.url)
    path = parts.path or "/"
    query = parts.query
    payload = b""
    if told.format == "query":
        query = "&".join(filter(None, (query, urlencode(body))))
    elif told.format == "form":
        payload, headers = urlencode(body).encode(), {"Content-Type": "application/x-www-form-urlencoded", **headers}
    else:
        payload = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **headers}
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=told.timeout)
    late = threading.Event()
    try:
        connection.connect()
        watch = threading.Timer(told.timeout, _hang_up, (connection.sock, late))
        watch.daemon = True
        watch.start()
        try:
            connection.request(told.method, f"{path}?{query}" if query else path, payload or None, headers)
            answer = connection.getresponse()
            said = answer.read(LARGEST)
        except ValueError as error:  # a socket closed under the reader
            raise ConnectionError from error
        finally:
            watch.cancel()
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        connection.close()
    if late.is_set():
        raise TimeoutError
    return answer.status, said


def _hang_up(line: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _judge(told: Profile, status: int, answer: bytes) -> str:
    """The provider's number of a taken message; the reasons kept are its codes, never its words."""
    rule = told.success
    if status not in rule.status:
        raise AdapterError(f"HTTP {status}", permanent=status in NEVER, down=status >= 500)
    text = answer.decode("utf-8", "replace")
    if rule.text:
        found = re.search(rule.text, text)
        if found is None:
            raise AdapterError(gettext_noop("The provider's answer does not say that it took the message."))
        return str(found.groupdict().get("id") or "")[:80]
    if not (rule.field or rule.id):
        return ""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise AdapterError(gettext_noop("The provider's answer is not JSON.")) from error
    code = at_path(value, rule.field) if rule.field else None
    if rule.field and code not in rule.values:
        shown = code if code and re.fullmatch(r"[\w.\-]{1,20}", code) and not re.search(r"\d{7}", code) else "?"
        raise AdapterError(f"{rule.field} = {shown}", permanent=code in rule.never)
    return ((at_path(value, rule.id) if rule.id else None) or "")[:80]
