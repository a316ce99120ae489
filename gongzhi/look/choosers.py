"""Choosing one of many by typing a part of its name: 130 matters or 807 offices are no list to read through.

Without JavaScript it is an input with a datalist: the browser offers what fits, and whatever is sent is understood
here, as a key, a name or a part of one. With `look/chooser.js` the same markup is a combobox that shows its groups.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

OFFERED = 6  # of several that fit, so many are named
INPUTS = 3  # of a field that takes several


@dataclass(frozen=True, slots=True)
class One:
    """Something to choose: what is sent for it, what is read and typed, and under which heading it stands."""

    key: str
    name: str
    group: str = ""


def named(choices: Iterable[Any]) -> list[One]:
    """All of a field's choices but the empty one, each under a name that no other has."""
    flat: list[One] = []
    for key, text in choices:
        rows, group = (text, str(key)) if isinstance(text, list | tuple) else ([(key, text)], "")
        flat += [One(str(code), str(name), group) for code, name in rows if str(code)]
    return _unique(_unique(flat, lambda one: one.group), lambda one: one.key)


def _unique(found: Sequence[One], by: Any) -> list[One]:
    seen: dict[str, int] = {}
    for one in found:
        seen[one.name] = seen.get(one.name, 0) + 1
    return [
        One(one.key, f"{one.name} ({by(one)})", one.group) if seen[one.name] > 1 and by(one) else one for one in found
    ]


def understood(said: str, offered: Sequence[One]) -> str:
    """The key that is meant by a key, a name or a part of just one name. Refuses what fits none or several."""
    text = said.strip()
    for one in offered:
        if text in (one.key, one.name):
            return one.key
    pieces = text.casefold().split()
    fit = [one for one in offered if all(piece in one.name.casefold() for piece in pieces)]
    fit = [one for one in fit if one.name.casefold() == text.casefold()] or fit
    if len(fit) == 1:
        return fit[0].key
    if not fit:
        raise ValidationError(_("Nothing here is called “%(said)s”. A part of the name is enough.") % {"said": text})
    names = _(", ").join(one.name for one in fit[:OFFERED])
    raise ValidationError(_("Several fit; please name one of them: %(names)s") % {"names": names})


def _shown(said: Any, offered: Sequence[One]) -> str:
    """The name of what is meant; else what was typed, so that it can be put right."""
    try:
        key = understood(str(said or ""), offered) if str(said or "").strip() else ""
    except ValidationError:
        return str(said)
    return next((one.name for one in offered if one.key == key), "")


class Chooser(forms.TextInput):
    """An input with everything it may say beside it."""

    input_type = "search"
    choices: Any = ()

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The input, showing the name of the chosen, and its list."""
        offered = named(self.choices)
        told = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return _input(told, _shown(value, offered), self.choices) + _list(f"{told['id']}-list", offered)


def _input(attrs: dict[str, Any], value: Any, choices: Iterable[Any]) -> SafeString:
    empty = next((str(text) for key, text in choices if not key), "")
    base = {"list": f"{attrs['id']}-list", "autocomplete": "off", "data-chooser": True, "placeholder": empty}
    told = {"type": "search", **base, **attrs, "data-none": _("Nothing fits. Leave out a letter or two.")}
    return format_html("<input{}>", flatatt(told | ({"value": value} if value else {})))


def _list(key: str, offered: Iterable[One]) -> SafeString:
    """By hand: Django's helpers cost ten times as much for each of 807 offices."""
    rows = "".join(f'<option value="{escape(one.name)}">{escape(one.group)}</option>' for one in offered)
    return format_html('<datalist id="{}">{}</datalist>', key, SafeString(rows))


class ChooserField(forms.ChoiceField):
    """One of many; what comes may be its key, its name, or a part of the name that fits no other."""

    widget = Chooser

    def to_python(self, value: Any) -> str:
        """The key that is meant, "" for nothing."""
        said = super().to_python(value)
        return understood(said, named(cast(Any, self.choices))) if said.strip() else ""


class ChooserMany(forms.Widget):
    """Boxes for those that stand first, and inputs for any other."""

    choices: Any = ()
    boxes: Collection[str] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Everything ticked and typed."""
        return [one for one in data.getlist(name) if one.strip()] if hasattr(data, "getlist") else data.get(name) or []

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: nothing ticked and nothing typed is an answer too."""
        return False

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The boxes, then the inputs; all carry one name and the inputs share one list."""
        offered, chosen = named(self.choices), [str(one) for one in value or []]
        first = [one for one in offered if one.key in self.boxes]
        base = (attrs or {})["id"]
        boxes = [
            format_html(
                '<label class="choice"><input type="checkbox" name="{}" value="{}"{}><span>{}</span></label>',
                *(name, one.key, SafeString(" checked" if one.key in chosen else ""), one.name),
            )
            for one in first
        ]
        others = [one for one in chosen if one not in {box.key for box in first}]
        others += [""] * max(1, INPUTS - len(others))
        inputs = [
            _input(
                {
                    **{key: told for key, told in (attrs or {}).items() if key != "required"},
                    "name": name,
                    "id": f"{base}_{n}",
                    "list": f"{base}-list",
                    "aria-label": _("Another one (%(n)s)") % {"n": n + 1},
                },
                _shown(said, offered),
                [("", _("Type a part of the name"))],
            )
            for n, said in enumerate(others)
        ]
        parts = SafeString("".join([*boxes, *(format_html('<div class="chooser">{}</div>', one) for one in inputs)]))
        return format_html('<div class="choices">{}</div>', parts) + _list(
            f"{base}-list", [one for one in offered if one not in first]
        )


class ChooserManyField(forms.MultipleChoiceField):
    """Several of many, each as in ChooserField; `first` are offered as boxes."""

    widget = ChooserMany

    def offer(self, choices: Sequence[Any], first: Collection[str]) -> None:
        """Set what may be chosen, and which of it is likely."""
        self.choices = choices
        self.widget.boxes = first

    def to_python(self, value: Any) -> list[str]:
        """The keys that are meant, each once."""
        offered = named(cast(Any, self.choices))
        return list(dict.fromkeys(understood(one, offered) for one in super().to_python(value)))
