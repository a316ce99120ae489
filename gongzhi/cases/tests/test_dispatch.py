"""Accepting, sending, handing over, helping, changing the matter."""

from __future__ import annotations

import pytest
from django.utils import translation

from gongzhi.cases import closing, dispatch, handling, inbox, lists, loading
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal, Stale
from gongzhi.ledger.models import Fact
from gongzhi.procedures import reads as procedures
from gongzhi.procedures import running

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
def case() -> Case:
    """A case waiting at the roads."""
    return cast.say().case


@pytest.fixture
def taken(case: Case) -> Case:
    """The same, in hand of roads-1."""
    return dispatch.accept(**cast.turn("roads-1", case))


def stages(case: Case) -> list[tuple[str, str]]:
    return [(token.stage, token.holder) for token in running.marking(case.run)]


def test_accepting_takes_the_case_in_hand(case: Case) -> None:
    taken = dispatch.accept(**cast.turn("roads-1", case))
    assert (taken.state, taken.holder, taken.version) == ("in_hand", cast.post("roads-1").ref, 2)
    assert stages(taken) == [("in_hand", taken.holder)]
    assert Fact.objects.get(kind="case.accepted").by == taken.holder


def test_accepting_is_refused_to_another_organ_and_to_a_post_without_the_permit(case: Case) -> None:
    with pytest.raises(NotFound):
        dispatch.accept(**cast.turn("water-1", case))
    for code in ("town-1", "counter-1"):
        with pytest.raises(NotAllowed):
            dispatch.accept(**cast.turn(code, case))
    with pytest.raises(NotFound):
        dispatch.accept(**cast.turn("admin", case))


def test_who_comes_second_is_told_who_was_first_and_when(case: Case) -> None:
    late = cast.turn("roads-2", case)
    dispatch.accept(**cast.turn("roads-1", case))
    with translation.override("zh-hans"), pytest.raises(Stale) as refused:
        dispatch.accept(**late)
    assert refused.value.params["title"] == "roads-1岗"
    assert refused.value.params["at"] == "2026年11月16日 10:00"
    assert Fact.objects.filter(kind="case.accepted").count() == 1


def test_the_desk_sends_what_nobody_answers_for() -> None:
    case = cast.say("想问问广场舞的事情").case
    sent = dispatch.send(**cast.turn("desk-1", case), organ="town")
    assert (sent.organ, sent.holder, sent.state) == ("town", "organ:town", "received")
    assert Entry.objects.get(case=case).kind == "sent"


def test_what_lies_with_the_dispatchers_own_organ_is_sent_from_there() -> None:
    loading.load_responsibilities(
        by=cast.BY, at=cast.AT, rows=[*cast.RESPONSIBILITIES, {"matter": "other", "organ": "dispatch"}]
    )
    case = cast.say("想问问广场舞的事情").case
    assert inbox.queues(cast.actor("desk-1"), cast.AT)["dispatch"].count == 1
    assert dispatch.send(**cast.turn("desk-1", case), organ="town").holder == "organ:town"


def test_sending_is_the_desks_alone_and_needs_a_known_organ(case: Case) -> None:
    with pytest.raises(NotAllowed):
        dispatch.send(**cast.turn("desk-1", case), organ="town")
    desk = cast.say("想问问广场舞的事情").case
    with pytest.raises(Refusal) as refused:
        dispatch.send(**cast.turn("desk-1", desk), organ="nobody")
    assert refused.value.code == "organ_unknown"


def test_not_our_duty_goes_to_whom_they_believe_responsible(taken: Case) -> None:
    case = dispatch.hand_over(
        **cast.turn("roads-1", taken), reason="not_our_duty", to_organ="water", clause="water-1", text="是供水井"
    )
    assert (case.organ, case.holder, case.refusals) == ("water", "organ:water", 1)
    line = Entry.objects.get(kind="handed_over")
    assert (line.organ, line.to_organ, line.reason, line.clause) == ("roads", "water", "not_our_duty", "water-1")


def test_the_second_refusal_goes_to_a_ruling_and_a_third_can_never_bounce(taken: Case) -> None:
    not_ours = {"reason": "not_our_duty", "clause": "c-1"}
    case = dispatch.hand_over(**cast.turn("roads-1", taken), **not_ours, to_organ="water")
    case = dispatch.hand_over(**cast.turn("water-1", case), **not_ours, to_organ="town")
    assert case.holder == "desk:dispatch"
    ruled = dispatch.send(**cast.turn("desk-1", case), organ="roads", reason_text="按权责清单由住建局办理")
    assert Entry.objects.filter(kind="ruled", to_organ="roads").exists()
    again = dispatch.hand_over(**cast.turn("roads-2", ruled), **not_ours, to_organ="water")
    assert again.holder == "desk:dispatch"


def test_a_hand_over_for_leave_to_a_colleague_is_no_refusal(taken: Case) -> None:
    receiver = cast.post("roads-2")
    case = dispatch.hand_over(**cast.turn("roads-1", taken), reason="on_leave", to_post=receiver.id)
    assert (case.holder, case.organ, case.refusals, case.state) == (receiver.ref, "roads", 0, "received")
    assert dispatch.accept(**cast.turn("roads-2", case)).state == "in_hand"


def test_a_hand_over_to_oneself_or_to_nobody_is_refused(taken: Case) -> None:
    with pytest.raises(Refusal) as own:
        dispatch.hand_over(**cast.turn("roads-1", taken), reason="wrong_place", to_organ="roads")
    assert own.value.code == "receiver_is_sender"
    with pytest.raises(Refusal) as nobody:
        dispatch.hand_over(**cast.turn("roads-1", taken), reason="on_leave", to_post=taken.id)
    assert nobody.value.code == "receiver_unknown"


def test_only_who_holds_it_hands_it_over(taken: Case) -> None:
    with pytest.raises(NotFound):
        dispatch.hand_over(**cast.turn("water-1", taken), reason="wrong_place", to_organ="town")
    with pytest.raises(NotAllowed):
        dispatch.hand_over(**cast.turn("desk-1", taken), reason="wrong_place", to_organ="town")


def test_no_move_of_the_staff_touches_the_clock(taken: Case) -> None:
    before = procedures.clock(taken.clock)
    case = dispatch.rematter(**cast.turn("roads-1", taken), matter="gas")
    case = handling.note(**cast.turn("roads-1", case), internal_text="去看过了")
    case = dispatch.help(**cast.turn("roads-1", case), organs=["town"])
    case = dispatch.return_help(**cast.turn("town-1", case), text="拍了照片")
    case = dispatch.hand_over(**cast.turn("roads-1", case), reason="wrong_place", to_organ="water")
    assert procedures.clock(case.clock) == before
    assert (case.due_at, case.clock) == (taken.due_at, taken.clock)


def test_changing_the_matter_keeps_the_organ_and_says_that_staff_did_it(taken: Case) -> None:
    case = dispatch.rematter(**cast.turn("roads-1", taken), matter="water")
    assert (case.matter_id, case.matter_by, case.organ) == ("water", "staff", "roads")
    assert Fact.objects.get(kind="case.rematter").details == {
        "matter": "water", "before": "manhole", "hint": "overruled"
    }  # fmt: skip


def test_a_matter_about_an_officer_narrows_the_case_at_once(taken: Case) -> None:
    case = dispatch.rematter(**cast.turn("roads-1", taken), matter="conduct")
    assert case.about_officer
    assert not case.public
    assert not lists.public_list(cast.AT).rows


def test_setting_the_same_matter_confirms_the_suggestion(taken: Case) -> None:
    assert dispatch.rematter(**cast.turn("roads-1", taken), matter="manhole").matter_by == "staff"
    assert Entry.objects.get(kind="rematter").reason == "confirmed"


def test_every_helping_organ_must_return_before_closing(taken: Case) -> None:
    case = dispatch.help(**cast.turn("roads-1", taken), organs=["town", "water"], text="请看水管")
    assert case.helping == 2
    assert ("helping", "organ:water") in stages(case)
    case = dispatch.return_help(**cast.turn("town-1", case), text="已清理")
    with pytest.raises(Refusal) as refused:
        closing.answer_and_close(**cast.turn("roads-1", case), public_text="好了", outcome="fixed")
    assert refused.value.code == "help_outstanding"
    case = dispatch.return_help(**cast.turn("water-1", case), text="水管无恙")
    assert closing.answer_and_close(**cast.turn("roads-1", case), public_text="好了", outcome="fixed").state == "closed"


def test_an_organ_is_not_asked_twice_and_not_its_own_helper(taken: Case) -> None:
    case = dispatch.help(**cast.turn("roads-1", taken), organs=["town"])
    for organs in (["town"], ["roads"], [], ["nobody"]):
        with pytest.raises(Refusal):
            dispatch.help(**cast.turn("roads-1", case), organs=organs)


def test_who_does_not_help_cannot_return(taken: Case) -> None:
    with pytest.raises(Refusal):
        dispatch.return_help(**cast.turn("roads-2", taken), text="好了")
