"""The staff's JSON door, /api/v1/desk: the same verbs, permits and sight as the pages, for programs of theirs.

Every move names the version of the case it was decided on; when somebody moved first it is refused (409) with the
sentence that says who and when. A hidden case is unknown (404), as on the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Query, Router

from gongzhi.cases import (
    appealing,
    casefile,
    closing,
    dispatch,
    earlier,
    handling,
    hinting,
    inbox,
    lists,
    looking,
    narrowing,
    pausing,
    reads,
    rules,
    undoing,
)
from gongzhi.cases.desk import frame, shapes
from gongzhi.cases.desk.doors import BySession, ByToken, allow
from gongzhi.cases.desk.inbox import as_csv
from gongzhi.cases.models import Case
from gongzhi.cases.public.writing import answer_json, fields, is_minimal
from gongzhi.cases.schemas import Problem
from gongzhi.kit.moments import now
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permits_of

REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), Problem)
READERS = frame.READERS
EXPORT_MOST = 5_000
router = Router(tags=["desk"], auth=[ByToken(), BySession()])


def _case(actor: Actor, text: str) -> UUID:
    """The case of an id or a number; unknown and hidden are the same."""
    try:
        return UUID(text)
    except ValueError:
        found = casefile.find_number(actor, text)
    if found is None:
        raise reads.unknown()
    return found


def _told(request: HttpRequest, case: UUID) -> HttpResponse:
    return answer_json(shapes.case(casefile.desk_case(actor_of(request), case, now())), secret=True)


# Looking -----------------------------------------------------------------------------------------------------
@router.get("/me", response={200: shapes.MeOut, **REFUSALS}, summary="Who acts")
@allow()
def me(request: HttpRequest) -> HttpResponse:
    """The acting post and its permits. With a session it also sets the CSRF cookie that changes need."""
    get_token(request)
    post = actor_of(request).acting
    organ = {"code": post.organ, "name_zh": post.organ_zh, "name_en": post.organ_en}
    told = {"post": post.id, **fields(post, ("title_zh", "title_en", "role", "place")), "organ": organ}
    return answer_json({**told, "permits": sorted(permits_of(post.role))}, secret=True)


@router.get("/queues", response={200: list[shapes.QueueOut], **REFUSALS}, summary="My queues")
@allow(*READERS)
def queues(request: HttpRequest) -> HttpResponse:
    """The queues of this post with their counts."""
    found = inbox.queues(actor_of(request), now()).counts
    return answer_json([fields(queue, ("code", "count", "more")) for queue in found], secret=True)


@router.get("/inbox", response={200: shapes.RowPage, **REFUSALS}, summary="A queue")
@allow(*READERS)
def queue(
    request: HttpRequest,
    queue: str = Query("mine", max_length=20, description="One of: " + ", ".join(rules.QUEUES)),
    after: str = Query("", max_length=200, description="`next` of the page before."),
    limit: int = Query(50, ge=1, le=500),
) -> HttpResponse:
    """What lies in a queue: urgent first, then by deadline."""
    page = inbox.inbox(actor_of(request), queue, now(), after=after, limit=limit)
    return answer_json({"cases": [shapes.row(row) for row in page.rows], "next": page.next}, secret=True)


@router.get("/cases", response={200: shapes.RowPage, **REFUSALS}, summary="All cases this post may see")
@allow(*READERS)
def cases(
    request: HttpRequest,
    q: str = Query("", max_length=100, description="Words; Chinese and Latin."),
    place: str = Query("", max_length=15),
    matter: str = Query("", max_length=40),
    state: str = Query("", max_length=20, description="One of: " + ", ".join(rules.STATES)),
    organ: str = Query("", max_length=40),
    after: str = Query("", max_length=200),
    limit: int = Query(50, ge=1, le=500),
) -> HttpResponse:
    """Searched and filtered as on the page, newest first."""
    asked = {
        name: rules.clean(text) for name, text in (("q", q), ("place", place), ("matter", matter), ("organ", organ))
    }
    page = lists.staff_list(actor_of(request), now(), state=state, after=rules.clean(after), limit=limit, **asked)
    return answer_json({"cases": [shapes.row(row) for row in page.rows], "next": page.next}, secret=True)


@router.get("/export.csv", response={200: str, **REFUSALS}, summary="A queue as CSV")
@allow(*READERS)
def export(
    request: HttpRequest, queue: str = Query("all", max_length=20, description="One of: " + ", ".join(rules.QUEUES))
) -> HttpResponse:
    """The first 5,000 rows of a queue, UTF-8 with its mark, without contacts and original words."""
    actor, at = actor_of(request), now()
    page = inbox.inbox(actor, queue, at, limit=500)
    rows = list(page.rows)
    while page.next and len(rows) < EXPORT_MOST:
        page = inbox.inbox(actor, queue, at, after=page.next, limit=500)
        rows += page.rows
    return as_csv(rows, f"{queue}.csv")


@router.get("/cases/{case}", response={200: shapes.DeskOut, **REFUSALS}, summary="One case")
@allow(*READERS)
def case(request: HttpRequest, case: str) -> HttpResponse:
    """By id or number: course with inner texts, voices, who helps, and which moves are possible now."""
    return _told(request, _case(actor_of(request), case))


@router.post("/cases/{case}/looks", response={200: shapes.OriginalOut, **REFUSALS}, summary="Open the original words")
@allow(Permit.ORIGINAL_LOOK)
def look(request: HttpRequest, case: str, body: shapes.LookIn) -> HttpResponse:
    """For a purpose and a live case, or a clause. It is a fact, and the person reads it on her page."""
    actor = actor_of(request)
    voices = {voice.id for voice in casefile.desk_case(actor, _case(actor, case), now()).voices}
    if body.voice not in voices:
        raise reads.unknown()
    told = looking.original(by=actor.by, at=now(), post=actor.acting, **body.model_dump())
    names = ("number", "words", "place", "contact_kind", "contact")
    later = {"replies": list(told.replies), "ratings": list(told.ratings)}
    return answer_json({**fields(told, names), **later}, secret=True)


# Moving ------------------------------------------------------------------------------------------------------
def _answer(*, outcome: str, **told: Any) -> Any:
    return closing.answer_and_close(outcome=outcome, **told) if outcome else handling.answer(**told)


@dataclass(frozen=True, slots=True)
class Step:
    """A move as the door offers it: its path, permit, body, verb and what it says in the description."""

    path: str
    permit: Permit
    body: type[shapes.MoveIn]
    verb: Callable[..., Any]
    summary: str
    text: str


STEPS = (
    Step("accept", Permit.CASE_ACCEPT, shapes.MoveIn, dispatch.accept, "Accept", "Take a received case in hand."),
    Step("take-over", Permit.CASE_ACCEPT, shapes.MoveIn, earlier.take_over, "Take over",
         "What another system left open stands as if it had come in now; its limit begins."),
    Step("close-untaken", Permit.CASE_CLOSE, shapes.CloseUntakenIn, earlier.close_untaken, "Close without taking over",
         "What another system left open, for a coded reason; it counts as refused."),
    Step("send", Permit.CASE_SEND, shapes.SendIn, dispatch.send, "Send", "From the dispatch desk to an organ."),
    Step("hand-over", Permit.CASE_HANDOVER, shapes.HandOverIn, dispatch.hand_over, "Hand over",
         "For a coded reason to a named receiver; the clock runs on."),
    Step("matter", Permit.CASE_REMATTER, shapes.RematterIn, dispatch.rematter, "Set the matter",
         "The clock is not touched. The same matter confirms the machine's suggestion."),
    Step("place", Permit.CASE_REMATTER, shapes.RelocateIn, dispatch.relocate, "Set the place",
         "Clock and organ stay. The same place confirms the machine's suggestion."),
    Step("help", Permit.CASE_ASSIST, shapes.HelpIn, dispatch.help, "Ask others to help",
         "The case can close when every organ has returned its part."),
    Step("return", Permit.CASE_ASSIST, shapes.ReturnIn, dispatch.return_help, "Return help",
         "A helping organ says what it did; the leading one answers the resident."),
    Step("ask", Permit.CASE_ASK, shapes.AskIn, handling.ask, "Ask the resident", "The clock pauses until she answers."),
    Step("pause", Permit.CASE_PAUSE, shapes.PauseIn, pausing.pause, "Pause for a legal reason",
         "At most as long as the county's procedure allows; everybody who spoke is told how to appeal."),
    Step("resume", Permit.CASE_PAUSE, shapes.MoveIn, pausing.resume, "End a pause", "The clock runs again."),
    Step("answer", Permit.CASE_ANSWER, shapes.AnswerIn, _answer, "Answer",
         "Every voice gets it, or its own, as a letter; with an outcome the case is closed too."),
    Step("close", Permit.CASE_CLOSE, shapes.CloseIn, closing.close, "Close", "An answered case, with its outcome."),
    Step("extend", Permit.CASE_EXTEND, shapes.ReasonIn, handling.extend, "Extend once", "The reason is told."),
    Step("reopen", Permit.CASE_CLOSE, shapes.ReasonIn, closing.reopen, "Open again", "A new round, a new clock."),
    Step("narrow", Permit.CASE_NARROW, shapes.NarrowIn, narrowing.narrow, "Take from public view",
         "For a coded reason; whoever said it is told how to appeal."),
    Step("note", Permit.CASE_NOTE, shapes.NoteIn, handling.note, "Note", "Only for colleagues."),
)  # fmt: skip


def _offer(step: Step) -> None:
    def move(request: HttpRequest, case: str, body: Any) -> HttpResponse:
        actor = actor_of(request)
        found = _case(actor, case)
        moved = step.verb(by=actor.by, at=now(), post=actor.acting, case=found, **body.model_dump())
        return _brief(moved) if is_minimal(request) else _seen(request, found)

    move.__annotations__["body"] = step.body
    move.__name__, move.__doc__ = f"move_{step.path.replace('-', '_')}", step.text
    path = f"/cases/{{case}}/{step.path}"
    router.post(path, response={200: shapes.DeskOut, **REFUSALS}, summary=step.summary)(allow(step.permit)(move))


def _brief(case: Case) -> HttpResponse:
    """How a case stands after a move, for a program that goes on and needs no more."""
    told = {"id": case.id, **fields(case, ("number", "version", "state", "outcome", "due_at"))}
    answer = answer_json(told, secret=True)
    answer.headers["Preference-Applied"] = "return=minimal"
    return answer


def _seen(request: HttpRequest, case: UUID) -> HttpResponse:
    """The case after a move; only its id when the move took it out of this post's sight."""
    actor = actor_of(request)
    try:
        return answer_json(shapes.case(casefile.desk_case(actor, case, now())), secret=True)
    except type(reads.unknown()):
        return answer_json({"id": case}, secret=True)


for _step in STEPS:
    _offer(_step)


@router.post("/cases/{case}/undo", response={200: shapes.DeskOut, **REFUSALS}, summary="Take the last move back")
@allow(*READERS)
def undo(request: HttpRequest, case: str) -> HttpResponse:
    """Within ten seconds, by whoever made it."""
    actor = actor_of(request)
    found = _case(actor, case)
    undoing.undo(by=actor.by, at=now(), post=actor.acting, case=found)
    return _told(request, found)


@router.post("/cases/{case}/not-the-same", response={204: None, **REFUSALS}, summary="Overrule a suggested twin")
@allow(Permit.CASE_CLOSE)
def not_the_same(request: HttpRequest, case: str, body: shapes.TwinIn) -> HttpResponse:
    """These two cases are not one thing; neither is suggested to the other any more."""
    actor = actor_of(request)
    found, other = _case(actor, case), _case(actor, body.other)
    hinting.not_the_same(by=actor.by, at=now(), post=actor.acting, case=found, other=other)
    return HttpResponse(status=204)


# Appeals -----------------------------------------------------------------------------------------------------
@router.get("/appeals", response={200: list[shapes.AppealOut], **REFUSALS}, summary="Open appeals to this office")
@allow(Permit.APPEAL_ANSWER)
def appeals(request: HttpRequest) -> HttpResponse:
    """By deadline; each against one decision about one voice."""
    rows = [
        {
            "id": row.id,
            "case": row.case_id,
            "number": row.case.number,
            "what": row.decision.what,
            "reason": row.decision.reason,
            "words": row.entry.public_text,
            "at": row.at,
            "due_at": row.due_at,
        }
        for row in appealing.queue(actor_of(request).acting)
    ]
    return answer_json(rows, secret=True)


@router.post("/appeals/{appeal}", response={200: shapes.DeskOut, **REFUSALS}, summary="Answer an appeal")
@allow(Permit.APPEAL_ANSWER)
def rule(request: HttpRequest, appeal: UUID, body: shapes.RulingIn) -> HttpResponse:
    """Granting undoes what was decided, as far as it still stands. The resident is told."""
    actor = actor_of(request)
    row = next((one for one in appealing.queue(actor.acting) if one.id == appeal), None)
    if row is None:
        raise reads.unknown()
    told = body.model_dump()
    appealing.answer_appeal(by=actor.by, at=now(), post=actor.acting, case=row.case_id, appeal=appeal, **told)
    return _seen(request, row.case_id)
