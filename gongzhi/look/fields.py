"""How one form field is shown: which kind of control it is, and what ties label, hint, error and input together."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django import forms
from django.forms import BoundField, Field
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gongzhi.look.choosers import ChooserMany

GROUPS = ("choices", "several")  # a fieldset around controls with names of their own


class LongSelect(forms.Select):
    """A select of very many options, written at once: a template for each of 807 offices would take 40 ms."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The select as the usual one writes it; groups keep their label."""
        chosen = {str(one) for one in self.format_value(value)}
        parts = [
            format_html('<optgroup label="{}">{}</optgroup>', key, _options(text, chosen))
            if isinstance(text, list | tuple)
            else _options([(key, text)], chosen)
            for key, text in self.choices
        ]
        told = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", told, SafeString("".join(parts)))


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> SafeString:
    """By hand: Django's helpers cost ten times as much for each of 807 offices."""
    rows = [
        f'<option value="{_plain(key)}"{" selected" if str(key) in chosen else ""}>{_plain(text)}</option>'
        for key, text in choices
    ]
    return SafeString("".join(rows))


def _plain(text: Any) -> str:
    """What is markup already stays; all else is only words."""
    return text if isinstance(text, SafeString) else escape(str(text))


def kind_of(bound: BoundField) -> str:
    """`choices` (radio buttons or boxes), `several`, `check` (one box), `file` or `text` (what has one input)."""
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, ChooserMany):
        return "several"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "text"


def first_target(bound: BoundField) -> str:
    """The id a link to this field leads to: the input, or the first of several."""
    return f"{bound.auto_id}_0" if kind_of(bound) in GROUPS else str(bound.auto_id)


def complaints(bound: BoundField) -> list[str]:
    """What is wrong with this field, in our words: Django's "This field is required" names neither field nor remedy."""
    texts = []
    for error in bound.form.errors.as_data().get(bound.name, []):
        plain = str(error.messages[0])
        default = str(Field.default_error_messages["required"])
        texts.append(_("Please answer: %(label)s") % {"label": bound.label} if plain == default else plain)
    return texts


def shown(bound: BoundField, extra: dict[str, Any]) -> dict[str, Any]:
    """Context for `look/parts/field.html`. `extra` are attributes of the input; underscores become hyphens."""
    base = str(bound.auto_id)
    described = []
    if bound.help_text:
        described.append(f"{base}-hint")
    if bound.errors:
        described.append(f"{base}-error")
    attrs = {name.replace("_", "-"): value for name, value in extra.items()}
    if described and kind_of(bound) not in GROUPS:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "complaints": complaints(bound),
        "base": base,
        "kind": kind_of(bound),
        "described": " ".join(described),
        "control": bound.as_widget(attrs=attrs),
        "attrs": attrs,
        "optional": not bound.field.required and kind_of(bound) != "check",
    }
