"""Lists of cases: what others said, what was put right lately, and the search of the desk.

Pages go from newer to older, and nothing is counted. Each list is walked along the narrowest index its filters allow
(`walking`), a search along the index of words; other filters are judged on what the walk finds, at most so much a
page: the cursor then goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from gongzhi.cases import matters, reads, rows, rules, walking
from gongzhi.cases.cards import CaseRow, Page
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case, Rating
from gongzhi.cases.walking import Walk, Way
from gongzhi.people.cards import Actor
from gongzhi.people.permits import Permit

_LATELY = 1_000  # cases of a place looked at for what was put right lately
PUT_RIGHT = ("fixed", "partly")


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
    walk = walking.matching(q) if q.strip() else _walk(place, matter, state, [walking.PUBLIC])
    shown, next = walking.page(found, walk, after, limit)
    return Page(rows.case_rows(shown, at), next)


def lately_fixed(at: datetime, place: str = "", limit: int = 3) -> tuple[CaseRow, ...]:
    """What was put right lately, wholly or in part, the latest first; near a place when one is named.

    Closed is not fixed: what was only answered is left out, and so is what somebody who spoke says is not solved."""
    denied = Rating.objects.filter(case=OuterRef("pk"), round=OuterRef("round"), solved=False)
    found = Case.objects.filter(~Exists(denied), public=True, outcome__in=PUT_RIGHT, closed_at__lte=at)
    divisions = walking.villages(place)
    if divisions:  # among what was received there last: a quiet village is no reason to walk through the county
        newest = walking.along([walking.of("division", code) for code in divisions])(walking.NEWEST, _LATELY)
        found = walking.these(found.filter(reads.in_place(place)), newest.seeks)
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
    if q.strip():
        walk = walking.matching(q)
    elif actor.acting.can(Permit.CASE_READ_ALL):
        walk = _walk(place, matter, state, [walking.of("organ", organ) if organ else walking.ALL])
    else:
        walk = walking.along(_seen(actor))
    shown, next = walking.page(Case.objects.filter(reads.visible(actor), here), walk, after, limit)
    return Page(rows.inbox_rows(shown, actor, at), next)


def _filters(place: str, matter: str, state: str) -> Q:
    wanted = reads.in_place(place) if place else Q()
    if matter:
        wanted &= Q(matter__in=with_children(matter))
    if state == "open":
        wanted &= ~Q(state__in=("left_open", "closed"))
    elif state in rules.OUTCOMES:
        wanted &= Q(outcome=state)
    elif state:
        rules.check_code(state, rules.STATES, field="state")
        # Not as "state = …": SQLite would rather walk its index of states, a million closed ones, than the page's rows.
        wanted &= ~Q(state__in=[other for other in rules.STATES if other != state])
    return wanted


def with_children(code: str) -> list[str]:
    """A matter and all beneath it, in the order of the tree."""
    found = [code]
    for card in matters.cards():
        if card.parent in found:
            found.append(card.code)
    return found


def _walk(place: str, matter: str, state: str, rest: Sequence[Way]) -> Walk:
    """The narrowest way the filters allow: open work, then a village, one matter, a town, a branch of matters."""
    divisions, kinds = walking.villages(place), with_children(matter) if matter else []
    open_states = [one for one in rules.OPEN if state in (one, "open")]
    if state == "left_open":
        open_states = [state]
    if open_states:
        return walking.along([walking.standing(one) for one in open_states])
    if len(divisions) == 1:
        return walking.along([walking.of("division", divisions[0])])
    if kinds and (len(kinds) == 1 or not divisions):
        return walking.along([walking.of("matter_id", kind) for kind in kinds])
    if divisions:
        return walking.along([walking.of("division", code) for code in divisions])
    return walking.along(rest)


def _seen(actor: Actor) -> list[Way]:
    """The ways of what an actor may see when it is not every case: see reads.visible."""
    post = actor.acting
    own = [walking.of("organ", post.organ), *walking.took_part(post.organ)]
    return own + [walking.of("division", code) for code in walking.villages(post.place)]
