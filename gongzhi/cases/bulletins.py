"""Notices for a village: an office tells everybody there something, by loudspeaker, on a screen and on a wall.

A post writes for places in its own area. The words are masked like everything that is shown, and read anew by whoever
shows them: taken down is taken down with the next reading.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gongzhi.cases import bulletin_rules, rules
from gongzhi.cases.models import Bulletin
from gongzhi.channels import paper
from gongzhi.channels.paper import Code, Sheet
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import local, stamp
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places
from gongzhi.places.reads import PlaceCard

COUNTED = 50  # of the notices of an area, the latest first


def put(*, by: str, at: datetime, post: PostCard, place: str, words: str, until: datetime) -> Bulletin:
    """Tell everybody in a place something until a moment, at most 31 days from now.

    Refuses a post without that duty, a place outside its area, nothing said, too much, and an end that is past or too
    far away."""
    if not post.can(Permit.NOTICE_WRITE) or place not in {card.code for card in area(post)}:
        raise NotAllowed("not_your_place", N_("The post you act in writes no notices for this place."), field="place")
    words = said(words)
    if not at < until <= at + bulletin_rules.LASTS:
        raise Refusal(
            "until_odd",
            N_("The last day must be one of the next %(days)s days."),
            field="until",
            days=bulletin_rules.LASTS.days,
        )
    with transaction.atomic():
        row = Bulletin.objects.create(
            place=place, organ=post.organ, post=post.id.hex, by=by, words=words, put_at=at, until=until
        )
        writing.write(
            kind="bulletin.put",
            about=row.ref,
            by=by,
            at=at,
            details={"place": place, "organ": post.organ, "until": stamp(until)},
        )
    return row


def said(words: str) -> str:
    """The words as they will be shown: cleaned, in one piece, telephone and identity numbers of people masked."""
    cleaned = " ".join(rules.clean_words(words, most=bulletin_rules.WORDS_MAX, field="words").split())
    return mask(cleaned).text


def take_down(*, by: str, at: datetime, post: PostCard, bulletin: Bulletin) -> None:
    """No loudspeaker and no screen says it any more. Refuses a notice outside the post's area, and a second time."""
    with transaction.atomic():
        mine = running(post, at).filter(id=bulletin.id)
        if not mine.update(taken_at=at, taken_by=by):
            raise NotFound("bulletin_unknown", N_("There is no such notice, or it is not on the air any more."))
        writing.write(kind="bulletin.taken_down", about=bulletin.ref, by=by, at=at)


def area(post: PostCard) -> list[PlaceCard]:
    """The places a post may write for: its own division and what lies in it, villages last; a grid's is its village."""
    organ = people.organ(post.organ)
    code = (post.place or (organ.division if organ else "") or places.county().code)[:12].ljust(12, "0")
    own = places.place_or_none(code)
    if own is None or not post.can(Permit.NOTICE_WRITE):
        return []
    if own.level == "village":
        return [own]
    towns = [own] if own.level == "town" else [card for card in places.towns() if card.code != code]
    top = [] if own.level == "town" else [own]
    return [*top, *(card for town in towns for card in (town, *places.villages(town.code)))]


def running(post: PostCard, at: datetime) -> QuerySet[Bulletin]:
    """The notices on the air in a post's area, the latest first."""
    codes = [card.code for card in area(post)]
    return Bulletin.objects.filter(place__in=codes, taken_at__isnull=True, until__gt=at).order_by("-put_at")


def on_air(village: str, at: datetime) -> list[Bulletin]:
    """The notices everybody in a village hears now: its own, its town's and the county's, the latest first."""
    above = (village, f"{village[:9]}000", f"{village[:6]}000000")
    rows = Bulletin.objects.filter(place__in=above, taken_at__isnull=True, put_at__lte=at, until__gt=at)
    return list(rows.order_by("-put_at")[:COUNTED])


def aloud(row: Bulletin, language: str = "zh-hans") -> str:
    """A notice as a loudspeaker reads it: for whom, what, and who says so; its own words stay as they were written."""
    place, organ = places.place_or_none(row.place), people.organ(row.organ)
    if language == "en":
        return f"{place.name_en if place else ''}: {_ended(row.words, '.')} {organ.name_en if organ else ''}".strip()
    words = _ended(row.words, "。")
    return f"{place.name_zh if place else ''}通知：{words}{organ.name_zh if organ else ''}"


def _ended(words: str, stop: str) -> str:
    return words if words[-1:] in "。！？….!?" else f"{words}{stop}"


def sheet(row: Bulletin, *, link: str, language: str) -> bytes:
    """The notice as one page to be pinned up, with a code that leads to the notices of the village."""
    county, organ, place = places.county(), people.organ(row.organ), places.place_or_none(row.place)
    zone = county.tz
    days = [f"{local(moment, zone):%Y-%m-%d}" for moment in (row.put_at, row.until)]
    drawn = Sheet(
        head=county.name_zh,
        title="通知",
        text=row.words,
        rows=[
            (_("Place"), place.name_zh if place else row.place),
            (_("Office"), organ.name_zh if organ else row.organ),
            (_("From"), days[0]),
            (_("Until"), days[1]),
        ],
        codes=[Code(link, _("What is announced here just now"))] if link else [],
        banner=_("Practice county: everything here is invented.") if county.practice else "",
    )
    return paper.draw([drawn], language=language)
