"""All adapters are alike."""

from __future__ import annotations

import inspect

import pytest

from gongzhi.channels.adapters import ADAPTERS, AdapterError, Letter, adapter


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_has_name_label_and_deliver(name: str) -> None:
    module = adapter(name)
    assert name == module.NAME
    assert module.LABEL
    assert list(inspect.signature(module.deliver).parameters) == ["letter"]
    assert name == ADAPTERS[name].split(".")[-2]


def test_an_adapter_that_is_not_registered_is_not_found() -> None:
    with pytest.raises(KeyError):
        adapter("pigeon")


def test_an_error_is_for_a_while_unless_it_says_otherwise() -> None:
    assert not AdapterError("down").permanent
    assert AdapterError("no such address", permanent=True).permanent


def test_the_page_needs_nothing_to_travel() -> None:
    adapter("page").deliver(Letter("1", "voice", "subject", "text", "en"))
