"""Rating, and opening again by right."""

from __future__ import annotations

import pytest

from gongzhi.cases import closing, course, dispatch, intake, rating
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Rating
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Gone, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import reads as procedures

pytestmark = pytest.mark.usefixtures("county")


def close(case: Case, **more: object) -> Case:
    dispatch.accept(**cast.turn("roads-1", case, **more))
    return closing.answer_and_close(**cast.turn("roads-1", case, **more), public_text="修好了", outcome="fixed")


@pytest.fixture
def closed() -> Received:
    """A voice whose case is closed."""
    received = cast.say()
    close(received.case)
    return received


def rate(received: Received, days: float = 1, **said: object) -> rating.Rated:
    told = {"solved": True, "grade": 5} | said
    return rating.rate(by=received.voice.ref, at=cast.later(days=days), voice=received.voice.id, **told)


def test_a_content_rating_leaves_the_case_closed(closed: Received) -> None:
    assert not rate(closed, words="谢谢，电话13912345678").reopened
    kept = Rating.objects.get()
    assert (kept.round, kept.solved, kept.grade) == (1, True, 5)
    assert "139" not in kept.words


@pytest.mark.parametrize("said", [{"solved": False, "grade": 4}, {"solved": True, "grade": 2}])
def test_an_unhappy_rating_opens_the_case_by_right(closed: Received, said: dict[str, object]) -> None:
    assert rate(closed, **said).reopened
    case = Case.objects.get()
    assert (case.state, case.round, case.holder) == ("received", 2, "organ:roads")
    assert procedures.clock(case.clock).started_at == cast.later(days=1)


@pytest.mark.parametrize(("days", "opens"), [(15, True), (15.001, False)])
def test_the_right_lasts_as_long_as_the_matter_says(closed: Received, days: float, opens: bool) -> None:
    assert rate(closed, days, solved=False, grade=1).reopened is opens
    assert Rating.objects.get().reopened is opens


def test_earlier_ratings_are_kept_when_the_second_round_is_rated(closed: Received) -> None:
    rate(closed, solved=False, grade=1)
    close(closed.case, at=cast.later(days=2))
    assert not rate(closed, days=3).reopened
    assert [(kept.round, kept.grade) for kept in Rating.objects.order_by("round")] == [(1, 1), (2, 5)]
    told = course.by_token(closed.link_token, cast.later(days=3))
    assert [kept.grade for kept in told.ratings] == [1, 5]
    assert not told.can.rate


def test_each_round_is_rated_once(closed: Received) -> None:
    rate(closed)
    with pytest.raises(Refusal) as refused:
        rate(closed, solved=False, grade=1)
    assert refused.value.code == "rated_already"


def test_every_voice_rates_for_itself_and_the_first_unhappy_one_opens(closed: Received) -> None:
    Case.objects.update(state="received", closed_at=None, outcome="")
    other = intake.join(by="voice:new", at=cast.AT, case=closed.case.id, words="我家门口也是")
    Case.objects.update(state="closed", closed_at=cast.AT, outcome="fixed")
    assert rate(closed, solved=False, grade=1).reopened
    late = rate(other, days=2, solved=False, grade=1)
    assert (late.rating.round, late.reopened, Case.objects.get().round) == (1, False, 2)


def test_nothing_is_rated_before_it_is_closed() -> None:
    with pytest.raises(Refusal) as refused:
        rate(cast.say())
    assert refused.value.code == "not_closed"


@pytest.mark.parametrize("grade", [0, 6])
def test_there_are_five_grades(closed: Received, grade: int) -> None:
    with pytest.raises(Refusal):
        rate(closed, grade=grade)


def test_a_withdrawn_voice_does_not_rate(closed: Received) -> None:
    intake.withdraw(by=closed.voice.ref, at=cast.AT, voice=closed.voice.id)
    with pytest.raises(Gone):
        rate(closed)


def test_the_fact_of_a_rating_holds_its_grade_and_no_words(closed: Received) -> None:
    rate(closed, solved=False, grade=2, words="又塌了")
    details = Fact.objects.get(kind="case.rated").details
    assert (details["grade"], details["reopened"]) == (2, True)
    assert "又塌了" not in repr(details)
