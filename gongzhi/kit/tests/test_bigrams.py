import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.bigrams import index_text, query_text

ROWS = [
    "幸福路12号路灯坏了",
    "楼道堆放杂物 LED灯也不亮",
    "自来水发黄",
    "Ａ栋３号电梯停运",
    "The street light in Lane 5 is broken",
]


@pytest.fixture(scope="module")
def found():
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        base.executemany("INSERT INTO words VALUES (?)", [(index_text(row),) for row in ROWS])

        def ask(query):
            rows = base.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", (query_text(query),))
            return [ROWS[row - 1] for (row,) in rows]

        yield ask


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("路灯", [0]),
        ("灯", [0, 1]),
        ("路灯坏了", [0]),
        ("灯路", []),
        ("led", [1]),
        ("电梯 ３号", [3]),
        ("STREET", [4]),
        ("水", [2]),
    ],
)
def test_the_index_finds_what_was_meant(found, query, rows):
    assert found(query) == [ROWS[row] for row in rows]


@given(st.text("路灯坏水电梯楼道 ", min_size=1, max_size=12), st.text("路灯坏水电梯楼道", min_size=1, max_size=4))
def test_a_chinese_query_matches_exactly_the_texts_that_hold_it(text, query):
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        base.execute("INSERT INTO words VALUES (?)", (index_text(text),))
        hits = base.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query_text(query),)).fetchone()[0]
    assert bool(hits) == (query in text)


@given(st.text(max_size=60))
def test_nothing_typed_reaches_the_query_language(query):
    asked = query_text(query)
    if not asked:
        return
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        base.execute("SELECT * FROM words WHERE words MATCH ?", (asked,)).fetchall()
    assert all(not part.strip() or '"' not in part for part in asked.split('"')[1::2])


@pytest.mark.parametrize("query", ["", "  ", '"*-', "，。！"])
def test_a_query_of_nothing_is_empty(query):
    assert query_text(query) == ""


def test_operators_are_only_words():
    assert query_text('路灯 OR "x" NEAR -y*') == '"路灯" "or" "x" "near" "y"'
