"""From a row to a letter: the sending room's template, in the message's language."""

from __future__ import annotations

import re

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from gongzhi.channels import outbox
from gongzhi.channels.adapters import Letter, adapter
from gongzhi.channels.models import Message


def origin() -> str:
    """The county's public address, as letters show it."""
    return str(settings.ORIGIN)


def render(message: Message) -> Letter:
    """The letter of a message: first line the subject, the rest after the empty line the text.

    Where every sign costs, the short template is taken, which is text alone. Templates are plain text, so nothing is
    escaped for HTML; `origin` is the county's public address."""
    short = adapter(message.adapter).SHORT
    template = Engine.get_default().get_template(f"{message.template}{'.short' if short else ''}.txt")
    values = {"origin": settings.ORIGIN, **message.context, **outbox.secrets_of(message)}
    with translation.override(message.language):
        written = template.render(Context(values, autoescape=False, use_l10n=True))
    subject, _, text = written.strip().partition("\n")
    if short:
        subject, text = "", re.sub(r"(?<=[。？！]) ", "", " ".join(written.split()))  # a space is a sign that costs
    return Letter(
        id=message.id.hex,
        address=outbox.address_of(message),
        subject=" ".join(subject.split()),
        text=text.strip(),
        language=message.language,
    )
