import pytest

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger import kinds
from gongzhi.ledger.kinds import FactKind


def test_a_room_registers_its_kinds_and_may_start_twice(monkeypatch):
    monkeypatch.setattr(kinds, "_registered", {})
    kinds.register({"case.received": FactKind(("matter",), "A voice was received.")})
    kinds.register({"case.received": FactKind(("matter",), "A voice was received.")})
    assert list(kinds.registered()) == ["case.received"]


def test_one_name_has_one_meaning(monkeypatch):
    monkeypatch.setattr(kinds, "_registered", {})
    kinds.register({"case.received": FactKind((), "A voice was received.")})
    with pytest.raises(ValueError, match="declared twice"):
        kinds.register({"case.received": FactKind((), "Something else.")})


@pytest.mark.parametrize("name", ["received", ".received", "case.", "case." + "x" * 60])
def test_a_kind_is_named_room_and_verb(name):
    with pytest.raises(ValueError):
        kinds.register({name: FactKind((), "?")})


@pytest.mark.parametrize(
    ("kind", "details", "code"),
    [
        ("test.unheard", {}, "fact_unknown"),
        ("test.noted", {"name": "x"}, "fact_detail_undeclared"),
        ("test.noted", {"matter": "x" * 201}, "fact_detail_long"),
        ("test.noted", {"of": ["ok", "x" * 201]}, "fact_detail_long"),
        ("test.noted", {"of": {"x" * 201: 1}}, "fact_detail_long"),
        ("test.noted", {"matter": "a\0b"}, "fact_detail_long"),
    ],
)
def test_what_a_fact_may_not_say_is_refused(kind, details, code):
    with pytest.raises(Refusal) as caught:
        kinds.check(kind, details)
    assert caught.value.code == code


def test_what_a_fact_may_say_passes():
    kinds.check("test.noted", {"matter": "x" * 200, "count": 5, "of": ["a", None, True]})
