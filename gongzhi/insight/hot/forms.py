"""Forms about a topic: a keyword of a matter, the draft of a matter, or dismissed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.cases import matters
from gongzhi.cases.desk import choices
from gongzhi.cases.keyword_rules import LONGEST
from gongzhi.insight.hot import rules, topics
from gongzhi.look.choosers import ChooserField
from gongzhi.look.fields import LongSelect
from gongzhi.look.templatetags.look import said


class KeywordForm(forms.Form):
    """Which matter covers it, and by which word."""

    matter = ChooserField(label=gettext_lazy("Matter"))
    keyword = forms.CharField(
        label=gettext_lazy("Keyword"),
        max_length=LONGEST,
        help_text=gettext_lazy("From now on whoever says this word is led to this matter."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = [("", _("Choose a matter")), *choices.matters()]  # type: ignore[attr-defined]


class DraftForm(forms.Form):
    """The row of a new matter for the county's file."""

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    code = forms.CharField(
        label=gettext_lazy("Code of the matter"),
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", gettext_lazy("Small letters, digits and hyphens, please."))],
        help_text=gettext_lazy("For example: stray-dogs"),
    )
    parent = forms.ChoiceField(label=gettext_lazy("Stands under"), required=False, widget=LongSelect)
    limit_amount = forms.IntegerField(label=gettext_lazy("Limit"), min_value=1, max_value=365)
    limit_unit = forms.ChoiceField(label=gettext_lazy("Counted in"))
    keywords = forms.CharField(
        label=gettext_lazy("Keywords"), max_length=200, required=False, help_text=gettext_lazy("Parted by blanks.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = [(card.code, said(card, "name")) for card in matters.cards() if not card.leaf]
        units = [("working_hours", _("working hours")), ("working_days", _("working days")),
                 ("hours", _("hours")), ("calendar_days", _("calendar days"))]  # fmt: skip
        self.fields["parent"].choices = [("", _("At the top")), *above]  # type: ignore[attr-defined]
        self.fields["limit_unit"].choices = units  # type: ignore[attr-defined]


class DismissForm(forms.Form):
    """Why it is no topic."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = forms.CharField(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("Only colleagues read this."),
        required=False,
        max_length=topics.NOTE_MOST,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("Choose a reason")), *((code, _(words)) for code, words in rules.REASONS.items())]
        self.fields["reason"].choices = offered  # type: ignore[attr-defined]
