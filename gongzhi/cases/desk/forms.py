"""Forms of the moves: what a clerk must tell for each, and what each says before it is done.

A form knows the case it is drawn for (`desk`), so that choices are few and the usual one stands first. The fields
of `Meta.verb` go to the verb under their own names; codes are checked again by the verb's rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import left_rules, narrowing, rules
from gongzhi.cases.desk import choices
from gongzhi.cases.desk_cards import DeskCase
from gongzhi.look.choosers import ChooserField, ChooserManyField
from gongzhi.look.templatetags.look import said
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _area(rows: int, most: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


def _reason(label: StrOrPromise, hint: StrOrPromise = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=rules.REASON_MAX, widget=_area(2, rules.REASON_MAX)
    )


class MoveForm(forms.Form):
    """What every move carries: the version of the case the clerk looked at, the queue she came from, and whether
    the case stood beside the list."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    queue = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    beside = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, desk: DeskCase, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk = desk
        self.actor = actor
        self.draw()

    def draw(self) -> None:
        """Fill in the choices that depend on the case."""

    def told(self) -> dict[str, Any]:
        """The cleaned fields as keywords of the verb."""
        return {name: value for name, value in self.cleaned_data.items() if name not in MoveForm.base_fields}


class SendForm(MoveForm):
    """The dispatch desk names the organ that answers for the case."""

    organ = ChooserField(label=_("Which office answers for it"))
    reason_text = _reason(_("Why this office"), _("The office reads it. One sentence helps."), required=False)

    def draw(self) -> None:
        self.fields["organ"].choices = choices.organs(first=self.desk.responsible)  # type: ignore[attr-defined]


class HandOverForm(MoveForm):
    """A coded reason, a named receiver, and the clause when it is not the organ's duty."""

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    to = ChooserField(label=_("Who takes it"))
    clause = forms.ChoiceField(
        label=_("Which clause says so"), required=False, help_text=_("Needed when it is not your office's duty.")
    )
    text = _reason(_("What the receiver should know"), required=False)

    def draw(self) -> None:
        self.fields["reason"].choices = choices.words(rules.HANDOVER_REASONS, "handover_reason")  # type: ignore[attr-defined]
        self.fields["to"].choices = choices.receivers(self.actor, first=self.desk.responsible)  # type: ignore[attr-defined]
        self.fields["clause"].choices = choices.clauses()  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        told = super().told()
        kind, _colon, key = told.pop("to").partition(":")
        told["to_organ"] = key if kind == "organ" else ""
        told["to_post"] = UUID(key) if kind == "post" else None
        return told


class RematterForm(MoveForm):
    """Another kind of matter; the clock is not touched."""

    matter = ChooserField(label=_("Kind of matter"))

    def draw(self) -> None:
        self.fields["matter"].choices = choices.matters()  # type: ignore[attr-defined]
        self.initial.setdefault("matter", self.desk.course.matter.code)


class RelocateForm(MoveForm):
    """The place as a code, or as words of which the only hit is taken; several hits are offered to choose from."""

    place = forms.CharField(
        label=_("Village, grid or landmark"),
        help_text=_("A name, or the code of a village or grid. Clock and office stay as they are."),
        max_length=rules.PLACE_TEXT_MAX,
    )

    def draw(self) -> None:
        if self.desk.course.place:
            self.initial.setdefault("place", self.desk.course.place.code)

    def clean_place(self) -> str:
        """The code of the place that is meant."""
        text = self.cleaned_data["place"].strip()
        if text.isdigit():
            return text
        hits = {hit.grid or hit.code: hit for hit in places.find(text)}
        if len(hits) == 1:
            return next(iter(hits))
        if not hits:
            raise forms.ValidationError(_("We find no place like this. Please try its village or its code."))
        offered = "; ".join(f"{said(hit, 'path')} {hit.name} = {code}" for code, hit in list(hits.items())[:6])
        raise forms.ValidationError(
            _("Several places fit; please write the code of one: %(offered)s"), params={"offered": offered}
        )


class PauseForm(MoveForm):
    """A coded legal reason for which the limit stands still, and what the resident reads of it."""

    reason = forms.ChoiceField(label=_("Legal reason"), widget=forms.RadioSelect)
    text = _reason(_("What is waited for"), _("The resident reads it, with the latest day and the way to appeal."))

    def draw(self) -> None:
        self.fields["reason"].choices = choices.pauses(self.desk.run)  # type: ignore[attr-defined]


class NarrowForm(MoveForm):
    """A coded reason to take words from public view, and what whoever said them reads of it."""

    reason = forms.ChoiceField(label=_("Why it has to go"), widget=forms.RadioSelect)
    text = _reason(_("What stood there"), _("Whoever said it reads this, with the way to appeal."))
    clause = forms.ChoiceField(label=_("Which clause requires it"), required=False)

    def draw(self) -> None:
        self.fields["reason"].choices = choices.words(narrowing.BY_STAFF, "narrow_reason")  # type: ignore[attr-defined]
        self.fields["clause"].choices = choices.clauses()  # type: ignore[attr-defined]


class HelpForm(MoveForm):
    """Further offices do their part at the same time; all must return it before the case closes."""

    organs = ChooserManyField(label=_("Who should help"))
    text = _reason(_("What each should do"), required=False)

    def draw(self) -> None:
        busy = {card.organ.code for card in self.desk.helps if card.returned_at is None}
        if self.desk.course.organ:
            busy.add(self.desk.course.organ.code)
        first = [organ.code for organ in self.desk.assisting]
        self.fields["organs"].offer(choices.organs_flat(leave_out=busy), first)  # type: ignore[attr-defined]


class ReturnHelpForm(MoveForm):
    """A helping office says what it did."""

    text = _reason(_("What your office did"), _("The leading office uses it in its answer."))
    internal_text = _reason(_("Only for colleagues"), required=False)


class AskForm(MoveForm):
    """A question to the resident; the clock pauses until the answer, ten working days at most."""

    voice = forms.ChoiceField(label=_("Whom to ask"), widget=forms.RadioSelect, required=False)
    question = _reason(
        _("Your question"),
        _("Ask for one thing, in words you would use at the counter. The resident reads exactly this."),
    )

    def draw(self) -> None:
        voices = [voice for voice in self.desk.voices if voice.withdrawn_at is None]
        if len(voices) < 2:
            del self.fields["voice"]
            return
        self.fields["voice"].choices = [(str(voice.id), f"{voice.number} {voice.words[:40]}") for voice in voices]  # type: ignore[attr-defined]
        self.initial.setdefault("voice", str(voices[0].id))

    def told(self) -> dict[str, Any]:
        told = super().told()
        told["voice"] = UUID(told["voice"]) if told.get("voice") else None
        return told


class AnswerForm(MoveForm):
    """The answer residents read, the note only colleagues read, and whether the case is done with it."""

    public_text = forms.CharField(
        label=_("Answer to the resident"),
        help_text=_("Say what was done, by whom, and what comes next. Phone and ID numbers are covered by themselves."),
        max_length=rules.ANSWER_MAX,
        widget=_area(9, rules.ANSWER_MAX),
    )
    internal_text = _reason(_("Only for colleagues"), _("Never shown outside the workplace."), required=False)
    outcome = forms.ChoiceField(label=_("What came of it"), widget=forms.RadioSelect)

    STAYS_OPEN = "open"
    OWN_MOST = 20  # joined voices that can be told something of their own on this page

    def draw(self) -> None:
        voices = [voice for voice in self.desk.voices if voice.withdrawn_at is None]
        for voice in voices[: self.OWN_MOST] if len(voices) > 1 else []:
            self.fields[f"own_{voice.id.hex}"] = forms.CharField(
                label=f"{voice.number} {voice.words[:40]}",
                required=False,
                max_length=rules.ANSWER_MAX,
                widget=_area(3, rules.ANSWER_MAX),
            )
        offered: list[tuple[str, Any]] = []
        if "answer_and_close" in self.desk.moves:
            codes = [code for code in rules.OUTCOMES if code not in ("withdrawn", "not_taken", "duplicate")]
            offered += choices.words(codes, "outcome")
        if "answer" in self.desk.moves:
            offered.append((self.STAYS_OPEN, _("Not finished: answer now, close later")))
        self.fields["outcome"].choices = offered  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        told = super().told()
        if told["outcome"] == self.STAYS_OPEN:
            del told["outcome"]
        told["own"] = {UUID(name[4:]): told.pop(name) for name in list(told) if name.startswith("own_")}
        return told

    def own_fields(self) -> list[forms.BoundField]:
        """The fields for answers to single voices."""
        return [self[name] for name in self.fields if name.startswith("own_")]


class CloseForm(MoveForm):
    """An outcome; a duplicate names the first case and its voices go there."""

    outcome = forms.ChoiceField(label=_("What came of it"), widget=forms.RadioSelect)
    duplicate_of = forms.CharField(
        label=_("Number of the first case"),
        required=False,
        max_length=40,
        help_text=_("Only for a duplicate. Its voices move to the first case; each still gets an answer."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "number"}),
    )
    internal_text = _reason(_("Only for colleagues"), required=False)

    def draw(self) -> None:
        codes = [code for code in rules.OUTCOMES if code not in ("withdrawn", "not_taken")]
        self.fields["outcome"].choices = choices.words(codes, "outcome")  # type: ignore[attr-defined]


class CloseUntakenForm(MoveForm):
    """Why a case that another system left open is closed without having been taken over."""

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    public_text = _reason(_("What you know about it"), _("Everybody can read it."), required=False)

    def draw(self) -> None:
        self.fields["reason"].choices = choices.words(left_rules.REASONS, "left_reason")  # type: ignore[attr-defined]


class ReasonForm(MoveForm):
    """Extending once, or opening again: a reason the resident reads."""

    reason_text = _reason(_("Reason"), _("The resident reads it."))


class NoteForm(MoveForm):
    """A note for colleagues."""

    internal_text = _reason(_("Note for colleagues"), _("Never shown outside the workplace."))


class OriginalForm(forms.Form):
    """Why the original words must be opened. The purpose is kept and the person sees it."""

    voice = forms.UUIDField(widget=forms.HiddenInput)
    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    clause = forms.ChoiceField(label=_("Which clause requires it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = choices.purposes()  # type: ignore[attr-defined]
        self.fields["clause"].choices = choices.clauses()  # type: ignore[attr-defined]
