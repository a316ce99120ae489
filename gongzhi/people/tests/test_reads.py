"""Who answers, heads, leads, supervises; whose posts somebody may act in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.people import reads
from gongzhi.people.models import Organ, Post
from gongzhi.people.permits import Permit
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county() -> None:
    cast.load()


def test_posts_of_gives_own_posts_then_covered_ones_in_one_query(django_assert_num_queries: Any) -> None:
    lin, wu = cast.account("lin"), cast.account("wu")
    cast.fill("water-1", lin)
    own = cast.fill("water-2", wu)
    day = timedelta(days=1)
    leave = {"away_from": cast.AT - day, "away_to": cast.AT + day, "cover_id": own.id}
    Post.objects.filter(code="water-1").update(**leave)
    reads.zone()
    with django_assert_num_queries(1):
        cards = reads.posts_of(wu.id, cast.AT)
    assert [(card.code, card.covered_by) for card in cards] == [("water-2", None), ("water-1", own.id)]
    assert cards[1].away
    assert cards[1].doer == own.ref
    assert cards[1].ref != own.ref


def test_posts_of_walks_no_table_of_posts() -> None:
    """It is asked with every page of the workplace, among 30,000 posts. On PostgreSQL a small table is walked whenever
    it may be, so not here."""
    lin = cast.account("lin")
    cast.fill("water-1", lin)
    with CaptureQueriesContext(connection) as asked:
        reads.posts_of(lin.id, cast.AT)
    lite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not lite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
        cursor.execute(explain + asked.captured_queries[-1]["sql"].replace("%", "%%"), [])
        steps = [str(row[-1]) for row in cursor.fetchall()]
    # A condition of each row with a question in it ("SubPlan") has no index, whatever is walked for it.
    walks = re.compile(r"SCAN (people_post|U\d)\b" if lite else r".*(Seq Scan on people_post|SubPlan)")
    assert steps
    assert [step for step in steps if walks.match(step)] == []


@pytest.mark.parametrize(("hours", "codes"), [(-1, ["water-2"]), (24, ["water-2"]), (0, ["water-2", "water-1"])])
def test_a_post_is_covered_only_while_its_holder_is_away(hours: int, codes: list[str]) -> None:
    lin, wu = cast.account("lin"), cast.account("wu")
    cast.fill("water-1", lin)
    own = cast.fill("water-2", wu)
    day = timedelta(days=1)
    Post.objects.filter(code="water-1").update(away_from=cast.AT, away_to=cast.AT + day, cover_id=own.id)
    assert [card.code for card in reads.posts_of(wu.id, cast.AT + timedelta(hours=hours))] == codes


def test_a_closed_post_lends_nothing() -> None:
    lin = cast.account("lin")
    cast.fill("water-1", lin)
    Post.objects.filter(code="water-1").update(valid_to=reads.day_of(cast.AT))
    assert reads.posts_of(lin.id, cast.AT) == ()


def test_handlers_puts_the_smallest_area_first_and_leaves_out_vacant_posts() -> None:
    cast.fill("water-1", cast.account("lin"))
    cast.fill("water-2", cast.account("wu"))
    assert [card.code for card in reads.handlers("water", cast.VILLAGE, cast.AT)] == ["water-2", "water-1"]
    assert [card.code for card in reads.handlers("water", "990101002000", cast.AT)] == ["water-1"]


def test_handlers_puts_who_is_away_last() -> None:
    one, two = cast.fill("water-1", cast.account("lin")), cast.fill("water-2", cast.account("wu"))
    day = timedelta(days=1)
    Post.objects.filter(id=two.id).update(away_from=cast.AT - day, away_to=cast.AT + day, cover_id=one.id)
    assert [card.code for card in reads.handlers("water", cast.VILLAGE, cast.AT)] == ["water-1", "water-2"]


def test_head_of_is_the_post_the_organ_names_else_the_one_that_hears_of_lateness() -> None:
    assert reads.head_of("water", cast.AT).code == "water-head"  # type: ignore[union-attr]
    Organ.objects.filter(code="water").update(head="water-1")
    assert reads.head_of("water", cast.AT).code == "water-1"  # type: ignore[union-attr]
    assert reads.head_of("watch", cast.AT) is None


def test_supervisor_of_never_stands_inside_the_organ() -> None:
    assert reads.supervisor_of("water", cast.AT).organ == "watch"  # type: ignore[union-attr]
    assert reads.supervisor_of("watch", cast.AT) is None


def test_supervisor_of_prefers_the_organ_above() -> None:
    top = Organ.objects.get(code="government")
    Post.objects.create(code="top", organ=top, role="supervisor", title_zh="督查", valid_from=reads.day_of(cast.AT))
    assert reads.supervisor_of("water", cast.AT).code == "top"  # type: ignore[union-attr]


def test_leaders_of_a_place_are_the_nearest_first() -> None:
    top = Organ.objects.get(code="government")
    day = reads.day_of(cast.AT)
    for code, place in (("town-a", cast.TOWN), ("town-b", "990101002000")):
        Post.objects.create(code=code, organ=top, role="leader", place=place, title_zh=code, valid_from=day)
    assert [card.code for card in reads.leaders(cast.AT, cast.VILLAGE)] == ["town-a", "mayor"]
    assert len(reads.leaders(cast.AT)) == 3


def test_organ_tells_parent_and_names() -> None:
    card = reads.organ("water")
    assert card is not None
    assert (card.parent, card.name_zh, card.name_en) == ("government", "县水务局", "Water")
    assert reads.organ("nobody") is None
    assert reads.organ_names(["water", "nobody"]) == {"water": ("县水务局", "Water")}


def test_a_day_turns_at_midnight_of_the_county_not_of_utc() -> None:
    late = cast.AT.replace(hour=17)
    assert reads.day_of(late) == reads.day_of(cast.AT) + timedelta(days=1)


def test_has_holder_counts_open_accounts_alone() -> None:
    admin = cast.account("admin")
    assert not reads.has_holder(Permit.POST_MANAGE, cast.AT)
    cast.fill("admin", admin)
    assert reads.has_holder(Permit.POST_MANAGE, cast.AT)
    admin.is_active = False
    admin.save()
    assert not reads.has_holder(Permit.POST_MANAGE, cast.AT)
