"""All adapters are alike."""

from __future__ import annotations

import pytest

from gongzhi.channels import delivering
from gongzhi.channels.adapters import ADAPTERS, AdapterError, Letter, adapter


def test_an_adapter_that_is_not_registered_is_not_found() -> None:
    with pytest.raises(KeyError):
        adapter("pigeon")


def test_an_error_is_for_a_while_unless_it_says_otherwise() -> None:
    assert not AdapterError("down").permanent
    assert AdapterError("no such address", permanent=True).permanent


@pytest.mark.parametrize("name", ["page", "loudspeaker", "print"])
def test_what_needs_nothing_to_travel_is_always_taken(name: str) -> None:
    assert adapter(name).deliver(Letter("1", "voice", "subject", "text", "en")) == ""


def test_a_person_carries_paper_and_machines_the_rest() -> None:
    assert set(delivering.by_machine()) == set(ADAPTERS) - {"print"}
