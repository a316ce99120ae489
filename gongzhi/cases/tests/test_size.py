"""What holds a list, a queue and a search flat in a table of any size: few statements, and each led by an index.

Plans are read, not times: on PostgreSQL with sequential scans made dear, since a small table is always read whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases import (
    casefile,
    closing,
    dispatch,
    handling,
    inbox,
    lists,
    many,
    rating,
    reads,
    rules,
    searching,
    walking,
)
from gongzhi.cases.cards import Where
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.kit import moments

pytestmark = pytest.mark.usefixtures("county")

LARGE = ("cases_case", "cases_entry", "cases_voice", "cases_rating", "cases_search", "procedures_token")
STAFF = ("roads-1", "roads-head", "water-1", "town-1", "desk-1", "counter-1", "mayor", "watch-1")


@pytest.fixture
def planned() -> Iterator[None]:
    """On PostgreSQL a small table is walked whenever it may be: not here."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")


def walks(ask: Callable[[], Any]) -> list[str]:
    """The steps of a call's plans that walk through a large table from one end to the other."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as asked:
        ask()
    for query in asked.captured_queries:
        if not query["sql"].startswith(("SELECT", "(SELECT")):
            continue
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        with connection.cursor() as cursor:
            cursor.execute(explain + query["sql"].replace("%", "%%"), [])
            steps = [str(row[-1]) for row in cursor.fetchall()]
        found += [f"{step.strip()} <- {query['sql'][:200]}" for step in steps if _walks(step)]
    return found


def _walks(step: str) -> bool:
    """SQLite says SCAN for a walk (also along an index), PostgreSQL Seq Scan."""
    if connection.vendor == "sqlite":
        hit = re.match(r"SCAN (\w+)", step.strip())
        return bool(hit) and hit[1] in (*LARGE, "U0", "U1", "c", "e") and "VIRTUAL TABLE INDEX" not in step
    return "Seq Scan on" in step and any(name in step for name in LARGE)


def tell(number: int = 24) -> None:
    """Cases in two villages, of three matters, in several states; some handed to another organ."""
    words = ("井盖坏了", "路灯不亮", "路灯和井盖都坏了", "家里停水")
    stories = []
    for nth in range(number):
        place = Where(code=(cast.GRID, cast.GRID_2, cast.OTHER_GRID)[nth % 3])
        matter = ("manhole", "lamp", "water")[nth % 3 if nth % 4 else nth % 2]
        voice = many.NewVoice(
            by=rules.NEW_VOICE, at=cast.later(minutes=nth // 2), words=f"{words[nth % 4]}，第{nth}次。", place=place,
            matter=matter, allows_public=nth % 5 > 0,
        )  # fmt: skip
        stories.append(many.Story(voice))
    kept = many.receive_many(stories)
    for nth, one in enumerate(kept):
        case = Case.objects.get(id=one.case)
        if case.organ == "roads" and nth % 4 == 0:
            dispatch.accept(**cast.turn("roads-1", case, at=cast.later(hours=1)))
        if case.organ == "roads" and nth % 8 == 0:
            dispatch.hand_over(
                **cast.turn("roads-1", case, at=cast.later(hours=2)), reason="needs_other", to_organ="water"
            )
        elif case.organ == "roads" and nth % 4 == 0:
            handling.ask(**cast.turn("roads-1", case, at=cast.later(hours=2)), question="在哪个路口？")


ASKED: tuple[dict[str, str], ...] = (
    {},
    {"q": "井盖"},
    {"q": "路灯 坏了", "matter": "lamp"},
    {"place": cast.TOWN},
    {"place": cast.VILLAGE, "state": "open"},
    {"place": cast.GRID},
    {"matter": "streets"},
    {"matter": "manhole", "place": cast.OTHER_TOWN},
    {"state": "open"},
    {"state": "asked"},
    {"state": "closed"},
    {"state": "fixed", "matter": "lamp"},
    {"place": cast.COUNTY + "000000"},
)


def test_no_list_walks_the_table(planned: None) -> None:
    tell()
    actors = [cast.actor(code) for code in STAFF]
    for asked in ASKED:
        assert not walks(lambda asked=asked: lists.public_list(cast.AT, **asked)), asked
        for actor in actors:
            assert not walks(lambda asked=asked, actor=actor: lists.staff_list(actor, cast.AT, **asked)), asked


def test_a_plan_that_walks_is_noticed(planned: None) -> None:
    """The perturbed twin: a question that no index answers."""
    tell(4)
    assert walks(lambda: list(Case.objects.filter(title__contains="井盖")))


def test_a_list_asks_at_most_eight_statements(django_assert_max_num_queries: Any) -> None:
    tell()
    actor = cast.actor("roads-1")
    lists.staff_list(actor, cast.AT)  # places and matters are read once
    for asked in ASKED:
        with django_assert_max_num_queries(8):
            lists.public_list(cast.AT, **asked, limit=5)
        with django_assert_max_num_queries(8):
            lists.staff_list(actor, cast.AT, **asked, limit=5)


def test_what_was_put_right_lately_in_a_village_walks_no_table(planned: None) -> None:
    tell()
    assert not walks(lambda: lists.lately_fixed(cast.AT, place=cast.VILLAGE))


def test_all_queues_are_counted_by_two_statements_along_indexes(
    planned: None, django_assert_max_num_queries: Any
) -> None:
    tell()
    for code in STAFF:
        actor = cast.actor(code)
        with django_assert_max_num_queries(2):
            told = inbox.queues(actor, cast.AT)
        assert not walks(lambda actor=actor: inbox.queues(actor, cast.AT))
        one_by_one = [len(inbox.inbox(actor, count.code, cast.AT, limit=500).rows) for count in told.counts]
        assert [count.count for count in told.counts] == one_by_one


def test_a_number_and_the_neighbourhood_are_found_along_indexes(planned: None) -> None:
    tell()
    case = Case.objects.filter(matter="lamp", organ="roads").first()
    assert case is not None
    for code in ("roads-1", "town-1", "mayor"):
        actor = cast.actor(code)
        assert not walks(lambda actor=actor: casefile.find_number(actor, case.number))
    assert not walks(lambda: casefile.nearby(cast.actor("roads-1"), case.id, cast.AT))


def every(ask: Callable[[str], Any]) -> list[Any]:
    """The cases of all pages of a list, and that no page but the last is endless."""
    found, after = [], ""
    for _ in range(200):
        page = ask(after)
        found += [row.case for row in page.rows]
        after = page.next
        if not after:
            return found
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("most", [7, 4_000])
def test_pages_of_a_walk_hold_what_the_filters_hold_each_once_newest_first(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Also when a walk stops long before a page is full, and each way is cut short."""
    monkeypatch.setattr(walking, "MOST", most)
    monkeypatch.setattr(walking, "_LEAST", 2)
    monkeypatch.setattr(walking, "_AT_FIRST", 1)
    tell()
    for asked in ASKED:
        plain = {"place": "", "matter": "", "state": ""} | {name: one for name, one in asked.items() if name != "q"}
        wanted = Case.objects.filter(lists._filters(**plain), public=True)
        if "q" in asked:
            wanted = wanted.filter(seek__in=searching.matches(asked["q"], before=walking.NEWEST, limit=1000))
        expected = list(wanted.order_by("-seek").values_list("id", flat=True))
        shown = every(lambda after, asked=asked: lists.public_list(cast.AT, **asked, after=after, limit=4))
        assert shown == expected, asked


@pytest.mark.parametrize("most", [6, 4_000])
def test_the_staffs_list_holds_all_an_actor_may_see(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(walking, "MOST", most)
    monkeypatch.setattr(walking, "_LEAST", 2)
    tell()
    for code in STAFF:
        actor = cast.actor(code)
        expected = list(Case.objects.filter(reads.visible(actor)).order_by("-seek").values_list("id", flat=True))
        shown = every(lambda after, actor=actor: lists.staff_list(actor, cast.AT, after=after, limit=3))
        assert shown == expected, code
    handed = Case.objects.filter(organ="water", matter__in=("manhole", "lamp"), division=cast.VILLAGE)
    seen = Case.objects.filter(reads.visible(cast.actor("roads-1")))
    assert handed.exists()
    assert not handed.difference(seen).exists()  # what it handed over it still sees


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(st.lists(st.integers(0, 60), unique=True, max_size=20), min_size=1, max_size=4),
    share=st.integers(1, 8),
)
def test_a_merged_walk_misses_nothing_above_its_horizon(held: list[list[int]], share: int) -> None:
    """Ways cut after `share` seeks each: above the horizon the walk knows every seek of every way."""
    cut = [sorted(seeks, reverse=True)[:share] for seeks in held]
    told = [(way, seek) for way, seeks in enumerate(cut) for seek in seeks]
    found = walking._merged(told, [walking.ALL] * len(held), share, walking.NEWEST)
    whole = {seek for seeks in held for seek in seeks}
    if found.horizon is None:
        assert set(found.seeks) == whole
    else:
        assert set(found.seeks) == {seek for seek in whole if seek >= found.horizon}
    assert found.seeks == sorted(found.seeks, reverse=True)


def test_a_search_finds_across_all_stretches_of_time_newest_first_and_below_a_cursor() -> None:
    """Told today, last month, last year, ten years ago: PostgreSQL looks through them stretch by stretch."""
    today = moments.now()
    days = (0, 3, 29, 31, 60, 119, 121, 300, 479, 481, 900, 2000, 3600)
    stories = [
        many.Story(
            many.NewVoice(
                by=rules.NEW_VOICE, at=today - timedelta(days=back), words=f"井盖坏了，第{back}天。", matter="manhole",
                place=Where(code=cast.GRID), allows_public=True,
            )
        )
        for back in days
    ]  # fmt: skip
    kept = [one.case for one in many.receive_many(stories)]
    seeks = dict(Case.objects.values_list("id", "seek"))
    expected = [seeks[id] for id in kept]
    assert searching.matches("井盖", before=walking.NEWEST, limit=100) == expected
    for nth, seek in enumerate(expected):
        assert searching.matches("井盖", before=seek, limit=100) == expected[nth + 1 :]
        assert searching.matches("井盖", before=walking.NEWEST, limit=nth + 1) == expected[: nth + 1]
    assert searching.matches("第900天", before=walking.NEWEST, limit=5) == [seeks[kept[days.index(900)]]]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's index of words is in the order of time itself")
def test_words_said_by_few_are_fetched_by_the_index_of_words_and_not_by_walking_the_years(planned: None) -> None:
    tell()
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        assert searching.matches("第7次", before=walking.NEWEST, limit=5)
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "cases_search_words" in plan
    assert "cases_search_pkey" not in plan


def test_a_search_asks_two_statements_at_most_and_one_when_it_is_known_that_few_said_it() -> None:
    tell()
    for rare in (False, True):
        for asked in ("井盖", "路灯 坏了", "第7次", "没有人说过"):
            with CaptureQueriesContext(connection) as told:
                found = searching.matches(asked, before=walking.NEWEST, limit=5, rare=rare)
            assert len(told) <= (1 if rare or connection.vendor == "sqlite" else 2)
            assert found == searching.matches(asked, before=walking.NEWEST, limit=5)


def test_the_last_case_of_a_place_is_found_without_walking_it(planned: None) -> None:
    tell()
    for place in (cast.GRID, cast.VILLAGE, cast.TOWN, cast.COUNTY + "000000"):
        newest = Case.objects.filter(reads.in_place(place), about_officer=False).order_by("-seek").first()
        assert newest is not None
        assert walking.newest(place) == newest
        assert not walks(lambda place=place: walking.newest(place))
    assert walking.newest(cast.OTHER_VILLAGE + "999") is None


def test_a_life_asks_as_few_statements_as_it_has_rows_to_read_and_write() -> None:
    """Each verb once before, since what a county's files say is read once in a process's life. Of the number two are
    the savepoint of the test."""
    counts: dict[str, int] = {}
    for _ in range(2):
        case = cast.say(contact=None).case
        voice = case.voice_set.get().id
        steps: dict[str, Callable[[], Any]] = {
            "accept": lambda case=case: dispatch.accept(**cast.turn("roads-1", case)),
            "answer": lambda case=case: closing.answer_and_close(
                **cast.turn("roads-1", case), public_text="修好了", outcome="fixed"
            ),
            "rate": lambda case=case, voice=voice: rating.rate(
                by=f"voice:{voice.hex}", at=cast.AT, voice=voice, solved=True, grade=5
            ),
        }
        for name, step in steps.items():
            with CaptureQueriesContext(connection) as asked:
                step()
            counts[name] = len(asked)
    prepared = 2  # cast.turn reads the post and the case
    assert counts["accept"] - prepared <= 11
    assert counts["answer"] - prepared <= 18
    assert counts["rate"] <= 9
