"""Words for the codes of this room, said to people: one table for pages, exports and the JSON door."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.people import rules as people

KINDS = {
    "report": _("Something to be put right"),
    "complaint": _("A complaint"),
    "help": _("I need help"),
    "question": _("A question"),
    "suggestion": _("A suggestion"),
    "praise": _("Praise"),
}
SOURCES = {
    "web": _("website"),
    "api": _("another program"),
    "counter": _("counter"),
    "phone": _("telephone"),
    "sms": _("text message"),
    "paper": _("letter"),
    "sensor": _("sensor"),
    "import": _("earlier system"),
    "mail": _("e-mail"),
    "chat": _("chat"),
    "open311": _("Open311 program"),
}
STATES = {
    "received": _("received"),
    "in_hand": _("in hand"),
    "asked": _("waiting for an answer from the resident"),
    "answered": _("answered"),
    "closed": _("closed"),
}
OUTCOMES = {
    "fixed": _("put right"),
    "answered": _("answered"),
    "partly": _("partly put right"),
    "planned": _("planned"),
    "not_ours": _("outside the county's duties"),
    "no_ground": _("found to be without ground"),
    "duplicate": _("joined with another case"),
    "withdrawn": _("withdrawn"),
}
HANDOVER_REASONS = {
    "not_our_duty": _("not this office's duty"),
    "wrong_place": _("another place"),
    "needs_other": _("needs another office"),
    "on_leave": _("the handler is away"),
    "conflict_of_interest": _("conflict of interest"),
}
PAUSE_REASONS = {
    "waiting_resident": _("waiting for the resident's answer"),
    "expert_opinion": _("waiting for an expert opinion"),
    "legal_proceedings": _("waiting for legal proceedings"),
}
PURPOSES = {code: _(purpose.sentence) for code, purpose in people.PURPOSES.items()}
CONTACTS = {"phone": _("by phone"), "email": _("by e-mail"), "": _("only on the secret link")}
CLOCKS = {
    "in_time": _("in time"),
    "near": _("due soon"),
    "overdue": _("overdue"),
    "paused": _("time stands still"),
    "stopped_in_time": _("answered in time"),
    "stopped_late": _("answered late"),
    "stopped": _("answered"),
}
GRADES = {
    "5": _("very content"),
    "4": _("content"),
    "3": _("so-so"),
    "2": _("not content"),
    "1": _("not content at all"),
}
ENTRIES = {
    "received": _("Received"),
    "joined": _("Another person said the same"),
    "accepted": _("Taken in hand"),
    "sent": _("Sent to the office responsible"),
    "handed_over": _("Handed over"),
    "ruled": _("Responsibility decided"),
    "rematter": _("Kind of matter corrected"),
    "helped": _("Another office asked to help"),
    "returned_help": _("The helping office has done its part"),
    "asked": _("A question to the resident"),
    "resident_answered": _("The resident answered"),
    "resumed": _("Work goes on"),
    "answered": _("Answered"),
    "note": _("Note"),
    "closed": _("Closed"),
    "rated": _("Rated by the resident"),
    "reopened": _("Opened again"),
    "extended": _("Time limit extended once"),
    "withdrawn": _("Withdrawn by the resident"),
    "merged": _("Joined with another case"),
    "looked": _("The original words were opened"),
    "recovered": _("A new secret link was issued"),
    "near": _("Reminder: the time limit is near"),
    "overdue": _("The time limit has passed"),
    "undone": _("The last step was taken back"),
}
GROUPS: Mapping[str, Mapping[str, Promise]] = {
    "kind": KINDS,
    "source": SOURCES,
    "state": STATES,
    "outcome": OUTCOMES,
    "handover_reason": HANDOVER_REASONS,
    "pause_reason": PAUSE_REASONS,
    "purpose": PURPOSES,
    "contact": CONTACTS,
    "clock": CLOCKS,
    "grade": GRADES,
    "entry": ENTRIES,
}


def word(code: str, group: str) -> str:
    """The word for a code in the reader's language; a code without a word is shown as it is."""
    said = GROUPS[group].get(str(code))
    return str(code) if said is None else str(said)
