"""E-mail by SMTP (RFC 5321). Answers 5xx are permanent, everything else is tried again."""

from __future__ import annotations

import smtplib
import ssl

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext_noop

from gongzhi.channels.adapters import AdapterError, Letter

NAME = "email"
LABEL = gettext_noop("E-mail")
SHORT = False
BY_HAND = False
INSIDE = False

# 421 and 4xx: the server asks us to come again. 5xx: it never will (RFC 5321 §4.2.1).
PERMANENT = 500
NOT_SET = gettext_noop("No mail server is set (GONGZHI_SMTP).")


def missing() -> str:
    """What is not set up yet."""
    return "" if settings.EMAIL_HOST else NOT_SET


def deliver(letter: Letter) -> str:
    """Hand the letter to the mail server; the Message-ID is the same on every try (RFC 5322 §3.6.4)."""
    if not settings.EMAIL_HOST:
        raise AdapterError(NOT_SET, permanent=True)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    mail = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[letter.address],
        headers={
            "Message-ID": f"<{letter.id}@{domain}>",
            "Content-Language": letter.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no answering machine answers
        },
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _failure(max(codes, default=0)) from error
    except smtplib.SMTPResponseException as error:
        raise _failure(error.smtp_code) from error
    except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
        raise AdapterError(f"{type(error).__name__}", down=True) from error
    return letter.id  # a report that it did not arrive names it


def _failure(code: int) -> AdapterError:
    """The server's own text may repeat the address, so only its code is kept."""
    return AdapterError(f"SMTP {code}", permanent=code >= PERMANENT)
