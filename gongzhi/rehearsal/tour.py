"""The guided tour of a new clerk: practice cases made for her alone, done on the real pages, seen in the facts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from gongzhi.cases import casefile, dispatch, handling, intake, matters, reads, rules
from gongzhi.cases.cards import Where
from gongzhi.kit.refusal import N_, Gone, NotFound, Refusal
from gongzhi.ledger import reads as ledger
from gongzhi.people import posting
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor, PostCard
from gongzhi.people.permits import Permit, first_role_with
from gongzhi.places import reads as places
from gongzhi.rehearsal.grammar import Grammar, Spot
from gongzhi.rehearsal.lessons import BY_CODE, LESSONS, Lesson, Trace
from gongzhi.rehearsal.models import Task

BY = "rehearsal"
MARK = "（练习）"
WRONG_MATTER = "other"
PRACTICE = {"练习承办": "Practice handler", "练习窗口": "Practice counter"}
HANDLES = (Permit.CASE_ANSWER, Permit.CASE_HANDOVER, Permit.CASE_ASK, Permit.CASE_REMATTER, Permit.CASE_CLOSE)


@dataclass(frozen=True, slots=True)
class Step:
    """A task as the page shows it. `post` is the post to do it in, `now` whether it is the next one to do."""

    lesson: Lesson
    case: UUID | None
    done: bool
    now: bool
    post: PostCard | None


def practice_only() -> None:
    """Refuses the tour in a county that is not marked practice, as if there were none."""
    if not places.county().practice:
        raise NotFound("tour_unknown", N_("The tour exists only in a practice county."))


def begin(*, by: str, at: datetime, actor: Actor) -> PostCard:
    """Begin the tour, or begin it again: cases left from an earlier one are withdrawn.

    A clerk without a post that handles, or one that writes down calls, gets a practice post for it until all is
    done. Returns the post to begin in."""
    practice_only()
    with transaction.atomic():
        for task in Task.objects.filter(account=actor.account_id):
            _clear(task, at)
            task.delete()
        handler = _post(by=by, at=at, actor=actor, permits=HANDLES)
        _post(by=by, at=at, actor=actor, permits=(Permit.VOICE_ENTER,))
        rng = random.Random(actor.account_id.int)  # noqa: S311 - words of practice cases
        for lesson in LESSONS:
            case, voice = _practise(lesson, handler, at, rng) if lesson.begins else (None, None)
            Task.objects.create(account=actor.account_id, code=lesson.code, case=case, voice=voice, begun_at=at)
    return handler


def steps(*, at: datetime, actor: Actor) -> list[Step]:
    """The tasks of a clerk in their order, each checked anew; empty before the tour was begun."""
    practice_only()
    tasks = {task.code: task for task in Task.objects.filter(account=actor.account_id)}
    shown: list[Step] = []
    for lesson in LESSONS:
        task = tasks.get(lesson.code)
        if task is None:
            continue
        if task.done_at is None and lesson.seen is not None and lesson.seen(_trace(task, actor)):
            _mark(task, at)
        done = task.done_at is not None
        is_next = not done and all(step.done for step in shown)
        shown.append(Step(lesson, task.case, done, is_next, _fitting(actor, lesson)))
    if shown and all(step.done for step in shown):
        _give_back(actor, at)
    return shown


def tell(*, at: datetime, actor: Actor, code: str, words: str) -> None:
    """What a clerk typed on the tour's own page: the day of a limit, or the number given to a caller.

    Refuses what is not right, with a hint where to find it."""
    practice_only()
    lesson = BY_CODE.get(code)
    task = Task.objects.filter(account=actor.account_id, code=code).first()
    if lesson is None or task is None or not lesson.asks:
        raise NotFound("task_unknown", N_("There is no such task."))
    if lesson.asks == "day":
        _check_day(task, actor, words, at)
    else:
        _check_number(task, actor, words)
    _mark(task, at)


def _check_day(task: Task, actor: Actor, words: str, at: datetime) -> None:
    try:
        told = date.fromisoformat(words.strip())
    except ValueError as error:
        raise Refusal("day_misread", N_("Enter the day like this: 2026-11-27."), field="words") from error
    if task.case is None:
        raise NotFound("task_unknown", N_("There is no such task."))
    clock = casefile.desk_case(_handling(actor), task.case, at).course.clock
    if clock is None or clock.due_at.astimezone(ZoneInfo(places.county().tz)).date() != told:
        sentence = N_("That is not the day. Open the case and read the sentence that begins with “by”.")
        raise Refusal("day_wrong", sentence, field="words")


def _check_number(task: Task, actor: Actor, words: str) -> None:
    entered = next((found for found in _found(actor, words)), None)
    if entered is None:
        sentence = N_("We cannot find this number. It stands on the page after the call was written down.")
        raise Refusal("number_unknown", sentence, field="words")
    own = {f"post:{post.id.hex}" for post in actor.posts}
    facts = [fact for fact in ledger.about(f"case:{entered.hex}") if fact.kind == "case.received"]
    if not any(fact.by in own and fact.details.get("source") == "phone" for fact in facts):
        sentence = N_("This one was not written down by you as a phone call. Choose “phone” and try once more.")
        raise Refusal("not_your_call", sentence, field="words")
    if facts[0].noted_at < task.begun_at:
        raise Refusal(
            "too_old", N_("This number is from before the tour. Please write the call down now."), field="words"
        )


def _found(actor: Actor, words: str) -> list[UUID]:
    seen = [casefile.find_number(reads.acting(post), words) for post in actor.posts]
    return [case for case in seen if case is not None]


def _trace(task: Task, actor: Actor) -> Trace:
    return Trace(task.case, task.voice, [post.id for post in actor.posts], task.begun_at)


def _mark(task: Task, at: datetime) -> None:
    if task.done_at is None:
        task.done_at = max(at, task.begun_at)
        task.save(update_fields=["done_at"])


def _clear(task: Task, at: datetime) -> None:
    """Withdraw a practice voice that is still there, as its resident would."""
    if task.voice is None:
        return
    try:
        intake.withdraw(by=f"voice:{task.voice.hex}", at=at, voice=task.voice)
    except Gone:
        return


def _fitting(actor: Actor, lesson: Lesson) -> PostCard | None:
    return next((post for post in actor.own_posts if post.can(lesson.needs)), None)


def _handling(actor: Actor) -> Actor:
    """The clerk in the post that handles, whatever post she acts in now."""
    post = next((card for card in actor.own_posts if all(card.can(permit) for permit in HANDLES)), actor.acting)
    return reads.acting(post)


def _post(*, by: str, at: datetime, actor: Actor, permits: Sequence[Permit]) -> PostCard:
    """The clerk's own post with these permits, or a practice post opened for it in her organ."""
    held = next((card for card in actor.own_posts if all(card.can(permit) for permit in permits)), None)
    if held is not None:
        return held
    role = first_role_with(permits[0])
    title_zh, title_en = list(PRACTICE.items())[0 if permits == HANDLES else 1]
    opened = posting.open_post(
        by=by, at=at, organ=actor.acting.organ, role=role.code, title_zh=title_zh, title_en=title_en
    )
    return posting.fill(by=by, at=at, post=opened.id, account=actor.account_id)


def _give_back(actor: Actor, at: datetime) -> None:
    """Close the practice posts of a clerk who has done it all, so that she signs in to her own work again."""
    opened = [post for post in actor.own_posts if post.title_zh in PRACTICE]
    if len(opened) == len(actor.own_posts):
        return  # somebody with no other post would be left without a workplace
    for post in opened:
        posting.fill(by=BY, at=at, post=post.id, account=None)
        posting.close(by=BY, at=at, post=post.id)


def _practise(lesson: Lesson, post: PostCard, at: datetime, rng: random.Random) -> tuple[UUID, UUID]:
    """One practice case at the clerk's post, in the state the task begins with."""
    matter, place = _led_by(post.organ)
    words = MARK + Grammar(rng).speak(matter, Spot(places.place(place).name_zh, places.place(place).name_en)).words
    filed = WRONG_MATTER if lesson.code == "rematter" else matter
    received = intake.receive(
        by=rules.NEW_VOICE, at=at - timedelta(minutes=3), words=words, source="web", place=Where(code=place),
        matter=filed, matter_by="suggested",
    )  # fmt: skip
    _bring(received.case, post, lesson.begins, at)
    return received.case.id, received.voice.id


def _bring(case: Any, post: PostCard, state: str, at: datetime) -> None:
    """Move a fresh case to the post and on to a state; the rehearsal does it, so no task counts it as the clerk's."""
    holder = case.holder
    if holder != f"organ:{post.organ}":
        case = _fetch(case, post, at)
    if state == "received":
        return
    case = dispatch.accept(by=BY, at=at, post=post, case=case.id, version=case.version)
    if state == "answered":
        handling.answer(
            by=BY,
            at=at,
            post=post,
            case=case.id,
            version=case.version,
            public_text="我们已到现场看过，问题已经处理好了。",
        )


def _fetch(case: Any, post: PostCard, at: datetime) -> Any:
    """A case filed elsewhere comes to the clerk's organ the ordinary way: handed over by whoever holds it."""
    organ = case.holder.removeprefix("organ:")
    other = next((card for card in people.colleagues(organ, at) if card.can(Permit.CASE_HANDOVER)), None)
    if other is None:
        raise Refusal(
            "tour_county", N_("The tour needs the practice county; here nobody can hand a case over."), status=409
        )
    return dispatch.hand_over(
        by=BY, at=at, post=other, case=case.id, version=case.version, reason="needs_other", to_organ=post.organ
    )


def _led_by(organ: str) -> tuple[str, str]:
    """A public matter the organ leads and a village where it does; any matter when it leads none."""
    villages = [village.code for town in places.towns() for village in places.villages(town.code)[:1]]
    leaves = [card for card in matters.cards() if card.leaf and card.public_ok and not card.danger]
    for card in leaves:
        for village in villages:
            if card.code != WRONG_MATTER and matters.responsible(card.code, village).organ == organ:
                return card.code, village
    return next(card.code for card in leaves if card.code != WRONG_MATTER), villages[0]
