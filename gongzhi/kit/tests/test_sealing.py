import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit import sealing


@given(st.binary(max_size=500), st.binary(max_size=50))
def test_a_sealed_text_opens_with_its_key_and_its_place(plain, aad):
    key = sealing.new_key()
    assert sealing.open_sealed(key, sealing.seal(key, plain, aad), aad) == plain


def test_a_text_is_never_sealed_the_same_twice():
    key = sealing.new_key()
    assert sealing.seal(key, b"x", b"") != sealing.seal(key, b"x", b"")


@given(st.integers(0, 12 + 5 + 16 - 1), st.integers(1, 255))
def test_a_changed_byte_does_not_open(place, change):
    key = sealing.new_key()
    sealed = bytearray(sealing.seal(key, b"words", b"voice:1"))
    sealed[place] ^= change
    with pytest.raises(sealing.Unreadable):
        sealing.open_sealed(key, bytes(sealed), b"voice:1")


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12])
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(sealing.Unreadable):
        sealing.open_sealed(sealing.new_key(), sealed, b"")


def test_a_text_moved_to_another_row_does_not_open():
    key = sealing.new_key()
    with pytest.raises(sealing.Unreadable):
        sealing.open_sealed(key, sealing.seal(key, b"words", b"voice:1"), b"voice:2")


def test_a_wrapped_key_opens_under_its_master_only():
    master, key = sealing.new_key(), sealing.new_key()
    wrapped = sealing.wrap(master, key)
    assert sealing.unwrap(master, wrapped) == key
    with pytest.raises(sealing.Unreadable):
        sealing.unwrap(sealing.new_key(), wrapped)


def test_a_wrapped_key_is_no_sealed_text_of_the_master():
    master = sealing.new_key()
    with pytest.raises(sealing.Unreadable):
        sealing.open_sealed(master, sealing.wrap(master, b"k" * 32), b"gongzhi key")


def test_a_blind_index_finds_equal_texts_and_tells_nothing_else():
    master = sealing.new_key()
    assert sealing.blind_index(master, "13800138000") == sealing.blind_index(master, "13800138000")
    assert sealing.blind_index(master, "13800138000") != sealing.blind_index(master, "13800138001")
    assert sealing.blind_index(master, "a") != sealing.blind_index(sealing.new_key(), "a")
    assert len(sealing.blind_index(master, "a")) == 32


def test_a_short_master_is_refused():
    with pytest.raises(ValueError):
        sealing.wrap(b"short", sealing.new_key())
