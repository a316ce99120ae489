"""A course told in sentences: who has it, what happens next, and each line of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.cases import labels
from gongzhi.cases.cards import Course, TimelineEntry


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo beside a line: its address and size in pixels."""

    src: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline, ready to be shown. `kind` and `side` choose its sign."""

    at: datetime
    kind: str
    side: str
    title: str
    text: str
    detail: str
    pictures: tuple[Picture, ...] = ()


def said(thing: Any, name: str = "name") -> str:
    """The `name_en` or `name_zh` of a card in the reader's language; Chinese where English is missing."""
    if thing is None:
        return ""
    english = str(getattr(thing, f"{name}_en", "") or "")
    return english if english and (get_language() or "").startswith("en") else str(getattr(thing, f"{name}_zh", ""))


def holder_sentence(course: Course) -> str:
    """Who has the case now."""
    holder, office = course.holder, said(course.holder.organ or course.organ)
    if holder.kind == "dispatch":
        return _("The county's dispatch desk is finding out who is responsible.")
    if holder.kind == "resident":
        return _("%(office)s asked a question and waits for the answer.") % {"office": office}
    if holder.kind == "nobody":
        return _("It is closed.")
    if holder.kind == "left_open":
        return _("The earlier system left it open. Nobody here has taken it over yet, so no time limit runs.")
    if holder.kind == "organ":
        return _("It lies with %(office)s, which has not begun yet.") % {"office": office}
    return _("%(office)s is working on it.") % {"office": office}


def next_sentence(course: Course) -> str:
    """What happens next, in one sentence."""
    if course.state == "closed":
        return _("Nothing more is planned.") if not course.can.rate else _("Please tell us whether it is solved.")
    if course.state == "left_open":
        return _("If it still matters, say it again here: then an office has to answer, within a time limit.")
    if course.state == "paused":
        return _("The time limit stands still for a legal reason; at the latest on the day named it runs again.")
    if course.state == "asked":
        return _("The office needs your answer to go on; meanwhile the time stands still.")
    if course.holder.kind == "dispatch":
        return _("The dispatch desk sends it to the office responsible. Then that office takes it in hand.")
    if course.state == "received":
        return _("%(office)s takes it in hand, looks into it and answers you.") % {
            "office": said(course.holder.organ or course.organ)
        }
    if course.state == "answered":
        return _("The answer is here; the case will be closed next.")
    return _("%(office)s looks into it and answers you.") % {"office": said(course.holder.organ or course.organ)}


def timeline(course: Course, *, photo_base: str) -> list[Line]:
    """The lines of a course, newest last. `photo_base` is the address photos lie under."""
    return [_line(entry, own=_is_hers(entry, course), photo_base=photo_base) for entry in course.entries]


def _is_hers(entry: TimelineEntry, course: Course) -> bool:
    """Whether a line speaks to whoever reads: on her own page all do, but of words said only hers."""
    if course.voice is None or entry.kind not in ("received", "joined"):
        return course.voice is not None
    return entry.at == course.voice.noted_at


def _line(entry: TimelineEntry, *, own: bool, photo_base: str) -> Line:
    pictures = tuple(Picture(f"{photo_base}photos/{p.id}", p.width, p.height) for p in entry.photos)
    return Line(entry.at, entry.kind, entry.side, _title(entry, own=own), entry.text, _detail(entry), pictures)


def _title(entry: TimelineEntry, *, own: bool) -> str:
    names = {
        "office": said(entry.organ) or _("The dispatch desk"),
        "to": said(entry.to_organ) or _("another post"),
        "outcome": labels.word(entry.outcome, "outcome"),
        "matter": said(entry.matter),
    }
    sentences = {
        "received": _("We received your words.") if own else _("Received."),
        "joined": _("We received your words.") if own else labels.word("joined", "entry"),
        "accepted": _("%(office)s took it in hand."),
        "sent": _("Sent to %(to)s."),
        "handed_over": _("%(office)s handed it over to %(to)s."),
        "ruled": _("The dispatch desk decided that %(to)s is responsible."),
        "helped": _("%(office)s asked %(to)s to help."),
        "returned_help": _("%(office)s did its part."),
        "rematter": _("The kind of matter was corrected to: %(matter)s. The time limit stays."),
        "asked": _("%(office)s asks you:") if own else _("%(office)s asked the resident:"),
        "resident_answered": _("You answered.") if own else _("The resident answered."),
        "answered": _("%(office)s answered:"),
        "answered_own": _("%(office)s answered you:"),
        "closed": _("Closed: %(outcome)s."),
        "rated": _("You rated it.") if own else _("The resident rated it."),
        "paused": _("%(office)s let the time limit stand still, for a legal reason:"),
        "resumed": _("The work goes on; the time limit runs again."),
        "narrowed": _("It was taken from public view:"),
        "appealed": _("You appealed."),
        "appeal_answered": _("%(office)s answered your appeal:"),
        "extended": _("%(office)s extended the time limit, once:"),
        "left_open": _("The earlier system left it open."),
        "taken_over": _("%(office)s took it over; the time limit runs from here on.")
        if entry.reason != "joined"
        else _("Somebody said it again; the time limit runs from here on."),
    }
    return sentences.get(entry.kind, labels.word(entry.kind, "entry")) % names


_REASONS = {"closed": "left_reason", "paused": "pause_reason", "narrowed": "narrow_reason", "appeal_answered": "ruling"}


def _detail(entry: TimelineEntry) -> str:
    """The coded reason and the clause, where there are any."""
    parts = []
    if entry.kind == "handed_over" and entry.reason:
        parts.append(_("Reason: %(reason)s.") % {"reason": labels.word(entry.reason, "handover_reason")})
    if entry.kind in _REASONS and entry.reason:
        parts.append(_("Reason: %(reason)s.") % {"reason": labels.word(entry.reason, _REASONS[entry.kind])})
    if entry.clause:
        parts.append(f"{said(entry.clause, 'law')} {labels.article(entry.clause.article)}")
    return " ".join(parts)
