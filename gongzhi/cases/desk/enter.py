"""Writing down what somebody says at the counter, on the phone or in a letter: one page, by keyboard alone.

The words stay the person's own. Before they are kept, the page shows what to read back; Ctrl+Enter keeps them.
The same form sent twice is one voice (form key), so a reload shows the same receipt again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import intake, matters, rules
from gongzhi.cases.cards import Contact, MatterCard, Officer, Suggestion, Where
from gongzhi.cases.desk import choices, frame, telling
from gongzhi.kit import ids, moments, worktime
from gongzhi.kit.danger import Danger, danger
from gongzhi.kit.refusal import Refusal
from gongzhi.look.choosers import ChooserField
from gongzhi.look.templatetags.look import said
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places_reads
from gongzhi.procedures import calendars

SOURCES = ("phone", "counter", "paper")
PLACE_HITS = 6


class EnterForm(forms.Form):
    """One page for one voice. Only the words are needed; everything else helps to act sooner."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label=_("How it comes"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What it is"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In the person's own words"),
        help_text=_("Write what you hear, not what the form would like. No names are needed."),
        max_length=rules.WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
    )
    place_text = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=rules.PLACE_TEXT_MAX,
        help_text=_("Street and number, village, shop, bus stop: as it is said."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(label=_("Which of these"), required=False, max_length=60)
    matter = ChooserField(label=_("Kind of matter"), required=False)
    contact_kind = forms.ChoiceField(label=_("How to answer"), widget=forms.RadioSelect, required=False)
    contact = forms.CharField(
        label=_("Number or address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    allows_public = forms.BooleanField(
        label=_("The masked words may be public, so that neighbours can join"), required=False
    )
    said_on = forms.DateField(
        label=_("Date of the letter"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    officer_organ = ChooserField(label=_("Office of the officer"), required=False)
    officer_text = forms.CharField(label=_("Who, as said"), required=False, max_length=rules.PLACE_TEXT_MAX)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options: dict[str, list[Any]] = {
            "source": choices.words(SOURCES, "source"),
            "kind": choices.words(rules.KINDS, "kind"),
            "matter": [("", _("As suggested")), *choices.matters()],
            "contact_kind": [
                ("phone", _("by phone")),
                ("email", _("by e-mail")),
                ("post", _("on paper, by post")),
                ("", _("not at all")),
            ],
            "officer_organ": [("", _("Not about an officer")), *choices.organs_flat()],
        }
        for name, offered in options.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def where(self) -> Where | None:
        """The place as chosen from the hits, else as typed; None when nothing was said."""
        pick, text = self.cleaned_data.get("place", ""), self.cleaned_data.get("place_text", "")
        lon, _comma, lat = pick.removeprefix("@").partition(",")
        try:
            if pick.startswith("@"):
                return Where(lon=float(lon), lat=float(lat), text=text)
        except ValueError:
            pick = ""
        return Where(code=pick, text=text) if pick or text else None

    def contact_given(self) -> Contact | None:
        """The way to be answered, when one was left."""
        address = self.cleaned_data.get("contact", "")
        return Contact(self.cleaned_data.get("contact_kind") or "phone", address) if address else None

    def officer(self) -> Officer | None:
        """Whom a complaint about an officer is about."""
        organ, text = self.cleaned_data.get("officer_organ", ""), self.cleaned_data.get("officer_text", "")
        return Officer(organ=organ, text=text) if organ or text else None

    def said_at(self) -> datetime | None:
        """Noon of the letter's date in the county's zone; a letter from tomorrow is one of today."""
        day = self.cleaned_data.get("said_on")
        if day is None:
            return None
        return datetime.combine(day, time(12), ZoneInfo(places_reads.county().tz))


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the clerk reads to the person before the words are kept."""

    words: str
    place: str
    matter: MatterCard | None
    suggestion: Suggestion | None
    due_at: datetime | None
    danger: Danger | None
    public: bool
    contact: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place offered for choosing; `value` is what its radio button sends: a code, or @longitude,latitude."""

    value: str
    name: str
    path: str


def _spots(text: str) -> list[Spot]:
    """Places that fit a typed text."""
    if len(text.strip()) < 2:
        return []
    english = (get_language() or "").startswith("en")
    return [
        Spot(
            value=f"@{hit.lon:.6f},{hit.lat:.6f}" if hit.kind == "landmark" and hit.lon is not None else hit.code,
            name=(hit.name_en if english else "") or hit.name,
            path=said(hit, "path"),
        )
        for hit in places_reads.find(text, limit=PLACE_HITS)
    ]


def _read_back(form: EnterForm, spots: list[Spot], now: datetime) -> ReadBack | None:
    """Made from what is filled in so far; None before anything was said."""
    form.is_valid()
    told = form.cleaned_data
    words = told.get("words", "")
    if not words:
        return None
    suggestion = matters.suggest(words)
    matter = matters.card(told.get("matter") or "") or (suggestion.matter if suggestion else None)
    due = worktime.due(now, matters.limit_of(matter), (), calendars.calendar()).at if matter else None
    chosen = next((spot for spot in spots if spot.value == told.get("place")), None)
    return ReadBack(
        words=words,
        place=f"{chosen.path} {chosen.name}" if chosen else told.get("place_text", ""),
        matter=matter,
        suggestion=suggestion,
        due_at=due,
        danger=danger(words),
        public=told.get("allows_public", False),
        contact=told.get("contact", ""),
    )


@permit(Permit.VOICE_ENTER)
def enter(request: HttpRequest) -> HttpResponseBase:
    """The page: drawn, read back, or kept."""
    now = moments.now()
    if request.method != "POST":
        first = {"form_key": ids.uuid7(now), "source": request.GET.get("source", "phone"), "kind": "report"}
        return _draw(request, EnterForm(initial={**first, "contact_kind": "phone"}))
    form = EnterForm(request.POST)
    if not form.is_valid():
        return _draw(request, form, status=422)
    if "keep" not in request.POST:
        return _draw(request, form, back=True)
    return _keep(request, form, now)


def _keep(request: HttpRequest, form: EnterForm, now: datetime) -> HttpResponse:
    told = form.cleaned_data
    said_at = form.said_at()
    try:
        received = intake.receive(
            by=actor_of(request).by,
            at=now,
            words=told["words"],
            kind=told["kind"],
            source=told["source"],
            language=get_language() or "zh-hans",
            place=form.where(),
            matter=told["matter"] or None,
            contact=form.contact_given(),
            allows_public=told["allows_public"],
            form_key=told["form_key"],
            said_at=min(said_at, now) if said_at else None,
            officer=form.officer(),
            matter_by="staff",
        )
    except Refusal as refusal:
        name = {"place": "place_text"}.get(refusal.field or "", refusal.field)
        form.add_error(name if name in form.fields else None, telling.refused(refusal))
        return _draw(request, form, status=refusal.status)
    return frame.show(request, "cases/desk/entered.html", {"received": received, "now": now}, here="enter")


def _draw(request: HttpRequest, form: EnterForm, *, back: bool = False, status: int = 200) -> HttpResponse:
    spots = _spots(form["place_text"].value() or "")
    context: dict[str, Any] = {"form": form, "spots": spots, "picked": form["place"].value(), "now": moments.now()}
    context["back"] = _read_back(form, spots, context["now"]) if back else None
    return frame.show(request, "cases/desk/enter.html", context, here="enter", status=status)


@permit(Permit.VOICE_ENTER)
def read_back(request: HttpRequest) -> HttpResponseBase:
    """The part of the page that is read aloud, made again while the clerk types."""
    form = EnterForm(request.POST)
    now = moments.now()
    back = _read_back(form, _spots(request.POST.get("place_text", "")), now)
    return frame.show(request, "cases/desk/read_back.html", {"back": back, "now": now})


@permit(Permit.VOICE_ENTER)
def places(request: HttpRequest) -> HttpResponseBase:
    """Places that fit what is typed, as radio buttons."""
    spots = _spots(request.GET.get("place_text", ""))
    return frame.show(request, "cases/desk/places.html", {"spots": spots, "asked": True, "picked": ""})
