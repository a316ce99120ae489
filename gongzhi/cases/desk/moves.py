"""Every move of a case is one page: what it does, its form, the words beside it.

When somebody else moved first, the page says who, and
everything typed stays in the form, now drawn for the case as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.cases import casefile, undoing
from gongzhi.cases.desk import forms, frame, telling
from gongzhi.cases.desk.deeds import Deed, offered
from gongzhi.cases.desk_cards import DeskCase
from gongzhi.kit import moments
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit


def view_of(deed: Deed) -> Callable[..., HttpResponseBase]:
    """The page of one deed: GET draws its form, POST does it."""

    @permit(deed.permit)
    def page(request: HttpRequest, case: UUID) -> HttpResponseBase:
        actor = actor_of(request)
        desk = casefile.desk_case(actor, case, moments.now())
        if request.method != "POST":
            return _draw(request, deed, desk, _form(deed, desk, actor, request))
        form = deed.form(request.POST, desk=desk, actor=actor)
        if "preview" in request.POST or not form.is_valid():
            return _draw(request, deed, desk, form, status=200 if "preview" in request.POST else 422)
        return _do(request, deed, desk, form)

    page.__name__ = f"{deed.code}_page"
    page.__doc__ = f"The page of the move {deed.code}."
    return page


def _form(deed: Deed, desk: DeskCase, actor: Actor, request: HttpRequest) -> forms.MoveForm:
    """The form as first drawn; a link may fill in what is already known, such as the number of the first case."""
    told = {name: value for name, value in request.GET.items() if name in deed.form.base_fields}
    return deed.form(initial=told | {"version": desk.course.version}, desk=desk, actor=actor)


def _do(request: HttpRequest, deed: Deed, desk: DeskCase, form: forms.MoveForm) -> HttpResponseBase:
    actor = actor_of(request)
    at = moments.now()
    try:
        deed.verb(
            by=actor.by,
            at=at,
            post=actor.acting,
            case=desk.course.case,
            version=form.cleaned_data["version"],
            **form.told(),
        )
    except Refusal as refusal:
        return _refused(request, deed, desk, form, refusal)
    messages.success(request, str(deed.done) % {"number": desk.course.number})
    response = HttpResponseRedirect(_next(deed, desk, form))
    if deed.code != "note":
        frame.remember_move(response, case=desk.course.case, number=desk.course.number, move=deed.code, at=at)
    return response


def _next(deed: Deed, desk: DeskCase, form: forms.MoveForm) -> str:
    query = QueryDict(mutable=True)
    if form.cleaned_data["queue"]:
        query["queue"] = form.cleaned_data["queue"]
    if not deed.leaves and not form.cleaned_data["beside"]:
        return reverse("desk:case", args=[desk.course.case], query=query)
    if not deed.leaves:
        query["open"] = str(desk.course.case)
    return reverse("desk:inbox", query=query)


def _refused(
    request: HttpRequest, deed: Deed, desk: DeskCase, form: forms.MoveForm, refusal: Refusal
) -> HttpResponseBase:
    """The same page with the sentence; after a stale version the form counts from the case as it now stands."""
    if isinstance(refusal, NotFound):
        raise refusal
    sentence = telling.refused(refusal)
    if refusal.status == 409:
        actor = actor_of(request)
        desk = casefile.desk_case(actor, desk.course.case, moments.now())
        data = request.POST.copy()
        data["version"] = str(desk.course.version)
        form = deed.form(data, desk=desk, actor=actor)
        form.is_valid()
        return _draw(request, deed, desk, form, status=409, moved=sentence)
    name = refusal.field if refusal.field in form.fields else None
    form.add_error(name, sentence)
    return _draw(request, deed, desk, form, status=refusal.status)


def _draw(
    request: HttpRequest, deed: Deed, desk: DeskCase, form: forms.MoveForm, *, status: int = 200, moved: str = ""
) -> HttpResponse:
    now = moments.now()
    context = {
        "deed": deed,
        "desk": desk,
        "course": desk.course,
        "words": telling.words(desk),
        "form": form,
        "moved": moved,
        "possible": deed in offered(desk),
        "says": telling.before(deed.code, desk, now),
        "clock": telling.clock(desk.course.clock),
        "now": now,
        "preview": _preview(form) if form.is_bound and "preview" in form.data else None,
    }
    if frame.is_fragment(request) and context["preview"] is not None:
        return frame.show(request, "cases/desk/preview.html", context)
    return frame.show(request, "cases/desk/move.html", context, here="inbox", status=status)


def _preview(form: forms.MoveForm) -> str:
    """What the resident will read: the answer with personal data covered, as it will be kept."""
    return mask(form.data.get("public_text", "").strip()).text


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def undo(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Take the last move back. Works as a plain button; after ten seconds the verb refuses and says so."""
    return _undo(request, case)


@require_POST
def _undo(request: HttpRequest, case: UUID) -> HttpResponseBase:
    actor = actor_of(request)
    try:
        undoing.undo(by=actor.by, at=moments.now(), post=actor.acting, case=case)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.warning(request, telling.refused(refusal))
    else:
        messages.success(request, _("Taken back. The case is as it was."))
    response = HttpResponseRedirect(reverse("desk:case", args=[case]))
    response.delete_cookie(frame.UNDO_COOKIE)
    return response
