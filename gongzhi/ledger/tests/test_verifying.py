import copy
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.ledger import entries, keys, proofs, receipts, sealing
from gongzhi.ledger.verifying import Result, verify_receipt

from .conftest import AT


@pytest.fixture
def case(note):
    """A receipt as given at submit, the same with its proof, the published head, and the key."""
    facts = note(9)
    early = receipts.make(facts[3])
    sealing.seal_once(at=AT, holder="test")
    head = sealing.head_card(sealing.publish_head(at=AT))
    return early, receipts.with_proof(facts[3].pk), head, keys.signer().key.public_key()


def test_with_the_key_a_fresh_receipt_proves_a_promise(case):
    early, _, _, key = case
    verdict = verify_receipt(early, key=key, now=AT)
    assert (verdict.result, verdict.code) == (Result.promise, "promised")


def test_a_promise_whose_time_has_passed_is_named(case):
    early, _, _, key = case
    assert verify_receipt(early, key=key, now=AT + timedelta(days=2)).code == "promise_late"


def test_with_a_key_a_head_or_both_inclusion_is_proved(case):
    _, whole, head, key = case
    assert verify_receipt(whole, key=key).code == "in_signed_head"
    assert verify_receipt(whole, head).code == "in_given_head"
    verdict = verify_receipt(whole, head, key)
    assert (verdict.result, verdict.code, verdict.params["size"]) == (Result.inclusion, "in_given_signed_head", 9)


def test_without_key_and_head_nothing_is_proved(case):
    early, whole, head, _ = case
    assert verify_receipt(early).result is verify_receipt(whole).result is Result.nothing
    assert verify_receipt(early, head).code == "no_proof_for_head"


def test_a_head_of_another_size_proves_nothing_without_the_key(case, note):
    _, whole, _, key = case
    note(1, seal=True)
    later = sealing.head_card(sealing.publish_head(at=AT + timedelta(days=1)))
    assert verify_receipt(whole, later).code == "other_head"
    verdict = verify_receipt(whole, later, key)
    assert (verdict.result, verdict.code) == (Result.inclusion, "in_other_signed_head")


def test_a_wholly_forged_receipt_fits_itself_and_proves_nothing(case):
    _, whole, head, key = case
    forged, forger = copy.deepcopy(whole), Ed25519PrivateKey.generate()
    forged["fact"]["about"] = "case:forged"
    leaf = entries.leaf_of(forged["fact"])
    name = keys.key_id(forger.public_key())
    promise = {"sealed_by": whole["promise"]["sealed_by"], "key": name}
    promise["signature"] = forger.sign(entries.promise_text(leaf, promise["sealed_by"], name)).hex()
    root = proofs.root_by_inclusion(leaf, 3, 9, [bytes.fromhex(step) for step in whole["proof"]["path"]])
    forged |= {"leaf": leaf.hex(), "promise": promise}
    forged["proof"]["head"] |= {"root": root.hex(), "key": name}
    assert verify_receipt(forged).result is Result.nothing
    assert verify_receipt(forged, key=key).code == "other_key"
    assert verify_receipt(forged, head).code == "other_root"


def test_another_ledger_shown_to_others_is_found(case):
    _, whole, head, key = case
    assert verify_receipt(whole, head | {"root": "00" * 32}).code == "other_root"
    assert verify_receipt(whole, head | {"root": "00" * 32}, key).code == "head_forged"


def test_a_promise_moved_to_a_later_day_is_forged(case):
    early, _, _, key = case
    early["promise"]["sealed_by"] = "2027-11-22T03:46:14.000000Z"
    assert verify_receipt(early, key=key).code == "promise_forged"


@pytest.mark.parametrize("name", ["v", "gongzhi", "fact"])
def test_a_receipt_of_another_version_is_not_guessed_at(case, name):
    _, whole, _, key = case
    whole["fact" if name == "fact" else name] = {"v": 2} if name == "fact" else "other"
    assert verify_receipt(whole, key=key).code == "unknown_version"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 10**6), sign=st.sampled_from('0123456789abcdef"{}[]:, zA路'))
def test_no_changed_sign_of_a_receipt_is_accepted(case, place, sign):
    _, whole, head, key = case
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    place %= len(text)
    try:
        changed = json.loads(text[:place] + sign + text[place + 1 :])
    except ValueError:
        return
    if changed != whole and isinstance(changed, dict):
        verdict = verify_receipt(changed, head, key)
        untouched = {**changed, "proof": None} == {**whole, "proof": None} and changed.get("proof") is None
        assert verdict.result is Result.false or untouched or _only_unused(changed, whole)


def _only_unused(changed, whole):
    """The head inside the proof is not trusted when one is given: its moment and signature are not looked at."""
    one, two = copy.deepcopy(changed), copy.deepcopy(whole)
    for receipt in (one, two):
        if isinstance(receipt.get("proof"), dict) and isinstance(receipt["proof"].get("head"), dict):
            receipt["proof"]["head"] = {name: receipt["proof"]["head"].get(name) for name in ("size", "root")}
    return one == two or "proof" not in changed


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["gongzhi", "v", "fact", "leaf", "promise", "proof", "head"]), inner, max_size=6
            )
        ),
    )
)
def test_rubbish_is_called_false_and_never_crashes(rubbish):
    if isinstance(rubbish, dict):
        assert verify_receipt(rubbish).result is Result.false
        assert verify_receipt({"gongzhi": "receipt", "v": 1} | rubbish, rubbish).result is Result.false
