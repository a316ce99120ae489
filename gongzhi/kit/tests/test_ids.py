import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit import ids
from gongzhi.kit.refusal import Refusal

START = datetime(2026, 11, 21, 3, 46, 14, tzinfo=UTC)
draws = st.binary(min_size=7, max_size=7)


def number(drawn: bytes | None = None) -> str:
    return ids.case_number("990101", 2026, drawn or os.urandom(7))


def test_uuid7_orders_as_its_moments_to_the_microsecond():
    made = [ids.uuid7(START + timedelta(microseconds=step)) for step in range(2000)]
    assert all(a < b and str(a) < str(b) for a, b in pairwise(made))


def test_uuid7_says_its_version_and_its_millisecond():
    made = ids.uuid7(START)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(START.timestamp() * 1000)


def test_uuid7_of_one_moment_never_repeats():
    assert len({ids.uuid7(START) for _ in range(5000)}) == 5000


def test_a_secret_token_is_128_bits_and_stored_as_a_hash():
    tokens = {ids.secret_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {22}
    assert len(ids.token_hash("a")) == 32
    assert ids.token_hash("a") != ids.token_hash("b")


def test_case_numbers_look_as_printed_on_receipts():
    assert number()[:10] == "990101-26-"
    assert [len(part) for part in number().split("-")] == [6, 2, 4, 4]


def test_case_numbers_hide_their_order_and_use_every_symbol():
    bodies = [number()[10:] for _ in range(1000)]
    rising = sum(a < b for a, b in pairwise(bodies))
    assert 400 < rising < 600
    assert len(set(bodies)) == 1000
    assert set("".join(bodies)) == {*ids.CROCKFORD, "-"}


@given(draws)
def test_a_case_number_reads_back(drawn):
    assert ids.parse_number(number(drawn)) == number(drawn)


def test_numbers_are_read_as_people_type_them():
    printed = next(n for n in (number() for _ in range(5000)) if "0" in n[10:] and "1" in n[10:])
    sloppy = printed[:10] + printed[10:].replace("0", "o").replace("1", "l")
    for typed in (
        printed.lower(),
        printed.replace("-", ""),
        f" {sloppy} ",
        printed.replace("-", " – "),
        f"编号：{printed}。",
    ):
        assert ids.parse_number(typed) == printed
    wide = printed.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"})
    assert ids.parse_number(wide) == printed


@given(draws, st.integers(0, 15), st.sampled_from(ids.CROCKFORD))
def test_every_single_slip_is_caught(drawn, place, wrong):
    body = number(drawn).replace("-", "")
    slipped = body[:place] + wrong + body[place + 1 :]
    if slipped != body:
        with pytest.raises(Refusal, match="slip"):
            ids.parse_number(slipped)


@given(draws, st.integers(0, 15), st.integers(0, 15))
def test_every_swap_of_two_signs_is_caught(drawn, one, two):
    body = list(number(drawn).replace("-", ""))
    body[one], body[two] = body[two], body[one]
    if "".join(body) != number(drawn).replace("-", ""):
        with pytest.raises(Refusal) as caught:
            ids.parse_number("".join(body))
        assert caught.value.code == "number_misread"


@pytest.mark.parametrize(
    "typed", ["", "990101", "990101-26-K7M4", "hello", "9" * 5000, "990101-26-UUUU-UUUU", "٩٩٠١٠١"]
)
def test_what_cannot_be_a_number_is_refused(typed):
    with pytest.raises(Refusal):
        ids.parse_number(typed)


@pytest.mark.parametrize("bad", [("99", bytes(7)), ("99010x", bytes(7)), ("990101", bytes(6)), ("９９0101", bytes(7))])
def test_case_number_refuses_what_it_cannot_number(bad):
    with pytest.raises(ValueError):
        ids.case_number(bad[0], 2026, bad[1])


@pytest.mark.parametrize("good", ["11010519491231002X", "11010519491231002x", "34052419800101001X", "370102900101123"])
def test_id_cards_that_fit(good):
    assert ids.id_card_fits(good)


@pytest.mark.parametrize(
    "bad",
    [
        "340524198001010013",
        "110105194913310021",
        "110105194902300021",
        "11010519491231002",
        "",
        "a" * 18,
        "370102901301123",
    ],
)
def test_id_cards_that_do_not_fit(bad):
    assert not ids.id_card_fits(bad)


@pytest.mark.parametrize(
    "good",
    [
        "11100000000013338W",
        "11430000006122244L",
        "113700000045030270",
        "11330105002500287C",
        "11110000000021135M",
        "91350100M000100Y43",
    ],
)
def test_uscc_of_real_bodies_fit(good):
    assert ids.uscc_fits(good)
    assert not ids.uscc_fits(good[:-2] + good[-1] + good[-2])


def test_uscc_refuses_other_signs_and_the_known_pilot_code():
    assert not ids.uscc_fits("91350100M0001TGQXM")
    assert not ids.uscc_fits("1110000000001333OW")


@given(st.text("0123456789", min_size=15, max_size=18))
def test_luhn_accepts_one_of_ten_last_digits(body):
    assert sum(ids.luhn_fits(body + last) for last in "0123456789") == 1


def test_luhn_knows_a_card_and_no_other_script():
    assert ids.luhn_fits("4111111111111111")
    assert not ids.luhn_fits("４１１１１１１１１１１１１１１１")
    assert not ids.luhn_fits("")
