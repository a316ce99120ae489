"""Reading a letter: who wrote, whether a person did, which of our letters it answers, its words and pictures.

Plain Python over the standard library's parser; whatever is broken in a letter is read as well as it can be.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser

PARTS_MOST = 60
PICTURE_MOST = 10_000_000  # bytes; a larger one is left out and said to be
TEXT_MOST = 200_000  # bytes of a text part worth reading
_QUOTES = re.compile(
    r"^(?:>.*|On .{0,200} wrote:|在.{0,120}写道[:：]|.{0,120}于.{0,60}写道[:：]|发件人[:：].*"
    r"|-{2,}\s*(?:原始邮件|原邮件|Original Message|Forwarded message|转发).*|_{10,})\s*$",
    re.I,
)
_AGAIN = re.compile(r"^(?:\s*(?:re|aw|fwd?|回复|答复|转发)\s*[:：])+", re.I)
_OURS = re.compile(r"<?([0-9a-f]{32})@")
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+\-=.].*)?$", re.I)


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as read. `machine` says why no person is answered (empty: a person wrote); `answers` are ids of our
    letters, newest first; `left_out` counts attachments that are no pictures we take."""

    sender: str
    number: str
    subject: str
    words: str
    answers: tuple[str, ...]
    pictures: tuple[bytes, ...]
    left_out: int
    machine: str
    bounced: tuple[str, ...] = ()


def read(raw: bytes, *, ours: str) -> Mail:
    """A letter from its bytes; `ours` is the county's own address. Never raises for what a letter holds."""
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    sender = parseaddr(_header(message, "From"))[1].lower()
    machine = _machine(message, sender, ours)
    subject = " ".join(_AGAIN.sub("", _header(message, "Subject")).split())[:200]
    answers = [found[1] for name in ("In-Reply-To", "References") for found in _OURS.finditer(_header(message, name))]
    pictures, left_out = _attachments(message)
    return Mail(
        sender=sender,
        number=_header(message, "Message-ID").strip("<> "),
        subject=subject,
        words=_text(message),
        answers=tuple(dict.fromkeys([*answers[:1], *reversed(answers[1:])])),
        pictures=pictures,
        left_out=left_out,
        machine=machine,
        bounced=_bounced(message) if machine == "report" else (),
    )


def without_quotes(words: str) -> str:
    """What was written anew: everything before the letter it answers; all of it when nothing is left."""
    kept: list[str] = []
    for line in words.splitlines():
        if _QUOTES.match(line.strip()):
            break
        kept.append(line)
    return "\n".join(kept).strip() or words


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):  # headers no standard foresaw
        return ""


def _machine(message: EmailMessage, sender: str, ours: str) -> str:
    """Why this is no letter of a person (RFC 3834, RFC 2919, RFC 3464): its code, or empty."""
    automatic = _header(message, "Auto-Submitted").lower().strip()
    checks = {
        "nobody": "@" not in sender,
        "ourselves": sender == ours.lower(),
        "report": message.get_content_type() == "multipart/report",
        "automatic": (bool(automatic) and not automatic.startswith("no")) or "X-Autoreply" in message,
        "bulk": _header(message, "Precedence").lower().strip() in ("bulk", "junk", "list", "auto_reply"),
        "list": any(name.lower().startswith("list-") for name in message),
        "bounce": _header(message, "Return-Path").strip() == "<>",
        "daemon": bool(_MACHINES.match(sender.partition("@")[0])),
    }
    return next((code for code, found in checks.items() if found), "")


def _walk(message: EmailMessage) -> Iterator[EmailMessage]:
    for count, part in enumerate(message.walk()):
        if count >= PARTS_MOST:
            return
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


def _text(message: EmailMessage) -> str:
    """The words: plain text where there is any, else what a reader of the HTML would see."""
    plain = [part for part in _walk(message) if _is_text(part, "text/plain")]
    if plain:
        return "\n".join(_decoded(part) for part in plain[:3]).strip()
    pages = [part for part in _walk(message) if _is_text(part, "text/html")]
    return "\n".join(_shown(_decoded(part)) for part in pages[:1]).strip()


def _is_text(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == kind and not part.is_attachment()


def _decoded(part: EmailMessage) -> str:
    raw = _payload(part)[:TEXT_MOST]
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "gb18030"):
        try:
            return raw.decode("gb18030" if charset in ("gb2312", "gbk") else charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def _payload(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _attachments(message: EmailMessage) -> tuple[tuple[bytes, ...], int]:
    pictures, left_out = [], 0
    for part in _walk(message):
        if part.get_content_maintype() == "image":
            data = _payload(part)
            fits = 0 < len(data) <= PICTURE_MOST
            pictures += [data] if fits else []
            left_out += not fits
        elif part.is_attachment() or part.get_content_maintype() not in ("text", "message"):
            left_out += 1
    return tuple(pictures), left_out


def _bounced(message: EmailMessage) -> tuple[str, ...]:
    """Ids of our letters that a report says did not arrive; a report of delay or success names none."""
    parts = list(message.walk())[:PARTS_MOST]
    status = "\n".join(part.as_string() for part in parts if part.get_content_type() == "message/delivery-status")
    if not re.search(r"^Action:\s*failed", status, re.I | re.M):
        return ()
    ids = [_OURS.search(str(part.get("Message-ID") or "")) for part in parts[1:]]
    ids += [
        re.search(r"^Message-ID:\s*<([0-9a-f]{32})@", _decoded(part), re.I | re.M)
        for part in _walk(message)
        if part.get_content_type() == "text/rfc822-headers"
    ]
    return tuple(dict.fromkeys(found[1] for found in ids if found))


class _Page(HTMLParser):
    """What a reader sees of a page of HTML: its words, a line for each block."""

    HIDDEN = frozenset(("script", "style", "head", "title"))
    BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote", "table"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in self.HIDDEN
        if tag in self.BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in self.HIDDEN))

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _shown(html: str) -> str:
    page = _Page()
    page.feed(html)
    page.close()
    lines = (" ".join(line.split()) for line in "".join(page.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
