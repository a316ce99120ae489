"""The same trouble: a further voice for a public case, with its own number, link, answer and rating."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from gongzhi.cases import course as courses
from gongzhi.cases import intake, rules
from gongzhi.cases.cards import Course
from gongzhi.cases.public import formkey
from gongzhi.cases.public.forms import JoinForm, sentence
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.origin import own_forms
from gongzhi.cases.public.speak import check_strain
from gongzhi.kit.danger import danger
from gongzhi.kit.ids import parse_number
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.people.permits import public


@public
@own_forms
def join(request: HttpRequest, number: str) -> HttpResponse:
    """GET asks for own words; POST adds the voice and leads to its receipt. The work is done once for all."""
    course = courses.public_case(parse_number(number), now())
    if request.method != "POST":
        return _page(request, course, JoinForm(), uuid4())
    form = JoinForm(request.POST)
    key = formkey.key_of(request.POST.get("key", ""))
    if not form.is_valid():
        return _page(request, course, form, key, status=400)
    words = form.cleaned_data["words"].replace("\x00", "")
    try:
        received = intake.join(
            by=rules.NEW_VOICE,
            at=now(),
            case=course.case,
            words=words,
            language=get_language() or "zh-hans",
            contact=form.cleaned_data["contact"],
            form_key=formkey.bound(key, [course.number, words, request.POST.get("contact", "")]),
            before=lambda: check_strain(request, endangered=danger(words) is not None),
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, sentence(refusal))
        return _page(request, course, form, key, status=refusal.status)
    response = HttpResponseRedirect(reverse("cases:course", args=[received.link_token]), status=303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, course: Course, form: JoinForm, key: UUID, *, status: int = 200) -> HttpResponse:
    context = {"course": course, "form": form, "key": key}
    response = show(request, "cases/join.html", context, here="list", status=status)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
