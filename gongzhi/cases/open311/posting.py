"""POST requests: a voice from another program, received by the same verb as on the pages.

GeoReport has no form key, and programs send again when an answer is lost: the same fields from the same key within
an hour are one voice, answered with the id it has. Names, device and account are not kept: nobody needs one here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.cases import intake, photos, rules
from gongzhi.cases.cards import Contact, KeptPhoto, Where
from gongzhi.cases.intake import Received
from gongzhi.cases.models import ApiKey, DetailValue, Matter, SentBy, Voice
from gongzhi.cases.open311 import attributes, keys, params, services
from gongzhi.cases.open311.attributes import Answered
from gongzhi.cases.public.course import link_of
from gongzhi.kit.danger import danger
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import local
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places

SOURCE = "open311"
MEDIA_URL_MAX = 500
_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as a program sent it, every field judged."""

    key: ApiKey
    matter: Matter
    words: str
    place: Where | None
    contact: Contact | None
    answers: Sequence[Answered]
    photos: Sequence[KeptPhoto]


def receive(request: HttpRequest, *, at: datetime) -> dict[str, str]:
    """Receive one request; its id or token, and a notice with the date promised and the resident's secret link.

    Refuses a missing or wrong key (403), an unknown service (404), a missing place or detail (400), too many (429)."""
    data = request.POST
    key = keys.opened(params.text(data, "api_key") or params.text(request.GET, "api_key"))
    matter = services.find(params.text(data, "service_code"))
    answers = attributes.read(data, services.offered().details.get(matter.code, ()))
    words = _words(data, matter, answers)
    endangered = danger(words) is not None
    place = _where(data, needed=not endangered)
    contact = _contact(data)
    keys.count(key=key, at=at, danger=endangered)
    sent = Sent(key, matter, words, place, contact, answers, sent_photos(request))
    return _told(request, key, matter, _received(sent, _form_key(sent, data, at), at))


def _words(data: QueryDict, matter: Matter, answers: Sequence[Answered]) -> str:
    """The description, or the service's name when there is none, and below it what was answered and shown."""
    lines = [params.text(data, "description") or said(matter, "name")]
    lines += [_("%(name)s: %(value)s") % {"name": each.label, "value": each.shown} for each in answers]
    if address := _media_url(data):
        lines.append(_("%(name)s: %(value)s") % {"name": _("Photo"), "value": address})
    return "\n".join(lines)


def _media_url(data: QueryDict) -> str:
    """An address with a picture; it is kept as text and never fetched from here."""
    told = params.text(data, "media_url")
    try:
        fine = not told or (urlsplit(told).scheme in ("http", "https") and len(told) <= MEDIA_URL_MAX)
    except ValueError:
        fine = False
    if not fine:
        raise Refusal("media_url_odd", N_("media_url must be a web address."), field="media_url")
    return told


def _where(data: QueryDict, *, needed: bool) -> Where | None:
    """By pin, by address or by the code of a place. None of them is refused, but never for words of danger."""
    lat, lon, text, code = (params.text(data, name) for name in ("lat", "long", "address_string", "address_id"))
    if bool(lat) != bool(lon):
        raise Refusal("pin_half", N_("lat and long go together."), field="long" if lat else "lat")
    if not (lat or text or code):
        if not needed:
            return None
        raise Refusal("place_missing", N_("A place is needed: lat and long, address_string or address_id."))
    if not lat:
        return Where(code=code, text=text)
    return Where(params.degrees(lon, "long", 180.0), params.degrees(lat, "lat", 90.0), code, text)


def _contact(data: QueryDict) -> Contact | None:
    """By e-mail when there is one, since the house writes by itself there; else by telephone."""
    for kind in ("email", "phone"):
        if address := params.text(data, kind):
            return Contact(kind, rules.check_contact(kind, address))
    return None


def sent_photos(request: HttpRequest) -> list[KeptPhoto]:
    """The files named `media` as kept photos; refuses too many, too large ones, and what is no picture."""
    files = [file for name in ("media", "media[]") for file in request.FILES.getlist(name)]
    rules.check_photos(len(files))
    if any((file.size or 0) > photos.MAX_BYTES for file in files):
        raise Refusal(
            "photo_large", N_("A photo may have %(most)s MB at most."), field="media", most=photos.MAX_BYTES // 10**6
        )
    return [photos.keep(file.read()) for file in files]


def _form_key(sent: Sent, data: QueryDict, at: datetime) -> UUID:
    """One key for the same fields within the hour; that of the hour before when it came then and is sent again."""
    fields = sorted((name, values) for name, values in data.lists() if name != "api_key")
    same = [sent.key.id.hex, fields, [photo.sha256 for photo in sent.photos]]
    hour = int(at.timestamp() // _AGAIN.total_seconds())
    now, before = (uuid5(NAMESPACE_URL, json.dumps([*same, period])) for period in (hour, hour - 1))
    known = Voice.objects.filter(form_key=before, noted_at__gt=at - _AGAIN).exists()
    return before if known else now


def _received(sent: Sent, form_key: UUID, at: datetime) -> Received:
    """The voice with what was told for its details and who sent it, in one transaction."""
    with transaction.atomic():
        received = intake.receive(
            by=rules.NEW_VOICE,
            at=at,
            words=sent.words,
            source=SOURCE,
            language=get_language() or "zh-hans",
            place=sent.place,
            matter=sent.matter.code,
            photos=sent.photos,
            contact=sent.contact,
            allows_public=not sent.key.private,
            form_key=form_key,
        )
        if received.first:
            SentBy.objects.create(voice=received.voice, key=sent.key)
            DetailValue.objects.bulk_create(
                DetailValue(voice=received.voice, detail=each.detail, value=mask(value).text)
                for each in sent.answers
                for value in each.values
            )
    return received


def _told(request: HttpRequest, key: ApiKey, matter: Matter, received: Received) -> dict[str, str]:
    case, voice = received.case, received.voice
    found = {"token": voice.id.hex} if key.batch else {"service_request_id": voice.number}
    due = local(case.due_at, places.county().tz)
    sentences = []
    if received.danger:
        numbers = ", ".join(received.danger.numbers)
        sentences.append(_("If somebody is in danger, call %(numbers)s now.") % {"numbers": numbers})
    sentences.append(
        _("Received. You get an answer by %(day)s; follow it at %(link)s")
        % {"day": f"{due:%Y-%m-%d}", "link": link_of(request, received.link_token)}
    )
    if not case.public:
        sentences.append(_("(It is not published.)"))
    return found | {"service_notice": " ".join(sentences)}
