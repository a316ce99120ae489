"""What the style page shows: invented words in every component, in the language of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.kit.worktime import Standing, State, Unit
from gongzhi.look import charts
from gongzhi.look.icons import ICONS

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # a fixed moment, so that photographs can be compared
WEEKS = (31, 28, 35, 33, 29, 38, 36, 34, 40, 37, 63, 39)


STATES = [
    *("received", "in_hand", "asked", "helping", "answered", "closed"),
    *("in_time", "near", "overdue", "paused", "suggested"),
]


class Sample(forms.Form):
    """A form with every kind of question."""

    words = forms.CharField(
        label=gettext_lazy("What should be put right?"),
        help_text=gettext_lazy("Say it as you would to a neighbour. Leave out names and telephone numbers."),
        widget=forms.Textarea,
    )
    place = forms.CharField(label=gettext_lazy("Where is it?"), required=False)
    town = forms.ChoiceField(
        label=gettext_lazy("Town or street"),
        choices=[("1", gettext_lazy("Lake Street")), ("2", gettext_lazy("Bridge Town"))],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        widget=forms.RadioSelect,
        choices=[("a", gettext_lazy("Something to be put right")), ("b", gettext_lazy("A question"))],
    )
    photo = forms.FileField(label=gettext_lazy("A photo"), help_text=gettext_lazy("Up to 10 MB each."), required=False)
    public = forms.BooleanField(label=gettext_lazy("Others may read this, without my name"), required=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page that has another one behind it."""

    next: str


def timeline() -> list[dict[str, Any]]:
    """A course from word to answer."""
    lake, works = _("Lake Street Office"), _("Water and Power Office")
    return [
        {"at": NOON - timedelta(days=3), "what": _("You told us"), "who": ""},
        {"at": NOON - timedelta(days=3, hours=-1), "what": _("Lake Street Office took it up"), "who": lake},
        {
            "at": NOON - timedelta(days=2),
            "what": _("Handed to Water and Power Office"),
            "who": works,
            "words": _("Street lamps are kept by this office."),
        },
        {"at": NOON, "what": _("Being put right"), "who": works, "now": True, "until": _("by Friday 27 November")},
    ]


def figures() -> list[dict[str, Any]]:
    """Three numbers of a week."""
    spark = charts.sparkline
    return [
        {"number": "97", "text": _("voices came in this week"), "spark": spark(WEEKS)},
        {"number": "84 %", "text": _("answered in time: 81 of 97"), "spark": spark([70, 74, 79, 77, 82, 84])},
        {"number": "2.6", "text": _("working days to an answer, in the middle"), "spark": spark([4, 3.8, 3.1, 3, 2.6])},
    ]


def drawings() -> dict[str, Any]:
    """One chart of each kind."""
    labels = [_("week %(n)d") % {"n": n} for n in range(36, 48)]
    return {
        "line": charts.line(
            title=_("Week 46 brought nearly twice the reports that were to be expected"),
            labels=labels,
            values=WEEKS,
            band=charts.Band([w - 8 for w in (31, 30, 32, 32, 31, 34, 35, 35, 36, 37, 37, 38)], [42] * 5 + [46] * 7),
            odd={10},
            head=(_("Week"), _("Reports")),
        ),
        "bars": charts.bars(
            title=_("Street lamps are asked for most"),
            rows=[(_("Street lamps"), 48), (_("Refuse"), 31), (_("Noise at night"), 22), (_("Water"), 9)],
            odd={0},
            head=(_("Matter"), _("Voices")),
        ),
    }


def buttons() -> list[dict[str, str]]:
    """The six large buttons of elder mode."""
    rows = (
        (_("Speak up"), "speakerphone"),
        (_("Ask something"), "help-circle"),
        (_("My matters"), "folder"),
        (_("Pay"), "wallet"),
        (_("Make an appointment"), "calendar-event"),
        (_("Call 12345"), "phone"),
    )
    return [{"href": "#", "label": label, "icon": drawing} for label, drawing in rows]


def context(workplace: bool) -> dict[str, Any]:
    """Everything the style page needs."""
    wrong = Sample({"wrong-place": _("by the old bridge")}, prefix="wrong")
    near = Standing(State.near, 4, Unit.working_days)
    links = (_("Speak up"), _("Find my voice"), _("What others said"), _("Numbers of the week"))
    return {
        "frame": "look/workplace.html" if workplace else "look/public.html",
        "nav": [{"href": "#", "label": label, "current": label == links[0]} for label in links],
        "footer_nav": [{"href": "#", "label": _("How we handle your words")}],
        "buttons": buttons(),
        "empty_title": _("Nothing here yet"),
        "empty_text": _("When somebody near you speaks up, it appears here."),
        "empty_action": _("Speak up"),
        "form": Sample(),
        "wrong": wrong,
        "entries": timeline(),
        "figures": figures(),
        "charts": drawings(),
        "moment": NOON,
        "due": NOON + timedelta(days=6),
        "near": near,
        "late": Standing(State.overdue, -2, Unit.working_days),
        "page": Cursor("next"),
        "states": STATES,
        "icons": sorted(ICONS),
    }
