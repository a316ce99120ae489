"""A case in sentences for the clerk: its clock, who holds it, what a move will do before it is done."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from gongzhi.cases import handling, labels
from gongzhi.cases.cards import ClockCard, Holder
from gongzhi.cases.desk_cards import DeskCase
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.look import dates
from gongzhi.look.templatetags.look import said
from gongzhi.procedures import clocks
from gongzhi.procedures import reads as procedures


def clock(card: ClockCard | None) -> str:
    """The clock as a sentence: until when, how long still, or since when it stands and why."""
    if card is None:
        return _("No limit runs.")
    if card.state == "paused":
        said_until = dates.short_day(card.pause_until) if card.pause_until else ""
        return _("The clock stands still: %(reason)s. It runs again by itself on %(until)s.") % {
            "reason": labels.word(card.pause_reason, "pause_reason"),
            "until": said_until,
        }
    if card.state == "stopped_in_time":
        return _("Answered in time; the limit was %(day)s.") % {"day": _day(card.due_at)}
    if card.state == "stopped_unknown":
        return _("Answered; the earlier system did not keep when.")
    if card.state == "stopped_told_late":
        return _("The earlier system says: answered late. It did not keep when.")
    if card.state == "stopped_late":
        return _("Answered late; the limit was %(day)s.") % {"day": _day(card.due_at)}
    sentence = _("To be answered %(until)s.") % {"until": dates.until(card.due_at, card)}
    if card.state == "overdue":
        sentence = _("The limit has passed: it was to be answered by %(day)s.") % {"day": _day(card.due_at)}
    if card.provisional:
        sentence += " " + _("The date is provisional: the holidays of that year are not announced yet.")
    return sentence


def _day(moment: datetime) -> str:
    """A day with its weekday; with its year when that is not this one."""
    return dates.short_day(moment, year=dates.local_day(moment).year != dates.local_day(moments.now()).year)


def words(desk: DeskCase) -> str:
    """The masked words the case began with: those of its first voice that was not withdrawn."""
    return next((voice.words for voice in desk.voices if voice.withdrawn_at is None), "")


def refused(refusal: Refusal) -> str:
    """The sentence of a refusal, its moments as words and its names in the reader's language."""
    told: dict[str, object] = {}
    for name, value in refusal.params.items():
        english = refusal.params.get(f"{name}_en") if (get_language() or "").startswith("en") else None
        told[name] = dates.moment_text(value) if isinstance(value, datetime) else english or value
    return _(refusal.sentence) % told


def holder(card: Holder, now: datetime) -> str:
    """Who holds the case now, and since when."""
    since = dates.ago(card.since_at, now)
    if card.kind == "dispatch":
        return _("At the dispatch desk (%(since)s).") % {"since": since}
    if card.kind == "resident":
        return _("Waiting for the resident (asked %(since)s).") % {"since": since}
    if card.kind == "nobody":
        return _("Nobody has to act.")
    if card.kind == "left_open":
        return _("The earlier system left it open; nobody here has taken it over yet.")
    who = said(card.post, "title") if card.post else _("nobody yet")
    where = said(card.organ, "name") if card.organ else ""
    if not card.post:
        return _("With %(organ)s (%(since)s); nobody has accepted it yet.") % {"organ": where, "since": since}
    return _("In the hands of %(post)s, %(organ)s (%(since)s).") % {"post": who, "organ": where, "since": since}


def _asking(desk: DeskCase, now: datetime) -> str:
    clock = desk.course.clock
    if clock and clock.due_at < now:
        return _("The limit has passed, so the clock cannot pause any more. The question is asked all the same.")
    term = handling.ask_term(procedures.net_of(desk.run))
    if term is None:
        return _("The clock runs on while the question is open.")
    if not desk.asks_left:
        return _("As many questions as this kind of matter allows have paused the clock already: it runs on.")
    return _("The clock pauses from now until the resident answers, at most until %(day)s; then it runs again.") % {
        "day": dates.short_day(clocks.until(now, term))
    }


def _answering(desk: DeskCase, now: datetime) -> str:
    heard = len([voice for voice in desk.voices if voice.withdrawn_at is None])
    return ngettext(
        "The answer goes to %(n)s person, on the secret link and by the contact left. The clock stops.",
        "The answer goes to %(n)s people, each on an own secret link and by the contact left. The clock stops.",
        heard,
    ) % {"n": heard}


def before(move: str, desk: DeskCase, now: datetime) -> str:
    """What a move will do to the case, its clock and the people, said before it is done."""
    if move == "ask":
        return _asking(desk, now)
    if move == "answer":
        return _answering(desk, now)
    sentences = {
        "accept": _("The case is then yours. The resident reads that your office works on it."),
        "send": _("The office gets it into its inbox. The clock runs on; it began when the words were received."),
        "hand_over": _("The clock runs on. The resident reads who has it now and why."),
        "rematter": _("The clock is not touched: the promised date stays. The resident reads the new kind of matter."),
        "help": _("They work at the same time as you. The case can close when all have returned their part."),
        "return_help": _("The leading office gets your part and answers the resident."),
        "relocate": _("Clock and office stay as they are. The resident reads that the place was corrected."),
        "pause": _(
            "The time limit stands still, at most as long as the reason allows; then it runs again by itself. "
            "Everybody who spoke is told why, until when, and how to appeal."
        ),
        "resume": _("The time limit runs again, later by exactly the time it stood. Everybody who spoke is told."),
        "narrow": _(
            "Nobody else can read it from this moment on. The work on it goes on, and whoever said it is told "
            "why and how to appeal."
        ),
        "close": _("The resident can rate what was done. An unhappy rating opens the case again."),
        "extend": _("This is possible once. The resident reads the new date and your reason."),
        "note": _("Colleagues who may read this case see it. Nobody else does."),
        "take_over": _("It stands then as if it had come in now: new for your office, with its whole limit."),
        "close_untaken": _(
            "It is closed without an answer. Everybody reads the reason; it counts as refused and can be appealed "
            "against. If somebody may still wait for an answer, take it over instead."
        ),
        "reopen": _("A new round begins with a new clock. The resident reads why."),
    }
    return sentences.get(move, "")
