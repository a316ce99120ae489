"""Speaking up: words, where, more, check; one thing a page, everything kept in the form, no script needed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gongzhi.cases import intake, matters, photos, rules, straining
from gongzhi.cases.cards import Officer
from gongzhi.cases.intake import Received
from gongzhi.cases.public import choosing
from gongzhi.cases.public.draft import FIELDS, STEPS, Draft
from gongzhi.cases.public.forms import SpeakForm, sentence
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.origin import own_forms
from gongzhi.kit.danger import danger
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.people.permits import public

PARTS = {
    "words": gettext_lazy("your words"),
    "where": gettext_lazy("where"),
    "more": gettext_lazy("what helps us"),
    "check": gettext_lazy("check and send"),
}


@public
@own_forms
def speak(request: HttpRequest) -> HttpResponse:
    """GET begins (optionally with `place`, a code); POST goes to the next page, back, or sends."""
    if request.method != "POST":
        return _page(request, "words", Draft.begun(place=choosing.known_code(request.GET.get("place", ""))))
    draft = Draft.read(request.POST)
    step = request.POST.get("step", "")
    if step not in STEPS:  # the front page's field, or a form we do not know: keep the words, begin with them
        step = "words"
    go = request.POST.get("go", "")
    if go.startswith("to-") and go[3:] in STEPS:
        return _page(request, go[3:], draft)
    return _ANSWERS[step](request, draft)


def check_strain(request: HttpRequest, *, endangered: bool) -> None:
    """Refuse (429) a sender who sends very many in a short time; never one whose words tell of danger."""
    wait = straining.take(at=now(), address=request.META.get("REMOTE_ADDR", ""), danger=endangered)
    if wait:
        raise Refusal(
            "too_many",
            N_("Very many messages came from your network. Please send it again in %(seconds)s seconds; "
               "what you wrote is kept on this page."),
            status=429,
            seconds=wait,
        )  # fmt: skip


def _after_words(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = draft.form(judged=True)
    if "words" in form.errors:
        return _page(request, "words", draft, form)
    found = danger(draft.values["words"])
    if found and not draft.values["seen"]:
        draft.values["seen"] = "1"
        context = {"danger": found, "hidden": draft.hidden("check")}
        return show(request, "cases/speak_danger.html", context, here="speak")
    return _page(request, "where", draft)


def _after_where(request: HttpRequest, draft: Draft) -> HttpResponse:
    """A place picked, typed or left open; a typed one is looked up once and offered back."""
    choice = choosing.choose(request.POST, place=draft.values["place"], text=draft.values["where"])
    draft.values.update(place=choice.place, where=choice.text, looked=choice.looked)
    if not choice.settled:
        return _page(request, "where", draft, choice=choice)
    form = draft.form(judged=True)
    return _page(request, "where" if "where" in form.errors else "more", draft, form)


def _after_more(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Photos are kept as soon as they arrive, so that nothing has to be sent twice."""
    if go_drop := request.POST.get("drop", ""):
        draft.photos = [photo for photo in draft.photos if photo.sha256 != go_drop]
        return _page(request, "more", draft)
    problems = keep_photos(request, draft)
    form = draft.form(judged=True)
    if problems or any(name in form.errors for name in FIELDS["more"]):
        for problem in problems:
            form.add_error(None, problem)
        return _page(request, "more", draft, form)
    return _page(request, "check", draft)


def keep_photos(request: HttpRequest, draft: Draft) -> list[str]:
    """Add the photos of this POST to the draft; the sentences of those that could not be kept."""
    problems = []
    for file in request.FILES.getlist("photos"):
        try:
            rules.check_photos(len(draft.photos) + 1)
            kept = photos.keep_file(file)
        except Refusal as refusal:
            problems.append(
                f"{file.name}: {sentence(refusal)}" if refusal.code != "photos_too_many" else sentence(refusal)
            )
            continue
        if kept not in draft.photos:
            draft.photos.append(kept)
    return problems


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The last page's button: one verb, then away to the receipt, so that a reload sends nothing twice."""
    form = draft.form(judged=True)
    if draft.lost or not form.is_valid():
        return _page(request, _first_wrong(form), draft, form)
    said: dict[str, Any] = form.cleaned_data
    try:
        received = _receive(request, draft, said)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, _first_wrong(form), draft, form, status=refusal.status)
    response = HttpResponseRedirect(reverse("cases:course", args=[received.link_token]), status=303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _receive(request: HttpRequest, draft: Draft, said: dict[str, Any]) -> Received:
    """Receive the voice, its sender counted in the same transaction, which is one write to the disk."""
    endangered = bool(danger(said["words"]))
    return intake.receive(
        by=rules.NEW_VOICE,
        at=now(),
        words=said["words"],
        kind=said["kind"],
        language=get_language() or "zh-hans",
        place=draft.where,
        photos=draft.photos,
        contact=said["contact"],
        allows_public=said["allows_public"],
        form_key=draft.once,
        officer=Officer(text=said["officer"]) if said["officer"] else None,
        before=lambda: check_strain(request, endangered=endangered),
    )


def _first_wrong(form: SpeakForm) -> str:
    """The first page of the journey with an error; the last when the error is of none."""
    return next((step for step in STEPS if any(name in form.errors for name in FIELDS[step])), "check")


def _page(
    request: HttpRequest,
    step: str,
    draft: Draft,
    form: SpeakForm | None = None,
    *,
    choice: choosing.Choice | None = None,
    status: int = 200,
) -> HttpResponse:
    """One page of the journey."""
    number = STEPS.index(step)
    context: dict[str, Any] = {
        "step": step,
        "form": form or draft.form(judged=False),
        "hidden": draft.hidden(step),
        "number": number + 1,
        "part": PARTS[step],
        "back": f"to-{STEPS[number - 1]}" if number else "",
        "photos": draft.photos,
        "lost": _("The photos were kept for a day and are gone now. Please choose them again; your text is here.")
        if draft.lost
        else "",
    }
    if step == "where":
        context["grids"] = choosing.grids_address("")
        context["choice"] = choice or choosing.start(place=draft.values["place"], text=draft.values["where"])
    if step in ("more", "check"):
        context["photos_left"] = rules.PHOTOS_MAX - len(draft.photos)
        context["photos_max"] = rules.PHOTOS_MAX
        context["reviewed"] = request.POST.get("step") == "check"  # she came back to change something
    if step == "check":
        context["place_name"] = choosing.name_of(draft.values["place"])
        context["danger"] = danger(draft.values["words"])
        hint = matters.suggest(draft.values["words"])
        context["suggestion"] = matters.tags().get(hint.matter.code) if hint else None
    response = show(request, f"cases/speak_{step}.html", context, here="speak", status=status)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


_ANSWERS = {"words": _after_words, "where": _after_where, "more": _after_more, "check": _send}
