"""E-mail from residents: a letter becomes a voice, and an answer to one of ours reaches the voice it was about.

Machines are not answered, a letter that comes twice is taken once, and nothing is removed from the mailbox before what
it says is kept.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.cases import intake, letters, mailing_parts, photos, rules, sealing, texting_grammar, texting_more
from gongzhi.cases.cards import Contact, KeptPhoto, Where
from gongzhi.cases.mailing_parts import Mail
from gongzhi.cases.models import Voice
from gongzhi.channels import delivering, inbox, mailboxes, outbox
from gongzhi.channels import reads as channels
from gongzhi.kit.danger import danger
from gongzhi.kit.ids import parse_number
from gongzhi.kit.refusal import Refusal

log = logging.getLogger("gongzhi.mailing")
AT_ONCE = 50
AN_HOUR = 20  # letters of one address that are taken; the others wait in the box, those of danger never
_NUMBER = re.compile(r"[0-9]{6}-[0-9]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}", re.I)
LEFT = frozenset(("later",))  # outcomes after which a letter stays in the box
ASIDE = frozenset(("too_large", "unreadable", "nobody", "ourselves", "automatic", "bulk", "list", "bounce", "daemon"))
# What a stranger's program can bring the parser to raise.
HOSTILE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True)
class Read:
    """A letter in hand: as read, its pictures cleaned, the language to answer in."""

    mail: Mail
    at: datetime
    key: str
    language: str
    photos: tuple[KeptPhoto, ...]
    left_out: int


def collect(*, at: datetime) -> dict[str, int]:
    """Take what lies in the county's mailbox; how often each outcome came. Run by the clockwork.

    One letter that cannot be read never stops those behind it; a database or server that is away ends the look."""
    counts: dict[str, int] = {}
    try:
        with mailboxes.opened(settings.MAILBOX) as box:
            for letter in box.letters(AT_ONCE):
                done = _safely(letter.raw, at)
                counts[done] = counts.get(done, 0) + 1
                _put_away(box, letter.key, done)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("the mailbox cannot be reached: %s", type(error).__name__)
    return counts


def _put_away(box: mailboxes.Box, key: str, done: str) -> None:
    if done in ASIDE:
        box.aside(key)
    elif done not in LEFT:
        box.done(key)


def _safely(raw: bytes | None, at: datetime) -> str:
    if raw is None:
        return "too_large"
    try:
        return take(at=at, raw=raw)
    except HOSTILE as error:
        log.error("a letter could not be read: %s", type(error).__name__)
        return "unreadable"


def take(*, at: datetime, raw: bytes) -> str:
    """Take one letter and do what it says; a code of what came of it. The same Message-ID again changes nothing."""
    mail = mailing_parts.read(raw, ours=settings.DEFAULT_FROM_EMAIL)
    if mail.machine:
        for bounced in mail.bounced:
            delivering.report(at=at, remote_id=bounced, reported="undelivered")
        return "bounced" if mail.bounced else "automatic" if mail.machine == "report" else mail.machine
    try:
        sender = rules.check_contact("email", mail.sender)
    except Refusal:
        return "nobody"
    number = mail.number or hashlib.sha256(raw).hexdigest()
    count = inbox.heard(at=at, adapter="email", address=sender, within=timedelta(hours=1))
    if count >= AN_HOUR and danger(mail.words) is None:
        return "later"
    kept = _clean(mail)
    language = texting_grammar.language(mail.words + mail.subject) or "zh-hans"
    key = hashlib.sha256(number.encode()).hexdigest()[:32]
    read = Read(mail, at, key, language, tuple(kept), mail.left_out + len(mail.pictures) - len(kept))
    with transaction.atomic():
        if not inbox.once(at=at, adapter="email", number=number, address=sender):
            return "again"
        try:
            with transaction.atomic():
                return _do(read, sender)
        except Refusal as refusal:
            with translation.override(language):
                _reply(read, sender, "refused", why=_(refusal.sentence) % refusal.params)
            return "refused"


def _clean(mail: Mail) -> list[KeptPhoto]:
    """The pictures that can be read, cleaned and stored; the sender is told of the others."""
    kept: list[KeptPhoto] = []
    for data in mail.pictures:
        if len(kept) == rules.PHOTOS_MAX:
            break
        try:
            kept.append(photos.keep(data))
        except Refusal:
            continue
    return kept


def _do(read: Read, sender: str) -> str:
    voice = _addressed(read.mail, sender)
    if voice is not None:
        words = mailing_parts.without_quotes(read.mail.words) or read.mail.subject
        try:
            texting_more.add(by=voice.ref, at=read.at, voice=voice.id, words=words, photos=read.photos)
        except Refusal as refusal:
            if refusal.code != "case_closed":
                raise
        else:
            _reply(read, sender, "added", about=voice.case.ref, number=voice.number, left_out=read.left_out)
            return "added"
    return _voice(read, sender)


def _voice(read: Read, sender: str) -> str:
    mail = read.mail
    body = mailing_parts.without_quotes(mail.words) if mail.answers else mail.words
    words = body if mail.subject in body[:400] else f"{mail.subject}\n{body}"
    named = texting_more.named_place(words)
    received = intake.receive(
        by=rules.NEW_VOICE,
        at=read.at,
        words=words,
        source="mail",
        language=read.language,
        place=Where(text=named) if named else None,
        photos=read.photos,
        contact=Contact("email", sender),
        form_key=uuid5(NAMESPACE_URL, f"mail:{read.key}"),
    )
    numbers = "、".join(received.danger.numbers) if received.danger else ""
    if numbers or read.left_out:
        about, number = received.case.ref, received.voice.number
        _reply(read, sender, "noted", about=about, number=number, left_out=read.left_out, danger=numbers)
    return "voice"


def _addressed(mail: Mail, sender: str) -> Voice | None:
    """Whose letter is answered: by the id only its reader knows; else by the number, from the address she left."""
    voices = Voice.objects.select_related("case").filter(withdrawn_at__isnull=True)
    for id in mail.answers[:5]:
        voice = letters.voice_of(channels.key_of(UUID(id)))
        found = voices.filter(id=voice).first() if voice else None
        if found is not None:
            return found
    named = _NUMBER.search(mail.subject)
    if named is None:
        return None
    try:
        number = parse_number(named[0])
    except Refusal:
        return None
    return voices.filter(number=number, contact_index=sealing.contact_index("email", sender)).first()


def _reply(read: Read, sender: str, template: str, *, about: str = "mails", **context: str | int) -> None:
    outbox.put(
        at=read.at,
        adapter="email",
        address=sender,
        about=about,
        template=f"cases/messages/mails/{template}",
        context={**context},
        language=read.language,
        key=f"mails.{read.key}.{template}",
    )
