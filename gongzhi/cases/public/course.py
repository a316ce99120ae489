"""The page under a secret link: receipt, course, and what its holder may do."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from gongzhi.cases import course as courses
from gongzhi.cases import erasing, handling, intake, photos, rating, rules
from gongzhi.cases.cards import KeptPhoto
from gongzhi.cases.public import telling
from gongzhi.cases.public.files import picture
from gongzhi.cases.public.forms import AnswerForm, RatingForm, sentence
from gongzhi.cases.public.frame import secret, show
from gongzhi.cases.public.origin import own_secret_forms
from gongzhi.kit.danger import danger
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Gone, Refusal
from gongzhi.people.permits import public


def link_of(request: HttpRequest, token: str) -> str:
    """The whole address of a secret link, as it is shown, copied and drawn."""
    return request.build_absolute_uri(reverse("cases:course", args=[token]))


def qr(text: str) -> SafeString:
    """A QR code as an inline drawing without style or script (ISO/IEC 18004, error correction M)."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawing)  # noqa: S308 - drawn by segno from our own link


def _page(
    request: HttpRequest,
    token: str,
    *,
    answer: AnswerForm | None = None,
    rate: RatingForm | None = None,
    template: str = "cases/course.html",
    status: int = 200,
) -> HttpResponse:
    at = now()
    course = courses.by_token(token, at)
    voice = course.voice
    assert voice is not None  # by_token always finds the voice it was asked for
    link = link_of(request, token)
    context: dict[str, Any] = {
        "course": course,
        "voice": voice,
        "token": token,
        "now": at,
        "link": link,
        "qr": qr(link),
        "fresh": len(course.entries) <= 1,
        "danger": danger(voice.words) if voice.danger else None,
        "limiting": any(card.what != "paused" for card in course.decisions),
        "entries": telling.timeline(course, photo_base=reverse("cases:course", args=[token])),
        "happens": telling.next_sentence(course),
        "holder": telling.holder_sentence(course),
        "answer_form": answer or AnswerForm(),
        "rating_form": rate or RatingForm(),
        "photos_max": rules.PHOTOS_MAX,
    }
    return show(request, template, context, here="find", status=status)


@public
@require_GET
@secret
def course(request: HttpRequest, token: str) -> HttpResponse:
    """The course of one voice, for whoever holds its link; what was withdrawn or erased says so (410)."""
    try:
        return _page(request, token)
    except Gone:
        return _ended(request, token, status=410)


@public
@require_GET
@secret
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt alone, to print on 80 mm paper or A4."""
    return _page(request, token, template="cases/slip.html")


@public
@require_GET
@secret
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The ledger receipt as a file; `gongzhi verify` reads it."""
    voice = courses.voice_of(token)
    response = JsonResponse(intake.receipt_of(voice), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{voice.number}.json"'
    return response


@public
@require_GET
@secret
def photo(request: HttpRequest, token: str, photo_id: Any) -> HttpResponse:
    """A photo of this voice or of its case's answers."""
    return picture(*photos.for_voice(token, photo_id))


@public
@own_secret_forms
@require_POST
@secret
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The resident answers the office's question, with photos if she likes."""
    voice = courses.voice_of(token)
    form = AnswerForm(request.POST)
    kept: list[KeptPhoto] = []
    if not form.is_valid():
        return _page(request, token, answer=form, status=400)
    try:
        for file in request.FILES.getlist("photos"):
            rules.check_photos(len(kept) + 1)
            kept.append(photos.keep_file(file))
        handling.answer_question(
            by=f"voice:{voice.id.hex}", at=now(), voice=voice.id, words=form.cleaned_data["words"], photos=kept
        )
    except Refusal as refusal:
        form.add_error("words" if refusal.field == "words" else None, sentence(refusal))
        return _page(request, token, answer=form, status=refusal.status)
    return _back(token)


@public
@own_secret_forms
@require_POST
@secret
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """The resident says whether it is solved; an unhappy rating opens the case again by right."""
    voice = courses.voice_of(token)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, token, rate=form, status=400)
    said = form.cleaned_data
    try:
        rating.rate(
            by=f"voice:{voice.id.hex}",
            at=now(),
            voice=voice.id,
            solved=said["solved"],
            grade=said["grade"],
            words=said["words"],
        )
    except Refusal as refusal:
        form.add_error(None, sentence(refusal))
        return _page(request, token, rate=form, status=refusal.status)
    return _back(token)


@public
@own_secret_forms
@secret
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks once more; POST withdraws: the words leave every page at once."""
    voice = courses.voice_of(token)
    if request.method != "POST":
        return show(request, "cases/withdraw.html", {"token": token, "number": voice.number}, here="find")
    intake.withdraw(by=f"voice:{voice.id.hex}", at=now(), voice=voice.id)
    return _ended(request, token)


@public
@own_secret_forms
@require_POST
@secret
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Withdraw, and destroy everything that is kept of the voice; also long after it was withdrawn."""
    voice = courses.any_voice_of(token)
    erasing.erase(by=f"voice:{voice.id.hex}", at=now(), voice=voice.id)
    return _ended(request, token)


def _ended(request: HttpRequest, token: str, *, status: int = 200) -> HttpResponse:
    voice = courses.any_voice_of(token)
    context = {"number": voice.number, "token": token, "erased_at": voice.erased_at}
    return show(request, "cases/withdrawn.html", context, here="find", status=status)


def _back(token: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("cases:course", args=[token]), status=303)
