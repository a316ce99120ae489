import json

import pytest

from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import NotFound
from gongzhi.ledger import receipts, sealing
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.django_db


def test_a_receipt_is_the_same_whenever_it_is_made(note):
    fact = note(1)[0]
    receipt = receipts.make(fact)
    assert json.loads(json.dumps(receipt)) == receipt
    assert receipts.make(Fact.objects.get()) == receipt


def test_a_receipt_costs_no_question(note, django_assert_num_queries):
    fact = note(1)[0]
    with django_assert_num_queries(0):
        receipt = receipts.make(fact)
    assert receipt["promise"]["sealed_by"] == "2026-11-22T03:46:14.000000Z"


def test_the_same_link_later_holds_the_proof(note):
    fact = note(1)[0]
    assert "proof" not in receipts.with_proof(fact.pk)
    sealing.seal_once(at=fact.noted_at, holder="test")
    later = receipts.with_proof(fact.pk)
    assert later["proof"]["index"] == 0
    assert {name: value for name, value in later.items() if name != "proof"} == receipts.make(fact)


def test_an_unknown_receipt_is_not_found(note):
    with pytest.raises(NotFound):
        receipts.with_proof(uuid7())
