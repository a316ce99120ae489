"""How one form field is shown: which kind of control it is, and what ties label, hint, error and input together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField, Field
from django.utils.translation import gettext as _


def kind_of(bound: BoundField) -> str:
    """`choices` (radio buttons or boxes), `check` (one box), `file` or `text` (everything with one input)."""
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "text"


def first_target(bound: BoundField) -> str:
    """The id a link to this field leads to: the input, or the first of several."""
    return f"{bound.auto_id}_0" if kind_of(bound) == "choices" else str(bound.auto_id)


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
    if described and kind_of(bound) != "choices":
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
