"""The briefing of the day: what happened, what is expected, what needs a decision; as a page and as one PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.cases import numbers
from gongzhi.cases.number_cards import WeekNumbers
from gongzhi.channels import paper
from gongzhi.channels.paper import Sheet
from gongzhi.insight import cockpit, standings, telling, wording
from gongzhi.insight.hot import shown as hot
from gongzhi.insight.models import Finding
from gongzhi.look import dates
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places

LINES = 10
HOT = 5


@dataclass(frozen=True, slots=True)
class Brief:
    """A day's briefing: `figures` of the week, what to decide, findings being watched, loads, silent places and
    what people speak about."""

    day: date
    figures: tuple[str, ...]
    today: cockpit.Today
    watched: tuple[tuple[str, str, str], ...]
    ahead: str
    loads: tuple[str, ...]
    silent: tuple[str, ...]
    hot: tuple[str, ...] = ()


def brief(actor: Actor, at: datetime) -> Brief:
    """The briefing as this post may read it."""
    day = places.local_day(at)
    ahead = standings.outlook("county", "", day)
    watched = Finding.objects.filter(state="watched").order_by("-last_day", "p")[:LINES]
    told = [telling.tell(row) for row in watched]
    loads = standings.overloaded(day)[:LINES]
    return Brief(
        day=day,
        figures=_figures(numbers.week(at)),
        today=cockpit.today(actor, at),
        watched=tuple((one.title, one.sentence, wording.clock(one.row, at)) for one in told),
        ahead=wording.expects(ahead) if ahead else "",
        loads=tuple(wording.organ(row.code) + _(": ") + wording.load(row) for row in loads),
        silent=tuple(telling.place(row.place) + _(": ") + wording.quiet(row) for row in standings.silent()[:LINES]),
        hot=hot.brief(actor, HOT),
    )


def _figures(week: WeekNumbers) -> tuple[str, ...]:
    """The running week in three sentences, each with its base and the week before."""
    told = [
        _("%(n)d cases came in since Monday; %(before)d in the whole week before.")
        % {"n": week.received, "before": week.received_before},
        _("%(kept)d of %(due)d promises that ended were kept.") % {"kept": week.in_time, "due": week.due},
    ]
    if week.rated:
        told.append(
            _("%(unhappy)d of %(rated)d people who rated were not content.")
            % {"unhappy": week.unhappy, "rated": week.rated}
        )
    return tuple(told)


def drawn(actor: Actor, at: datetime, *, language: str) -> bytes:
    """The briefing as PDF. Refuses where the machine cannot draw (channels.paper)."""
    with translation.override(language):
        told = brief(actor, at)
        card = places.county()
        english = language.startswith("en")
        sheet = Sheet(
            head=card.name_en if english and card.name_en else card.name_zh,
            title=_("Briefing of %(day)s") % {"day": dates.day(told.day)},
            text="\n\n".join(_parts(told)),
            foot=_("Estimates come with the interval that holds nine times of ten. Persons are nowhere in it."),
            banner=_("Practice county: everything here is invented.") if card.practice else card.banner_zh,
        )
        return paper.draw([sheet], language=language)


def _parts(told: Brief) -> list[str]:
    """The paragraphs on paper."""
    found = [_("The week"), *told.figures, _("What needs a decision")]
    if told.today.items:
        told_items = enumerate(told.today.items, 1)
        found += [f"{n}. {one.title}{_(': ')}{one.sentence} {one.sure} {one.clock}".strip() for n, one in told_items]
    elif not told.today.missing:
        found.append(_("Nothing needs a decision today."))
    if told.today.more:
        found.append(_("%(n)d more stand in the cockpit.") % {"n": told.today.more})
    if told.watched:
        found += [
            _("Being watched"),
            *(f"{title}{_(': ')}{sentence} {clock}" for title, sentence, clock in told.watched),
        ]
    if told.ahead:
        found += [_("The next two weeks"), told.ahead, *told.loads]
    if told.silent:
        found += [_("Who is hardly heard"), *told.silent]
    if told.hot:
        found += [_("What people speak about"), *told.hot]
    return found
