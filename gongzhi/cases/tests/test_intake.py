"""Receiving, joining and withdrawing voices."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from gongzhi.cases import course, dispatch, handling, intake, lists, rules, sealing
from gongzhi.cases.cards import Contact, Where
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.kit.refusal import Gone, NotFound, Refusal
from gongzhi.ledger import reads as ledger
from gongzhi.ledger.models import Fact
from gongzhi.procedures import running

pytestmark = pytest.mark.usefixtures("county")
PHONE = "请打我电话13912345678，东街井盖坏了"


def facts(kind: str) -> list[Fact]:
    return list(Fact.objects.filter(kind=kind))


def test_receive_places_suggests_and_gives_it_to_the_responsible_organ() -> None:
    received = cast.say()
    case = received.case
    assert (case.grid, case.division) == (cast.GRID, cast.VILLAGE)
    assert (case.matter_id, case.matter_by) == ("manhole", "suggested")
    assert (case.organ, case.holder, case.clause) == ("roads", "organ:roads", "roads-1")
    assert case.due_at == cast.later(days=7, hours=8)  # five working days, to the close of business
    assert [(token.stage, token.holder) for token in running.marking(case.run)] == [("received", "organ:roads")]


def test_receive_costs_eight_statements(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    cast.say(contact=None)  # what is kept in memory is read once
    with django_assert_num_queries(9):  # savepoint of the test, six rows, the search index, release
        cast.say(contact=None)


def test_receive_refuses_what_has_no_words() -> None:
    with pytest.raises(Refusal) as refused:
        cast.say(" \u200b\u202e …… \n")
    assert (refused.value.code, refused.value.field) == ("words_missing", "words")
    assert not Case.objects.exists()


def test_receive_keeps_ten_thousand_characters_and_refuses_one_more_with_both_counts() -> None:
    assert cast.say("井" * 10_000).voice.words == "井" * 10_000
    with pytest.raises(Refusal) as refused:
        cast.say("井" * 10_001)
    assert refused.value.params == {"count": 10_001, "most": 10_000}


def test_receive_drops_control_and_bidi_marks() -> None:
    voice = cast.say("井盖\u202e坏了\x00\u2066！\r\n快修").voice
    assert voice.words == "井盖坏了！\n快修"


def test_receive_masks_words_and_seals_the_original() -> None:
    voice = cast.say(PHONE).voice
    assert "13912345678" not in voice.words
    assert sealing.open_told(voice).words == PHONE
    assert b"13912345678" not in bytes(voice.original_sealed)


def test_two_equal_voices_have_different_sealed_texts_and_keys() -> None:
    one, other = cast.say(PHONE).voice, cast.say(PHONE).voice
    assert bytes(one.original_sealed) != bytes(other.original_sealed)
    assert one.key_wrapped != other.key_wrapped


def test_receive_seals_the_contact_and_finds_it_by_its_blind_index() -> None:
    voice = cast.say(contact=Contact("email", " Lin@Example.org ")).voice
    assert b"example" not in bytes(voice.contact_sealed or b"").lower()
    assert sealing.open_contact(voice) == "lin@example.org"
    assert voice.contact_index == sealing.contact_index("email", "lin@example.org")


@pytest.mark.parametrize(("kind", "address"), [("email", "lin at home"), ("phone", "call me"), ("email", "a@b")])
def test_receive_refuses_a_contact_nobody_could_read(kind: str, address: str) -> None:
    with pytest.raises(Refusal) as refused:
        cast.say(contact=Contact(kind, address))
    assert refused.value.field == "contact"


def test_receive_writes_one_fact_without_any_text() -> None:
    received = cast.say("东街井盖坏了，我叫林小梅")
    (fact,) = facts("case.received")
    told = json.dumps(fact.details, ensure_ascii=False)
    assert fact.by == received.voice.ref
    assert "井盖" not in told
    assert "林" not in told
    assert len(ledger.about(received.case.ref)) == 1


def test_receive_puts_the_letter_with_a_sealed_link() -> None:
    received = cast.say()
    letter = Message.objects.get(about=received.case.ref)
    assert letter.adapter == "email"
    assert received.link_token not in json.dumps(letter.context)
    assert not Message.objects.filter(about=cast.say(contact=None).case.ref).exists()


def test_receive_refuses_a_place_outside_and_names_the_neighbour() -> None:
    with pytest.raises(Refusal) as refused:
        cast.say(place=Where(lon=121.5, lat=30.5))
    assert (refused.value.code, refused.value.params["neighbour"]) == ("place_outside", "东邻县")
    with pytest.raises(Refusal) as unnamed:
        cast.say(place=Where(lon=0.0, lat=0.0))
    assert "neighbour" not in unnamed.value.params


def test_receive_keeps_words_of_danger_wherever_they_are() -> None:
    received = cast.say("我家着火了，快来人", place=Where(lon=121.5, lat=30.5))
    assert received.danger is not None
    assert "119" in received.danger.numbers
    assert received.case.urgent
    assert received.case.division == "990101000000"
    assert cast.say("我家着火了，快来人", place=Where(code="nowhere")).case.grid == ""


def test_receive_without_a_place_is_kept_for_the_county() -> None:
    case = cast.say(place=None).case
    assert (case.grid, case.division, case.lon) == ("", "990101000000", None)


def test_receive_takes_a_code_and_refuses_an_unknown_one() -> None:
    assert cast.say(place=Where(code=cast.VILLAGE)).case.place == cast.VILLAGE
    with pytest.raises(Refusal) as refused:
        cast.say(place=Where(code="990101009999"))
    assert refused.value.field == "place"


def test_receive_places_a_typed_text_at_its_best_hit_and_keeps_it_masked() -> None:
    case = cast.say(place=Where(text="南山村老祠堂旁，电话13912345678")).case
    assert case.division == cast.OTHER_VILLAGE
    assert case.place_text.startswith("南山村老祠堂旁")
    assert "139" not in case.place_text


def test_the_longest_place_prefix_and_the_nearest_matter_decide_who_is_responsible() -> None:
    there = cast.say(place=Where(lon=120.25, lat=30.05)).case
    assert (there.organ, there.clause) == ("water", "water-2")


def test_what_no_rule_knows_lies_at_the_dispatch_desk() -> None:
    case = cast.say("想问问广场舞的事情").case
    assert (case.matter_id, case.organ, case.holder) == ("other", "", rules.DISPATCH)


def test_a_chosen_matter_is_the_residents_and_a_dangerous_one_is_urgent() -> None:
    case = cast.say(matter="gas").case
    assert (case.matter_id, case.matter_by, case.urgent) == ("gas", "resident", True)
    for code in ("streets", "nothing"):
        with pytest.raises(Refusal):
            cast.say(matter=code)


def test_a_case_is_public_only_when_resident_and_matter_allow_it() -> None:
    assert cast.say().case.public
    assert not cast.say(allows_public=False).case.public
    assert not cast.say(matter="conduct").case.public


def test_the_same_form_sent_twice_is_one_voice_with_the_same_receipt() -> None:
    key = uuid4()
    first, again = cast.say(form_key=key), cast.say(form_key=key)
    assert (first.first, again.first) == (True, False)
    assert again.voice.id == first.voice.id
    assert again.link_token == first.link_token
    assert again.receipt["fact"] == first.receipt["fact"]
    assert again.receipt["promise"] == first.receipt["promise"]
    assert Voice.objects.count() == Case.objects.count() == len(facts("case.received")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_is_one_voice() -> None:
    key, tokens, ready = uuid4(), [], threading.Barrier(3)

    def send() -> None:
        ready.wait()
        tokens.append(cast.say(form_key=key).link_token)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert Voice.objects.count() == 1


def test_a_number_that_exists_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = cast.say().case
    serials = iter([first.number, first.number, "990101-26-0000-0000"])
    monkeypatch.setattr("gongzhi.cases.noting.new_number", lambda at: next(serials))
    assert cast.say().case.number == "990101-26-0000-0000"


def test_the_receipt_holds_the_promise_and_the_link_is_kept_only_as_a_hash() -> None:
    received = cast.say()
    assert received.receipt["fact"]["kind"] == "case.received"
    assert intake.receipt_of(received.voice)["leaf"] == received.receipt["leaf"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_voice")
        assert received.link_token not in str(cursor.fetchall())


def test_a_paper_of_last_week_has_happened_then_and_its_clock_begins_now() -> None:
    received = cast.say(said_at=cast.later(days=-7), source="paper")
    (fact,) = facts("case.received")
    assert (fact.happened_at, fact.noted_at) == (cast.later(days=-7), cast.AT)
    assert received.case.due_at == cast.later(days=7, hours=8)


def test_joining_adds_a_voice_with_its_own_number_and_does_not_touch_the_clock() -> None:
    case = cast.say().case
    joined = intake.join(by=rules.NEW_VOICE, at=cast.later(days=1), case=case.id, words="我家门口也是")
    case.refresh_from_db()
    assert (case.voices, case.due_at) == (2, joined.case.due_at)
    assert joined.voice.number != case.number
    assert not joined.voice.lead
    assert [fact.details["voice"] for fact in facts("case.joined")] == [joined.voice.id.hex]


def test_joining_refuses_a_case_that_is_not_public() -> None:
    case = cast.say(allows_public=False).case
    with pytest.raises(NotFound):
        intake.join(by=rules.NEW_VOICE, at=cast.AT, case=case.id, words="我也是")


def test_withdrawing_takes_the_words_from_every_page_and_search() -> None:
    received = cast.say()
    intake.withdraw(by=received.voice.ref, at=cast.later(hours=1), voice=received.voice.id)
    assert not lists.public_list(cast.AT, q="井盖").rows
    assert not lists.public_list(cast.AT).rows
    with pytest.raises(Gone):
        course.public_case(received.case.number, cast.AT)
    with pytest.raises(Gone):
        course.by_token(received.link_token, cast.AT)
    case = Case.objects.get()
    assert (case.state, case.outcome, case.public) == ("closed", "withdrawn", False)
    assert not course.still(case.number, case.version)


def test_withdrawing_one_of_two_voices_leaves_the_case_to_the_other() -> None:
    received = cast.say()
    other = intake.join(by=rules.NEW_VOICE, at=cast.AT, case=received.case.id, words="我家门口也是")
    intake.withdraw(by=received.voice.ref, at=cast.later(hours=1), voice=received.voice.id)
    case = Case.objects.get()
    assert (case.state, case.voices, case.public) == ("received", 1, False)
    told = course.by_token(other.link_token, cast.AT)
    assert told.words == "我家门口也是"
    assert Entry.objects.get(kind="withdrawn").voice_id == received.voice.id


def test_withdrawing_drops_every_page_on_which_the_words_stood(settings: Any, tmp_path: Path) -> None:
    settings.PRINTED_DIR = tmp_path
    received = cast.say()
    shown = [f"cases/{received.case.number}", "cases", "", f"places/{cast.TOWN}", f"places/{cast.GRID}"]
    files = [tmp_path / "brief" / "zh" / path / "index.html" for path in shown]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("井盖")
    intake.withdraw(by=received.voice.ref, at=cast.AT, voice=received.voice.id)
    assert not [file for file in files if file.exists()]


def test_an_answered_case_can_be_withdrawn() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    handling.answer(**cast.turn("roads-1", received.case), public_text="修好了")
    intake.withdraw(by=received.voice.ref, at=cast.later(hours=1), voice=received.voice.id)
    assert Case.objects.get().outcome == "withdrawn"


def test_withdrawing_twice_is_refused() -> None:
    received = cast.say()
    intake.withdraw(by=received.voice.ref, at=cast.AT, voice=received.voice.id)
    with pytest.raises(Gone):
        intake.withdraw(by=received.voice.ref, at=cast.AT, voice=received.voice.id)
