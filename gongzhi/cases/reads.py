"""Who may see which case, and the names that cards need, fetched once for many rows.

Every read and every verb of the staff asks `visible`: one place decides, so nothing about an officer can reach that
officer by another door. Hidden and unknown are the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField

from gongzhi.cases import matters, rules
from gongzhi.cases.cards import MatterTag, OrganTag, PlaceTag, PostTag
from gongzhi.cases.models import Appeal, Case, Entry, Rating, Voice
from gongzhi.cases.number_cards import BatchRow
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor, PostCard
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places

# Fields that other rooms may follow with select_related over a key to this room's tables.
SHOWN: dict[str, tuple[str, ...]] = {
    "Case": ("number", "matter", "grid", "division", "organ", "state", "outcome", "received_at", "due_at", "public"),
    "Voice": ("number", "kind", "source", "said_at"),
    "Matter": ("code", "name_zh", "name_en"),
}
BATCH_MOST = 50_000
BATCH_ASKED = 900  # ids of one statement


def visible(actor: Actor) -> Q:
    """The condition on Case for what an actor may see in the post she acts in.

    CASE_READ: what her organ leads or took part in, what her post holds, and what lies in her post's place.
    CASE_READ_ALL: every case but those about an officer. A case about an officer is seen only by the organ
    that leads it, by whoever holds it, by the dispatch desk while it lies there and by whoever answers an appeal in it,
    and never by the officer, her whole account, or her organ when the person is not known."""
    post = actor.acting
    mine = Q(organ=post.organ) | Q(holder=post.ref)
    if post.can(Permit.CASE_SEND):
        mine |= Q(holder=rules.DISPATCH)
    if post.can(Permit.APPEAL_ANSWER):
        mine |= Q(Exists(Appeal.objects.filter(case=OuterRef("pk"), organ=post.organ, answered_at__isnull=True)))
    if post.can(Permit.CASE_READ_ALL):
        seen = Q(about_officer=False) | mine
    elif post.can(Permit.CASE_READ):
        took_part = Entry.objects.filter(case=OuterRef("pk")).filter(Q(organ=post.organ) | Q(to_organ=post.organ))
        ordinary = mine | Q(Exists(took_part))
        if post.place:
            ordinary |= in_place(post.place)
        seen = Q(about_officer=False) & ordinary | Q(about_officer=True) & mine
    else:
        return Q(pk__in=())
    return seen & not_about(actor)


def not_about(actor: Actor) -> Q:
    """Not a case about this person: by account, by any own post, or by organ when only that is known."""
    own = [actor.acting, *actor.own_posts]
    about = Q(officer_post__in={post.id.hex for post in own} | {(post.covered_by or post.id).hex for post in own})
    about |= Q(officer_account=actor.account_id.hex)
    about |= Q(officer_post="", officer_organ__in={post.organ for post in own})
    return Q(about_officer=False) | ~about


def find(actor: Actor, case: UUID, *, lock: bool = False) -> Case:
    """The case of an id, if this actor may see it; locked until the transaction ends if wished.

    Refuses what does not exist and what is not hers to see, by the same answer."""
    row = (_LOCKED if lock else _CASE).first(id=case)
    if row is None or not sees(actor, row):
        raise unknown()
    return row


def sees(actor: Actor, case: Case) -> bool:
    """Whether an actor may see a case whose row is at hand: `visible`, judged without a query where the row tells it.

    A test holds the two against each other."""
    post = actor.acting
    if _is_about(actor, case):
        return False
    mine = case.organ == post.organ or case.holder == post.ref
    mine = mine or (case.holder == rules.DISPATCH and post.can(Permit.CASE_SEND))
    ordinary = not case.about_officer
    if ordinary and post.can(Permit.CASE_READ_ALL):
        return True
    if not (post.can(Permit.CASE_READ) or post.can(Permit.CASE_READ_ALL)):
        return False
    if mine or (ordinary and post.place and lies_in(case, post.place)):
        return True
    appeals = Appeal.objects.filter(case=case, organ=post.organ, answered_at__isnull=True)
    if post.can(Permit.APPEAL_ANSWER) and appeals.exists():
        return True
    return ordinary and Entry.objects.filter(case=case).filter(Q(organ=post.organ) | Q(to_organ=post.organ)).exists()


def _is_about(actor: Actor, case: Case) -> bool:
    """What `not_about` asks, of one row."""
    if not case.about_officer:
        return False
    own = [actor.acting, *actor.own_posts]
    if case.officer_post in {id.hex for post in own for id in (post.id, post.covered_by or post.id)}:
        return True
    if case.officer_account == actor.account_id.hex:
        return True
    return case.officer_post == "" and case.officer_organ in {post.organ for post in own}


_ID = Given("id", UUIDField())
_CASE: Compiled[Case] = Compiled(lambda: Case.objects.filter(id=_ID))
_LOCKED: Compiled[Case] = Compiled(lambda: Case.objects.select_for_update(of=("self",)).filter(id=_ID))


def acting(post: PostCard) -> Actor:
    """The actor a verb judges by. The account is that of the person who really acts, also when she covers."""
    account = post.account
    if post.covered_by is not None:
        cover = people.post(post.covered_by)
        account = cover.account if cover else None
        own = (cover,) if cover else ()
        return Actor(account or post.id, (post, *own), post)
    return Actor(account or post.id, (post,), post)


def lies_in(case: Case, code: str) -> bool:
    """What `in_place` asks, of one row."""
    prefix = places.within(code) if len(code) in (12, 15) else code
    if len(prefix) > 12:
        return case.division == prefix[:12] and case.grid.startswith(prefix)
    return prefix <= case.division < prefix + ":"


def in_place(code: str) -> Q:
    """The condition on Case for lying in a place (a division, a grid, or the prefix of one), as a range.

    A division code is digits only, so everything under a prefix sorts before the prefix followed by ":"."""
    prefix = places.within(code) if len(code) in (12, 15) else code
    if len(prefix) > 12:
        return Q(division=prefix[:12], grid__startswith=prefix)
    return Q(division__gte=prefix, division__lt=prefix + ":")


def unknown() -> NotFound:
    """The one answer for what does not exist and what is not yours to see."""
    return NotFound("case_unknown", N_("There is no such case, or it is not yours to see."))


@dataclass(frozen=True, slots=True)
class Names:
    """Organs, posts and places by code, for one page of rows: one query whatever the number of rows."""

    organs: dict[str, OrganTag]
    posts: dict[str, PostTag]

    def organ(self, code: str) -> OrganTag | None:
        """The tag of an organ; None for no code, the bare code for one that is gone."""
        return self.organs.get(code, OrganTag(code, code, "")) if code else None

    def post(self, hex: str) -> PostTag | None:
        """The tag of a post by its id in hex."""
        return self.posts.get(hex)

    @staticmethod
    def matter(code: str) -> MatterTag:
        """The tag of a matter, also of one no longer in force."""
        return matters.tags().get(code) or MatterTag(code, code, "")

    @staticmethod
    def place(code: str) -> PlaceTag | None:
        """The tag of a division or grid; None when the code is unknown or the whole county."""
        card = places.place_or_none(code)
        if card is None or len(places.within(code)) <= 6:
            return None
        return PlaceTag(
            card.code, card.level, card.name_zh, card.name_en, card.path_zh, card.path_en, card.lon, card.lat
        )


def names(*, organs: Iterable[str], posts: Iterable[str] = ()) -> Names:
    """The names behind organ codes and post ids (hex), by one query."""
    found, cards = people.named({code for code in organs if code}, {UUID(hex) for hex in posts if hex})
    tags = {code: OrganTag(code, zh, en) for code, (zh, en) in found.items()}
    told = {card.id.hex: PostTag(card.id, card.title_zh, card.title_en, tags[card.organ]) for card in cards.values()}
    return Names(tags, told)


_BATCH = {
    "case": (
        *("number", "matter_id", "matter_by", "grid", "division", "lon", "lat", "organ", "state", "outcome", "round"),
        *("refusals", "received_at", "due_at", "answered_at", "in_time", "closed_at", "urgent", "voices"),
    ),
    "voice": ("case_id", "kind", "source", "language", "said_at", "noted_at", "withdrawn_at"),
    "rating": ("voice_id", "case_id", "round", "solved", "grade", "at", "reopened"),
}


def batch(kind: str, ids: Sequence[UUID]) -> list[BatchRow]:
    """Typed rows for wide use by higher rooms: at most 50,000 ids, no text, no contact, nothing about officers."""
    found: dict[str, QuerySet[Any]] = {
        "case": Case.objects.filter(about_officer=False),
        "voice": Voice.objects.filter(case__about_officer=False),
        "rating": Rating.objects.filter(case__about_officer=False),
    }
    names = _BATCH[kind]
    rows: dict[UUID, tuple[Any, ...]] = {}
    wanted = list(ids[:BATCH_MOST])
    for begin in range(0, len(wanted), BATCH_ASKED):
        some = found[kind].filter(pk__in=wanted[begin : begin + BATCH_ASKED]).values_list("pk", *names)
        rows |= {pk: values for pk, *values in some}
    return [BatchRow(id, dict(zip(names, rows[id], strict=True))) for id in wanted if id in rows]
