"""The deeds of the desk: each ties a move's permit, form and verb to its words, sign and key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import closing, dispatch, earlier, handling, narrowing, pausing
from gongzhi.cases.desk import forms
from gongzhi.cases.desk_cards import DeskCase
from gongzhi.people.permits import Permit

Verb = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One move as the desk offers it. `leaves`: the case is then no longer on this desk. `key`: its letter."""

    code: str
    permit: Permit
    form: type[forms.MoveForm]
    verb: Verb
    title: Promise
    button: Promise
    done: Promise
    icon: str
    leaves: bool = False
    key: str = ""

    @property
    def path(self) -> str:
        """Its part of the address: hand_over stands at hand-over/."""
        return self.code.replace("_", "-")

    @property
    def address(self) -> str:
        """The name of its page for `{% url %}`."""
        return f"desk:{self.code}"


def _answer(*, outcome: str = "", **told: Any) -> Any:
    return closing.answer_and_close(outcome=outcome, **told) if outcome else handling.answer(**told)


DEEDS: dict[str, Deed] = {
    deed.code: deed
    for deed in (
        Deed(
            "accept",
            Permit.CASE_ACCEPT,
            forms.MoveForm,
            dispatch.accept,
            _("Accept this case"),
            _("Accept"),
            _("You took %(number)s in hand."),
            icon="check",
            key="a",
        ),
        Deed(
            "take_over",
            Permit.CASE_ACCEPT,
            forms.MoveForm,
            earlier.take_over,
            _("Take over"),
            _("Take over"),
            _("%(number)s is taken over; its limit runs from now on."),
            icon="check",
            key="a",
        ),
        Deed(
            "close_untaken",
            Permit.CASE_CLOSE,
            forms.CloseUntakenForm,
            earlier.close_untaken,
            _("Close without taking over"),
            _("Close"),
            _("%(number)s is closed without having been taken over."),
            icon="circle-check",
            key="c",
        ),
        Deed(
            "answer",
            Permit.CASE_ANSWER,
            forms.AnswerForm,
            _answer,
            _("Answer"),
            _("Send this answer"),
            _("The answer to %(number)s is on its way."),
            icon="message",
            leaves=True,
            key="r",
        ),
        Deed(
            "return_help",
            Permit.CASE_ASSIST,
            forms.ReturnHelpForm,
            dispatch.return_help,
            _("Return your part"),
            _("Return"),
            _("Your part of %(number)s went back."),
            icon="arrow-back-up",
            leaves=True,
            key="r",
        ),
        Deed(
            "send",
            Permit.CASE_SEND,
            forms.SendForm,
            dispatch.send,
            _("Send to the office that answers for it"),
            _("Send"),
            _("%(number)s was sent."),
            icon="send",
            leaves=True,
            key="s",
        ),
        Deed(
            "ask",
            Permit.CASE_ASK,
            forms.AskForm,
            handling.ask,
            _("Ask the resident"),
            _("Send the question"),
            _("The question for %(number)s is on its way."),
            icon="help-circle",
            key="q",
        ),
        Deed(
            "hand_over",
            Permit.CASE_HANDOVER,
            forms.HandOverForm,
            dispatch.hand_over,
            _("Hand over"),
            _("Hand over"),
            _("%(number)s was handed over."),
            icon="switch-horizontal",
            leaves=True,
            key="h",
        ),
        Deed(
            "help",
            Permit.CASE_ASSIST,
            forms.HelpForm,
            dispatch.help,
            _("Ask others to help"),
            _("Ask to help"),
            _("Help was asked for %(number)s."),
            icon="users",
        ),
        Deed(
            "rematter",
            Permit.CASE_REMATTER,
            forms.RematterForm,
            dispatch.rematter,
            _("Change the kind of matter"),
            _("Change"),
            _("The matter of %(number)s was set."),
            icon="edit",
            key="m",
        ),
        Deed(
            "relocate",
            Permit.CASE_REMATTER,
            forms.RelocateForm,
            dispatch.relocate,
            _("Correct the place"),
            _("Set this place"),
            _("The place of %(number)s was set."),
            icon="map-pin",
            key="l",
        ),
        Deed(
            "pause",
            Permit.CASE_PAUSE,
            forms.PauseForm,
            pausing.pause,
            _("Let the time limit stand still"),
            _("Let it stand still"),
            _("The time limit of %(number)s stands still; the resident is told."),
            icon="player-pause",
        ),
        Deed(
            "resume",
            Permit.CASE_PAUSE,
            forms.MoveForm,
            pausing.resume,
            _("Go on: the time limit runs again"),
            _("Go on"),
            _("The time limit of %(number)s runs again."),
            icon="rotate-clockwise",
        ),
        Deed(
            "close",
            Permit.CASE_CLOSE,
            forms.CloseForm,
            closing.close,
            _("Close"),
            _("Close"),
            _("%(number)s is closed."),
            icon="circle-check",
            leaves=True,
            key="c",
        ),
        Deed(
            "extend",
            Permit.CASE_EXTEND,
            forms.ReasonForm,
            handling.extend,
            _("Extend the limit, once"),
            _("Extend"),
            _("The limit of %(number)s was extended."),
            icon="calendar-event",
        ),
        Deed(
            "narrow",
            Permit.CASE_NARROW,
            forms.NarrowForm,
            narrowing.narrow,
            _("Take it from public view"),
            _("Take it away"),
            _("%(number)s is no longer public; whoever said it is told."),
            icon="eye-off",
        ),
        Deed(
            "note",
            Permit.CASE_NOTE,
            forms.NoteForm,
            handling.note,
            _("Note for colleagues"),
            _("Keep the note"),
            _("The note is kept."),
            icon="edit",
            key="n",
        ),
        Deed(
            "reopen",
            Permit.CASE_CLOSE,
            forms.ReasonForm,
            closing.reopen,
            _("Open again"),
            _("Open again"),
            _("%(number)s is open again."),
            icon="rotate-clockwise",
        ),
    )
}


def offered(desk: DeskCase) -> list[Deed]:
    """The deeds the acting post may do now, in the order of use; answering and closing at once is one form."""
    codes = set(desk.moves)
    if "answer_and_close" in codes:
        codes.add("answer")
    return [deed for deed in DEEDS.values() if deed.code in codes]
