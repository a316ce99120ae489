"""Access tokens: shown once, bound to person and post, counted, ended by whatever ends the person's right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gongzhi.kit.ids import token_hash
from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people import accounts, posting, reads, tokens
from gongzhi.people.cards import Actor
from gongzhi.people.models import Account
from gongzhi.people.own import AccessToken
from gongzhi.people.tests.cast import AT, BY, account, fill

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def anna() -> Actor:
    card = fill("water-1", account("anna"))
    assert card.account is not None
    fill("admin", account("boss"))
    return Actor(card.account, (card,), card)


def made(actor: Actor, **more: Any) -> tuple[AccessToken, str]:
    told: dict[str, Any] = {"post": actor.acting.id, "label": "表格", "days": 30} | more
    return tokens.make(by=actor.by, at=AT, actor=actor, **told)


def test_a_token_acts_in_its_post_and_only_its_hash_is_kept(anna: Actor) -> None:
    row, text = made(anna)
    assert text.startswith("gz_")
    assert bytes(row.token_hash) == token_hash(text)
    actor = tokens.enter(at=AT, text=text)
    assert (actor.acting.code, actor.by, actor.account_id) == ("water-1", anna.by, anna.account_id)
    assert AccessToken.objects.get().last_used_at == AT
    assert Fact.objects.get(kind="token.made").details["post"] == anna.acting.ref
    assert text not in str(list(Fact.objects.values_list("details", flat=True)))


def test_whoever_acts_by_a_token_is_still_known_with_all_her_posts(anna: Actor) -> None:
    _, text = made(anna)
    fill("water-2", Account.objects.get(id=anna.account_id))

    actor = tokens.enter(at=AT, text=text)

    assert {post.code for post in actor.own_posts} == {"water-1", "water-2"}
    assert actor.acting.code == "water-1"


def test_it_ends_with_its_time_its_closing_and_a_wrong_letter(anna: Actor) -> None:
    row, text = made(anna)
    for moment, told in ((AT, text + "x"), (AT, ""), (AT + timedelta(days=30), text)):
        with pytest.raises(Refusal) as refusal:
            tokens.enter(at=moment, text=told)
        assert (refusal.value.code, refusal.value.status) == ("token_wrong", 401)
    tokens.close(by=anna.by, at=AT, account=anna.account_id, token=row.id)
    with pytest.raises(Refusal):
        tokens.enter(at=AT, text=text)
    with pytest.raises(NotFound):
        tokens.close(by=anna.by, at=AT, account=anna.account_id, token=row.id)


def test_it_ends_when_the_post_goes_to_somebody_else(anna: Actor) -> None:
    _, text = made(anna)
    posting.fill(by=BY, at=AT, post=anna.acting.id, account=account("ben").id)
    with pytest.raises(Refusal):
        tokens.enter(at=AT, text=text)


@pytest.mark.parametrize("end", [accounts.close, accounts.reset])
def test_it_ends_with_the_account_or_its_lost_keys(anna: Actor, end: Any) -> None:
    _, text = made(anna)
    end(by=BY, at=AT, account=anna.account_id)
    with pytest.raises(Refusal):
        tokens.enter(at=AT, text=text)
    assert AccessToken.objects.get().closed_at == AT


def test_nobody_makes_one_for_a_post_of_another_or_closes_anothers(anna: Actor) -> None:
    row, _ = made(anna)
    other = reads.post_by_code("water-2", AT)
    assert other is not None
    with pytest.raises(NotAllowed):
        made(anna, post=other.id)
    covered = Actor(anna.account_id, (anna.acting, other.covered(anna.acting.id)), anna.acting)
    with pytest.raises(NotAllowed):
        made(covered, post=other.id)
    with pytest.raises(NotFound):
        tokens.close(by="post:x", at=AT, account=Account.objects.get(username="boss").id, token=row.id)


@pytest.mark.parametrize(("field", "value"), [("label", " "), ("days", 0), ("days", 366)])
def test_what_cannot_be_is_refused_by_its_field(anna: Actor, field: str, value: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        made(anna, **{field: value})
    assert refusal.value.field == field


def test_an_hour_has_its_limit_and_the_next_begins_anew(anna: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "PER_HOUR", 3)
    _, text = made(anna)
    for minute in range(3):
        tokens.enter(at=AT + timedelta(minutes=minute), text=text)
    with pytest.raises(Refusal) as refusal:
        tokens.enter(at=AT + timedelta(minutes=5), text=text)
    assert refusal.value.status == 429
    assert 0 < refusal.value.params["seconds"] <= 3600
    tokens.enter(at=AT + timedelta(minutes=61), text=text)
