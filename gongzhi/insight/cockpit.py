"""What needs a decision today: at most seven sentences, each with its figure, how sure it is, and one thing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import inbox
from gongzhi.cases.desk_cards import LadderRow
from gongzhi.insight import incidents, standings, telling, wording
from gongzhi.insight.hot.tables import Topic
from gongzhi.insight.incident_tables import Incident
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_rules import HARMED
from gongzhi.insight.standing_tables import Measure, Outlook, Question, Silence
from gongzhi.look import charts, dates
from gongzhi.look.templatetags.look import said
from gongzhi.people.cards import Actor
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places

Row = TypeVar("Row")
DECIDERS = (Permit.CASE_LEAD, Permit.CASE_SEND)  # who may decide on a finding; others read
MOST = 7  # things that need a decision; more is a list, not a decision
URGENCY = ("bad", "warn", "plain")  # the order of what is shown; within one, incidents and findings first
FRESH = 14  # days since its last one after which an open finding has passed
EACH = {
    "incident": 2,
    "finding": 3,
    "load": 2,
    "late": 1,
    "silent": 2,
    "question": 1,
    "measure": 1,
    "word": 1,
    "topic": 1,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that needs a decision. `title` names it, `sure` says how sure it is, `word` says that in a word or two
    and `tone` gives the word its colour; `clock`: of a finding, how long it has had no public word."""

    kind: str
    tone: str
    title: str
    sentence: str
    sure: str
    href: str
    action: str
    word: str = ""
    clock: str = ""

    @property
    def idle(self) -> str:
        """What happens when nobody decides: only what the platform itself knows."""
        return idle(self.kind)


@dataclass(frozen=True, slots=True)
class Today:
    """The cockpit: the things to decide, how many more of them there are, and why analysis is silent, if it is."""

    items: tuple[Item, ...]
    more: int
    missing: str
    ladder: tuple[LadderRow, ...]
    findings: int


def today(actor: Actor, at: datetime) -> Today:
    """What this post sees now. The ladder is that of leaders; everything else is for who may read every case."""
    ladder = inbox.ladder(actor, at) if actor.can(Permit.CASE_LEAD) or actor.can(Permit.CASE_HEAD) else ()
    day = places.local_day(at)
    waiting = open_findings(at)
    decide = _("Decide") if any(actor.can(one) for one in DECIDERS) else _("See the finding")
    found = [
        *_drafts("incident", _incident, incidents.going_on()),
        *_drafts("finding", partial(_finding, at, decide), waiting),
        *_drafts("load", _load, standings.overloaded(day)),
        *_drafts("late", _late, [ladder] if any(row.overdue for row in ladder) else []),
        *_drafts("silent", _quiet, standings.silent()),
        *_drafts("question", _question, _questions(at)),
        *_drafts("measure", _measure, Measure.objects.filter(verdict=HARMED).order_by("-since")[:20]),
        *_drafts("word", _wordless, _waiting_for_words(at)),
        *_drafts("topic", _topics, _proposed() if actor.can(Permit.CASE_SEND) else []),
    ]
    chosen: list[Item] = []
    left = dict(EACH)
    for kind, draft in found:
        if left[kind] and len(chosen) < MOST:
            left[kind] -= 1
            chosen.append(draft())
    chosen.sort(key=lambda item: URGENCY.index(item.tone))  # who reads no further than the first has read the worst
    return Today(tuple(chosen), len(found) - len(chosen), standings.missing(), ladder, len(waiting))


def _drafts(kind: str, write: Callable[[Row], Item], rows: Iterable[Row]) -> list[tuple[str, Callable[[], Item]]]:
    """Things that may be written: of eight hundred offices only what is shown is named and put into words."""
    return [(kind, partial(write, row)) for row in rows]


def open_findings(at: datetime) -> list[Finding]:
    """Findings nobody has decided on, of the last two weeks, the surest first."""
    horizon = places.local_day(at) - timedelta(days=FRESH)
    return list(Finding.objects.filter(state="open", last_day__gte=horizon).order_by("chance", "p", "-last_day")[:100])


def idle(kind: str) -> str:
    """What happens when nobody decides on a thing of this kind."""
    return {
        "incident": _("it goes on, and its cases are handled one by one."),
        "finding": _("offices go on case by case; nobody looks for what they have in common, or tells people."),
        "load": _("some of these cases will probably be answered late."),
        "late": _("they stay late, and whoever said them reads that."),
        "silent": _("what is wrong there stays unknown."),
        "question": _("it stays open."),
        "measure": _("it goes on."),
        "word": _("people hear nothing."),
        "topic": _("such words go on being sorted by hand."),
    }[kind]


def _finding(at: datetime, action: str, row: Finding) -> Item:
    told = telling.tell(row)
    href, clock = reverse("insight:finding", args=[row.pk]), wording.clock(row, at)
    words = told.sure_tone, told.title, told.sentence, told.sure
    return Item("finding", *words, href, action, told.sure_word, clock)


def _incident(row: Incident) -> Item:
    """An incident that goes on: what is left of it."""
    stands = incidents.standing(row)
    told = ngettext(
        "Since %(since)s; %(open)d of %(n)d case is still open. %(office)s leads.",
        "Since %(since)s; %(open)d of %(n)d cases are still open. %(office)s leads.",
        stands.cases,
    )
    if stands.cases and not stands.open and sum(n for _organ, n in stands.organs) == stands.cases:
        told = _("Since %(since)s; none of its cases is open any more, it can be ended. %(office)s leads.")
    sentence = told % {
        "since": dates.moment_text(row.opened_at),
        "open": stands.open,
        "n": stands.cases,
        "office": wording.organ(row.organ),
    }
    href = reverse("insight:finding", args=[row.finding_id])
    title = _("Incident: %(name)s") % {"name": row.name}
    return Item("incident", "bad", title, sentence, _("Counted, not estimated."), href, _("See the incident"))


def _load(row: Outlook) -> Item:
    href = reverse("insight:standing", args=["organ", row.code])
    title = _("%(office)s may be overloaded") % {"office": wording.organ(row.code)}
    return Item("load", "warn", title, wording.load(row), wording.over(row.over or 0), href, _("See what is expected"))


def _late(ladder: tuple[LadderRow, ...]) -> Item:
    late = [row for row in ladder if row.overdue]
    overdue, open_ = sum(row.overdue for row in late), sum(row.open for row in ladder)
    worst = late[0]
    sentence = ngettext(
        "%(n)d of %(open)d open cases is past its limit; the most lie with %(office)s (%(worst)d).",
        "%(n)d of %(open)d open cases are past their limit; the most lie with %(office)s (%(worst)d).",
        overdue,
    ) % {"n": overdue, "open": open_, "office": said(worst.organ, "name"), "worst": worst.overdue}
    return Item("late", "bad", _("Cases are late"), sentence, _("Counted, not estimated."), reverse("desk:leader"),
                _("See what is late"))  # fmt: skip


def _quiet(row: Silence) -> Item:
    title = _("%(place)s is hardly heard") % {"place": telling.place(row.place)}
    href = reverse("insight:standing", args=["place", row.place])
    return Item("silent", "warn", title, wording.quiet(row), wording.quiet_sure(row.p), href, _("See who is not heard"))


def _questions(at: datetime) -> Iterable[Question]:
    late = Question.objects.filter(answered_at=None, due_on__lt=places.local_day(at))
    return late.order_by("due_on")[:20]


def _question(row: Question) -> Item:
    return Item(
        "question",
        "bad",
        _("%(office)s has not answered") % {"office": wording.organ(row.organ)},
        _("It was asked “%(words)s” and should have answered by %(day)s.")
        % {"words": row.words, "day": dates.short_day(row.due_on)},
        _("Counted, not estimated."),
        reverse("insight:finding", args=[row.finding_id]),
        _("See the finding"),
    )


def _measure(row: Measure) -> Item:
    return Item(
        "measure",
        "bad",
        _("A measure seems to do harm"),
        row.what,
        _("The interval leaves out no change, and every check of the design stood."),
        reverse("insight:finding", args=[row.finding_id]),
        _("See the effect"),
    )


def _waiting_for_words(at: datetime) -> list[list[Finding]]:
    """The findings about which nobody has said anything in public for a day, as one thing; nothing when there are
    none."""
    waiting = Finding.objects.filter(
        ~Q(state="explained"), first_word_at=None, found_at__lt=at - timedelta(days=1), last_day__gte=_horizon(at)
    )
    rows = list(waiting.order_by("found_at").defer("curve", "parts"))
    return [rows] if rows else []


def _wordless(rows: list[Finding]) -> Item:
    oldest, count = rows[0], len(rows)
    sentence = ngettext(
        "About %(n)d finding nothing was said in public yet; the first waits since %(day)s: %(title)s.",
        "About %(n)d findings nothing was said in public yet; the first waits since %(day)s: %(title)s.",
        count,
    ) % {"n": count, "day": dates.short_day(oldest.found_at), "title": telling.title(oldest)}
    href = reverse("insight:finding", args=[oldest.pk])
    return Item("word", "warn", _("People wait for a first word"), sentence, _("Counted, not estimated."), href,
                _("Answer publicly"))  # fmt: skip


def _proposed() -> list[int]:
    """How many topics wait for whoever keeps the tree of matters, as one thing; nothing when there are none."""
    count = Topic.objects.filter(state="open").count()
    return [count] if count else []


def _topics(count: int) -> Item:
    sentence = ngettext(
        "Several people speak of one thing that no matter covers.",
        "Several people each speak of %(n)d things that no matter covers.",
        count,
    ) % {"n": count}
    sure = _("Suggested by a machine, from masked words.")
    href = reverse("insight:topics")
    return Item("topic", "warn", _("The tree of matters has gaps"), sentence, sure, href, _("Decide about the topics"))


def _horizon(at: datetime) -> date:
    return places.local_day(at) - timedelta(days=FRESH)


@dataclass(frozen=True, slots=True)
class Small:
    """A small multiple: a name, its weeks as a line, the figure of the last week, where its page is."""

    name: str
    line: str
    last: int
    href: str


def multiples(kind: str, most: int = 8) -> list[Small]:
    """The last weeks of the subjects of a kind that brought most, side by side."""
    rows = [row for row in standings.largest(kind, most) if len(row.figures.get("weeks", [])) > 1]
    names = wording.names(kind, [row.code for row in rows])
    found: list[Small] = []
    for row in rows:
        weeks = [int(count) for _day, count in row.figures["weeks"][-13:]]
        href = reverse("insight:standing", args=[kind, row.code])
        found.append(Small(names[row.code], charts.sparkline(weeks), weeks[-1], href))
    return found
