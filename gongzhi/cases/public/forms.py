"""Forms of the public site. What a form may hold is judged by the room's rules; here it gets its words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.cases import labels, rules
from gongzhi.cases.cards import Contact
from gongzhi.kit.refusal import Refusal


def sentence(refusal: Refusal) -> str:
    """A refusal's sentence in the reader's language."""
    return _(refusal.sentence) % refusal.params


def contact_of(text: str) -> Contact | None:
    """The way to be answered that was typed into one field: with an @ an e-mail address, else a telephone number.

    None for an empty text; refuses (`contact_misread`) what is neither.
    """
    if not text.strip():
        return None
    kind = "email" if "@" in text or "＠" in text else "phone"
    return Contact(kind, rules.check_contact(kind, text))


class SpeakForm(forms.Form):
    """Everything one voice may hold, over the pages of the journey; only the words must be there."""

    use_required_attribute = False  # our own sentence, on the page, instead of the browser's bubble

    words = forms.CharField(
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy("In your own words, as you would tell a neighbour. No form is needed, and no name."),
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": gettext_lazy("Please say in a few words what this is about.")},
    )
    where = forms.CharField(
        label=gettext_lazy("Address, or the name of a place nearby"),
        help_text=gettext_lazy("For example a road and number, a school, a shop, a bridge."),
        required=False,
        max_length=rules.PLACE_TEXT_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of thing is it?"),
        choices=list(labels.KINDS.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    contact = forms.CharField(
        label=gettext_lazy("Telephone number or e-mail address"),
        help_text=gettext_lazy(
            "You may leave this empty. You can always follow your voice by the secret link you get at the end. "
            "What you write here is sealed: only whoever handles your voice can open it, and you see who did."
        ),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "spellcheck": "false"}),
    )
    allows_public = forms.BooleanField(
        label=gettext_lazy("Others may read it"),
        help_text=gettext_lazy(
            "Without your name, number and other personal details. It helps neighbours with the same trouble."
        ),
        required=False,
    )
    officer = forms.CharField(
        label=gettext_lazy("Is it about how an official behaved? Who?"),
        help_text=gettext_lazy("Name, post or office. That person will never see what you wrote; the supervisor will."),
        required=False,
        max_length=200,
    )

    def clean_words(self) -> str:
        """At least one letter or digit, at most rules.WORDS_MAX signs."""
        try:
            return rules.clean_words(self.cleaned_data["words"])
        except Refusal as refusal:
            raise forms.ValidationError(sentence(refusal), refusal.code) from refusal

    def clean_kind(self) -> str:
        """A report when nothing was chosen."""
        return self.cleaned_data["kind"] or "report"

    def clean_contact(self) -> Contact | None:
        """E-mail or telephone, in one written form."""
        try:
            return contact_of(self.cleaned_data["contact"])
        except Refusal as refusal:
            raise forms.ValidationError(sentence(refusal), refusal.code) from refusal

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal of the verb beside the field it names."""
        field = {"photos": None, "place": "where"}.get(refusal.field or "", refusal.field)
        self.add_error(field if field in self.fields else None, sentence(refusal))


class JoinForm(forms.Form):
    """The same trouble from another person: own words, own answer."""

    use_required_attribute = False
    words = forms.CharField(
        label=gettext_lazy("How does it trouble you?"),
        help_text=gettext_lazy("One sentence is enough. Only the office and you read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say in a few words what this is about.")},
    )
    contact = forms.CharField(
        label=gettext_lazy("Telephone number or e-mail address"),
        help_text=gettext_lazy("You may leave this empty and follow everything by your own secret link."),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "spellcheck": "false"}),
    )

    clean_contact = SpeakForm.clean_contact


class AnswerForm(forms.Form):
    """The resident's answer to a question of the office."""

    use_required_attribute = False
    words = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Please write your answer in a few words.")},
    )


class RatingForm(forms.Form):
    """Is it solved, how content, in which words."""

    use_required_attribute = False
    solved = forms.ChoiceField(
        label=gettext_lazy("Is it solved?"),
        choices=[("yes", gettext_lazy("Yes, it is solved")), ("no", gettext_lazy("No, it is not solved"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose whether it is solved.")},
    )
    grade = forms.TypedChoiceField(
        label=gettext_lazy("How content are you with how it was handled?"),
        choices=[(grade, label) for grade, label in labels.GRADES.items()],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one of the five.")},
    )
    words = forms.CharField(
        label=gettext_lazy("Anything you would like to add?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=rules.RATING_WORDS_MAX,
    )

    def clean_solved(self) -> bool:
        """Yes or no as a truth value."""
        return bool(self.cleaned_data["solved"] == "yes")


class FindForm(forms.Form):
    """The way to be answered that was left with a voice."""

    use_required_attribute = False
    contact = forms.CharField(
        label=gettext_lazy("The telephone number or e-mail address you left"),
        error_messages={"required": gettext_lazy("Please write the number or address you left with us.")},
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "spellcheck": "false"}),
    )

    def clean_contact(self) -> Contact:
        """E-mail or telephone, in one written form."""
        try:
            contact = contact_of(self.cleaned_data["contact"])
        except Refusal as refusal:
            raise forms.ValidationError(sentence(refusal), refusal.code) from refusal
        assert contact is not None  # a required field is not empty
        return contact
