"""Words for the codes of this room, said to people: one table for pages, exports and the JSON door."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language
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
    "paused": _("standing still by law"),
    "answered": _("answered"),
    "left_open": _("left open by the earlier system"),
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
    "not_taken": _("not taken over from the earlier system"),
}
LEFT_REASONS = {
    "settled": _("settled meanwhile, in another way"),
    "too_old": _("so long ago that nobody can look into it any more"),
    "said_again": _("said again since, and handled there"),
    "no_case": _("a test, or entered by mistake"),
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
    "expert_opinion": _("waiting for an expert opinion, inspection or test"),
    "force_majeure": _("force majeure: nobody can act for now"),
    "legal_proceedings": _("waiting for legal proceedings"),
}
NARROW_REASONS = {
    "personal_data": _("it names a person, and that cannot be covered"),
    "endangers_person": _("it could endanger somebody"),
    "court_order": _("a court or an authority has ordered it"),
    "matter_private": _("this kind of matter is never public"),
    "about_officer": _("it is about an officer"),
}
DECISIONS = {
    "refused": _("refused"),
    "narrowed": _("taken from public view"),
    "paused": _("paused"),
    "handed_over": _("handed over"),
}
RULINGS = {"granted": _("granted"), "denied": _("not granted"), "voice_erased": _("ended: the voice was erased")}
GROUNDS = {
    "purpose_reached": _("the purpose is reached, or cannot be reached any more"),
    "term_over": _("the service has ended, or the time for keeping is over"),
    "consent_withdrawn": _("consent is withdrawn"),
    "unlawful": _("it was handled against the law or what was promised"),
    "other_law": _("another law says so"),
}
HINTS = {"matter": _("kind of matter"), "place": _("place"), "twin": _("the same thing as another case")}
VERDICTS = {
    "confirmed": _("confirmed by a person"),
    "stood": _("left as suggested until closing"),
    "overruled": _("overruled"),
}
PURPOSES = {code: _(purpose.sentence) for code, purpose in people.PURPOSES.items()}
CONTACTS = {
    "phone": _("by phone"),
    "email": _("by e-mail"),
    "post": _("on paper, by post"),
    "": _("only on the secret link"),
}
CLOCKS = {
    "in_time": _("in time"),
    "near": _("due soon"),
    "overdue": _("overdue"),
    "paused": _("time stands still"),
    "stopped_in_time": _("answered in time"),
    "stopped_late": _("answered late"),
    "stopped_told_late": _("answered late"),
    "stopped_unknown": _("answered, nobody knows when"),
    "stopped": _("answered"),
    "none": _("no limit runs"),
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
    "answered_own": _("An own answer for one voice"),
    "note": _("Note"),
    "closed": _("Closed"),
    "rated": _("Rated by the resident"),
    "reopened": _("Opened again"),
    "extended": _("Time limit extended once"),
    "withdrawn": _("Withdrawn by the resident"),
    "erased": _("Erased at the resident's wish"),
    "merged": _("Joined with another case"),
    "looked": _("The original words were opened"),
    "recovered": _("A new secret link was issued"),
    "near": _("Reminder: the time limit is near"),
    "overdue": _("The time limit has passed"),
    "ladder": _("The leader was told that the limit has passed"),
    "undone": _("The last step was taken back"),
    "paused": _("The time limit stands still"),
    "narrowed": _("Taken from public view"),
    "widened": _("Public again"),
    "relocated": _("Place corrected"),
    "appealed": _("An appeal"),
    "appeal_answered": _("The appeal was answered"),
    "left_open": _("The earlier system left it open"),
    "taken_over": _("Taken over from the earlier system"),
}
APPEAL_BELLS = {
    "near": _("Reminder: an appeal is to be answered soon"),
    "overdue": _("The time to answer an appeal has passed"),
    "ladder": _("The leader was told that an appeal is not answered"),
}
LETTERS = {
    "received": _("Received"),
    "answered": _("Answer"),
    "asked": _("Question"),
    "closed": _("Closing"),
    "extended": _("Longer limit"),
    "merged": _("Joined with another case"),
    "paused": _("The time limit stands still"),
    "resumed": _("The time limit runs again"),
    "narrowed": _("Taken from public view"),
    "appealed": _("Answer to an appeal"),
    "link": _("Lost link"),
    "link_counter": _("New link at the counter"),
    "heard": _("Received"),
    "place_kept": _("Place noted"),
    "state": _("How it goes"),
    "rated": _("Rating noted"),
    "replied": _("Words passed on"),
    "added": _("Words passed on"),
    "noted": _("About danger or attachments"),
}
GROUPS: Mapping[str, Mapping[str, Promise]] = {
    "kind": KINDS,
    "source": SOURCES,
    "state": STATES,
    "outcome": OUTCOMES,
    "handover_reason": HANDOVER_REASONS,
    "pause_reason": PAUSE_REASONS,
    "narrow_reason": NARROW_REASONS,
    "ground": GROUNDS,
    "left_reason": LEFT_REASONS,
    "decision": DECISIONS,
    "ruling": RULINGS,
    "hint": HINTS,
    "verdict": VERDICTS,
    "purpose": PURPOSES,
    "contact": CONTACTS,
    "clock": CLOCKS,
    "grade": GRADES,
    "entry": ENTRIES,
    "letter": LETTERS,
    "appeal_bell": APPEAL_BELLS,
}


def word(code: str, group: str) -> str:
    """The word for a code in the reader's language; a code without a word is shown as it is."""
    said = GROUPS[group].get(str(code))
    return str(code) if said is None else str(said)


_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ARTICLE = re.compile(r"第([零〇一二两三四五六七八九十百千]+|[0-9]+)(条|款|项)")
_PARTS = {"条": "art. ", "款": "para. ", "项": "item "}


def article(text: str) -> str:
    """Where in a law a rule stands, as the reader's language writes it: 第二十一条第二款 or art. 21 para. 2.

    What is not written like this stays as it is."""
    if not (get_language() or "").startswith("en"):
        return text
    found = _ARTICLE.findall(text)
    plain = _ARTICLE.sub("", text).strip()
    return text if plain or not found else " ".join(_PARTS[part] + str(_number(number)) for number, part in found)


def _number(text: str) -> int:
    """A number below ten thousand in Chinese signs or in figures."""
    if text.isascii():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit
