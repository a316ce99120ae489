"""`{% load cases %}`: codes of this room as words."""

from __future__ import annotations

from django import template

from gongzhi.cases import labels

register = template.Library()


@register.filter
def word(code: object, group: str) -> str:
    """`{{ course.state|word:"state" }}`: the word for a code, in the reader's language."""
    return labels.word(str(code), group)


@register.filter
def article(text: str) -> str:
    """`{{ clause.article|article }}`: 第二十一条, or art. 21 on an English page."""
    return labels.article(text)
