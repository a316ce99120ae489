"""Tags and filters as templates use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from gongzhi.look.fields import LongSelect


class Ask(forms.Form):
    words = forms.CharField(label="Words", help_text="As to a neighbour", widget=forms.Textarea)
    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    mail = forms.EmailField(label="Mail", required=False)
    public = forms.BooleanField(label="Public", required=False)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def render(text: str, **context: Any) -> str:
    return Template("{% load look %}" + text).render(Context(context))


def test_icon_is_decoration_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in render('{% icon "clock" %}')
    assert 'aria-label="a &lt;clock&gt;"' in render('{% icon "clock" label %}', label="a <clock>")


def test_an_unknown_icon_is_a_mistake_and_rises() -> None:
    with pytest.raises(KeyError):
        render('{% icon "no-such" %}')


def test_said_prefers_the_reader_s_language() -> None:
    thing = {"name_zh": "湖畔", "name_en": "Lake"}
    assert render('{{ thing|said:"name" }}', thing=thing) == "Lake"
    assert render('{{ thing|said:"name" }}', thing={"name_zh": "湖畔", "name_en": ""}) == "湖畔"
    with override("zh-hans"):
        assert render('{{ thing|said:"name" }}', thing=thing) == "湖畔"


def test_said_reads_objects_and_missing_names() -> None:
    @dataclass
    class Organ:
        name_zh: str

    assert render('{{ thing|said:"name" }}', thing=Organ("水电所")) == "水电所"
    assert render('{{ thing|said:"title" }}', thing=Organ("水电所")) == ""


def test_field_ties_label_hint_and_input_together() -> None:
    html = render("{% field form.words rows=6 data_keep='w' %}", form=Ask())
    assert '<label class="field-label" for="id_words">Words' in html
    assert 'id="id_words-hint"' in html
    assert 'aria-describedby="id_words-hint"' in html
    assert 'rows="6"' in html
    assert 'data-keep="w"' in html


def test_field_says_what_is_wrong_and_where() -> None:
    html = render("{% field form.words %}", form=Ask({}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_words-hint id_words-error"' in html
    assert "Please answer: Words" in html


def test_optional_questions_say_so() -> None:
    assert "(optional)" in render("{% field form.mail %}", form=Ask())
    assert "(optional)" not in render("{% field form.words %}", form=Ask())


def test_radio_buttons_stand_in_a_fieldset() -> None:
    html = render("{% field form.kind %}", form=Ask({}))
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_errors_lead_to_their_fields() -> None:
    html = render("{% errors form %}", form=Ask({"mail": "not an address"}))
    assert 'href="#id_words"' in html
    assert 'href="#id_kind_0"' in html
    assert 'href="#id_mail"' in html
    assert 'role="alert"' in html


def test_a_good_form_has_no_error_summary() -> None:
    assert render("{% errors form %}", form=Ask()) == ""


def test_tag_has_words_and_a_sign() -> None:
    html = render('{% tag "overdue" %}')
    assert "Overdue" in html
    assert "<svg" in html
    assert "tag-bad" in html
    assert render("{% tag state %}", state="<b>") == '<span class="tag tag-plain">&lt;b&gt;</span>'


def test_timeline_marks_what_is_under_way_and_escapes_words() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    html = render("{% timeline e %}", e=[{"at": at, "what": "Told", "words": "<i>\nb"}, {"what": "Now", "now": True}])
    assert html.count("<li") == 2
    assert html.count('aria-current="step"') == 1
    assert "<p>&lt;i&gt;</p><p>b</p>" in html


def test_pager_keeps_the_search_and_moves_the_cursor() -> None:
    request = RequestFactory().get("/zh/cases/?q=灯&after=abc")
    html = render("{% pager page %}", request=request, page=type("P", (), {"next": "def"})())
    assert "after=def" in html
    assert 'href="?q=%E7%81%AF"' in html


def test_pager_of_a_single_page_is_nothing() -> None:
    request = RequestFactory().get("/zh/cases/")
    assert render("{% pager page %}", request=request, page=type("P", (), {"next": None})()) == ""


def test_lines_escape_what_residents_write() -> None:
    assert render("{{ w|lines }}", w="<script>\r\n\r\n好") == "<p>&lt;script&gt;</p><p>好</p>"


def test_when_is_machine_readable() -> None:
    html = render("{% when at 'day' %}", at=datetime(2026, 11, 21, 4, tzinfo=UTC))
    assert html == '<time datetime="2026-11-21T04:00:00+00:00">21 November 2026</time>'


def test_a_long_select_says_what_the_usual_one_says() -> None:
    """Value, label, group and choice alike, and nothing a label says becomes markup."""
    groups = [("", "–"), ("县里", [("a", "甲 <b>"), ("b", "乙")]), ("c", "丙")]

    class Usual(forms.Form):
        office = forms.ChoiceField(choices=groups)

    class Long(forms.Form):
        office = forms.ChoiceField(choices=groups, widget=LongSelect)

    def said(form: forms.Form) -> list[tuple[str, ...]]:
        html = str(form["office"])
        assert "<b>" not in html
        plain = re.sub(r"\s+", " ", html)
        found = r'<(?:optgroup label="([^"]*)"|option value="([^"]*)"( selected)?>([^<]*))'
        return [tuple(part.strip() for part in one) for one in re.findall(found, plain)]

    for value in ("", "b", "c"):
        assert said(Long({"office": value})) == said(Usual({"office": value}))
    assert 'name="office"' in str(Long()["office"])
    assert 'id="id_office"' in str(Long()["office"])
