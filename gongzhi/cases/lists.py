"""Lists of cases: what others said, what was put right lately, and the search of the desk.

Pages are ranges of `seek`, newest first; nothing is counted. A search walks the index of words from the newest match
and keeps what fits the filters, at most so many matches a page: the cursor then goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from gongzhi.cases import matters, reads, rows, rules, searching
from gongzhi.cases.cards import CaseRow, Page
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case
from gongzhi.people.cards import Actor

_STEP = 400  # matches asked of the index at a time
_MOST = 8_000  # matches looked at for one page
FIXED = ("fixed", "partly", "answered")


def public_list(
    at: datetime,
    q: str = "",
    place: str = "",
    matter: str = "",
    state: str = "",
    after: str = "",
    limit: int = 20,
) -> Page[CaseRow]:
    """Public cases, newest first: by words, place (any level), matter (with those beneath), state or outcome."""
    found = Case.objects.filter(_filters(place, matter, state), public=True)
    shown, next = _take(found, q, after, limit)
    return Page(rows.case_rows(shown, at), next)


def lately_fixed(at: datetime, place: str = "", limit: int = 3) -> tuple[CaseRow, ...]:
    """What was put right lately, the latest first; near a place when one is named."""
    here = reads.in_place(place) if place else Q()
    found = Case.objects.filter(here, public=True, outcome__in=FIXED, closed_at__lte=at)  # only closed ones have one
    return rows.case_rows(list(found.order_by("-closed_at")[:limit]), at)


def staff_list(
    actor: Actor,
    at: datetime,
    q: str = "",
    place: str = "",
    matter: str = "",
    state: str = "",
    organ: str = "",
    after: str = "",
    limit: int = 50,
) -> Page[InboxRow]:
    """Cases an actor may see, newest first, by words and filters."""
    here = _filters(place, matter, state) & (Q(organ=organ) if organ else Q())
    shown, next = _take(Case.objects.filter(reads.visible(actor), here), q, after, limit)
    return Page(rows.inbox_rows(shown, actor, at), next)


def _filters(place: str, matter: str, state: str) -> Q:
    wanted = reads.in_place(place) if place else Q()
    if matter:
        wanted &= Q(matter__in=_with_children(matter))
    if state == "open":
        wanted &= ~Q(state="closed")
    elif state in rules.OUTCOMES:
        wanted &= Q(outcome=state)
    elif state:
        wanted &= Q(state=rules.check_code(state, rules.STATES, field="state"))
    return wanted


def _with_children(code: str) -> list[str]:
    """A matter and all beneath it, in the order of the tree."""
    found = [code]
    for card in matters.cards():
        if card.parent in found:
            found.append(card.code)
    return found


def _take(found: QuerySet[Case], q: str, after: str, limit: int) -> tuple[list[Case], str]:
    before = rows.seek_cursor(after)
    if not q.strip():
        page = list(found.filter(seek__lt=before).order_by("-seek")[: limit + 1])
        return page[:limit], rows.seek_text(page[limit - 1].seek) if len(page) > limit else ""
    shown: list[Case] = []
    looked = 0
    for seeks in _matches(q, before):
        shown += found.filter(seek__in=seeks).order_by("-seek")[: limit + 1 - len(shown)]
        looked += len(seeks)
        if len(shown) > limit:
            return shown[:limit], rows.seek_text(shown[limit - 1].seek)
        if looked >= _MOST:
            return shown, rows.seek_text(seeks[-1])
    return shown, ""


def _matches(q: str, before: int) -> Iterator[list[int]]:
    while seeks := searching.matches(q, before=before, limit=_STEP):
        yield seeks
        before = seeks[-1]
        if len(seeks) < _STEP:
            return
