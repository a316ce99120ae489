"""A provider of text messages, described by the county in a file: where to send, what, and what its answers mean.

The file is TOML (`docs/channels.md` has one to copy). Every text in it may hold {phone}, {text}, {id}, {secret}, {time}
and {sign}; the secret itself stands in the environment (GONGZHI_SMS_SECRET), never in the file. `{id}` is the same on
every try: the provider's idempotence key.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Hash = Literal["md5", "sha1", "sha256", "hmac-sha256"]


class _Part(BaseModel):
    """Unknown names are refused: a misspelt one would be silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Success(_Part):
    """When an answer means "taken". `field` and `id` are dotted paths into a JSON answer; `text` reads any other."""

    status: list[int] = [200, 201, 202]
    field: str = ""
    values: list[str] = []
    never: list[str] = []  # values of `field` with which no further try can succeed
    id: str = ""
    text: str = ""  # a regular expression; its group `id`, when there is one, is the provider's number

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(str(error)) from error
        return text


class Sign(_Part):
    """A signature some providers ask for: `{sign}` is the hash of `over`, in lower-case hex."""

    hash: Hash
    over: str


class Limits(_Part):
    """Sizes of one message in UTF-16 units: alone, as one of several (3GPP TS 23.040), and how many parts at most."""

    alone: int = Field(default=70, ge=20, le=1000)
    part: int = Field(default=67, ge=20, le=1000)
    parts: int = Field(default=5, ge=1, le=20)


class Report(_Part):
    """How the provider tells whether a message reached the phone: names of its fields and values of `status`."""

    id: str
    status: str
    delivered: list[str]
    undelivered: list[str] = []


class Inbound(_Part):
    """How the provider hands over what a phone sent: names of its fields."""

    phone: str
    text: str
    id: str
    answer: str = "ok"  # what the provider wants to read when we have taken it


class Proof(_Part):
    """How the provider proves itself at our door: the secret in a header, or a keyed hash of the body in it."""

    header: str = "X-Gateway-Secret"
    kind: Literal["secret", "hmac-sha256"] = "secret"


class Profile(_Part):
    """One provider. `timeout` is the whole time of one try, in seconds; `time` a format of strftime or `unix`."""

    url: str
    method: Literal["POST", "GET", "PUT"] = "POST"
    format: Literal["json", "form", "query"] = "json"
    timeout: float = Field(default=10, gt=0, le=30)
    time: str = "unix"
    prefix: str = ""  # before every text, e.g. the county's name in 【】; counted with it
    plain_ok: bool = False  # the provider has no TLS and the line to it is trusted
    headers: dict[str, str] = {}
    body: dict[str, Any]
    sign: Sign | None = None
    success: Success = Success()
    limits: Limits = Limits()
    report: Report | None = None
    inbound: Inbound | None = None
    proof: Proof = Proof()

    @model_validator(mode="after")
    def _sealed_on_the_way(self) -> Profile:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url must begin with https:// and name a host")
        if parts.scheme == "http" and not self.plain_ok and not _is_near(parts.hostname):
            raise ValueError("url is not https: numbers and words would travel readable; plain_ok = true allows it")
        return self


def _is_near(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback


def profile() -> Profile | None:
    """The county's profile, None when none is set. ImproperlyConfigured names file and fault."""
    return _read(str(settings.SMS_PROFILE)) if settings.SMS_PROFILE else None


def parse(text: str) -> Profile:
    """A profile from the text of its file; ValueError says which line or field is wrong and why."""
    try:
        return Profile.model_validate(tomllib.loads(text))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
        raise ValueError("; ".join(faults)) from error


@cache
def _read(path: str) -> Profile:
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"GONGZHI_SMS, {path}: {error}") from error


def filled(told: Profile, *, phone: str, text: str, id: str, at: datetime) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and body of one request."""
    moment = str(int(at.timestamp())) if told.time == "unix" else at.strftime(told.time)
    words = {"phone": phone, "text": text, "id": id, "secret": settings.SMS_SECRET, "time": moment, "sign": ""}
    if told.sign is not None:
        words["sign"] = _hash(told.sign.hash, _fill(told.sign.over, words))
    return {name: _fill(value, words) for name, value in told.headers.items()}, _fill_all(told.body, words)


_SLOT = re.compile(r"\{(phone|text|id|secret|time|sign)\}")


def _fill(text: str, words: Mapping[str, str]) -> str:
    """Once and from left to right: a {secret} written into somebody's words stays what it is."""
    return _SLOT.sub(lambda slot: words[slot[1]], text)


def _fill_all(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _fill(value, words)
    if isinstance(value, dict):
        return {name: _fill_all(item, words) for name, item in value.items()}
    return [_fill_all(item, words) for item in value] if isinstance(value, list) else value


def _hash(kind: Hash, text: str) -> str:
    if kind == "hmac-sha256":
        return hmac.new(settings.SMS_SECRET.encode(), text.encode(), "sha256").hexdigest()
    return hashlib.new(kind, text.encode()).hexdigest()


def proven(told: Profile, header: str, body: bytes) -> bool:
    """Whether a caller at our door showed what only the provider knows. Never without a secret set."""
    if not settings.SMS_SECRET:
        return False
    wanted = settings.SMS_SECRET
    if told.proof.kind == "hmac-sha256":
        wanted = hmac.new(wanted.encode(), body, "sha256").hexdigest()
        header = header.removeprefix("sha256=").lower()
    return hmac.compare_digest(header.encode(), wanted.encode())


def at_path(value: Any, path: str) -> str | None:
    """What stands at a dotted path of a JSON value (`data.0.id`), as text; None when nothing plain does."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return None
    return str(value) if isinstance(value, (str, int, float)) else None
