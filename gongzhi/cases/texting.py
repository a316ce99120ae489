"""A phone without internet: what it sends becomes a voice, and by its number it asks, answers and rates.

Only the phone that spoke may do so; for others there is what everybody may read. Its number is sealed with the voice
and nowhere else: the thread of the talk is kept under a keyed hash. Every answer is a text message of the outbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.cases import course as courses
from gongzhi.cases import intake, letters, matters, rating, rules, sealing, texting_more
from gongzhi.cases.cards import Contact, Course, Where
from gongzhi.cases.models import Rating, Voice
from gongzhi.cases.public import telling
from gongzhi.cases.texting_grammar import Command, is_whole, language, parse, tail
from gongzhi.channels import inbox, outbox
from gongzhi.kit.danger import Danger, danger
from gongzhi.kit.ids import parse_number
from gongzhi.kit.refusal import Refusal

AN_HOUR = 30  # messages of one phone that are answered; danger always is
LISTED = 3
HAPPY = 3  # a rating of this or better says that it is solved
MACHINES = ("106", "100", "955")  # numbers of programs in China (MIIT numbering plan): they are not answered


@dataclass(frozen=True, slots=True)
class Heard:
    """One message in hand."""

    at: datetime
    phone: str
    text: str
    key: str  # of the message, the same when it is repeated
    language: str
    danger: Danger | None


def hear(*, at: datetime, phone: str, text: str, number: str) -> str:
    """Take one message by the gateway's number for it and do what it says; a code of what came of it.

    The same number again changes nothing. All of it happens in one transaction, so whoever gets an answer of ours
    finds it done, and a gateway whose call broke off may call again."""
    try:
        phone = rules.check_contact("phone", phone)
    except Refusal:
        return "no_phone"
    if phone.startswith(MACHINES) or not number:
        return "machine"
    text = rules.clean(text)
    key = hashlib.sha256(number.encode()).hexdigest()[:32]
    with transaction.atomic():
        if not inbox.once(at=at, adapter="sms", number=number, address=phone):
            return "again"
        command = parse(text)
        spoken = _language(phone, command, text)
        heard = Heard(at, phone, text, key, spoken, danger(text))
        count = inbox.heard(at=at, adapter="sms", address=phone, within=timedelta(hours=1))
        if count > AN_HOUR and heard.danger is None:
            if count == AN_HOUR + 1:
                _reply(heard, "slow")
            return "slow"
        try:
            with transaction.atomic():
                return _do(heard, command)
        except Refusal as refusal:
            with translation.override(spoken):
                _reply(heard, "refused", why=_(refusal.sentence) % refusal.params)
            return refusal.code


def _language(phone: str, command: Command, text: str) -> str:
    """Free words say it by themselves; a bare command is answered as the phone spoke before."""
    before = _own(phone).values_list("language", flat=True).first()
    if command.kind in ("words", "new") or before is None:
        return language(text) or before or "zh-hans"
    return before


def _do(heard: Heard, command: Command) -> str:
    if command.kind == "misrate" and _is_no_rating(heard, command):
        command = Command("words", command.whole)
    if heard.danger is not None and command.kind in ("words", "new", "reply"):
        return _voice(heard, command.words)
    waited = _waited(heard) if command.kind == "words" else None
    if waited is not None:
        return waited(command.words)
    deeds: dict[str, Callable[[Heard, Command], str]] = {
        "words": lambda heard, command: _voice(heard, command.words),
        "new": lambda heard, command: _voice(heard, command.words),
        "state": _state,
        "list": _list,
        "rate": _rate,
        "misrate": _misrate,
        "reply": _answer,
        "stop": _stop,
        "start": _start,
        "help": lambda heard, command: _told(heard, "help"),
        "empty": lambda heard, command: "empty",
    }
    return deeds[command.kind](heard, command)


# Speaking ------------------------------------------------------------------------------------------------------
def _voice(heard: Heard, words: str) -> str:
    named = texting_more.named_place(words)
    received = intake.receive(
        by=rules.NEW_VOICE,
        at=heard.at,
        words=words,
        source="sms",
        language=heard.language,
        place=Where(text=named) if named else None,
        contact=Contact("phone", heard.phone),
        form_key=uuid5(NAMESPACE_URL, f"sms:{heard.key}"),
    )
    case, voice = received.case, received.voice
    placeless = texting_more.is_placeless(case)
    if placeless:
        _wait(heard, "place", voice)
    else:
        inbox.heard_it(at=heard.at, adapter="sms", address=heard.phone)
    told = letters.facts(case, voice)
    _reply(heard, "heard", about=case.ref, placeless=placeless, **told)
    return "voice"


def _wait(heard: Heard, asked: str, voice: Voice) -> None:
    inbox.ask(
        at=heard.at, adapter="sms", address=heard.phone, asked=asked, about=voice.ref, language=heard.language
    )  # fmt: skip


def _waited(heard: Heard) -> Callable[[str], str] | None:
    """What the first free words after a question of ours are: its answer. None when nothing was asked."""
    talk = inbox.talk("sms", heard.phone)
    if talk is None or talk.until is None or talk.until < heard.at:
        return None
    voice = _own(heard.phone).filter(id=UUID(talk.about.removeprefix("voice:"))).first()
    inbox.heard_it(at=heard.at, adapter="sms", address=heard.phone)
    if voice is None:
        return None
    if talk.asked == "place":
        return None if _is_another_matter(heard.text, voice) else lambda words: _place(heard, voice, words)
    return (lambda words: _reply_to(heard, voice, words)) if _is_asked(voice, heard.at) else None


def _is_another_matter(words: str, voice: Voice) -> bool:
    """Whether words that name no place of the county speak of something else: then nothing may swallow them."""
    hint = matters.suggest(words)
    return hint is not None and hint.matter.code != voice.case.matter_id and not texting_more.named_place(words)


def _is_asked(voice: Voice, at: datetime) -> bool:
    return courses.by_token(sealing.link_token(voice), at).question is not None


def _place(heard: Heard, voice: Voice, words: str) -> str:
    place = texting_more.tell_place(by=voice.ref, at=heard.at, voice=voice.id, text=words)
    _reply(heard, "place_kept", about=voice.case.ref, place=place, code=_code(voice))
    return "place"


# Answering and rating --------------------------------------------------------------------------------------------
def _answer(heard: Heard, command: Command) -> str:
    own = _own(heard.phone)
    voice = _named(own, command.number) if command.number else None
    if voice is None and command.whole:
        command = Command("reply", command.whole)
    if not command.number:
        voice = own.filter(case__state="asked").first() or own.first()
    if voice is None:
        return _told(heard, "unknown") if command.number else _voice(heard, command.words)
    return _reply_to(heard, voice, command.words)


def _reply_to(heard: Heard, voice: Voice, words: str) -> str:
    try:
        texting_more.add(by=voice.ref, at=heard.at, voice=voice.id, words=words)
    except Refusal as refusal:
        if refusal.code != "case_closed":
            raise
        return _voice(heard, words)
    _reply(heard, "replied", about=voice.case.ref, code=_code(voice))
    return "reply"


def _rate(heard: Heard, command: Command) -> str:
    own = _own(heard.phone)
    voice = _named(own, command.number) if command.number else _unrated(own)
    if voice is None:
        return _told(heard, "unknown")
    rated = rating.rate(
        by=voice.ref,
        at=heard.at,
        voice=voice.id,
        solved=command.grade >= HAPPY,
        grade=command.grade,
        words=command.words,
    )
    case = rated.rating.case
    due = letters.day_text(case.due_at, heard.language)
    _reply(heard, "rated", about=case.ref, code=_code(voice), grade=command.grade, reopened=rated.reopened, due=due)
    return "rating"


def _is_no_rating(heard: Heard, command: Command) -> bool:
    """Whether what looks like a wrong grade are words: with danger, or from a phone with nothing to rate."""
    if heard.danger is not None:
        return True
    return bool(command.words) and not command.number and not _own(heard.phone).filter(case__state="closed").exists()


def _misrate(heard: Heard, command: Command) -> str:
    """Nothing is noted, and whatever was asked before still is."""
    voice = _named(_own(heard.phone), command.number) if command.number else None
    _reply(heard, "misrate", code=f"{_code(voice)} " if voice else "", words=bool(command.words))
    return "misrate"


def _unrated(own: QuerySet[Voice]) -> Voice | None:
    """The newest voice whose closed round was not rated; else the newest."""
    for voice in own.filter(case__state="closed")[:LISTED]:
        if not Rating.objects.filter(voice=voice, round=voice.case.round).exists():
            return voice
    return own.first()


# Asking ----------------------------------------------------------------------------------------------------------
def _state(heard: Heard, command: Command) -> str:
    own = _named(_own(heard.phone), command.number)
    if own is not None:
        course = courses.by_token(sealing.link_token(own), heard.at)
        return _tell_state(heard, course, _code(own))
    if command.words:
        return _voice(heard, command.words)
    if not is_whole(command.number):
        return _told(heard, "unknown")
    try:
        course = courses.public_case(parse_number(command.number), heard.at)
    except Refusal as refusal:
        if refusal.code == "number_misread":
            raise
        return _told(heard, "unknown")
    return _tell_state(heard, course, course.number)


def _tell_state(heard: Heard, course: Course, code: str) -> str:
    with translation.override(heard.language):
        told: dict[str, str | int | bool | None] = {
            "holder": telling.holder_sentence(course),
            "happens": telling.next_sentence(course),
            "open": course.answered_at is None and course.state != "closed",
            "due": letters.day_text(course.clock.due_at, heard.language) if course.clock else "",
            "outcome": course.outcome,
            "question": course.question.text if course.question and course.voice else "",
            "rate": course.can.rate,
        }
    _reply(heard, "state", about=f"case:{course.case.hex}", code=code, **told)
    return "state"


def _list(heard: Heard, command: Command) -> str:
    with translation.override(heard.language):
        lines = [
            f"{_code(voice)} {telling.said(courses.by_token(sealing.link_token(voice), heard.at).matter)}"
            for voice in _own(heard.phone)[:LISTED]
        ]
    outbox.put(at=heard.at, **_message(heard, "listed", {"lines": [*lines]}))
    return "list"


# Not wanting to hear ------------------------------------------------------------------------------------------------
def _stop(heard: Heard, command: Command) -> str:
    inbox.stop(at=heard.at, adapter="sms", address=heard.phone, language=heard.language)
    return _told(heard, "stopped")


def _start(heard: Heard, command: Command) -> str:
    inbox.start(at=heard.at, adapter="sms", address=heard.phone, language=heard.language)
    return _told(heard, "started")


# Parts ------------------------------------------------------------------------------------------------------------
def _own(phone: str) -> QuerySet[Voice]:
    """What this phone said or was left with, newest first."""
    voices = Voice.objects.select_related("case").filter(contact_index=sealing.contact_index("phone", phone))
    return voices.filter(contact_kind="phone", withdrawn_at__isnull=True).order_by("-id")


def _named(own: QuerySet[Voice], number: str) -> Voice | None:
    return own.filter(number__endswith=tail(number)).first()


def _code(voice: Voice) -> str:
    return voice.number[-letters.SHORT_NUMBER :]


def _told(heard: Heard, template: str) -> str:
    _reply(heard, template)
    return template


def _reply(heard: Heard, template: str, *, about: str = "texts", **context: str | int | bool | None) -> None:
    outbox.put(at=heard.at, **_message(heard, template, {**context}, about=about))


def _message(heard: Heard, template: str, context: dict[str, object], *, about: str = "texts") -> dict[str, Any]:
    numbers = "、" if heard.language == "zh-hans" else ", "
    said = numbers.join(heard.danger.numbers) if heard.danger is not None else ""
    return {
        "adapter": "sms",
        "address": heard.phone,
        "about": about,
        "template": f"cases/messages/texts/{template}",
        "context": {**context, "danger": said},
        "language": heard.language,
        "key": f"texts.{heard.key}",
    }
