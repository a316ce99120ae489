"""Finding places by typed words, without a database."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.places.gazetteer import Book, Entry, tokens

NUMERALS = [
    ("三组", ["3", "组"]),
    ("第十二组", ["12", "组"]),
    ("二十组", ["20", "组"]),
    ("一百零五号", ["105", "号"]),
    ("二〇二室", ["202", "室"]),
    ("３号楼", ["3", "号", "楼"]),
    ("百花村", ["百", "花", "村"]),
    ("Ｅａｓｔ Gate, 12", ["east", "gate", "12"]),
]


@pytest.mark.parametrize(("text", "expected"), NUMERALS)
def test_words_become_comparable_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


TOWN = ("城关镇", "Chengguan Town")
CAST = [
    Entry(TOWN),
    Entry(("东门社区", "East Gate Community"), TOWN),
    Entry(("三组", "Group 3"), (*TOWN, "东门社区", "East Gate Community")),
    Entry(("十三组", "Group 13"), (*TOWN, "东门社区", "East Gate Community")),
    Entry(("五里坡村", "Wulipo Village"), ("石塘乡", "Shitang Township")),
    Entry(("三组", "Group 3"), ("石塘乡", "Shitang Township", "五里坡村", "Wulipo Village")),
    Entry(("东门外大街", "East Gate Outer Street"), (*TOWN, "东门社区", "East Gate Community")),
    Entry(("人民医院", "People's Hospital", "县医院", "一院"), TOWN),
    Entry(("沐尘桥", "Muchen Bridge"), ("石塘乡", "Shitang Township", "五里坡村", "Wulipo Village")),
]
BOOK = Book(CAST)
ASKED = [
    ("东门社区", 1),
    ("东门", 1),
    ("城关 东门", 1),
    ("东门村", 1),
    ("东门外", 6),
    ("东门外大街", 6),
    ("东门外大街旁边的井盖坏了，晚上没有灯", 6),
    ("东门社区三组", 2),
    ("3组，东门社区，城关镇", 2),
    ("城关镇东门 第３组", 2),
    ("东门13组", 3),
    ("五里坡3组", 5),
    ("5里坡村三组", 5),
    ("石塘五里坡", 4),
    ("县医院", 7),
    ("一院", 7),
    ("沐尘桥头", 8),
    ("桥", 8),
    ("bridge muchen", 8),
    ("group 3 wulipo", 5),
    ("EAST GATE", 1),
    ("东关外大", 6),
    ("城关", 0),
]


@pytest.mark.parametrize(("text", "expected"), ASKED)
def test_find_understands_how_people_write_places(text: str, expected: int) -> None:
    assert BOOK.find(text)[0] == expected


@pytest.mark.parametrize("text", ["", "  ，。", "谢谢您", "zebra", "外婆"])
def test_find_knows_when_nothing_fits(text: str) -> None:
    assert BOOK.find(text) == []


@given(st.permutations(["城关镇", "东门社区", "三组"]))
def test_the_order_of_the_parts_does_not_matter(parts: list[str]) -> None:
    assert BOOK.find(" ".join(parts))[0] == 2


@given(st.text(max_size=200))
def test_any_text_is_borne_and_the_limit_kept(text: str) -> None:
    assert len(BOOK.find(text, limit=3)) <= 3


def test_a_large_county_is_searched_in_milliseconds() -> None:
    """600 grids and 5,000 landmarks; generous against a busy machine, 20 times below what a person notices."""
    signs = "东西南北上下桥门石清云山河井泉柳杨梅竹松花园塘坡湾岭口"
    villages = [f"{signs[n % 27]}{signs[n * 5 % 27]}{signs[n * 11 % 27]}村" for n in range(130)]
    entries = [Entry((f"{n % 20 + 1}组",), ("城关镇", villages[n % 130])) for n in range(600)]
    entries += [
        Entry((f"{signs[n % 27]}{signs[n // 27 % 27]}{signs[n * 3 % 27]}桥",), ("城关镇",)) for n in range(5000)
    ]
    book = Book(entries)
    began = time.process_time()
    for _ in range(20):
        book.find(f"城关镇{villages[7]}第三组门口的路灯")
    assert (time.process_time() - began) / 20 < 0.03
