"""The plain rules of the room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases import recalling, rules
from gongzhi.kit.refusal import Refusal


@given(st.text(max_size=400))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert rules.clean(rules.clean(text)) == rules.clean(text)


@given(st.text(max_size=400))
def test_nothing_invisible_or_turning_survives_cleaning(text: str) -> None:
    cleaned = rules.clean(text)
    assert not set(cleaned) & rules._MARKS
    assert "\n\n\n" not in cleaned
    assert "\r" not in cleaned
    assert "\x00" not in cleaned


def test_cleaning_keeps_joined_emoji_and_rare_characters() -> None:
    assert rules.clean("👨‍👩‍👧 𠮷野家 café") == "👨‍👩‍👧 𠮷野家 café"


@given(st.text(min_size=1, max_size=300))
def test_a_title_is_one_line_of_at_most_sixty_signs(text: str) -> None:
    title = rules.title_of(text)
    assert len(title) <= 60
    assert "\n" not in title


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("井盖坏了。请修。", "井盖坏了"),
        ("Lamp 3.5 m high is broken. Please mend", "Lamp 3.5 m high is broken"),
        ("？", "？"),
    ],
)
def test_a_title_is_the_first_sentence(words: str, title: str) -> None:
    assert rules.title_of(words) == title


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("email", " Lin.Mei@Example.ORG", "lin.mei@example.org"),
        ("email", "ｌｉｎ＠example.org", "lin@example.org"),
        ("phone", "+86 139-1234-5678", "13912345678"),
        ("phone", "(0990) 8123456", "09908123456"),
        ("phone", "+49 30 1234567", "+49301234567"),
    ],
)
def test_a_contact_is_kept_in_one_form(kind: str, typed: str, kept: str) -> None:
    assert rules.check_contact(kind, typed) == kept


@pytest.mark.parametrize(
    "given_",
    [
        {"reason": "not_our_duty", "to_organ": "water", "to_post": None, "clause": ""},
        {"reason": "not_our_duty", "to_organ": "", "to_post": object(), "clause": "x"},
        {"reason": "on_leave", "to_organ": "", "to_post": None, "clause": ""},
        {"reason": "on_leave", "to_organ": "water", "to_post": object(), "clause": ""},
        {"reason": "because", "to_organ": "water", "to_post": None, "clause": ""},
    ],
)
def test_a_hand_over_needs_reason_receiver_and_for_not_our_duty_a_clause(given_: dict) -> None:
    with pytest.raises(Refusal):
        rules.check_handover(**given_)


@pytest.mark.parametrize(
    ("outcome", "first"), [("duplicate", ""), ("fixed", "990101"), ("withdrawn", ""), ("gone", "")]
)
def test_an_outcome_is_coded_and_a_duplicate_names_the_first(outcome: str, first: str) -> None:
    with pytest.raises(Refusal):
        rules.check_outcome(outcome, duplicate_of=first)


@given(st.booleans(), st.integers(1, 5))
def test_unhappy_is_not_solved_or_one_of_the_two_lowest(solved: bool, grade: int) -> None:
    assert rules.unhappy(solved=solved, grade=grade) == (not solved or grade in (1, 2))


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(2100, 1, 1)), st.integers(0, 90))
def test_the_window_of_reopening_is_counted_in_days(closed: datetime, days: int) -> None:
    assert rules.reopens_until(closed, days) - closed == timedelta(days=days)


@given(st.from_regex(r"[0-9]{0,15}", fullmatch=True))
def test_prefixes_go_from_long_to_everywhere(code: str) -> None:
    found = rules.prefixes(code)
    assert found[-1] == ""
    assert all(code.startswith(prefix) for prefix in found)
    assert list(found) == sorted(found, key=len, reverse=True)


def test_a_latin_keyword_counts_by_whole_words() -> None:
    table = {"tree": ("trees",), "井盖": ("manhole",)}
    assert rules.score_matters("The street is dark", table) == {}
    assert set(rules.score_matters("Trees fell on the 井盖", table)) == {"trees", "manhole"}


@pytest.mark.parametrize(
    ("told", "same"),
    [
        ("东街井盖坏了，老人差点摔倒", True),
        ("东街的井盖坏了晚上有老人差点摔倒请尽快来修", True),
        ("井盖坏了", False),
        ("我家楼下的路灯三个月不亮没人管", False),
        ("", False),
        ("兰", False),
    ],
)
def test_told_words_are_compared_by_pairs_of_signs(told: str, same: bool) -> None:
    assert recalling.same_words(told, "兰亭镇东街的井盖坏了，晚上有老人差点摔倒，请尽快来修。") is same


@given(st.text(min_size=8, max_size=200).filter(lambda text: sum(c.isalnum() for c in text) > 7))
def test_own_words_are_always_the_same_words(words: str) -> None:
    assert recalling.same_words(words, words)
