"""Sealing with one key a text."""

from __future__ import annotations

import pytest

from gongzhi.kit.sealing import Unreadable
from gongzhi.people import vaulting


def test_a_text_opens_for_its_own_thing_alone() -> None:
    sealed, key = vaulting.seal_text("住在南街12号", "voice:1")
    assert vaulting.open_text(sealed, key, "voice:1") == "住在南街12号"
    with pytest.raises(Unreadable):
        vaulting.open_text(sealed, key, "voice:2")


def test_two_texts_have_two_keys() -> None:
    one, two = vaulting.seal_text("same", "voice:1"), vaulting.seal_text("same", "voice:1")
    assert one[0] != two[0]
    with pytest.raises(Unreadable):
        vaulting.open_text(one[0], two[1], "voice:1")


def test_blind_finds_the_same_address_however_it_was_typed() -> None:
    assert vaulting.blind("Lin@Example.org ") == vaulting.blind("lin@example.ORG")
    assert vaulting.blind("１３８ 0000 0000") == vaulting.blind("13800000000")
    assert vaulting.blind("13800000000") != vaulting.blind("13800000001")
    assert len(vaulting.blind("x")) == 32
