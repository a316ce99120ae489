import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.canonical import NotCanonical, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


@given(values)
def test_the_spelling_is_the_one_of_an_independent_judge(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_are_ordered_by_utf16_and_not_by_code_point():
    value = {"\ufb33": 1, "\U0001f600": 2, "é": 3, "1": 4, "\r": 5}
    assert canonical(value) == '{"\\r":5,"1":4,"é":3,"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), "\ud800", {1: 2}, {"a": b""}, [0.0], {"\udc00": 1}, object()])
def test_what_has_no_one_spelling_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)
