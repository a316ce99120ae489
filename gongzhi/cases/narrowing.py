"""Taking words from public view: for a coded reason, with a notice to whoever said them, and open to appeal.

There is no list of forbidden opinions: staff may name only that a person stands in it who cannot be covered, that it
endangers somebody, or that a court ordered it. The printed pages are gone before the verb's transaction ends.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import letters, rules, turning
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.cases.turning import Turn
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit

BY_STAFF = rules.NARROW_REASONS[:3]


@transaction.atomic
def narrow(
    *, by: str, at: datetime, post: PostCard, case: UUID, version: int, reason: str, text: str, clause: str = ""
) -> Case:
    """Take a public case from public view. `text` says to the resident what stood there and why it had to go.

    Refuses an uncoded reason, a case that is not public, and any office but the one that leads it or the desk."""
    rules.check_code(reason, BY_STAFF, field="reason")
    told = mask(rules.clean_words(text, most=rules.REASON_MAX, field="text")).text
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="narrow", permit=Permit.CASE_NARROW)
    if not post.can(Permit.CASE_SEND):
        turning.leads(turn)
    if not turn.case.public:
        raise Refusal("not_public", N_("This case is not public; there is nothing to take away."), status=409)
    turn.case.public = False
    take_away(turn, reason=reason, text=told, clause=clause)
    details: dict[str, Json] = {"reason": reason, "clause": clause}
    return turn.finish("case.narrowed", details)


def take_away(turn: Turn, *, reason: str, text: str = "", clause: str = "") -> None:
    """The line, the count and the notice of a narrowing, whatever move brought it."""
    entry = turn.note("narrowed", reason=reason, clause=clause, public_text=text)
    turn.decide(entry, "narrowed", reason)
    lead = [voice for voice in letters.live_voices(turn.case) if voice.lead]
    turn.tell("narrowed", voices=lead, reason=reason, text=text)


def may_be_public(case: Case) -> bool:
    """Whether whoever spoke first allows it and no narrowing by staff stands (one may be lifted on appeal)."""
    if not Voice.objects.filter(case=case, lead=True, allows_public=True, withdrawn_at__isnull=True).exists():
        return False
    lines = Entry.objects.filter(case=case, kind__in=("narrowed", "widened")).order_by("-at", "-id")
    last = lines.values_list("kind", "reason").first()
    return last is None or last[0] == "widened" or last[1] not in BY_STAFF
