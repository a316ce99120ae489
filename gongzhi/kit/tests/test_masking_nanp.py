"""Telephone numbers of North America are hidden without a word before them; ids, dates, money and addresses are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongzhi.kit.masking import mask

FORMS = [
    "({a}) {e}-{n}",
    "({a}){e}-{n}",
    "({a}) {e}{n}",
    "( {a} ) {e} {n}",
    "{a}-{e}-{n}",
    "{a}.{e}.{n}",
    "{a} {e} {n}",
    "{a} {e}-{n}",
    "{a}/{e}-{n}",
    "{a} - {e} - {n}",
    "{a}–{e}–{n}",
    "1-{a}-{e}-{n}",
    "1 ({a}) {e}-{n}",
    "1.{a}.{e}.{n}",
    "+1 {a} {e} {n}",
    "+1 ({a}) {e}-{n}",
    "+1-{a}-{e}-{n}",
    "+1{a}{e}{n}",
    "001 {a} {e} {n}",
    "（{a}）{e}－{n}",
]
AROUND = [
    "",
    "Reach us: ",
    "The landlord, ",
    "tenant (apt 4B) ",
    "住3号楼，",
    "my # is ",
    "at 12 Main St, ",
    "\n",
]
AFTER = ["", ".", ", thanks", " after 6 pm", " x12", "，谢谢", "!", " or the office", ")", "\n"]

areas = st.builds(lambda a, b, c: f"{a}{b}{c}", st.integers(2, 9), st.integers(0, 8), st.integers(0, 9))
exchanges = st.builds(lambda a, b: f"{a}{b:02d}", st.integers(2, 9), st.integers(0, 99))
lines = st.builds(lambda n: f"{n:04d}", st.integers(0, 9999))


def written(form: str, area: str, exchange: str, line: str) -> str:
    assume("11" not in (area[1:], exchange[1:]))
    return form.format(a=area, e=exchange, n=line)


@given(st.sampled_from(FORMS), areas, exchanges, lines, st.sampled_from(AROUND), st.sampled_from(AFTER))
def test_no_number_survives_any_usual_way_of_writing_it(
    form: str, area: str, exchange: str, line: str, before: str, after: str
) -> None:
    number = written(form, area, exchange, line)
    public = mask(before + number + after)
    assert public.text in {before + label + after for label in ("[phone]", "〔电话〕")}
    assert public.found == {"phone": 1}


@given(
    st.sampled_from(FORMS[:2] + FORMS[4:7]), areas, exchanges, lines, st.sampled_from(["/", " / ", ", ", " or ", "; "])
)
def test_two_numbers_side_by_side_are_both_hidden(form: str, area: str, exchange: str, line: str, between: str) -> None:
    number = written(form, area, exchange, line)
    assert not re.search(r"[0-9]", mask(number + between + number).text)


# What looks a little like one. Each is drawn at random, so that no list of examples was learned by heart.
# (400 and 800 begin the service numbers of China, which are hidden in any writing.)
others = areas.filter(lambda area: area not in ("400", "800"))
LOOKALIKES = [
    st.builds("Case 101{:09d} is closed".format, st.integers(0, 10**9 - 1)),
    st.builds("case number {}-{}-{}".format, others, exchanges, lines),
    st.builds("Permit #{}-{}-{} expired".format, others, exchanges, lines),
    st.builds("permit {:07d}, see the board".format, st.integers(0, 10**7 - 1)),
    st.builds("SR-{}-{}-{}".format, others, exchanges, lines),
    st.builds("ref: A{}-{}-{}".format, others, exchanges, lines),
    st.builds("{}-{}-{}-7".format, others, exchanges, lines),
    st.builds("1-{:03d}-{}-{}".format, st.integers(100, 199), exchanges, lines),
    st.builds("311-{:08d}".format, st.integers(0, 10**8 - 1)),
    st.builds("id {}{}{}".format, others, exchanges, lines),
    st.builds("{}{}{} was the request".format, others, exchanges, lines),
    st.builds("Boston MA {:05d}-{:04d}".format, st.integers(501, 99950), st.integers(0, 9999)),
    st.builds("{:d}-{:02d} {:d}th Street, Apt {:d}".format, *[st.integers(10, 99)] * 4),
    st.builds("{:04d}-{:02d}-{:02d} {:02d}:{:02d}".format, st.integers(1990, 2030), st.integers(1, 12),
              st.integers(1, 28), st.integers(0, 23), st.integers(0, 59)),
    st.builds("{:02d}/{:02d}/{:04d}".format, st.integers(1, 12), st.integers(1, 28), st.integers(1990, 2030)),
    st.builds("${:,d}.{:02d} for {:d} hours".format, st.integers(0, 10**9), st.integers(0, 99), st.integers(1, 900)),
    st.builds("10.{:d}.{:d}.{:d}".format, *[st.integers(0, 255)] * 3),
    st.builds("{:.6f}, -{:.6f}".format, st.floats(20, 60), st.floats(60, 130)),
    st.builds("APN {:04d}-{:03d}-{:03d}".format, st.integers(2000, 3999), *[st.integers(0, 999)] * 2),
    st.builds("buses {:d} {:d} {:d}".format, *[st.integers(1, 999)] * 3),
]  # fmt: skip


@given(st.one_of(LOOKALIKES))
def test_numbers_of_things_days_and_money_stay(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("ten in a row need a word: 6175550123, call 6175550123", "ten in a row need a word: 6175550123, call [phone]"),
        ("911-555-0123", "911-555-0123"),  # no area code
        ("617-911-0123", "617-911-0123"),  # no exchange
        ("SSN-like 617-55-0123", "SSN-like 617-55-0123"),
        ("cell-617-555-0123", "cell-[phone]"),
        ("MA 02118 617 555 0123", "MA [phone]"),  # 02118 617 555 is a land line too: in doubt all of it
        ("rooms 201 302 4035 203", "rooms 201 302 4035 203"),
        ("MA 90210 (617) 555-0123", "MA 90210 [phone]"),
        ("T-617-555-0123", "T-[phone]"),
        ("Caller ID 617-555-0123", "Caller ID [phone]"),
        ("no residence permit 1234567 here", "no residence permit [ID number] here"),
        ("1917-817-4201", "[phone]"),
        ("718  216-6932", "[phone]"),
    ],
)
def test_what_stands_beside_a_number_decides(text: str, public: str) -> None:
    assert mask(text).text == public


@given(st.text("0123456789()+-. /1aSR#", max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once
