"""A receipt on paper: signs a QR code holds, read back by `gongzhi verify` as the same receipt."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.ledger import strips


@pytest.mark.parametrize(
    ("plain", "signs"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_base_45_is_that_of_rfc_9285(plain: bytes, signs: str) -> None:
    assert strips._to_base45(plain) == signs
    assert strips._from_base45(signs) == plain


@pytest.mark.parametrize("signs", ["GGW", ":::", "A", "a", "BB8A"])
def test_what_is_no_base_45_is_refused(signs: str) -> None:
    with pytest.raises(ValueError):
        strips._from_base45(signs)


@given(st.binary(max_size=300))
def test_base_45_goes_both_ways(data: bytes) -> None:
    assert strips._from_base45(strips._to_base45(data)) == data


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=40) | st.integers(), max_size=8))
def test_a_strip_gives_back_what_went_in_however_its_lines_were_broken(receipt: dict[str, Any]) -> None:
    strip = strips.to_strip(receipt)
    broken = "\r\n".join(strip[place : place + 60] for place in range(0, len(strip), 60))
    assert json.loads(strips.from_strip(strip)) == receipt
    if not any(line.startswith(" ") or line.endswith(" ") for line in broken.split("\r\n")):
        assert json.loads(strips.from_strip(broken)) == receipt


def test_a_strip_that_would_fill_the_memory_is_not_opened() -> None:
    bomb = strips.MARK + strips._to_base45(zlib.compress(b" " * 50_000_000, 9))
    with pytest.raises(ValueError):
        strips.from_strip(bomb)
    whole = strips.to_strip({"a": "b" * 100})
    with pytest.raises(ValueError):
        strips.from_strip(whole[:-9])


def test_a_strip_is_drawn_in_the_dense_mode_of_a_qr_code() -> None:
    code = segno.make(strips.to_strip({"a": "b" * 100}), error="m")
    assert code.mode == "alphanumeric"
