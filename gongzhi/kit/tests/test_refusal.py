import pytest

from gongzhi.kit.refusal import Gone, NotAllowed, NotFound, Refusal, Stale


def test_a_refusal_fills_its_sentence_with_its_params():
    refusal = Refusal("too_large", "%(size)s MB; up to %(most)s MB works.", size=50, most=10)
    assert str(refusal) == "50 MB; up to 10 MB works."
    assert (refusal.code, refusal.status, refusal.field) == ("too_large", 400, None)
    assert refusal.params == {"size": 50, "most": 10}


def test_a_sentence_without_params_may_hold_a_percent_sign():
    assert str(Refusal("odd", "84 % is not enough.")) == "84 % is not enough."


@pytest.mark.parametrize(("kind", "status"), [(NotAllowed, 403), (NotFound, 404), (Stale, 409), (Gone, 410)])
def test_each_kind_answers_with_its_status(kind, status):
    assert kind("x", "No.").status == status
    assert isinstance(kind("x", "No."), Refusal)


def test_status_and_field_can_be_told():
    refusal = Refusal("too_large", "No.", status=413, field="photos")
    assert (refusal.status, refusal.field) == (413, "photos")
