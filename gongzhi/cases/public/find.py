"""Find my voice: a secret link, a number anybody may read, or a new link through the contact left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from gongzhi.cases import course as courses
from gongzhi.cases import recovering
from gongzhi.cases.public.forms import FindForm, sentence
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.origin import own_forms
from gongzhi.cases.public.speak import check_strain
from gongzhi.kit.ids import parse_number
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.look import printed
from gongzhi.people.permits import public


@public
@own_forms
def find(request: HttpRequest) -> HttpResponse:
    """GET shows the ways; `?number=` goes to the public case; POST sends a new link to the contact left.

    The answer to a POST is the same whether or not anything was found, so that nobody can learn who spoke.
    """
    if request.method == "POST":
        return _send_link(request)
    number = request.GET.get("number", "").strip()
    if number:
        return _to_case(request, number)
    return printed.offer(request, show(request, "cases/find.html", {"form": FindForm()}, here="find"), lasts=600)


def _to_case(request: HttpRequest, text: str) -> HttpResponse:
    try:
        number = parse_number(text)
        courses.public_case(number, now())
    except Refusal as refusal:
        context = {"form": FindForm(), "number": text[:40], "number_error": sentence(refusal)}
        if refusal.status in (404, 410):
            context["hidden_number"] = text[:40]
        return show(request, "cases/find.html", context, here="find", status=refusal.status)
    return HttpResponseRedirect(reverse("cases:case", args=[number]))


def _send_link(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.POST)
    if not form.is_valid():
        return show(request, "cases/find.html", {"form": form}, here="find", status=400)
    contact = form.cleaned_data["contact"]
    try:
        check_strain(request, endangered=False)
        recovering.by_contact(
            at=now(), kind=contact.kind, address=contact.address, language=get_language() or "zh-hans"
        )
    except Refusal as refusal:
        form.add_error("contact", sentence(refusal))
        return show(request, "cases/find.html", {"form": form}, here="find", status=refusal.status)
    return show(request, "cases/find_sent.html", {"kind": contact.kind}, here="find")
