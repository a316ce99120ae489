"""Putting a message into the outbox, and taking it back before it left.

Both run inside the sender's transaction: the message exists exactly when what it tells about happened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from gongzhi.channels import rules
from gongzhi.channels.adapters import ADAPTERS
from gongzhi.channels.keys import key_for
from gongzhi.channels.models import Message
from gongzhi.kit import sealing
from gongzhi.kit.ids import uuid7
from gongzhi.ledger import saving
from gongzhi.ledger.rows import build


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What `put_many` takes; the fields mean what the keywords of `put` mean."""

    adapter: str
    address: str
    about: str
    template: str
    context: rules.Context
    language: str
    key: str
    sealed: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None


def put(
    *,
    at: datetime,
    adapter: str,
    address: str,
    about: str,
    template: str,
    context: rules.Context,
    language: str,
    key: str,
    sealed: Mapping[str, str] | None = None,
    not_before: datetime | None = None,
) -> None:
    """Put one message. The same `key` twice is one message: the first one stays.

    `template` names `<template>.txt` of the sending room (first line the subject, then an empty line, then the
    text). `context` holds masked words and plain numbers; what must never lie in the clear (a secret link) goes
    into `sealed`, which the template sees under its own names and which is forgotten once the message has left.
    `not_before` holds it back, e.g. for the ten seconds in which staff may undo.
    """
    message = NewMessage(
        adapter=adapter,
        address=address,
        about=about,
        template=template,
        context=context,
        language=language,
        key=key,
        sealed=sealed or {},
        not_before=not_before,
    )
    put_many([message], at=at)


def put_many(messages: Sequence[NewMessage], *, at: datetime) -> None:
    """Put many messages by one statement; each follows the rules of `put`."""
    saving.put_absent([_row(message, at) for message in messages])


def cancel(*, at: datetime, keys: Iterable[str]) -> int:
    """Take back messages that have not left; those sent, failed or already cancelled stay. Returns how many.

    A message that a deliverer holds at this moment leaves; the caller gives `not_before` to `put` when it must be
    able to take the message back.
    """
    waiting = Message.objects.filter(key__in=list(keys), sent_at=None, failed_at=None, cancelled_at=None)
    return waiting.filter(Q(leased_until=None) | Q(leased_until__lte=at)).update(
        cancelled_at=at, secrets_sealed=None, context={}
    )


def address_of(message: Message) -> str:
    """The opened address; only for the deliverer and the practice county's letterbox."""
    return sealing.open_sealed(key_for("channels.address"), bytes(message.address_sealed), message.id.bytes).decode()


def secrets_of(message: Message) -> dict[str, str]:
    """The opened secrets; empty once they were forgotten."""
    if message.secrets_sealed is None:
        return {}
    plain = sealing.open_sealed(key_for("channels.secrets"), bytes(message.secrets_sealed), message.id.bytes)
    opened: dict[str, str] = json.loads(plain)
    return opened


def _row(new: NewMessage, at: datetime) -> Message:
    rules.check_message(adapter=new.adapter, known=frozenset(ADAPTERS), language=new.language, context=new.context)
    message = build(
        Message,
        id=uuid7(at),
        adapter=new.adapter,
        about=new.about,
        template=new.template,
        context=dict(new.context),
        language=new.language,
        key=new.key,
        put_at=at,
        due_at=max(at, new.not_before or at),
    )
    # The row's id is bound in: a sealed address moved to another row does not open there.
    message.address_sealed = sealing.seal(key_for("channels.address"), new.address.encode(), message.id.bytes)
    if new.sealed:
        plain = json.dumps(dict(new.sealed), ensure_ascii=False).encode()
        message.secrets_sealed = sealing.seal(key_for("channels.secrets"), plain, message.id.bytes)
    return message
