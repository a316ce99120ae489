"""Loading organs and posts from files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people import loading, reads
from gongzhi.people.models import Organ, Post
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db


def test_loading_twice_changes_nothing_and_leaves_no_trace() -> None:
    cast.load()
    before = list(Organ.objects.order_by("code").values()), list(Post.objects.order_by("code").values())
    facts = Fact.objects.count()
    again = loading.load_organs(by=cast.BY, at=cast.AT + timedelta(days=3), rows=cast.ORGANS)
    posts = loading.load_posts(by=cast.BY, at=cast.AT + timedelta(days=3), rows=cast.POSTS)
    assert again == posts == loading.Loaded(0, 0, 0)
    assert (list(Organ.objects.order_by("code").values()), list(Post.objects.order_by("code").values())) == before
    assert Fact.objects.count() == facts


def test_a_removed_row_is_closed_with_the_day_and_a_returned_one_opens_again() -> None:
    cast.load()
    without = [row for row in cast.POSTS if row["code"] != "water-2"]
    assert loading.load_posts(by=cast.BY, at=cast.AT, rows=without) == loading.Loaded(0, 0, 1)
    assert Post.objects.get(code="water-2").valid_to == date(2026, 3, 16)
    assert [card.code for card in reads.colleagues("water", cast.AT)] == ["water-1", "water-head"]
    loading.load_posts(by=cast.BY, at=cast.AT, rows=cast.POSTS)
    assert Post.objects.get(code="water-2").valid_to is None


def test_parents_may_stand_after_their_children() -> None:
    loading.load_organs(by=cast.BY, at=cast.AT, rows=list(reversed(cast.ORGANS)))
    assert reads.organ("water").parent == "government"  # type: ignore[union-attr]


def test_a_changed_name_is_changed_and_told_once() -> None:
    cast.load()
    rows = [row | {"name_zh": "县水利局"} if row["code"] == "water" else row for row in cast.ORGANS]
    assert loading.load_organs(by=cast.BY, at=cast.AT, rows=rows) == loading.Loaded(0, 1, 0)
    told = [fact.details for fact in Fact.objects.filter(kind="organs.loaded")]
    assert told.count({"added": 0, "changed": 1, "closed": 0}) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "water-1"}, "code_twice"),
        ({"code": " "}, "code_missing"),
        ({"organ": "nobody"}, "organ_unknown"),
        ({"role": "king"}, "role_unknown"),
        ({"valid_from": "23.11.2026"}, "day_misread"),
    ],
)
def test_load_posts_refuses_a_row_that_cannot_be(change: dict[str, str], code: str) -> None:
    cast.load()
    with pytest.raises(Refusal) as refused:
        loading.load_posts(by=cast.BY, at=cast.AT, rows=[cast.POSTS[0], cast.POSTS[1] | change])
    assert refused.value.code == code


def test_loading_keeps_holder_and_leave_of_a_post() -> None:
    cast.load()
    holder = cast.account("lin")
    cast.fill("water-1", holder)
    rows = [row | {"title_zh": "供水岗"} if row["code"] == "water-1" else row for row in cast.POSTS]
    loading.load_posts(by=cast.BY, at=cast.AT, rows=rows)
    post = Post.objects.get(code="water-1")
    assert (post.title_zh, post.account_id) == ("供水岗", holder.id)


def test_posts_opened_by_hand_are_not_closed_by_files() -> None:
    cast.load()
    organ = Organ.objects.get(code="water")
    Post.objects.create(code="desk-1", organ=organ, role="handler", title_zh="临时岗", valid_from=date(2026, 1, 1))
    loading.load_posts(by=cast.BY, at=cast.AT, rows=cast.POSTS)
    assert Post.objects.get(code="desk-1").valid_to is None
