"""The message every test of this room puts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gongzhi.channels import outbox
from gongzhi.channels.models import Message

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TEMPLATE = "people/messages/password_reset"


def put(**change: Any) -> Message:
    """One e-mail to Ms Lin with a sealed link; the keywords change it."""
    words: dict[str, Any] = {
        "at": AT,
        "adapter": "email",
        "address": "lin@example.org",
        "about": "account:" + "a" * 32,
        "template": TEMPLATE,
        "context": {"name": "Ms <Lin> & Co", "county": "Lanting"},
        "language": "en",
        "key": "k1",
        "sealed": {"link": "https://lanting.example/secret"},
    }
    words |= change
    outbox.put(**words)
    return Message.objects.get(key=words["key"])
