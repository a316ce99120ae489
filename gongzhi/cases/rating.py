"""The resident's word on the work: solved or not, five grades, words. Unhappy reopens by right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import SmallIntegerField, UUIDField

from gongzhi.cases import closing, locking, matters, pages, rules, sealing
from gongzhi.cases.models import Case, Entry, Rating, Undo
from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import uuid7
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import saving, writing
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.ledger.rows import build, insert


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating as kept, and whether it opened the case again."""

    rating: Rating
    reopened: bool


_RATED: Compiled[tuple[int]] = Compiled(
    lambda: Rating.objects.filter(
        voice=Given("voice", UUIDField()), round=Given("round", SmallIntegerField())
    ).values_list("round")
)


def rate(*, by: str, at: datetime, voice: UUID, solved: bool, grade: int, words: str = "") -> Rated:
    """Rate the last closed round, once for each voice and round; earlier ratings are kept.

    Words are kept twice, masked and sealed, as those of a voice.

    Unhappy (not solved, or one of the two lowest grades) opens the case again by right within the matter's
    window: a new round, a new clock with the whole limit. After the window, or when another voice has opened the
    case meanwhile, the rating counts all the same. Refuses before the first closing and a second time."""
    rules.check_rating(grade)
    words = rules.clean_note(words, most=rules.RATING_WORDS_MAX, field="words")
    with transaction.atomic():
        row, case = locking.of_voice(voice)
        before = saving.columns(case)
        rated_round = closed_round(case)
        if _RATED(voice=row.id, round=rated_round):
            raise Refusal("rated_already", N_("You have rated this answer already. We kept what you said."), status=409)
        reopens = _reopens(case, solved=solved, grade=grade, at=at)
        rating = build(
            Rating,
            id=uuid7(at),
            voice=row,
            case=case,
            round=rated_round,
            solved=solved,
            grade=grade,
            words=mask(words).text,
            at=at,
            reopened=reopens,
        )
        sealing.seal_rating(rating, words)
        insert(rating)
        told = {"case": case, "at": at, "by": by, "round": rated_round, "voice": row}
        insert(build(Entry, kind="rated", seen_by_all=False, **told))
        if reopens:
            _reopen(case, by=by, at=at)
        case.version += 1
        saving.update_changed(case, before)
        details: dict[str, Json] = {
            "voice": row.id.hex,
            "round": rated_round,
            "solved": solved,
            "grade": grade,
            "reopened": reopens,
        }
        writing.write(kind="case.rated", about=case.ref, by=by, at=at, details=details)
        pages.changed(case)
    return Rated(rating, reopens)


def closed_round(case: Case) -> int:
    """The last closed round; refuses when there is none yet."""
    closed = case.round if case.state == "closed" else case.round - 1
    if closed < 1 or case.outcome == "withdrawn":
        raise Refusal("not_closed", N_("You can rate the work when the case has been closed."), status=409)
    return closed


def _reopens(case: Case, *, solved: bool, grade: int, at: datetime) -> bool:
    if case.state != "closed" or case.closed_at is None or not rules.unhappy(solved=solved, grade=grade):
        return False
    card = matters.card(case.matter_id) or matters.card(rules.CATCH_ALL)
    return card is not None and at <= rules.reopens_until(case.closed_at, card.reopen_days)


def _reopen(case: Case, *, by: str, at: datetime) -> None:
    closing.begin_round(by=by, at=at, case=case)
    case.moved_by, case.moved_at = by, at
    Undo.objects.filter(case=case).delete()
    Entry.objects.create(case=case, at=at, kind="reopened", by=by, round=case.round, reason="unhappy")
