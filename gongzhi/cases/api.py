"""The JSON door, /api/v1: the same verbs and reads as the pages, described by OpenAPI.

Bodies are judged by the schemas; answers are written as plain dicts, since validating our own cards a second time
would cost more than the verb. Refusals are problems (RFC 9457) with a code for programs and a sentence for people.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import File, NinjaAPI, Query, UploadedFile
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import DocsBase

from gongzhi.cases import course as courses
from gongzhi.cases import erasing, handling, intake, lists, matters, misreading, numbers, photos, rating, rules
from gongzhi.cases.cards import Contact, KeptPhoto, Officer, Where
from gongzhi.cases.desk.api import router as desk_router
from gongzhi.cases.desk.api_left import router as left_router
from gongzhi.cases.desk.api_village import router as village_router
from gongzhi.cases.desk.doors import not_signed_in
from gongzhi.cases.public import formkey, writing
from gongzhi.cases.public.course import link_of
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.origin import check_call
from gongzhi.cases.public.speak import check_strain
from gongzhi.cases.public.writing import answer_json, is_minimal, problem
from gongzhi.cases.schemas import (
    AnswerIn,
    CasePage,
    ContactIn,
    CountyOut,
    CourseOut,
    Found,
    JoinIn,
    MatterOut,
    PhotoKept,
    PlaceIn,
    PlaceOut,
    Problem,
    RatingIn,
    VoiceIn,
    VoiceOut,
    VoiceReceived,
    WeekOut,
)
from gongzhi.kit.danger import danger
from gongzhi.kit.ids import parse_number
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.ledger import receipts
from gongzhi.people.permits import public
from gongzhi.places import reads as places

REFUSALS: dict[int, Any] = dict.fromkeys((400, 403, 404, 405, 409, 410, 413, 422, 429, 500), Problem)


class PlainDocs(DocsBase):
    """The description as a page of our own: no script, nothing from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Every operation with its parameters and an example."""
        context = {"about": api.description, "operations": writing.operations(api)}
        return show(request, "cases/api.html", context)


api = NinjaAPI(
    title="Gongzhi",
    version="1",
    urls_namespace="api",
    docs=PlainDocs(),
    description=(
        "Speak up, follow a voice, read what is public. No key is needed: what is secret is opened by the secret "
        "link's token. Times are RFC 3339 in UTC, coordinates WGS84 with longitude first. A refusal is "
        "`application/problem+json` with a stable `code` and a `sentence` in the language of `Accept-Language`. "
        "Below /desk staff do their work: by the session of the pages with its CSRF token, or by an access token made "
        "on one's own page (`Authorization: Bearer gz_…`)."
    ),
)
api.add_router("/desk", desk_router)
api.add_router("/desk/left", left_router)
api.add_router("/desk/village", village_router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = problem(not_signed_in())
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def _misread(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing wrong in a body or a query, named by its path."""
    first = error.errors[0]
    path = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "data"))
    return problem(
        Refusal(
            "body_misread",
            N_("“%(name)s” cannot be read: %(reason)s."),
            status=422,
            field=path or None,
            name=path or "body",
            reason=misreading.reason(first),
        )
    )


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(Refusal("body_unreadable", N_("The body is not readable JSON."), status=error.status_code))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(NotFound("nothing_here", N_("There is nothing at this address.")))


# Speaking --------------------------------------------------------------------------------------------------
@api.post("/voices", response={201: VoiceReceived, **REFUSALS}, tags=["voices"], summary="Speak up")
@public
def speak(request: HttpRequest, body: VoiceIn) -> HttpResponse:
    """Receive one voice; no account is needed. The same body again, within a day, gives the same voice (200)."""
    check_call(request)
    at = now()
    endangered = danger(body.words) is not None
    received = intake.receive(
        by=rules.NEW_VOICE,
        at=at,
        words=body.words,
        kind=body.kind,
        source="api",
        language=body.language,
        place=_where(body.place, endangered=endangered),
        matter=body.matter,
        contact=_contact(body.contact),
        allows_public=body.allows_public,
        photos=_photos(body.photos),
        form_key=_once(body),
        officer=Officer(text=body.officer) if body.officer else None,
        before=lambda: check_strain(request, endangered=endangered),
    )
    return _receipt(request, received)


@api.post("/cases/{number}/voices", response={201: VoiceReceived, **REFUSALS}, tags=["voices"], summary="Join a case")
@public
def join(request: HttpRequest, number: str, body: JoinIn) -> HttpResponse:
    """The same trouble from another person: the work is done once, the answer and the rating are her own."""
    check_call(request)
    at = now()
    case = courses.public_case(parse_number(number), at).case
    endangered = danger(body.words) is not None
    received = intake.join(
        by=rules.NEW_VOICE,
        at=at,
        case=case,
        words=body.words,
        source="api",
        language=body.language,
        contact=_contact(body.contact),
        photos=_photos(body.photos),
        form_key=_once(body, number),
        before=lambda: check_strain(request, endangered=endangered),
    )
    return _receipt(request, received)


def _where(told: PlaceIn | None, *, endangered: bool) -> Where | None:
    """The place as told; refuses half a pin, which would be lost in silence. Words of danger are kept without it."""
    if told is None:
        return None
    if (told.lon is None) != (told.lat is None) and not endangered:
        raise Refusal("pin_half", N_("A point needs longitude and latitude; only one of them came."), field="place")
    return Where(**told.model_dump())


def _contact(told: ContactIn | None) -> Contact | None:
    return Contact(told.kind, told.address) if told else None


def _photos(tickets: list[str]) -> list[KeptPhoto]:
    rules.check_photos(len(tickets))
    return [photos.from_ticket(ticket) for ticket in tickets]


def _once(body: VoiceIn | JoinIn, number: str = "") -> UUID | None:
    """What makes the same body sent twice one voice; tickets are told by the photos they stand for."""
    if body.form_key is None:
        return None
    said = body.model_dump(exclude={"form_key", "photos"})
    return formkey.bound(body.form_key, [number, said, [photo.sha256 for photo in _photos(body.photos)]])


@api.post("/photos", response={201: PhotoKept, **REFUSALS}, tags=["voices"], summary="Send a photo first")
@public
def keep_photo(request: HttpRequest, photo: UploadedFile = File(...)) -> HttpResponse:
    """As multipart/form-data, field `photo`: JPEG, PNG or WebP up to 10 MB. Place, time and device are removed; what
    is no photo is refused. It is kept for a day, until a voice or an answer names its ticket."""
    check_call(request)
    check_strain(request, endangered=False)
    kept = photos.keep_file(photo)
    data = {"ticket": photos.ticket(kept), "mime": kept.mime, "width": kept.width, "height": kept.height}
    return answer_json(data, status=201, secret=True)


def _receipt(request: HttpRequest, received: intake.Received) -> HttpResponse:
    """The receipt of a received voice: 201 the first time, 200 when its form key came before."""
    case, voice = received.case, received.voice
    data = {
        "number": voice.number,
        "link": link_of(request, received.link_token),
        "token": received.link_token,
        "received_at": voice.noted_at,
        "due_at": case.due_at,
        "provisional": case.provisional,
        "first": received.first,
        "danger": {"kind": str(received.danger.kind), "numbers": list(received.danger.numbers)}
        if received.danger
        else None,
        "receipt": received.receipt,
    }
    return answer_json(data, status=201 if received.first else 200, secret=True)


@api.get("/voices/{token}", response={200: VoiceOut, **REFUSALS}, tags=["voices"], summary="The course of a voice")
@public
def voice(request: HttpRequest, token: str) -> HttpResponse:
    """What the secret link shows: course, clock, answer, what may be done, who opened the original words."""
    return answer_json(writing.voice(courses.by_token(token, now())), secret=True)


@api.post("/voices/{token}/answer", response={200: VoiceOut, **REFUSALS}, tags=["voices"], summary="Answer a question")
@public
def answer(request: HttpRequest, token: str, body: AnswerIn) -> HttpResponse:
    """Answer the office's open question; the clock runs again."""
    check_call(request)
    held = courses.voice_of(token)
    handling.answer_question(
        by=f"voice:{held.id.hex}", at=now(), voice=held.id, words=body.words, photos=_photos(body.photos)
    )
    return voice(request, token)


@api.post("/voices/{token}/rating", response={200: VoiceOut, 204: None, **REFUSALS}, tags=["voices"], summary="Rate")
@public
def rate(request: HttpRequest, token: str, body: RatingIn) -> HttpResponse:
    """Say whether it is solved. Not solved, or a grade of 1 or 2, reopens by right while the window lasts."""
    check_call(request)
    held = courses.voice_of(token)
    rating.rate(
        by=f"voice:{held.id.hex}", at=now(), voice=held.id, solved=body.solved, grade=body.grade, words=body.words
    )
    if is_minimal(request):
        return HttpResponse(status=204, headers={"Preference-Applied": "return=minimal"})
    return voice(request, token)


@api.post("/voices/{token}/withdraw", response={204: None, **REFUSALS}, tags=["voices"], summary="Withdraw")
@public
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take the voice back. It leaves every public page before this answers."""
    check_call(request)
    held = courses.voice_of(token)
    intake.withdraw(by=f"voice:{held.id.hex}", at=now(), voice=held.id)
    return HttpResponse(status=204)


@api.post("/voices/{token}/erase", response={204: None, **REFUSALS}, tags=["voices"], summary="Erase")
@public
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Take the voice back and destroy everything kept of it, also the sealed words. The ledger's facts stay.

    Also one that was withdrawn before."""
    check_call(request)
    held = courses.any_voice_of(token)
    erasing.erase(by=f"voice:{held.id.hex}", at=now(), voice=held.id)
    return HttpResponse(status=204)


@api.get("/receipts/{token}", response={200: dict, **REFUSALS}, tags=["voices"], summary="The receipt")
@public
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The ledger receipt, with its inclusion proof once sealed. `gongzhi verify` checks it offline."""
    return answer_json(receipts.with_proof(courses.receipted(token)), secret=True)


# Reading ---------------------------------------------------------------------------------------------------
@api.get("/cases", response={200: CasePage, **REFUSALS}, tags=["public"], summary="What others said")
@public
def cases(
    request: HttpRequest,
    q: str = Query("", max_length=100, description="Words; Chinese and Latin."),
    place: str = Query("", max_length=15, description="A division or grid code; everything inside counts."),
    matter: str = Query("", max_length=40, description="A code of /matters; everything beneath counts."),
    state: str = Query("", max_length=20, description="One of: " + ", ".join(rules.STATES)),
    after: str = Query("", max_length=200, description="`next` of the page before."),
    limit: int = Query(20, ge=1, le=100),
) -> HttpResponse:
    """Public cases, newest first. Cursors are by position, so nothing is shown twice or missed."""
    if state:
        rules.check_code(state, rules.STATES, field="state")
    page = lists.public_list(
        now(),
        q=rules.clean(q),
        place=rules.clean(place),
        matter=rules.clean(matter),
        state=state,
        after=rules.clean(after),
        limit=limit,
    )
    return answer_json({"cases": [writing.row(row) for row in page.rows], "next": page.next})


@api.get("/cases/{number}", response={200: CourseOut, **REFUSALS}, tags=["public"], summary="One public case")
@public
def case(request: HttpRequest, number: str) -> HttpResponse:
    """By its number, any way people write it."""
    return answer_json(writing.course(courses.public_case(parse_number(number), now())))


@api.get("/places/find", response={200: list[Found], **REFUSALS}, tags=["places"], summary="Find a place by name")
@public
def find_place(request: HttpRequest, q: str = Query(..., max_length=200)) -> HttpResponse:
    """Up to eight divisions, grids and landmarks that fit the words."""
    text = rules.clean(q)
    return answer_json([writing.found(hit) for hit in places.find(text)] if text else [])


@api.get("/places/{code}", response={200: PlaceOut, **REFUSALS}, tags=["places"], summary="A place")
@public
def place(request: HttpRequest, code: str, until: date | None = None) -> HttpResponse:
    """A division or grid: what lies inside it and its published numbers, those its page shows: of the 90 days up to
    `until`, else up to today, or up to its last case when there was none in them."""
    return answer_json(writing.place(rules.clean(code)[:15], now(), until))


@api.get("/places/{code}/grids", response={200: dict, **REFUSALS}, tags=["places"], summary="Grids of a place, GeoJSON")
@public
def grids(request: HttpRequest, code: str) -> HttpResponse:
    """A FeatureCollection (RFC 7946) of the grids inside a division, for a map."""
    return answer_json(writing.outlines(rules.clean(code)[:15]), content_type="application/geo+json")


@api.get("/matters", response={200: list[MatterOut]}, tags=["public"], summary="Kinds of matters")
@public
def matter_list(request: HttpRequest) -> HttpResponse:
    """The tree of matters in order, with time limits."""
    return answer_json([writing.matter(card) for card in matters.cards()])


@api.get("/county", response={200: CountyOut, **REFUSALS}, tags=["public"], summary="This county")
@public
def county(request: HttpRequest) -> HttpResponse:
    """Which county answers here, and whether it is for practice only."""
    return answer_json(writing.county())


@api.get("/week", response={200: WeekOut}, tags=["public"], summary="Numbers of the week")
@public
def week(request: HttpRequest, week: date | None = None) -> HttpResponse:
    """True numbers of a week and of the one before, those the page shows: of the week of the day `week`, else of this
    one, or of the last that has cases."""
    at = now()
    moment = numbers.week_shown(at, week)
    return answer_json(writing.fields(numbers.week(moment, running=moment == at), WeekOut.model_fields))
