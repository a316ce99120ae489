"""Choosing one of many by a part of its name."""

from __future__ import annotations

import html
import re

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.look.choosers import ChooserField, ChooserManyField, named, understood

MATTERS = [
    ("", "All matters"),
    ("Roads", [("light", "Street light"), ("hole", "Hole in the road"), ("other-roads", "Other")]),
    ("Water", [("pipe", "Burst pipe"), ("other-water", "Other")]),
]


class One(forms.Form):
    matter = ChooserField(label="Matter", choices=MATTERS, required=False)


class Many(forms.Form):
    offices = ChooserManyField(label="Offices")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["offices"].offer([("a", "Roads <b>"), ("b", "Water"), ("c", "Police"), ("d", "Parks")], ["b"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [("light", "light"), ("Street light", "light"), ("street", "light"), ("road hole", "hole"), ("  ", ""), ("", "")],
)
def test_a_key_a_name_or_a_part_of_one_name_is_understood(said, meant):
    form = One({"matter": said})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["matter"] == meant


def test_what_fits_several_names_them_and_what_fits_none_says_so():
    several, none = One({"matter": "other"}), One({"matter": "moon"})

    assert {"Other (Roads)", "Other (Water)"} <= set(re.findall(r"\w+ \(\w+\)", several.errors["matter"][0]))
    assert "moon" in none.errors["matter"][0]


def test_two_of_one_name_are_told_apart_by_their_heading():
    assert One({"matter": "Other (Water)"}).is_valid()
    assert [one.name for one in named([("x", "Same"), ("y", "Same")])] == ["Same (x)", "Same (y)"]


def test_the_input_shows_names_and_its_list_offers_all_of_them():
    page = str(One({"matter": "light"})["matter"])

    assert 'value="Street light"' in page
    assert 'placeholder="All matters"' in page
    assert re.findall(r'<option value="([^"]*)">([^<]*)', page)[0] == ("Street light", "Roads")
    assert page.count("<option") == 5


def test_what_was_typed_stays_when_it_was_not_understood():
    assert 'value="moon"' in str(One({"matter": "moon"})["matter"])


def test_several_are_ticked_or_typed_and_each_counts_once():
    form = Many(QueryDict("offices=b&offices=poli&offices=&offices=Water"))

    assert form.is_valid(), form.errors
    assert form.cleaned_data["offices"] == ["b", "c"]


def test_the_likely_are_boxes_and_the_others_are_typed():
    page = str(Many(QueryDict("offices=b&offices=poli"))["offices"])

    assert page.count('type="checkbox"') == 1
    assert 'value="b" checked' in page
    assert 'value="Police"' in page.split("<datalist")[0]
    assert "<b>" not in page


def test_nothing_is_asked_for_again_where_an_answer_is_needed():
    assert "offices" in Many(QueryDict("offices=&offices=")).errors


@given(st.lists(st.tuples(st.uuids(), st.text(min_size=1, max_size=6)), max_size=12, unique_by=lambda one: one[0]))
def test_every_shown_name_leads_back_to_its_key(rows):
    offered = named([(str(key), text) for key, text in rows])

    assert len({one.name for one in offered}) == len(offered)
    for one in offered:
        if one.name.strip() == one.name and one.name:
            assert understood(one.name, offered) == one.key


@given(st.text(alphabet='<>"&x月亮 ', max_size=30))
def test_whatever_is_typed_is_shown_back_as_words_and_never_as_markup(said):
    page = str(One({"matter": said})["matter"])

    assert page.count("<input") == 1
    assert page.count("<option") == 5
    shown = re.search(r'value="([^"]*)"', page.split("<datalist")[0])
    assert html.unescape(shown[1] if shown else "").strip() == said.strip()


def test_what_was_understood_is_shown_by_its_name():
    assert 'value="Street light"' in str(One({"matter": "street"})["matter"])
