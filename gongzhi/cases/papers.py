"""What is printed: the sealed receipt, and notices for those who are answered on paper.

The receipt carries everything that proves it, as a QR code any phone reads; the code's text is checked by
`gongzhi verify` without the county. A notice is drawn when somebody prints it and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.cases import course as courses
from gongzhi.cases import intake, letters, reads
from gongzhi.cases.models import Case, Voice
from gongzhi.cases.public import telling
from gongzhi.channels import outbox, paper, rendering
from gongzhi.channels import reads as channels
from gongzhi.channels.models import Message
from gongzhi.channels.paper import Code, Sheet
from gongzhi.kit.moments import local, unstamp
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.ledger import strips
from gongzhi.people import purposes
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places


def receipt(*, token: str, link: str, at: datetime, language: str, width: str = "a4") -> bytes:
    """The sealed receipt of the voice under a secret link, as PDF for A4 or for 80 mm paper."""
    voice = courses.voice_of(token)
    course = courses.by_token(token, at)
    told = intake.receipt_of(voice)
    promise = told["promise"]
    with translation.override(language):
        rows = [
            (_("Number"), voice.number),
            (_("Received"), _moment(voice.noted_at)),
            (_("What happens next"), telling.next_sentence(course)),
        ]
        if course.clock is not None and course.answered_at is None:
            rows.append((_("By when"), letters.day_text(course.clock.due_at, language)))
        sheet = Sheet(
            head=_county(),
            title=_("Receipt"),
            rows=rows,
            codes=[
                Code(link, _("Your own page. Whoever has this code can read everything there: keep it like a key.")),
                Code(
                    strips.to_strip({name: told[name] for name in ("gongzhi", "v", "fact", "leaf", "promise")}),
                    _("The seal: what was kept, and our signed promise. Its text is checked by “gongzhi verify”."),
                    millimetres=55,
                ),
            ],
            fixed=[
                (_("Fact (SHA-256 of its leaf)"), _groups(str(told["leaf"]))),
                (_("Promised to be sealed by"), _moment(unstamp(str(promise["sealed_by"])))),
                (_("Key"), _groups(str(promise["key"]))),
                (_("Signature (Ed25519)"), _groups(str(promise["signature"]))),
            ],
            foot=_("Anybody can check this paper without us: read the second code with a phone, save its text, and run "
                   "gongzhi verify FILE --key with the county's public key."),
            banner=_banner(),
        )  # fmt: skip
        return paper.draw([sheet], language=language, width=width)


def waiting(actor: Actor) -> list[Message]:
    """Notices to be printed and posted that this actor may see, oldest first."""
    rows = channels.to_carry()
    ids = {row.about: UUID(row.about.removeprefix("case:")) for row in rows if row.about.startswith("case:")}
    seen = set(Case.objects.filter(reads.visible(actor), id__in=ids.values()).values_list("id", flat=True))
    return [row for row in rows if ids.get(row.about) in seen]


def one(actor: Actor, message: UUID) -> Message:
    """One waiting notice; unknown and not hers to see are the same refusal."""
    found = next((row for row in waiting(actor) if row.id == message), None)
    if found is None:
        raise NotFound("message_unknown", N_("There is no such message."))
    return found


def notices(*, by: str, at: datetime, messages: Sequence[Message]) -> bytes:
    """The notices as one PDF, a sheet each. Opening the addresses is a look, for the purpose to reach the person."""
    with transaction.atomic():
        sheets = [_notice(by, at, message) for message in messages[: paper.SHEETS_MOST]]
        return paper.draw(sheets, language="zh")


def _notice(by: str, at: datetime, message: Message) -> Sheet:
    whose = letters.voice_of(message.key)
    voice = Voice.objects.select_related("case").filter(id=whose).first() if whose else None
    if voice is not None:
        purposes.look(
            by=by, at=at, purpose="contact", subject=voice.ref, fields=("contact",), case=voice.case.ref, live=True
        )
    letter = rendering.render(message)
    token = outbox.secrets_of(message).get("token", "")
    with translation.override(message.language):
        link = f"{rendering.origin()}/v/{token}"
        return Sheet(
            head=_county(),
            title=letter.subject,
            text=letter.text,
            rows=[(_("To"), letter.address), (_("Date"), letters.day_text(message.put_at, message.language))],
            codes=[Code(link, _("Your own page; keep it to yourself."))] if token else [],
            foot=_("Without internet: ask at any counter or call us, and name the number."),
            banner=_banner(),
        )


def _county() -> str:
    card = places.county()
    return card.name_en if (translation.get_language() or "").startswith("en") and card.name_en else card.name_zh


def _banner() -> str:
    """What everything of a practice county says of itself."""
    card = places.county()
    if card.practice:
        return _("Practice county: everything here is invented.")
    return card.banner_zh


def _moment(at: datetime) -> str:
    shown = local(at, places.county().tz)
    return f"{letters.day_text(at, translation.get_language() or 'zh-hans')} {shown:%H:%M}"


def _groups(text: str) -> str:
    return " ".join(text[place : place + 8] for place in range(0, len(text), 8))
