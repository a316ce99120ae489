"""Forms about a finding: decide, ask an organ, say something in public, enter a measure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.cases.desk import choices
from gongzhi.insight import answering, incidents, measuring, rules
from gongzhi.look.choosers import ChooserField

Text = {"rows": 3}


class DecideForm(forms.Form):
    """What to do with a finding; a reason only when it is explained."""

    do = forms.ChoiceField(choices=[(name, name) for name in ("watch", "explain", "reopen")])
    reason = forms.ChoiceField(label=_("Reason"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("Choose a reason")), *((code, _(words)) for code, words in rules.REASONS.items())]
        self.fields["reason"].choices = offered  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """Which office is asked, and what."""

    organ = ChooserField(label=_("Office"))
    words = forms.CharField(
        label=_("What do you want to know?"), max_length=answering.QUESTION_MOST, widget=forms.Textarea(attrs=Text)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organ"].choices = [("", _("Choose an office")), *choices.organs_flat()]  # type: ignore[attr-defined]


class PublishForm(forms.Form):
    """What is said to everybody."""

    words = forms.CharField(
        label=_("What do people need to know?"),
        help_text=_("Everybody can read this at once. It cannot be changed, only put right by newer words."),
        max_length=answering.WORDS_MOST,
        widget=forms.Textarea(attrs=Text),
    )


class AnswerForm(forms.Form):
    """What an office answers to a question."""

    words = forms.CharField(
        label=_("What does your office know?"), max_length=answering.ANSWER_MOST, widget=forms.Textarea(attrs=Text)
    )


class MeasureForm(forms.Form):
    """A measure that was taken: what, since when, and what it is meant to bring."""

    what = forms.CharField(
        label=_("What was done?"),
        max_length=measuring.WHAT_MOST,
        help_text=_("For example: pipe in East Street renewed"),
    )
    since = forms.DateField(
        label=_("Since when?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),  # as browsers read it
    )
    wanted = forms.ChoiceField(
        label=_("What was wanted?"), choices=[("fewer", _("fewer cases")), ("more", _("more cases"))]
    )


class IncidentForm(forms.Form):
    """What an incident is called, and which office leads it."""

    name = forms.CharField(
        label=_("What is it called?"),
        max_length=incidents.NAME_MOST,
        help_text=_("For example: water out in Baishi"),
    )
    organ = ChooserField(label=_("Which office leads?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organ"].choices = [("", _("Choose an office")), *choices.organs_flat()]  # type: ignore[attr-defined]


class OverForm(forms.Form):
    """How an incident ended."""

    outcome = forms.CharField(
        label=_("How did it end?"), max_length=incidents.OUTCOME_MOST, widget=forms.Textarea(attrs=Text)
    )
