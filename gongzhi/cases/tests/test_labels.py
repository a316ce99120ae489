"""Laws and their articles as the reader's language writes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases import labels
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.procedures import loading

SIGNS, UNITS = "零一二三四五六七八九", ("", "十", "百", "千")


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("第二十一条", "art. 21"),
        ("第十条", "art. 10"),
        ("第一百一十五条", "art. 115"),
        ("第二百零三条第二款", "art. 203 para. 2"),
        ("第47条第（二）项", "第47条第（二）项"),
        ("第47条", "art. 47"),
        ("附件三", "附件三"),
        ("", ""),
    ],
)
def test_an_article_is_written_as_the_reader_writes_it(text: str, english: str) -> None:
    with translation.override("en"):
        assert labels.article(text) == english
    with translation.override("zh-hans"):
        assert labels.article(text) == text


def chinese(number: int) -> str:
    """A number below ten thousand as a law writes it."""
    said, gap = "", False
    for place, digit in zip(reversed(range(len(str(number)))), str(number), strict=True):
        if digit == "0":
            gap = True
            continue
        said += ("零" if gap and said else "") + SIGNS[int(digit)] + UNITS[place]
        gap = False
    return said.removeprefix("一") if said.startswith("一十") else said


@given(st.integers(1, 9999))
def test_every_number_of_an_article_is_read(number: int) -> None:
    with translation.override("en"):
        assert labels.article(f"第{chinese(number)}条") == f"art. {number}"


def test_an_english_page_cites_the_law_in_english(db: None, settings: object, tmp_path: Path) -> None:
    settings.PRINTED_DIR = tmp_path
    cast.load_county()
    clause = {"code": "roads-1", "law_zh": "城市道路管理条例", "law_en": "Regulations on Urban Roads"}
    clause |= {"article": "第二十一条", "text_zh": "养护", "source": "https://flk.npc.gov.cn/", "verified": True}
    loading.load_clauses(by=cast.BY, at=cast.AT, rows=[clause])
    received = cast.say()
    assert Case.objects.get().clause == "roads-1"
    pages = {lang: Client().get(f"/{lang}/v/{received.link_token}/").content.decode() for lang in ("en", "zh")}
    assert "Regulations on Urban Roads art. 21" in pages["en"]
    assert "第二十一条" not in pages["en"]
    assert "城市道路管理条例 第二十一条" in pages["zh"].replace("\u2009", " ")
