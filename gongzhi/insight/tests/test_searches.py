"""What the site is searched for is counted without anybody's identity, and no word before ten looked for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from gongzhi.cases import asked
from gongzhi.cases.tests import cast
from gongzhi.insight.signals import searches
from gongzhi.insight.signals.tables import SearchDay, Searched, SearchSeen
from gongzhi.kit.moments import now
from gongzhi.places.reads import local_day


@pytest.fixture(autouse=True)
def nothing_waits(county: None) -> object:
    searches.flush()
    yield
    searches._waiting.clear()
    searches._since.clear()


def search(words: str, people: int, *, first: int = 0, place: str = "", at: object = None) -> None:
    for n in range(first, first + people):
        asked.tell(words=words, place=place, at=at or cast.AT, address=f"10.{n // 250}.{n % 250}.7")
    searches.flush()


def everything_kept() -> str:
    """All rows of the three tables as one text, bytes too."""
    rows = [model.objects.values_list() for model in (SearchSeen, Searched, SearchDay)]
    return repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for some in rows for row in some])


def test_nine_are_nobody_and_the_tenth_writes_the_word_down() -> None:
    search("停水", 9)

    assert not Searched.objects.exists()
    assert "停水" not in everything_kept()
    search("停水", 1, first=9)
    assert [(row.word, row.area, row.people) for row in Searched.objects.all()] == [("停水", cast.COUNTY, 10)]


def test_one_neighbourhood_counts_once_however_often_it_asks() -> None:
    for n in range(40):
        asked.tell(words="停水", place="", at=cast.AT, address=f"10.0.0.{n}")
    searches.flush()

    assert SearchSeen.objects.count() == 1
    assert not Searched.objects.exists()
    assert SearchDay.objects.get().searches == 40


def test_no_address_is_kept_and_two_words_of_one_person_cannot_be_laid_together() -> None:
    search("停水", 3)
    search("路灯", 3)

    kept = everything_kept()
    assert "10.0" not in kept
    assert len({bytes(row.who) for row in SearchSeen.objects.all()}) == 6


def test_the_same_word_and_person_have_another_fingerprint_the_next_day() -> None:
    search("停水", 1)
    search("停水", 1, at=cast.later(days=1))

    first, second = SearchSeen.objects.order_by("day")
    assert bytes(first.key) != bytes(second.key)
    assert bytes(first.who) != bytes(second.who)


def test_who_searched_is_forgotten_when_the_day_has_ended() -> None:
    search("停水", 12)

    assert searches.tidy(at=cast.AT) == 0
    assert searches.tidy(at=cast.later(days=1)) == 12
    assert Searched.objects.get().people == 12


@pytest.mark.parametrize(
    "words",
    [
        "13800138000",
        "330106199001011234",
        "a@b.cn",
        "浙A12345",
        "99010120260000123",
        "水",
        "长" * 21,
        "  ",
    ],
)
def test_what_may_tell_of_a_person_is_no_word(words: str) -> None:
    search(words, 30)

    assert not SearchSeen.objects.exists()
    assert not Searched.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_a_word_is_short_unmasked_and_the_same_when_cleaned_again(words: str) -> None:
    word = searches.clean(words)

    assert word == "" or searches.SHORTEST <= len(word) <= searches.LONGEST
    assert searches.clean(word) == word


def test_a_town_has_its_own_count_of_ten() -> None:
    search("停水", 9, place=cast.TOWN)
    search("停水", 6, first=9)

    assert [(row.area, row.people) for row in Searched.objects.all()] == [(cast.COUNTY, 15)]
    search("停水", 1, first=40, place=cast.TOWN)
    assert Searched.objects.get(area=cast.TOWN[:9]).people == 10


def test_a_day_of_made_up_words_fills_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "MOST_A_DAY", 5)

    for n in range(9):
        search(f"字{n}", 1)

    day = SearchDay.objects.get()
    assert (day.searches, day.left_out) == (9, 4)
    assert SearchSeen.objects.count() == 5


def test_a_search_of_the_public_site_is_counted_and_its_next_page_is_not() -> None:
    for n in range(12):
        assert Client(REMOTE_ADDR=f"10.1.{n}.9").get("/zh/cases/", {"q": "路灯"}).status_code == 200
    Client(REMOTE_ADDR="10.2.0.1").get("/zh/cases/", {"q": "路灯", "after": "x"})
    Client(REMOTE_ADDR="10.3.0.1").get("/zh/cases/")
    searches.flush()

    row = Searched.objects.get()
    assert (row.word, row.people, row.day) == ("路灯", 12, local_day(now()))


def test_searches_wait_some_seconds_and_are_written_together() -> None:
    asked.tell(words="停水", place="", at=cast.AT, address="10.0.0.1")
    asked.tell(words="停水", place="", at=cast.AT + timedelta(seconds=5), address="10.0.1.1")
    assert searches.write_ripe(cast.AT + timedelta(seconds=9)) == 0
    assert not SearchSeen.objects.exists()

    assert searches.write_ripe(cast.AT + timedelta(seconds=10)) == 2

    assert SearchSeen.objects.count() == 2


def test_a_crowd_of_searches_is_written_at_once_and_in_few_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(200):
        asked.tell(words=f"停水{n % 9}", place=cast.TOWN, at=cast.AT, address=f"10.0.{n}.1")

    with django_assert_max_num_queries(12):
        assert searches.write_ripe(cast.AT) == 200

    assert Searched.objects.count() == 18  # nine words, in the county and in the town
    assert {row.people for row in Searched.objects.all()} == {22, 23}


def test_no_more_than_a_thousand_searches_wait_in_memory() -> None:
    for n in range(searches.MOST_WAITING + 5):
        asked.tell(words="停水", place="", at=cast.AT, address=f"10.0.{n % 250}.1")

    assert len(searches._waiting) == searches.MOST_WAITING
