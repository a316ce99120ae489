"""What everybody may read: lists, one case, a place, the week, the explanation, the front page."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import straining
from gongzhi.cases.public import table
from gongzhi.cases.tests import small

pytestmark = pytest.mark.django_db
PAGES = ["", "speak/", "find/", "cases/", "week/", "how/", f"places/{small.TOWN}/", f"places/{small.GRID}/"]


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_page_has_one_heading_labels_and_no_inline_style(client: Client, path: str, lang: str) -> None:
    small.closed(small.voice())
    page = text(client.get(f"/{lang}/{path}"))
    assert len(re.findall("<h1[ >]", page)) == 1
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    if lang == "en":
        main = re.sub(r"<[^>]+>", "", page.split("<main")[1].split("</main>")[0])
        assert "您" not in main


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light_enough_for_a_slow_phone(client: Client, path: str) -> None:
    for number in range(20):
        small.voice(f"西河桥头的路灯坏了，第{number}次说。")
    page = gzip.compress(client.get(f"/zh/{path}").content)
    assert len(page) <= 12_000, "sheet, script and mode sheet need the rest of the 50 kB"


def test_only_what_was_allowed_is_listed(client: Client) -> None:
    small.voice("公开的路灯坏了")
    small.voice("私下的路灯坏了", allows_public=False)
    page = text(client.get("/zh/cases/"))
    assert "公开的路灯" in page
    assert "私下的路灯" not in page


def test_search_finds_chinese_words_anywhere_in_the_text(client: Client) -> None:
    small.voice("西河桥头的路灯坏了")
    small.voice("学校门口有个大坑")
    page = text(client.get("/zh/cases/", {"q": "路灯"}))
    assert "西河桥头" in page
    assert "学校门口" not in page


def test_filters_narrow_by_place_matter_and_state(client: Client) -> None:
    small.closed(small.voice("西河桥头的路灯坏了"))
    assert "西河桥头" in text(client.get("/zh/cases/", {"place": small.TOWN, "matter": "lamps", "state": "closed"}))
    for wrong in ({"place": "990101002000"}, {"matter": "holes"}, {"state": "received"}):
        assert "没有找到" in text(client.get("/zh/cases/", wrong)), wrong


def test_older_pages_continue_without_gap_or_repetition(client: Client) -> None:
    for number in range(25):
        small.voice(f"第{number:02d}盏路灯坏了", at=small.AT + timedelta(minutes=number))
    first = text(client.get("/zh/cases/"))
    following = re.search(r'href="(\?after=[^"]+)" rel="next"', first)
    assert following
    second = text(client.get(f"/zh/cases/{following[1]}"))
    seen = re.findall(r"第(\d\d)盏", first + second)
    assert sorted(set(seen)) == [f"{n:02d}" for n in range(25)]


def test_the_csv_holds_the_list_and_no_formula(client: Client) -> None:
    small.voice("=HYPERLINK(路灯)")
    rows = list(csv.reader(io.StringIO(text(client.get("/zh/cases/list.csv")).lstrip("\ufeff"))))
    assert "PRACTICE" in rows[0][0]
    assert rows[2][rows[1].index("words")].startswith("'=")


def table_of(response: Any) -> list[list[str]]:
    """The rows of a CSV answer below its head, whether it came in one piece or in many."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[2:]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "PAGE", 2)
    monkeypatch.setattr(table, "SHORT", 4)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("count", [0, 3, 4, 5, 11])
def test_the_csv_is_as_long_as_the_list(client: Client, count: int) -> None:
    said = [small.voice(f"路灯 {n:02d}", at=small.AT + timedelta(seconds=n)).case.number for n in range(count)]
    response = client.get("/zh/cases/list.csv")
    assert response.streaming == (count >= 4)
    assert [row[0] for row in table_of(response)] == said[::-1]
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("read", [1, 6, 11])
def test_a_broken_download_goes_on_behind_the_last_row_it_got(client: Client, read: int) -> None:
    for n in range(11):
        small.voice(f"路灯 {n:02d}")
    whole = table_of(client.get("/zh/cases/list.csv"))
    got = whole[:read]
    rest = table_of(client.get("/zh/cases/list.csv", {"after": got[-1][-1]}))
    assert got + rest == whole


@pytest.mark.usefixtures("small_pages")
def test_a_long_table_speaks_the_language_it_was_asked_in_to_its_end(client: Client) -> None:
    for _each in range(11):
        small.voice()
    response = client.get("/en/cases/list.csv")
    client.get("/zh/cases/")
    names = {row[9] for row in table_of(response)}
    assert len(names) == 1
    assert names == {row[9] for row in table_of(client.get("/en/cases/list.csv", {"q": "路灯"}))}


@pytest.mark.usefixtures("small_pages")
def test_one_long_table_is_written_at_a_time_and_short_ones_always(client: Client) -> None:
    for n in range(6):
        small.voice(f"路灯{n}")
    first = client.get("/zh/cases/list.csv")
    assert client.get("/zh/cases/list.csv").status_code == 503
    assert client.get("/zh/cases/list.csv", {"q": "路灯3"}).status_code == 200
    assert len(table_of(first)) == 6
    assert len(table_of(client.get("/zh/cases/list.csv"))) == 6


def test_who_takes_very_many_tables_waits_and_may_still_speak(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "AN_HOUR", 2)
    codes = [client.get("/zh/cases/list.csv").status_code for _each in range(3)]
    assert codes == [200, 200, 429]
    assert client.get("/zh/cases/").status_code == 200
    assert straining.take(at=small.AT, address="127.0.0.1") == 0


def test_a_public_case_tells_words_answer_and_course_and_no_post(client: Client) -> None:
    received = small.voice("路灯坏了，电话13800001234")
    small.closed(received)
    page = text(client.get(f"/zh/cases/{received.case.number}/"))
    assert "灯已修好" in page
    assert "公路局已接手办理" in page
    assert "13800001234" not in page
    assert "一岗" not in page


def test_a_number_typed_another_way_leads_to_the_page(client: Client) -> None:
    received = small.voice()
    response = client.get(f"/zh/cases/{received.case.number.lower().replace('-', '')}/")
    assert response["Location"] == f"/zh/cases/{received.case.number}/"


def test_a_case_that_is_not_public_is_not_found(client: Client) -> None:
    received = small.voice(allows_public=False)
    assert client.get(f"/zh/cases/{received.case.number}/").status_code == 404


def test_a_complaint_about_an_officer_is_never_public(client: Client) -> None:
    received = small.voice("公路局张科长态度恶劣", matter="conduct")
    assert client.get(f"/zh/cases/{received.case.number}/").status_code == 404


def test_a_place_below_ten_people_shows_no_number(client: Client) -> None:
    small.voice()
    assert "人太少" in text(client.get(f"/zh/places/{small.GRID}/"))


def test_a_place_with_enough_people_shows_its_numbers(client: Client) -> None:
    for number in range(12):
        small.voice(f"第{number}盏路灯坏了")
    page = text(client.get(f"/zh/places/{small.TOWN}/"))
    assert 'class="figure-number">12<' in page


def test_matters_of_few_people_are_named_together_without_their_numbers(client: Client) -> None:
    for number in range(11):
        small.voice(f"第{number}盏路灯坏了")
    small.voice("下水道堵了，污水流到路上")
    page = text(client.get(f"/zh/places/{small.TOWN}/"))
    few = page.partition("每类不到 10 人的：")[2].partition("</p>")[0]
    assert few.strip(" ·")
    assert "路灯" not in few


def test_an_unknown_place_is_not_found(client: Client) -> None:
    for code in ("990101009000", "x", "9" * 40):
        assert client.get(f"/zh/places/{code}/").status_code == 404


def test_the_week_counts_what_came(client: Client) -> None:
    small.voice()
    small.voice("另一盏路灯坏了")
    assert 'class="figure-number">2<' in text(client.get("/zh/week/"))


def test_the_front_page_shows_what_was_put_right(client: Client) -> None:
    small.closed(small.voice())
    page = text(client.get("/zh/"))
    assert "最近解决的" in page
    assert "西河桥头的路灯坏了" in page


@pytest.mark.parametrize(
    "query", ["?after=zzz", "?q=%00", "?q=" + "A" * 5000, '?q="*%20OR', "?state=x&place=%27", "?after=%F0"]
)
def test_no_query_breaks_the_list(client: Client, query: str) -> None:
    assert client.get(f"/zh/cases/{query}").status_code < 500
    assert client.get(f"/zh/cases/list.csv{query}").status_code < 500
