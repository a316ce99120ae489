"""A phone without internet speaks, asks, answers and rates: by text, from end to end of the verbs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases import closing, dispatch, handling, intake, texting, texting_more
from gongzhi.cases.models import Case, Entry, Rating, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.texting_grammar import Command, parse, tail
from gongzhi.channels import outbox, rendering
from gongzhi.channels.models import Inbound, Message, Talk
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

PHONE, OTHER = "13800138000", "13900139000"
NUMBER = "990101-26-K7M4-2QXD"


# The grammar ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("村口的路灯坏了", Command("words", "村口的路灯坏了")),
        (NUMBER, Command("state", number=NUMBER)),
        ("查 k7m4-2qxd", Command("state", number="K7M4-2QXD")),
        ("Ｋ７Ｍ４２ＱＸＤ", Command("state", number="K7M42QXD")),
        ("查", Command("list")),
        ("status", Command("list")),
        ("评 5", Command("rate", grade=5)),
        ("评价：K7M4-2QXD，1分，根本没修", Command("rate", "根本没修", "K7M4-2QXD", 1)),
        ("rate k7m42qxd 4 well done", Command("rate", "well done", "K7M42QXD", 4)),
        ("评５谢谢", Command("rate", "谢谢", grade=5)),
        (f"RATE {NUMBER} 2", Command("rate", number=NUMBER, grade=2)),
        ("评 K7M4-2QXD", Command("help")),
        ("评价一下你们的服务，太差了", Command("words", "评价一下你们的服务，太差了")),
        ("评 6", Command("misrate", whole="评 6")),
        ("RATE 9", Command("misrate", whole="RATE 9")),
        ("评 0分 根本没修", Command("misrate", "根本没修", whole="评 0分 根本没修")),
        ("评 十分", Command("misrate", whole="评 十分")),
        ("评 K7M4-2QXD 3.5", Command("misrate", number="K7M4-2QXD", whole="评 K7M4-2QXD 3.5")),
        ("rate 9/10, slow", Command("misrate", "slow", whole="rate 9/10, slow")),
        ("rate 4/5 fine", Command("rate", "fine", grade=4)),
        ("评 五分", Command("rate", grade=5)),
        ("Rate two: too late", Command("rate", "too late", grade=2)),
        ("rate 5 K7M4-2QXD thanks", Command("rate", "thanks", "K7M4-2QXD", 5)),
        ("rate 5 good work", Command("rate", "good work", grade=5)),
        ("评6楼的电梯坏了", Command("words", "评6楼的电梯坏了")),
        ("评三次了没人理", Command("words", "评三次了没人理")),
        ("Rate one of your men as rude", Command("words", "Rate one of your men as rude")),
        ("Rates are too high", Command("words", "Rates are too high")),
        ("回 8号门前", Command("reply", "8号门前")),
        ("回复：K7M4-2QXD 8号门前", Command("reply", "8号门前", "K7M4-2QXD")),
        ("reply k7m42qxd number 8", Command("reply", "number 8", "K7M42QXD")),
        ("回迁房漏水", Command("words", "回迁房漏水")),
        ("新：东街没有水", Command("new", "东街没有水")),
        ("新开的路没有灯", Command("words", "新开的路没有灯")),
        ("停", Command("stop")),
        ("td", Command("stop")),
        ("停水了", Command("words", "停水了")),
        ("Stop the noise at night", Command("words", "Stop the noise at night")),
        ("开", Command("start")),
        ("？", Command("help")),
        ("problems", Command("state", "problems", "PROBLEMS")),
        ("reply anything else", Command("reply", "else", "ANYTHING", whole="anything else")),
        ("13800138000", Command("words", "13800138000")),
        ("…", Command("empty")),
        ("", Command("empty")),
    ],
)
def test_a_few_words_are_understood_and_the_rest_is_a_voice(text: str, command: Command) -> None:
    assert parse(text) == command


@given(st.text(max_size=60))
def test_no_text_breaks_the_grammar_and_words_stay_as_they_were_sent(text: str) -> None:
    command = parse(text)
    assert command.kind in [
        "words",
        "new",
        "state",
        "list",
        "rate",
        "misrate",
        "reply",
        "stop",
        "start",
        "help",
        "empty",
    ]
    assert command.words in text.strip()
    if command.kind == "words":
        assert command.words == text.strip()


def test_a_number_is_known_by_its_last_eight_signs_with_the_usual_slips() -> None:
    assert {tail(each) for each in (NUMBER, "k7m42qxd", "K7M4 2QXD")} == {"K7M4-2QXD"}
    assert tail("OIL0-1234") == "0110-1234"


# The talk -------------------------------------------------------------------------------------------------------
pytestmark = pytest.mark.usefixtures("county")
_count = iter(range(10**9))


def send(text: str, phone: str = PHONE, *, minutes: float = 0, number: str = "") -> str:
    """A message that arrives; what came of it."""
    at = cast.later(minutes=minutes)
    return texting.hear(at=at, phone=phone, text=text, number=number or f"sms-{next(_count)}")


_read: dict[str, set[Any]] = {}
_shown: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _new_phones() -> None:
    _read.clear()
    _shown.clear()


def last(phone: str = PHONE) -> str:
    """What a phone got since it was looked at last; the same again when nothing came."""
    known = _read.setdefault(phone, set())
    fresh = list(Message.objects.filter(adapter="sms").exclude(id__in=known))
    fresh = [row for row in fresh if outbox.address_of(row) == phone]
    if fresh:
        known.update(row.id for row in fresh)
        _shown[phone] = "\n".join(rendering.render(row).text for row in fresh)
    return _shown[phone]


def texts(phone: str = PHONE) -> int:
    return sum(outbox.address_of(row) == phone for row in Message.objects.filter(adapter="sms"))


def spoken(words: str = "东街村的井盖坏了") -> Voice:
    assert send(words) == "voice"
    return Voice.objects.order_by("-id")[0]


def closed(voice: Voice) -> Case:
    case = dispatch.accept(**cast.turn("roads-1", voice.case))
    return closing.answer_and_close(**cast.turn("roads-1", case), public_text="换了新井盖", outcome="fixed")


def test_free_words_become_a_voice_with_number_and_day_in_the_answer() -> None:
    voice = spoken()
    assert (voice.source, voice.contact_kind, voice.words) == ("sms", "phone", "东街村的井盖坏了")
    assert (voice.case.matter_id, voice.case.division, voice.case.place_by) == ("manhole", cast.VILLAGE, "suggested")
    assert not voice.case.public
    assert voice.number in last()
    assert "县住建局" in last()
    assert "2026年11月" in last()
    assert "http" not in last()


def test_a_message_repeated_by_the_gateway_is_one_voice_and_one_answer() -> None:
    words = "东街村的井盖坏了"
    assert [send(words, number="n1") for _ in range(3)] == ["voice", "again", "again"]
    assert (Voice.objects.count(), texts(), Inbound.objects.count()) == (1, 1, 1)
    assert send(words, number="n2") == "voice"


def test_where_no_place_was_named_it_is_asked_for_and_the_next_words_are_the_answer() -> None:
    voice = spoken("井盖坏了，很危险")
    assert texting_more.is_placeless(voice.case)
    assert "哪里" in last() or "什么地方" in last()
    assert send("东街村，老供销社门口", minutes=3) == "place"
    case = Case.objects.get()
    assert (case.division, case.place_text, case.place_by) == (cast.VILLAGE, "东街村，老供销社门口", "suggested")
    assert "东街村" in last()
    assert Fact.objects.get(kind="case.relocated").details["place"].startswith(cast.VILLAGE)
    assert send("南山村的桥也坏了", minutes=5) == "voice"
    assert Voice.objects.count() == 2


def test_another_complaint_instead_of_a_place_is_a_voice_of_its_own() -> None:
    spoken("井盖坏了")
    assert send("自来水也停了", minutes=3) == "voice"
    assert Voice.objects.count() == 2


def test_a_place_nobody_knows_holds_nobody_up_and_is_kept_as_told() -> None:
    spoken("井盖坏了")
    due = Case.objects.get().due_at
    assert send("王家坳口子上", minutes=3) == "place"
    case = Case.objects.get()
    assert texting_more.is_placeless(case)
    assert (case.place_text, case.due_at) == ("王家坳口子上", due)
    assert Entry.objects.get(kind="resident_answered").public_text == "王家坳口子上"


def test_words_of_danger_get_the_numbers_at_once_and_are_never_taken_for_a_place() -> None:
    spoken("井盖坏了")
    last()
    assert send("隔壁着火了，还有人在里面", minutes=1) == "voice"
    assert last().startswith("如果有人有危险，请马上拨打119")
    assert Voice.objects.order_by("-id")[0].case.urgent
    for _ in range(texting.AN_HOUR + 5):
        send("井盖坏了", minutes=2)
    last()
    assert send("我家着火了", minutes=2) == "voice"
    assert "119" in last()


def test_a_phone_that_sends_without_end_is_told_once_and_then_not_answered() -> None:
    done = [send("东街村的井盖坏了") for _ in range(texting.AN_HOUR + 4)]
    assert done == ["voice"] * texting.AN_HOUR + ["slow"] * 4
    assert texts() == texting.AN_HOUR + 1
    assert send("东街村的井盖坏了", minutes=61) == "voice"


def test_the_number_tells_its_own_phone_how_it_goes() -> None:
    voice = spoken()
    assert send(voice.number[-9:]) == "state"
    assert voice.number[-9:] in last()
    assert "县住建局" in last()
    dispatch.accept(**cast.turn("roads-1", voice.case))
    send(f"查 {voice.number}")
    assert "县住建局" in last()
    send("查")
    assert voice.number[-9:] in last()
    assert "井盖" in last()


@pytest.mark.parametrize("public", [True, False])
def test_another_phone_reads_only_what_everybody_may_read(public: bool) -> None:
    voice = cast.say(allows_public=public).voice
    done = send(voice.number, OTHER)
    assert done == ("state" if public else "unknown")
    assert ("县住建局" in last(OTHER)) is public
    assert send(voice.number[-9:], OTHER) == "unknown"
    assert cast.WORDS not in last(OTHER)


def test_a_word_of_eight_letters_is_a_voice_unless_it_is_a_number_of_this_phone() -> None:
    voice = spoken()
    Voice.objects.filter(id=voice.id).update(number="990101-26-PRXB-EMKS")
    assert send("prxbemks") == "state"
    assert send("flooding") == "voice"
    assert send("PQRS-TUVW") == "unknown"


def test_a_reply_by_a_number_without_digits_and_one_that_begins_with_a_long_word_are_told_apart() -> None:
    voice = spoken()
    Voice.objects.filter(id=voice.id).update(number="990101-26-PRXB-EMKS")
    assert send("reply prxb-emks it is deeper now") == "reply"
    assert send("reply anything else is fine") == "reply"
    told = Entry.objects.filter(kind="resident_answered").order_by("at", "id").values_list("public_text", flat=True)
    assert set(told) == {"it is deeper now", "anything else is fine"}


def test_a_misread_number_is_named_as_such() -> None:
    assert send("990101-26-K7M4-2QXE") in ("number_misread", "unknown")
    assert Voice.objects.count() == 0


def test_only_the_phone_that_spoke_may_rate_and_an_unhappy_rating_opens_again() -> None:
    voice = spoken()
    closed(voice)
    assert send(f"评 {voice.number} 5", OTHER) == "unknown"
    assert send("评 5", OTHER) == "unknown"
    assert not Rating.objects.exists()
    last()
    assert send("评 1 根本没修", minutes=30) == "rating"
    rating = Rating.objects.get()
    assert (rating.grade, rating.solved, rating.words, rating.reopened) == (1, False, "根本没修", True)
    assert Case.objects.get().state == "received"
    assert "1" in last()
    assert send("评 5", minutes=31) == "rated_already"
    assert Rating.objects.count() == 1


def test_a_happy_rating_by_number_is_noted_and_opens_nothing() -> None:
    voice = spoken()
    closed(voice)
    assert send(f"rate {voice.number[-9:]} 5 good", minutes=30) == "rating"
    assert Rating.objects.get().solved
    assert Case.objects.get().state == "closed"


@pytest.mark.parametrize("text", ["评 9", "RATE 9", "评 0分", "评 十分 谢谢", "评 3.5", "rate 10/10 slow"])
def test_a_grade_beyond_five_is_answered_in_a_sentence_and_changes_nothing(text: str) -> None:
    closed(spoken())
    last()
    before = Entry.objects.count()
    assert send(text, minutes=30) == "misrate"
    assert "从1到5" in last()
    assert (Voice.objects.count(), Rating.objects.count(), Entry.objects.count()) == (1, 0, before)
    assert send("评 4", minutes=31) == "rating"


@given(st.integers(6, 999) | st.just(0) | st.integers(-99, -1), st.sampled_from(["评", "评分：", "RATE ", "打分 "]))
def test_no_number_outside_the_scale_is_taken_for_a_grade_or_for_words(number: int, word: str) -> None:
    assert parse(f"{word}{number}").kind == "misrate"


def test_a_question_of_ours_still_stands_after_a_grade_that_is_none() -> None:
    assert send("井盖坏了") == "voice"
    assert "哪" in last()
    assert send("评 9") == "misrate"
    assert send("东街村") == "place"
    assert Voice.objects.count() == 1


def test_words_that_only_begin_like_a_grade_are_a_voice_where_nothing_is_to_be_rated() -> None:
    assert send("Rate 9 of the street lights as broken at once") == "voice"
    assert Voice.objects.get().words.startswith("Rate 9")
    assert send("评 9 有人触电了，快来人") == "voice", "danger is always heard"


def test_who_speaks_english_is_told_in_english_that_it_is_no_grade() -> None:
    spoken("The manhole cover in East Village is broken")
    assert send("RATE 9") == "misrate"
    assert "from 1 (bad) to 5 (good)" in last()


def test_a_grade_that_is_none_names_the_number_it_was_meant_for() -> None:
    voice = spoken()
    closed(voice)
    assert send(f"评 {voice.number} 8 没修好", minutes=30) == "misrate"
    assert f"评 {voice.number[-9:]} 5" in last()


def test_rating_what_is_not_closed_is_refused_in_a_sentence() -> None:
    spoken()
    assert send("评 5") == "not_closed"
    assert "评价" in last()


def test_the_first_words_after_a_question_answer_it_and_the_clock_runs_again() -> None:
    voice = spoken()
    dispatch.accept(**cast.turn("roads-1", voice.case))
    handling.ask(**cast.turn("roads-1", voice.case), question="几号门前？")
    asked = Message.objects.get(template="cases/messages/asked")
    assert (asked.adapter, "几号门前" in rendering.render(asked).text) == ("sms", True)
    assert send("8号，电话13800138000", minutes=20) == "reply"
    entry = Entry.objects.get(kind="resident_answered")
    assert "13800138000" not in entry.public_text
    assert Case.objects.get().state == "in_hand"
    assert send("南山村没有水", minutes=25) == "voice"


def test_a_reply_by_number_reaches_its_case_and_later_words_are_added() -> None:
    voice = spoken()
    assert send(f"回 {voice.number[-9:]} 现在更深了") == "reply"
    assert Entry.objects.get(kind="resident_answered").public_text == "现在更深了"
    assert Fact.objects.get(kind="case.added").about == voice.case.ref
    assert send(f"回 {voice.number} 我来插一句", OTHER) == "unknown"
    closed(Voice.objects.get())
    assert send("回 又坏了", minutes=60) == "voice"
    with pytest.raises(Refusal):
        texting_more.add(by=voice.ref, at=cast.later(hours=2), voice=voice.id, words="又坏了")


def test_who_wants_to_hear_nothing_hears_nothing_until_she_speaks_or_starts() -> None:
    voice = spoken()
    assert send("停") == "stopped"
    before = texts()
    dispatch.accept(**cast.turn("roads-1", voice.case))
    handling.answer(**cast.turn("roads-1", voice.case), public_text="已换新井盖")
    assert texts() == before
    assert Message.objects.get(template="cases/messages/answered").adapter == "page"
    assert send("开") == "started"
    closing.close(**cast.turn("roads-1", Case.objects.get()), outcome="fixed")
    assert "评" in last()


def test_a_letter_to_a_phone_holds_no_title_and_no_link_for_one_without_internet() -> None:
    voice = spoken("东街村的井盖坏了，住在隔壁的张大爷摔了")
    closed(voice)
    message = Message.objects.get(template="cases/messages/answered")
    text = rendering.render(message).text
    assert "title" not in message.context
    assert "井盖坏了" not in str(message.context)
    assert "http" not in text
    assert "换了新井盖" in text


@pytest.mark.parametrize("phone", ["10086", "1065502012345", "95588000", "INFO", ""])
def test_a_program_that_sends_texts_is_not_answered(phone: str) -> None:
    assert send("您的验证码是1234", phone) in ("machine", "no_phone")
    assert not Voice.objects.exists()
    assert not Message.objects.exists()


def test_the_phones_number_lies_in_the_clear_nowhere_not_even_in_the_thread() -> None:
    spoken("井盖坏了")
    rows = [str(bytes(v) if isinstance(v, memoryview) else v) for model in (Inbound, Talk, Message, Voice, Entry)
            for row in model.objects.values_list() for v in row]  # fmt: skip
    assert rows
    assert not any(PHONE in value for value in rows)


def test_a_phone_left_on_the_web_asks_by_text_as_well() -> None:
    from gongzhi.cases.cards import Contact

    received = cast.say(contact=Contact("phone", PHONE))
    assert "/v/" in last(), "who spoke on the web has internet"
    assert send(received.voice.number[-9:]) == "state"


def test_english_words_are_answered_in_english() -> None:
    assert send("The street lamp at the bridge is dark") == "voice"
    assert last().startswith("We have your words")
    assert send("?") == "help"


@pytest.mark.parametrize("words", ["字" * 10_001, "\u202e\u0000"])
def test_what_cannot_be_kept_is_answered_with_the_reason(words: str) -> None:
    done = send(words)
    assert done in ("words_too_long", "empty")
    assert not Voice.objects.exists()


def test_every_answer_fits_into_three_messages() -> None:
    from gongzhi.channels.gateways import Limits
    from gongzhi.channels.segments import parts

    voice = spoken("井盖坏了")
    for text in ("东街村", "评 9", "查", voice.number, "?", "停", "开", "评 5", "回 好的", "ABCD-1234"):
        send(text)
    closed(Voice.objects.get())
    send("评 1", minutes=9)
    send(voice.number, minutes=9)
    for row in Message.objects.filter(adapter="sms"):
        text = rendering.render(row).text
        assert parts(text, Limits()) <= 3, text
        assert "{{" not in text
        assert "  " not in text


def test_a_fault_half_way_leaves_nothing_and_the_gateway_may_call_again(monkeypatch: Any, tmp_path: Path) -> None:
    def broken(**words: Any) -> Any:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "receive", broken)
        with pytest.raises(RuntimeError):
            send("井盖坏了", number="n1")
    assert not Inbound.objects.exists()
    assert send("井盖坏了", number="n1") == "voice"


def test_a_question_asked_long_ago_is_not_waited_for_for_ever() -> None:
    spoken("井盖坏了")
    assert send("王家坳", minutes=timedelta(days=15).total_seconds() / 60) == "voice"
