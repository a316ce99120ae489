"""Course, case file, queues, lists: what is shown to whom."""

from __future__ import annotations

import pytest
from django.db import connection

from gongzhi.cases import (
    casefile,
    closing,
    course,
    dispatch,
    handling,
    inbox,
    intake,
    lists,
    looking,
    rating,
    reads,
    rules,
    watching,
)
from gongzhi.cases.cards import Officer, Where
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Gone, NotFound, Refusal
from gongzhi.people.models import Post

pytestmark = pytest.mark.usefixtures("county")


def test_the_public_course_names_organs_and_never_a_post() -> None:
    case = cast.say().case
    dispatch.accept(**cast.turn("roads-1", case))
    told = course.public_case(case.number, cast.AT)
    assert (told.holder.kind, told.holder.organ and told.holder.organ.code) == ("post", "roads")
    assert told.holder.post is None
    assert all(line.post is None for line in told.entries)
    assert told.voice is None


def test_a_case_is_found_by_its_number_however_it_is_typed() -> None:
    case = cast.say().case
    assert course.public_case(case.number.lower().replace("-", " "), cast.AT).case == case.id
    with pytest.raises(Refusal) as refused:
        course.public_case(case.number[:-1] + ("0" if case.number[-1] != "0" else "1"), cast.AT)
    assert refused.value.code == "number_misread"


def test_a_private_case_and_an_unknown_one_are_the_same_refusal() -> None:
    private = cast.say(allows_public=False).case
    other = cast.say().case
    Case.objects.filter(id=other.id).update(public=False)
    told = []
    for number in (private.number, other.number):
        with pytest.raises(NotFound) as refused:
            course.public_case(number, cast.AT)
        told.append(refused.value.sentence)
    assert len(set(told)) == 1


def test_the_clock_is_told_as_it_stands() -> None:
    received = cast.say()
    assert [course.by_token(received.link_token, cast.later(days=day)).clock.state for day in (0, 7, 8)] == [
        "in_time",
        "near",
        "overdue",
    ]


def test_the_resident_reads_who_looked_when_and_why() -> None:
    received = cast.say()
    card = cast.post("roads-1")
    looking.original(by=card.doer, at=cast.AT, post=card, voice=received.voice.id, purpose="understand")
    (look,) = course.by_token(received.link_token, cast.AT).looks
    assert (look.at, look.post and look.post.organ.name_zh) == (cast.AT, "县住建局")
    assert "words" in look.fields
    assert look.purpose


def test_what_the_resident_may_do_now() -> None:
    received = cast.say()
    can = course.by_token(received.link_token, cast.AT).can
    assert (can.answer, can.rate, can.withdraw) == (False, False, True)
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="好了", outcome="fixed")
    can = course.by_token(received.link_token, cast.AT).can
    assert can.rate
    assert can.rate_until == cast.later(days=15)
    assert course.by_token(received.link_token, cast.later(days=16)).can.rate_until is None


def test_a_printed_page_is_asked_whether_it_still_holds() -> None:
    case = cast.say().case
    assert course.still(case.number, 1)
    dispatch.accept(**cast.turn("roads-1", case))
    assert not course.still(case.number, 1)
    assert course.still(case.number, 2)


def test_an_unknown_link_is_not_found_and_says_it_may_be_old() -> None:
    with pytest.raises(NotFound):
        course.by_token("AAAAAAAAAAAAAAAAAAAAAA", cast.AT)


def test_queues_follow_the_case_from_new_to_mine_to_waiting() -> None:
    case = cast.say().case
    one, two = cast.actor("roads-1"), cast.actor("roads-2")
    assert (inbox.queues(one, cast.AT)["new"].count, inbox.queues(two, cast.AT)["new"].count) == (1, 1)
    dispatch.accept(**cast.turn("roads-1", case))
    assert (inbox.queues(one, cast.AT)["mine"].count, inbox.queues(two, cast.AT)["new"].count) == (1, 0)
    handling.ask(**cast.turn("roads-1", case), question="几号？")
    assert [row.clock for row in inbox.inbox(one, "waiting", cast.AT).rows] == ["paused"]
    assert inbox.queues(two, cast.AT)["all"].count == 1


def test_near_and_overdue_are_the_handlers_and_all_of_the_organ_its_heads() -> None:
    case = cast.say().case
    dispatch.accept(**cast.turn("roads-1", case))
    near, late = cast.later(days=7), cast.later(days=8)
    for code, count in (("roads-1", 1), ("roads-2", 0), ("roads-head", 1)):
        assert inbox.queues(cast.actor(code), near)["near"].count == count
        assert inbox.queues(cast.actor(code), late)["overdue"].count == count
        assert inbox.queues(cast.actor(code), late)["near"].count == 0


def test_helping_stands_in_the_helpers_queue_until_it_returns() -> None:
    case = cast.say().case
    dispatch.accept(**cast.turn("roads-1", case))
    dispatch.help(**cast.turn("roads-1", case), organs=["water"])
    helper = cast.actor("water-1")
    assert [row.case for row in inbox.inbox(helper, "helping", cast.AT).rows] == [case.id]
    dispatch.return_help(**cast.turn("water-1", case), text="看过了")
    assert not inbox.inbox(helper, "helping", cast.AT).rows
    assert casefile.desk_case(helper, case.id, cast.AT).helps[0].text == "看过了"


def test_the_desk_has_the_dispatch_queue_and_nobody_else() -> None:
    cast.say("想问问广场舞的事情")
    assert inbox.queues(cast.actor("desk-1"), cast.AT)["dispatch"].count == 1
    assert not inbox.inbox(cast.actor("roads-1"), "dispatch", cast.AT).rows


def test_a_post_with_a_place_gets_what_is_new_in_its_place() -> None:
    here, there = cast.say("广场舞吵").case, cast.say("广场舞吵", place=Where(code=cast.OTHER_VILLAGE)).case
    for case in (here, there):
        dispatch.send(**cast.turn("desk-1", case), organ="town")
    assert [row.case for row in inbox.inbox(cast.actor("town-1"), "new", cast.AT).rows] == [here.id]


def test_urgent_ones_come_first_then_by_due_instant_and_pages_do_not_overlap() -> None:
    cases = [cast.say(at=cast.later(hours=hour)).case for hour in range(4)]
    urgent = cast.say("东街井盖没了，有人掉进井里，快救命！快，正在流血，大出血", at=cast.later(hours=5)).case
    seen, after = [], ""
    while True:
        page = inbox.inbox(cast.actor("roads-1"), "new", cast.later(hours=6), after=after, limit=2)
        seen += [row.case for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen[0] == urgent.id
    assert sorted(seen) == sorted([urgent.id, *(case.id for case in cases)])


@pytest.mark.parametrize("cursor", ["x", "!!", "MSAy"])
def test_a_cursor_we_did_not_make_is_refused_in_words(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        inbox.inbox(cast.actor("roads-1"), "new", cast.AT, after=cursor)
    assert refused.value.code == "cursor_misread"


def test_queries_of_an_inbox_do_not_grow_with_its_rows(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(12):
        cast.say()
    inbox.inbox(cast.actor("roads-1"), "new", cast.AT)
    actor = cast.actor("roads-1")
    with django_assert_max_num_queries(4):
        assert len(inbox.inbox(actor, "new", cast.AT).rows) == 12


def test_a_leader_reads_what_is_late_by_organ() -> None:
    cast.say()
    cast.say("停水了", at=cast.later(days=7))
    (row, other) = inbox.ladder(cast.actor("mayor"), cast.later(days=8))
    assert (row.organ.code, row.overdue, row.open) == ("roads", 1, 1)
    assert (other.organ.code, other.overdue) == ("water", 0)
    assert len(inbox.leader(cast.actor("mayor"), cast.later(days=8)).rows) == 1
    assert not inbox.leader(cast.actor("roads-1"), cast.later(days=8)).rows


def test_the_case_file_offers_what_may_be_done_now() -> None:
    case = cast.say().case
    one = cast.actor("roads-1")
    assert casefile.desk_case(one, case.id, cast.AT).moves[:2] == ("accept", "hand_over")
    dispatch.accept(**cast.turn("roads-1", case))
    told = casefile.desk_case(one, case.id, cast.AT)
    assert {"help", "ask", "answer", "answer_and_close", "note"} <= set(told.moves)
    assert told.undo is not None
    assert told.undo.move == "accept"
    assert casefile.desk_case(cast.actor("audit"), case.id, cast.AT).moves == ()
    assert casefile.desk_case(cast.actor("counter-1"), case.id, cast.AT).moves == ("note",)
    assert told.assisting[0].code == "town"
    assert told.responsible
    assert told.responsible.code == "roads"


def test_two_handlers_see_each_other() -> None:
    case = cast.say().case
    watching.seen(at=cast.AT, post=cast.post("roads-2"), case=case.id)
    watching.seen(at=cast.AT, post=cast.post("roads-1"), case=case.id)
    (watcher,) = casefile.watched(cast.actor("roads-1"), case.id, cast.later(minutes=1)).watchers
    assert watcher.post.title_en == "roads-2"
    assert not casefile.watched(cast.actor("roads-1"), case.id, cast.later(minutes=3)).watchers


def test_nearby_shows_open_cases_of_the_same_matter_close_by() -> None:
    case = cast.say().case
    close = cast.say(place=Where(lon=120.0501, lat=30.05)).case
    cast.say("停水了")
    cast.say(place=Where(lon=120.15, lat=30.05))
    assert [row.case for row in casefile.nearby(cast.actor("roads-1"), case.id, cast.AT)] == [close.id]


def test_a_handler_sees_her_organs_and_her_places_cases_only() -> None:
    mine, others = cast.say().case, cast.say("停水了", place=Where(code=cast.OTHER_VILLAGE)).case
    assert [row.case for row in lists.staff_list(cast.actor("roads-1"), cast.AT).rows] == [mine.id]
    assert [row.case for row in lists.staff_list(cast.actor("town-1"), cast.AT).rows] == [mine.id]
    assert len(lists.staff_list(cast.actor("counter-1"), cast.AT).rows) == 2
    assert not lists.staff_list(cast.actor("admin"), cast.AT).rows
    with pytest.raises(NotFound):
        casefile.desk_case(cast.actor("roads-1"), others.id, cast.AT)


def test_an_organ_that_took_part_still_sees_the_case() -> None:
    case = cast.say(place=Where(code=cast.OTHER_VILLAGE), words="路灯坏了").case
    dispatch.hand_over(**cast.turn("roads-1", case), reason="wrong_place", to_organ="water")
    assert casefile.desk_case(cast.actor("roads-1"), case.id, cast.AT).course.organ.code == "water"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "井盖"}, {"manhole"}),
        ({"q": "井盖 老人"}, {"manhole"}),
        ({"q": "停水 老人"}, set()),
        ({"q": '"井盖" OR *'}, set()),
        ({"matter": "streets"}, {"manhole", "lamp"}),
        ({"place": cast.TOWN}, {"manhole", "lamp"}),
        ({"place": cast.GRID}, {"manhole"}),
        ({"place": cast.VILLAGE, "matter": "lamp"}, {"lamp"}),
        ({"state": "received"}, {"manhole", "lamp", "water"}),
        ({"state": "closed"}, set()),
        ({"state": "open", "q": "路灯"}, {"lamp"}),
    ],
)
def test_the_public_list_finds_by_words_place_matter_and_state(asked: dict[str, str], found: set[str]) -> None:
    cast.say()
    cast.say("路灯不亮", place=Where(code=cast.GRID_2))
    cast.say("停水三天了", place=Where(code=cast.OTHER_VILLAGE))
    cast.say("井盖坏了，不公开", allows_public=False)
    assert {row.matter.code for row in lists.public_list(cast.AT, **asked).rows} == found


@pytest.mark.parametrize("q", ["", "井盖"])
def test_pages_of_a_list_are_newest_first_and_hold_each_case_once(q: str) -> None:
    cases = [cast.say(at=cast.later(minutes=minute)).case.id for minute in range(7)]
    seen, after = [], ""
    while True:
        page = lists.public_list(cast.later(days=1), q=q, after=after, limit=3)
        seen += [row.case for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == cases[::-1]


def test_what_was_put_right_lately_shows_the_answer_and_the_grade() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="换了新井盖", outcome="fixed")
    rating.rate(by=received.voice.ref, at=cast.AT, voice=received.voice.id, solved=True, grade=5)
    (row,) = lists.lately_fixed(cast.AT)
    assert (row.answer, row.grade, row.outcome) == ("换了新井盖", 5, "fixed")
    assert not lists.lately_fixed(cast.AT, place=cast.OTHER_TOWN)


@pytest.mark.parametrize("outcome", ["answered", "planned", "no_ground", "not_ours"])
def test_what_was_only_answered_was_not_put_right(outcome: str) -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="说明如下", outcome=outcome)
    assert lists.lately_fixed(cast.AT) == ()


def test_what_she_says_is_not_solved_was_not_put_right_either() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="修好了", outcome="partly")
    assert len(lists.lately_fixed(cast.AT)) == 1
    late = cast.later(days=40)  # too late to open it again; it is closed still
    rating.rate(by=received.voice.ref, at=late, voice=received.voice.id, solved=False, grade=2)
    assert Case.objects.get(id=received.case.id).state == "closed"
    assert lists.lately_fixed(late) == ()


def test_a_withdrawn_first_voice_is_gone_not_unknown() -> None:
    received = cast.say()
    intake.withdraw(by=received.voice.ref, at=cast.AT, voice=received.voice.id)
    with pytest.raises(Gone):
        course.public_case(received.case.number, cast.AT)


def test_a_batch_is_typed_rows_without_text_or_contact() -> None:
    received = cast.say()
    (row,) = reads.batch("voice", [received.voice.id])
    assert row.values["case_id"] == received.case.id
    assert not {"words", "contact_sealed", "original_sealed", "link_hash"} & set(row.values)
    (case,) = reads.batch("case", [received.case.id])
    assert not {"title", "place_text", "officer_post"} & set(case.values)
    assert rules.COUNT_CAP == 999


@pytest.mark.parametrize("code", ["roads-1", "roads-head", "desk-1", "town-1"])
def test_no_queue_walks_the_table(code: str) -> None:
    actor = cast.actor(code)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a small table would be walked for its smallness
    for queue in rules.QUEUES:
        if inbox.has_queue(actor, queue):
            plan = inbox._queue(actor, queue, cast.AT).order_by("due_at").explain()
            assert "SCAN cases_case\n" not in plan + "\n", queue
            assert "Seq Scan on cases_case" not in plan, queue


def test_one_row_is_judged_as_the_query_judges_all(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    """`sees` and `visible` are the same rule: over every post, and cases of every kind."""
    plain, elsewhere, nowhere = cast.say(), cast.say("停水了", place=cast.PIN), cast.say("一件说不清的事", place=None)
    handed = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    dispatch.hand_over(**cast.turn("roads-1", handed), reason="needs_other", to_organ="water")
    helped = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    dispatch.help(**cast.turn("roads-1", helped), organs=["town"])
    named = [Officer(post=cast.post("roads-1").id), Officer(organ="roads"), Officer(text="县水务局的人")]
    about = [cast.say("他态度恶劣", matter="conduct", officer=officer) for officer in named]
    assert len({plain.case.id, elsewhere.case.id, nowhere.case.id, *(one.case.id for one in about)}) == 6
    actors = [cast.actor(row.code) for row in Post.objects.all()]
    judged = set()
    for actor in actors:
        seen = set(Case.objects.filter(reads.visible(actor)).values_list("id", flat=True))
        for case in Case.objects.all():
            with django_assert_max_num_queries(2):
                assert reads.sees(actor, case) == (case.id in seen), (actor.acting.code, case.title)
            judged.add(case.id in seen)
    assert judged == {True, False}
