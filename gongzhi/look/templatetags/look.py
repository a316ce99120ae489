"""Tags and filters of the look: `{% load look %}`. Every one is shown on the style page and in docs/look.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.look import dates, figures
from gongzhi.look.colours import DEFAULT
from gongzhi.look.fields import complaints, first_target, shown
from gongzhi.look.icons import ICONS
from gongzhi.look.modes import Mode, sheet
from gongzhi.look.states import STATES
from gongzhi.look.typography import spaced as _spaced
from gongzhi.look.typography import spaced_html

register = template.Library()

# The house's own mark: two strokes that hold one roof, drawn for this project.
MARK = (
    '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">'
    '<path d="M3 13 16 4l13 9M7 27V15m18 12V15M11.500 27v-7.500a4.500 4.500 0 0 1 9 0V27M3 27h26"/></svg>'
)


@register.simple_tag
def mark() -> SafeString:
    """The emblem shown when a county has none of its own."""
    return SafeString(MARK)


@register.simple_tag(takes_context=True)
def mode_sheet(context: template.Context, mode: Mode) -> SafeString:
    """The style sheet of one mode, with the accent of the county in the page's context."""
    accent = getattr(context.get("house"), "accent", "") or DEFAULT
    return SafeString(sheet(mode, accent, static("look/pointer.png")))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline drawing. Without `label` it is decoration; with one it is an image that screen readers name."""
    drawing = SafeString(ICONS[name])
    if label:
        return format_html('<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, drawing)
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.filter
def day(moment: datetime | date | None) -> str:
    """`{{ moment|day }}`: 2026年11月21日 星期六, 21 November 2026; empty for None."""
    return dates.day(moment) if moment else ""


@register.filter
def moment_text(moment: datetime | None) -> str:
    """`{{ moment|moment_text }}`: day and 24-hour time."""
    return dates.moment_text(moment) if moment else ""


@register.filter
def until(due: datetime | date | None, other: Any) -> str:
    """`{{ due|until:standing }}` or `{{ due|until:now }}`: the deadline as a phrase (dates.until)."""
    return dates.until(due, other) if due else ""


@register.filter
def ago(moment: datetime | None, now: datetime) -> str:
    """`{{ moment|ago:now }}`: how long since."""
    return dates.ago(moment, now) if moment else ""


@register.simple_tag
def when(moment: datetime, form: str = "moment") -> SafeString:
    """`{% when moment %}`, `{% when moment "day" %}`: the text inside a machine-readable `<time>`."""
    text = dates.day(moment) if form == "day" else dates.moment_text(moment)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


@register.filter
def said(thing: Any, name: str) -> str:
    """`{{ thing|said:"name" }}`: `name_en` for English readers when it is there, else `name_zh`."""

    def pick(key: str) -> str:
        value = thing.get(key) if isinstance(thing, Mapping) else getattr(thing, key, "")
        return str(value or "")

    english = (get_language() or "").startswith("en")
    return (pick(f"{name}_en") if english else "") or pick(f"{name}_zh")


@register.filter
def number(value: float) -> str:
    """`{{ count|number }}`: 9,987 for English readers, 9987 for Chinese ones (figures.number)."""
    return figures.number(value)


@register.filter
def spaced(text: Any) -> str:
    """`{{ text|spaced }}`: a thin space between Chinese and Latin letters or digits."""
    if isinstance(text, SafeString):
        return SafeString(spaced_html(text))
    return _spaced(str(text))


@register.simple_tag
def tag(state: str, words: str = "") -> SafeString:
    """`{% tag "overdue" %}`: a state as a small label; `{% tag "good" words %}` gives it other words."""
    kind, default, drawing = STATES.get(str(state), ("plain", "", ""))
    text = words or (_(default) if default else str(state))
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, icon(drawing) if drawing else "", text)


@register.simple_tag
def field(bound: BoundField, **attrs: Any) -> SafeString:
    """`{% field form.words rows=6 %}`: label, hint, error and input of one question, tied together."""
    return render_to_string("look/parts/field.html", shown(bound, attrs))


@register.simple_tag
def errors(form: BaseForm) -> SafeString | str:
    """`{% errors form %}`: the list of what to put right, each line leading to its field; nothing when all is well."""
    if not form.errors:
        return ""
    asked = [form[name] for name in form.errors if name in form.fields]
    rows = [{"target": first_target(bound), "text": text} for bound in asked for text in complaints(bound)]
    return render_to_string("look/parts/errors.html", {"rows": rows, "others": form.non_field_errors()})


@register.simple_tag
def timeline(entries: Iterable[Any]) -> SafeString:
    """`{% timeline entries %}`: what happened, oldest first.

    An entry has `at` and `what` (a sentence), and may have `who`, `words` (what was said), `link`, `now` (the step
    that is under way) and `until` (a phrase).
    """
    return render_to_string("look/parts/timeline.html", {"entries": entries})


@register.simple_tag
def empty(title: str, text: str = "", href: str = "", action: str = "", drawing: str = "circle-dot") -> SafeString:
    """`{% empty title text href action %}`: nothing here, and what to do next."""
    context = {"title": title, "text": text, "href": href, "action": action, "drawing": drawing}
    return render_to_string("look/parts/empty.html", context)


@register.simple_tag(takes_context=True)
def pager(context: template.Context, page: Any) -> SafeString | str:
    """`{% pager page %}`: older and newer without counting rows.

    `page.next` is the cursor of the next page or empty; the address keeps every other query parameter.
    """
    request = context["request"]
    query = request.GET.copy()
    here = query.pop("after", None)
    first = f"?{query.urlencode()}" if query else request.path
    query["after"] = getattr(page, "next", "") or ""
    following = f"?{query.urlencode()}" if query["after"] else ""
    if not here and not following:
        return ""
    return render_to_string("look/parts/pager.html", {"first": first if here else "", "following": following})


@register.filter
def lines(text: str) -> SafeString:
    """`{{ words|lines }}`: plain text as paragraphs; residents' words are escaped, never interpreted."""
    parts = [part.strip() for part in str(text).replace("\r\n", "\n").split("\n") if part.strip()]
    return SafeString("".join(f"<p>{conditional_escape(part)}</p>" for part in parts))
