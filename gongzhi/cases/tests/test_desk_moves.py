"""Moves on the desk: one page each, done by one verb; stale pages, undo, and what each page promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongzhi.cases import dispatch, rating
from gongzhi.cases.models import Case, Entry, Undo, Voice
from gongzhi.cases.tests import cast, deskcast
from gongzhi.cases.tests.deskcast import accepted, do, fresh, signed_in, state, text, url
from gongzhi.kit import moments

pytestmark = pytest.mark.usefixtures("county")


def test_accept_is_one_press_and_leads_back_to_the_case() -> None:
    case = fresh()
    response = do(signed_in("roads-1"), "accept", case)
    assert response.status_code == 302
    assert response["Location"] == url("case", case)
    assert state(case) == "in_hand"


def test_every_offered_move_draws_its_page() -> None:
    case = accepted()
    clerk = signed_in("roads-1")
    page = text(clerk.get(url("case", case)))
    for move in ("answer", "ask", "hand_over", "help", "rematter", "close", "note"):
        assert url(move, case) in page, move
        assert clerk.get(url(move, case)).status_code == 200, move


def test_answer_closes_with_an_outcome_and_leads_to_the_queue() -> None:
    case = accepted()
    told = {"public_text": "井盖已换新。", "internal_text": "用了库存", "outcome": "fixed", "queue": "mine"}
    response = do(signed_in("roads-1"), "answer", case, **told)
    assert response["Location"] == url("inbox") + "?queue=mine"
    kept = deskcast.of(case.id)
    assert (kept.state, kept.outcome) == ("closed", "fixed")


def test_answer_without_an_outcome_stays_open() -> None:
    case = accepted()
    do(signed_in("roads-1"), "answer", case, public_text="已派人去看。", outcome="open")
    assert state(case) == "answered"


def test_the_internal_note_never_enters_the_public_answer() -> None:
    case = accepted()
    do(signed_in("roads-1"), "answer", case, public_text="已修好。", internal_text="费用另报", outcome="fixed")
    entry = Entry.objects.get(case=case, kind="answered")
    assert "费用另报" not in entry.public_text
    page = text(signed_in("roads-2").get(url("case", case)))
    assert "费用另报" in page


def test_preview_masks_and_keeps_what_is_typed_without_sending() -> None:
    case = accepted()
    response = do(
        signed_in("roads-1"), "answer", case, public_text="请打13800138000联系。", outcome="fixed", preview="1"
    )
    page = text(response)
    assert response.status_code == 200
    assert "preview-text" in page
    assert "13800138000" not in page.split("preview-text")[1].split("</section>")[0]
    assert state(case) == "in_hand"


def test_a_stale_page_names_who_moved_first_and_keeps_the_text() -> None:
    case = accepted()
    old = case.version
    dispatch.rematter(**cast.turn("roads-2", case, at=moments.now(), matter="lamp"))
    fields = {"version": old, "queue": "", "public_text": "写了很久的答复。", "outcome": "fixed"}
    response = signed_in("roads-1").post(url("answer", case), fields)
    page = text(response)
    assert response.status_code == 409
    assert "roads-2岗" in page
    assert "写了很久的答复。" in page
    assert f'name="version" value="{deskcast.of(case.id).version}"' in page


def test_after_a_stale_page_the_same_form_goes_through() -> None:
    case = accepted()
    dispatch.rematter(**cast.turn("roads-2", case, at=moments.now(), matter="lamp"))
    response = do(signed_in("roads-1"), "answer", case, public_text="修好了。", outcome="fixed")
    assert response.status_code == 302


def test_hand_over_to_a_colleague_by_name() -> None:
    case = accepted()
    post = cast.post("roads-2")
    response = do(signed_in("roads-1"), "hand_over", case, reason="on_leave", to=f"post:{post.id}")
    assert response.status_code == 302
    assert deskcast.of(case.id).holder == post.ref


def test_hand_over_as_not_our_duty_asks_for_the_clause() -> None:
    case = accepted()
    response = do(signed_in("roads-1"), "hand_over", case, reason="not_our_duty", to="organ:water", text="水务的井")
    assert response.status_code == 400
    assert "水务的井" in text(response)
    assert state(case) == "in_hand"


def test_a_form_without_its_words_is_drawn_again() -> None:
    case = accepted()
    response = do(signed_in("roads-1"), "ask", case, question="")
    assert response.status_code == 422
    assert state(case) == "in_hand"


def test_ask_says_until_when_the_clock_pauses() -> None:
    case = accepted()
    page = text(signed_in("roads-1").get(url("ask", case)))
    assert "暂停计时" in page
    do(signed_in("roads-1"), "ask", case, question="是哪一个井盖？")
    assert state(case) == "asked"


def test_confirming_the_suggested_matter_does_not_touch_the_due_date() -> None:
    case = accepted(matter_by="suggested")
    due = case.due_at
    do(signed_in("roads-1"), "rematter", case, matter=case.matter_id)
    kept = deskcast.of(case.id)
    assert (kept.due_at, kept.matter_by) == (due, "staff")


def test_the_dispatch_desk_sends_to_a_named_office() -> None:
    case = fresh("不知道该找谁，请帮忙看看这件小事。")
    do(signed_in("desk-1"), "send", case, organ="water")
    assert deskcast.of(case.id).organ == "water"


def test_help_is_asked_and_returned() -> None:
    case = accepted()
    do(signed_in("roads-1"), "help", case, organs=["water"], text="请查管道")
    response = do(signed_in("water-1"), "return_help", case, text="管道没有问题", internal_text="")
    assert response.status_code == 302
    assert "管道没有问题" in text(signed_in("roads-1").get(url("case", case)))


def test_undo_takes_the_move_back_and_the_bar_offers_it() -> None:
    case = fresh()
    clerk = signed_in("roads-1")
    do(clerk, "accept", case)
    assert url("undo", case) in text(clerk.get(url("inbox")))
    clerk.post(url("undo", case))
    assert state(case) == "received"


def test_undo_after_ten_seconds_says_so() -> None:
    case = fresh()
    clerk = signed_in("roads-1")
    do(clerk, "accept", case)
    Undo.objects.update(at=moments.now() - timedelta(seconds=20), until=moments.now() - timedelta(seconds=10))
    page = text(clerk.post(url("undo", case), follow=True))
    assert "notice-warning" in page
    assert state(case) == "in_hand"


def test_moves_by_get_change_nothing() -> None:
    case = fresh()
    signed_in("roads-1").get(url("accept", case))
    assert signed_in("roads-1").get(url("undo", case)).status_code == 405
    assert state(case) == "received"


def test_a_stranger_finds_no_such_case() -> None:
    case = fresh()
    response = do(signed_in("water-1"), "accept", case)
    assert response.status_code == 404
    assert state(case) == "received"


def test_a_duplicate_joins_the_first_case() -> None:
    first, second = fresh(), accepted()
    response = do(signed_in("roads-1"), "close", second, outcome="duplicate", duplicate_of=first.number)
    assert response.status_code == 302
    assert Case.objects.get(id=second.id).outcome == "duplicate"


def test_a_move_made_beside_the_list_stays_beside_the_list() -> None:
    case = fresh()
    response = do(signed_in("roads-1"), "accept", case, queue="new", beside="1")
    assert response["Location"] == f"{url('inbox')}?queue=new&open={case.id}"


def test_a_link_from_a_similar_case_fills_in_the_duplicate() -> None:
    first, second = fresh(), accepted()
    page = text(signed_in("roads-1").get(url("close", second) + f"?outcome=duplicate&duplicate_of={first.number}"))
    assert f'value="{first.number}"' in page


@pytest.mark.parametrize("move", ["accept", "answer", "hand_over", "close"])
def test_whose_case_it_is_not_reads_so_in_place_of_a_form_without_a_button(move: str) -> None:
    case = accepted()
    do(signed_in("roads-1"), "help", case, organs=["water"])
    page = text(signed_in("water-1").get(url(move, case)))
    assert "现在不能做这一步" in page
    assert "data-ctrl-enter" not in page


def test_a_case_that_waits_for_a_helping_office_says_why_it_cannot_close() -> None:
    case = accepted()
    clerk = signed_in("roads-1")
    assert "data-ctrl-enter" in text(clerk.get(url("close", case)))
    do(clerk, "help", case, organs=["water"])
    assert "还要先等别的事办完" in text(clerk.get(url("close", case)))


def test_the_case_file_holds_the_rating() -> None:
    case = accepted()
    do(signed_in("roads-1"), "answer", case, public_text="已修好。", outcome="fixed")
    voice = Voice.objects.get(case=case)
    rating.rate(by=f"voice:{voice.id.hex}", at=moments.now(), voice=voice.id, solved=True, grade=5, words="谢谢你们")
    page = text(signed_in("roads-1").get(url("print", case)))
    assert "非常满意" in page
    assert "谢谢你们" in page
