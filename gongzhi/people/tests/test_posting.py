"""Opening, filling and closing posts."""

from __future__ import annotations

import pytest

from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people import posting, reads
from gongzhi.people.models import Post
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county() -> None:
    cast.load()


def test_fill_gives_the_post_and_tells_who_had_it() -> None:
    lin, wu = cast.account("lin"), cast.account("wu")
    post = cast.fill("water-1", lin)
    card = posting.fill(by="post:" + "0" * 32, at=cast.AT, post=post.id, account=wu.id)
    assert card.account == wu.id
    fact = Fact.objects.get(kind="post.filled")
    assert fact.about == post.ref
    assert fact.details == {"account": wu.id.hex, "before": lin.id.hex}


def test_fill_twice_is_one_fact() -> None:
    lin = cast.account("lin")
    post = cast.fill("water-1", None)
    for _ in range(2):
        posting.fill(by=cast.BY, at=cast.AT, post=post.id, account=lin.id)
    assert Fact.objects.filter(kind="post.filled").count() == 1


def test_fill_refuses_ones_own_account() -> None:
    admin = cast.account("admin")
    by = cast.fill("admin", admin).ref
    post = cast.fill("water-1", None)
    with pytest.raises(Refusal, match="own account"):
        posting.fill(by=by, at=cast.AT, post=post.id, account=admin.id)
    assert Post.objects.get(id=post.id).account_id is None


def test_fill_keeps_administration_and_audit_in_two_hands() -> None:
    admin = cast.account("admin")
    cast.fill("admin", admin)
    audit = cast.fill("audit", None)
    with pytest.raises(Refusal) as refused:
        posting.fill(by=cast.BY, at=cast.AT, post=audit.id, account=admin.id)
    assert refused.value.code == "duties_apart"


def test_fill_refuses_a_closed_account_and_a_closed_post() -> None:
    gone = cast.account("gone", is_active=False, closed_at=cast.AT)
    post = cast.fill("water-1", None)
    with pytest.raises(Refusal) as refused:
        posting.fill(by=cast.BY, at=cast.AT, post=post.id, account=gone.id)
    assert refused.value.code == "account_unknown"
    posting.close(by=cast.BY, at=cast.AT, post=post.id)
    with pytest.raises(Refusal) as closed:
        posting.fill(by=cast.BY, at=cast.AT, post=post.id, account=None)
    assert closed.value.code == "post_unknown"


def test_open_post_is_vacant_valid_today_and_a_fact() -> None:
    card = posting.open_post(by=cast.BY, at=cast.AT, organ="water", role="handler", title_zh=" 防汛岗 ")
    assert (card.title_zh, card.account, card.organ) == ("防汛岗", None, "water")
    assert card in reads.colleagues("water", cast.AT)
    assert Fact.objects.get(kind="post.opened").details == {"role": "handler", "organ": "water"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"organ": "nobody"}, "organ_unknown"),
        ({"role": "king"}, "role_unknown"),
        ({"title_zh": " "}, "title_missing"),
        ({"place": "990101999000"}, "place_unknown"),
    ],
)
def test_open_post_refuses_what_is_not_there(change: dict[str, str], code: str) -> None:
    words = {"organ": "water", "role": "handler", "title_zh": "防汛岗"} | change
    with pytest.raises(Refusal) as refused:
        posting.open_post(by=cast.BY, at=cast.AT, **words)
    assert refused.value.code == code


def test_close_refuses_a_post_somebody_holds() -> None:
    post = cast.fill("water-1", cast.account("lin"))
    with pytest.raises(Refusal) as refused:
        posting.close(by=cast.BY, at=cast.AT, post=post.id)
    assert refused.value.code == "post_held"


def test_close_ends_the_leave_it_covered() -> None:
    cover = cast.fill("water-2", None)
    Post.objects.filter(code="water-1").update(away_from=cast.AT, away_to=cast.AT.replace(hour=9), cover_id=cover.id)
    posting.close(by=cast.BY, at=cast.AT, post=cover.id)
    assert Post.objects.get(code="water-1").cover_id is None


def test_an_unknown_post_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        posting.close(by=cast.BY, at=cast.AT, post=uuid7())
    assert refused.value.code == "post_unknown"
