"""Leave and cover of a post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people import leaving, reads
from gongzhi.people.cards import PostCard
from gongzhi.people.models import Post
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def posts() -> tuple[PostCard, PostCard]:
    cast.load()
    return cast.fill("water-1", cast.account("lin")), cast.fill("water-2", cast.account("wu"))


def set_leave(post: PostCard, cover: PostCard | None, **change: Any) -> PostCard:
    words: dict[str, Any] = {"away_from": cast.AT, "away_to": cast.AT + 5 * DAY} | change
    return leaving.leave(by=post.ref, at=cast.AT, post=post.id, cover=cover.id if cover else None, **words)


def test_leave_lends_the_post_to_its_cover_and_is_a_fact(posts: tuple[PostCard, PostCard]) -> None:
    one, two = posts
    assert set_leave(one, two).away
    assert two.account is not None
    assert [card.code for card in reads.posts_of(two.account, cast.AT + DAY)] == ["water-2", "water-1"]
    assert Fact.objects.get(kind="post.away").details["cover"] == two.id.hex


def test_come_back_ends_it_once(posts: tuple[PostCard, PostCard]) -> None:
    one, two = posts
    set_leave(one, two)
    for _ in range(2):
        assert not leaving.come_back(by=one.ref, at=cast.AT + DAY, post=one.id).away
    assert Fact.objects.filter(kind="post.back").count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"away_to": cast.AT - DAY, "away_from": cast.AT}, "leave_backwards"),
        ({"away_from": cast.AT - 3 * DAY, "away_to": cast.AT - DAY}, "leave_past"),
    ],
)
def test_leave_refuses_days_that_cannot_be(posts: tuple[PostCard, PostCard], change: Any, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        set_leave(*posts, **change)
    assert refused.value.code == code


def test_leave_refuses_no_cover_itself_a_vacant_one_and_the_same_person(posts: tuple[PostCard, PostCard]) -> None:
    one, two = posts
    head = reads.post_by_code("water-head")
    codes = []
    for cover in (None, one, head):
        with pytest.raises(Refusal) as refused:
            set_leave(one, cover)
        codes.append(refused.value.code)
    Post.objects.filter(id=two.id).update(account=one.account)
    with pytest.raises(Refusal) as refused:
        set_leave(one, two)
    assert [*codes, refused.value.code] == ["cover_missing", "cover_itself", "cover_vacant", "cover_same_person"]


def test_leave_refuses_a_cover_that_is_away_in_that_time(posts: tuple[PostCard, PostCard]) -> None:
    one, two = posts
    set_leave(one, two)
    with pytest.raises(Refusal) as refused:
        set_leave(two, one, away_from=cast.AT + 4 * DAY, away_to=cast.AT + 6 * DAY)
    assert refused.value.code == "cover_away"
    assert not set_leave(two, one, away_from=cast.AT + 5 * DAY, away_to=cast.AT + 6 * DAY).away


def test_leave_never_joins_administrators_duties(posts: tuple[PostCard, PostCard]) -> None:
    admin, audit = cast.fill("admin", cast.account("admin")), cast.fill("audit", cast.account("audit"))
    with pytest.raises(Refusal) as refused:
        set_leave(admin, audit)
    assert refused.value.code == "duties_apart"
