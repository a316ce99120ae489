"""What the page about routers says: sentences with their figures, tables, the cases behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gongzhi.cases import spans, suggesting
from gongzhi.insight import telling, wording
from gongzhi.insight.routing import reads, rules, serving, switching
from gongzhi.insight.routing.rules import Duel
from gongzhi.insight.routing.tables import RouterSwitch, RouterVersion, RouterWork, Trial
from gongzhi.look import charts, dates
from gongzhi.look.templatetags.look import said
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor

MATTERS = 60  # rows of the table by matter
SWITCHES = 20
WEEKS_LEAST = 10  # cases of a week below which its share is not drawn


def page(actor: Actor, at: datetime) -> dict[str, Any]:
    """Everything the page shows to this post."""
    work, since = switching.work(at), reads.window(at)
    duel, fault = reads.duel(since=since), serving.fault()
    learned, keywords = reads.tenths(since=since)
    return {
        "work": work,
        "version": RouterVersion.objects.order_by("-number").first(),
        "at_work": at_work(work),
        "fault": _(serving.SAID[fault.why]) % {"file": fault.file, "county": fault.county} if fault else "",
        "duel": duel,
        "rates": [
            (_("The router that learnt"), share(duel.learned, duel.cases)),
            (_("The table of keywords"), share(duel.keywords, duel.cases)),
        ]
        if duel.cases
        else [],
        "apart": apart(duel),
        "verdict": verdict(switching.compared(work, at), work),
        "drawings": weeks(reads.by_week(since=since)),
        "matters": [_matter(*row) for row in reads.by_matter(since=since)[:MATTERS]],
        "tenths": _tenths(learned),
        "distance": _distance(learned),
        "keywords_distance": _distance(keywords),
        "unsure": unsure(*reads.unsure(since=since), duel),
        "doubts": _cases(actor, at, reads.doubts(since=since)),
        "mistakes": _cases(actor, at, reads.mistakes(since=since)),
        "switches": _switches(),
        "enough": rules.ENOUGH,
        "days": rules.WINDOW_DAYS,
    }


def at_work(work: RouterWork) -> str:
    """Who suggests, and since when."""
    told: dict[str, object] = {"day": dates.moment_text(work.since), "number": work.at_work}
    if work.at_work:
        return _("Router %(number)d, which learnt from closed cases, suggests matters since %(day)s.") % told
    if work.held:
        taken = _("The table of keywords suggests matters since %(day)s, because a colleague took the router back.")
        return taken % told
    if RouterSwitch.objects.exists():
        return _("The table of keywords suggests matters since %(day)s.") % told
    return _("The table of keywords suggests matters, as it did from the first day.")


def share(right: int, of: int) -> str:
    """A share with its base and interval."""
    low, high = rules.interval(right, of)
    return _("%(right)s of %(of)s right, %(share)d %% (between %(low)d and %(high)d)") % {
        "right": wording.number(right), "of": wording.number(of), "share": round(100 * right / of),
        "low": round(100 * low), "high": round(100 * high),
    }  # fmt: skip


def apart(duel: Duel) -> str:
    """How far they lie apart on the same cases."""
    if not duel.cases:
        return ""
    middle, low, high = (round(100 * value) for value in rules.difference(duel))
    told = {"middle": abs(middle), "low": low, "high": high, "wins": duel.wins, "losses": duel.losses}
    if middle >= 0:
        words = _(
            "On the same cases the router is right in %(middle)d of 100 more (between %(low)d and %(high)d): %(wins)d "
            "that the table had wrong, against %(losses)d the other way round."
        )
    else:
        words = _(
            "On the same cases the router is right in %(middle)d of 100 fewer (between %(low)d and %(high)d): %(wins)d "
            "that the table had wrong, against %(losses)d the other way round."
        )
    return words % told


def verdict(duel: Duel, work: RouterWork) -> str:
    """What the comparison since the last change says."""
    if duel.cases < rules.FEWEST:
        return _("Since the last change %(n)d cases were compared; nothing changes before there are %(least)d.") % {
            "n": duel.cases, "least": rules.FEWEST,
        }  # fmt: skip
    for_it, against = rules.evidence(duel.wins, duel.losses), rules.evidence(duel.losses, duel.wins)
    if for_it >= rules.EVIDENCE:
        better = _("It is clearly better: chance alone shows the like in one county of %(n)s.")
        return better % {"n": wording.number(round(min(for_it, 1e6)))}
    if against >= rules.EVIDENCE:
        return _("It is clearly worse.")
    if work.at_work:
        return _("Nothing speaks clearly against it.")
    return _("It is not clearly better yet.")


def weeks(rows: Sequence[tuple[date, Duel]]) -> list[SafeString]:
    """The shares the router and the table had right, week by week, each with its interval."""
    told = [(day, duel) for day, duel in rows if duel.cases >= WEEKS_LEAST]
    if len(told) < 2:
        return []
    learned = [(day, duel.learned, duel.cases) for day, duel in told]
    keywords = [(day, duel.keywords, duel.cases) for day, duel in told]
    return [
        _line(_("Of 100 closed cases the router had right, by week"), learned),
        _line(_("Of 100 closed cases the table of keywords had right, by week"), keywords),
    ]


def _line(title: str, told: Sequence[tuple[date, int, int]]) -> SafeString:
    bounds = [rules.interval(right, of) for _day, right, of in told]
    return charts.line(
        title=title,
        labels=[dates.plain_day(day) for day, _right, _of in told],
        values=[round(100 * right / of) for _day, right, of in told],
        band=charts.Band([100 * low for low, _high in bounds], [100 * high for _low, high in bounds]),
        head=(_("Week of"), _("Right, of 100")),
        band_head=_("Nineteen times of twenty"),
    )


def unsure(cases: int, right: int, duel: Duel) -> str:
    """How often it is unsure, and what the table makes of these."""
    if not duel.cases:
        return ""
    return _(
        "In %(n)d of %(all)d cases it was unsure and the table of keywords answered in its place; that had "
        "%(right)d of them right."
    ) % {"n": cases, "all": duel.cases, "right": right}


def why(code: str) -> str:
    """A reason for a change in words."""
    words = {
        "better": _("It was clearly better"),
        "worse": _("It had become clearly worse"),
        "file_missing": _("Its file is missing"),
        "file_damaged": _("Its file is damaged"),
        "file_foreign": _("Its file was learnt in another county"),
    }
    return words.get(code) or _(rules.REASONS[code])


def router_name(number: int) -> str:
    """A router by its number."""
    if number == suggesting.KEYWORDS:
        return _("The table of keywords")
    return _("Router %(number)d") % {"number": number}


def _matter(code: str, duel: Duel, doubts: int) -> dict[str, Any]:
    low, high = rules.interval(duel.learned, duel.cases)
    return {
        "name": telling.matter(code),
        "cases": duel.cases,
        "learned": round(100 * duel.learned / duel.cases),
        "span": f"{round(100 * low)}–{round(100 * high)}",
        "keywords": round(100 * duel.keywords / duel.cases),
        "unsure": doubts,
    }


def _tenths(rows: Sequence[reads.Tenth]) -> list[dict[str, int]]:
    return [{"said": round(100 * one.said), "right": round(100 * one.right), "cases": one.cases} for one in rows]


def _distance(rows: Sequence[reads.Tenth]) -> int:
    return round(100 * rules.calibration([(one.said, one.right, one.cases) for one in rows]))


def _cases(actor: Actor, at: datetime, trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Cases behind a list, those this post may see."""
    rows = {row.case: row for row in spans.chosen(actor, at, [one.case_id for one in trials])}
    return [_case(one, rows[UUID(str(one.case_id))]) for one in trials if one.case_id in rows]


def _case(trial: Trial, row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "said": telling.matter(trial.guess) if trial.guess else _("nothing"),
        "sure": round(100 * trial.sure),
        "keywords": telling.matter(trial.keywords),
        "matter": telling.matter(trial.matter),
    }


def _switches() -> list[dict[str, Any]]:
    found = []
    for row in RouterSwitch.objects.order_by("-at")[:SWITCHES]:
        post = people.post(UUID(row.by.removeprefix("post:"))) if row.by.startswith("post:") else None
        found.append({
            "row": row, "after": router_name(row.after), "why": why(row.why),
            "by": said(post, "title") if post else _("the comparison"),
        })  # fmt: skip
    return found
