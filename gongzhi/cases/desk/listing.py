"""All cases this post may see: searched, filtered, paged, exported. A full number leads straight to its case."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import casefile, lists, rules
from gongzhi.cases.desk import choices, frame
from gongzhi.cases.desk.inbox import CSV_ROWS, as_csv
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.kit import moments
from gongzhi.look.choosers import ChooserField
from gongzhi.look.fields import LongSelect
from gongzhi.look.templatetags.look import said
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places_reads


class FilterForm(forms.Form):
    """What to look for; every field may stay empty."""

    q = forms.CharField(label=_("Words or number"), required=False, max_length=100)
    place = forms.ChoiceField(label=_("Place"), required=False, widget=LongSelect)
    matter = ChooserField(label=_("Matter"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, widget=LongSelect)
    organ = ChooserField(label=_("Office"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        towns = [(town.code, said(town, "name")) for town in places_reads.towns()]
        options: dict[str, list[object]] = {
            "place": [("", _("Everywhere")), *towns],
            "matter": [("", _("All matters")), *choices.matters()],
            "state": [("", _("All states")), *choices.words(rules.STATES, "state")],
            "organ": [("", _("All offices")), *choices.organs_flat()],
        }
        for name, offered in options.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def listing(request: HttpRequest) -> HttpResponseBase:
    """The list, as a page or as CSV. Refuses nothing: a wrong filter is said beside its field."""
    actor = actor_of(request)
    now = moments.now()
    form = FilterForm(request.GET)
    asked = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    if asked.get("q"):
        found = casefile.find_number(actor, asked["q"])
        if found:
            return HttpResponseRedirect(reverse("desk:case", args=[found]))
    if request.GET.get("as") == "csv":
        return as_csv(_every(request, asked), "cases.csv")
    page = lists.staff_list(actor, now, after=request.GET.get("after", ""), **asked)
    query = request.GET.copy()
    query["as"] = "csv"
    context = {"form": form, "page": page, "asked": asked, "csv": f"?{query.urlencode()}", "now": now}
    return frame.show(request, "cases/desk/list.html", context, here="list")


def _every(request: HttpRequest, asked: dict[str, str]) -> list[InboxRow]:
    actor, now = actor_of(request), moments.now()
    rows: list[InboxRow] = []
    after = ""
    while len(rows) < CSV_ROWS:
        page = lists.staff_list(actor, now, after=after, limit=500, **asked)
        rows += page.rows
        after = page.next
        if not after:
            break
    return rows
