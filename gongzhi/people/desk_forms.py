"""What an administrator types on the pages of posts and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gongzhi.kit.refusal import Refusal
from gongzhi.people import reads
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import ROLES

NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def put_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Show a verb's refusal at the field it is about, else above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, _(refusal.sentence) % refusal.params)


def said(card: object, name: str) -> str:
    """A text of a card in the language of the page."""
    english = (get_language() or "").startswith("en")
    return (english and getattr(card, f"{name}_en")) or getattr(card, f"{name}_zh")


class FillForm(forms.Form):
    """Whom a post is given to; empty makes it vacant."""

    account = forms.CharField(
        label=gettext_lazy("Sign-in name"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Leave it empty to make the post vacant."),
        widget=forms.TextInput(attrs=NAME),
    )


class LeaveForm(forms.Form):
    """First and last day of a leave, and who covers."""

    first = forms.DateField(label=gettext_lazy("First day away"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("Last day away"), widget=forms.DateInput(attrs={"type": "date"}))
    cover = forms.ChoiceField(label=gettext_lazy("Covered by"))

    def __init__(self, *args: Any, covers: Iterable[PostCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(card.id.hex, said(card, "title")) for card in covers]
        self.fields["cover"].choices = choices  # type: ignore[attr-defined]

    def moments(self) -> tuple[datetime, datetime]:
        """From the first moment of the first day until the last day is over, in the county's zone."""
        first: date = self.cleaned_data["first"]
        last: date = self.cleaned_data["last"]
        zone = reads.zone()
        end = last + timedelta(days=1)
        return datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)


class OpenForm(forms.Form):
    """A new post."""

    organ = forms.ChoiceField(label=gettext_lazy("Organ"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=100, required=False)
    place = forms.CharField(
        label=gettext_lazy("Code of the place"),
        required=False,
        max_length=15,
        help_text=gettext_lazy("12 figures of a town or village, 15 of a grid; empty means the whole county."),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organs = [(card.code, said(card, "name")) for card in reads.organs(at)]
        self.fields["organ"].choices = organs  # type: ignore[attr-defined]
        roles = [(role.code, f"{_(role.name)}: {_(role.sentence)}") for role in ROLES.values()]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("Sign-in name"),
        max_length=60,
        help_text=gettext_lazy("2 to 60 letters or digits. It need not be a name."),
        widget=forms.TextInput(attrs=NAME),
    )
    display_name = forms.CharField(
        label=gettext_lazy("How colleagues see it"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For example “Ms Lin”."),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("Only for a forgotten password and news about sign-in."),
    )
