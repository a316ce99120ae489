"""Erasing a voice for good: its keys, its words, and all that leads from its random id back to a person.

The right to deletion (Personal Information Protection Law, art. 47). Facts stay: they hold ids, codes and moments,
never a text or a name, so the ledger's proofs stay whole. What a backup holds goes when the backup does; see
docs/operating.md.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from gongzhi.cases import appealing, intake, letters, locking, matters, pages, recovering, rules
from gongzhi.cases import photos as photo_store
from gongzhi.cases.models import Case, DetailValue, Entry, Photo, Rating, SentBy, Undo, Voice
from gongzhi.channels import erasing as messages
from gongzhi.kit.refusal import N_, Gone, NotAllowed, NotFound
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit

CLAUSE = "pipl-47"


def at_counter(
    *, by: str, at: datetime, post: PostCard, number: str, words: str, proof: str, ground: str, clause: str = CLAUSE
) -> str:
    """Erase a voice for whoever knows its number and tells her own words; the number, as it is written.

    What proves her is what a new link is given for (`recovering.prove`), and the same is refused; also a post without
    the permit, an unknown ground and a second time."""
    if not post.can(Permit.VOICE_ERASE):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    rules.check_code(ground, rules.ERASURE_GROUNDS, field="ground")
    voice = recovering.prove(by=by, at=at, post=post, number=number, words=words, proof=proof, withdrawn=True)
    erase(by=by, at=at, voice=voice.id, ground=ground, clause=clause, post=post)
    return voice.number


def erase(
    *,
    by: str,
    at: datetime,
    voice: UUID,
    ground: str = "consent_withdrawn",
    clause: str = CLAUSE,
    post: PostCard | None = None,
) -> None:
    """Destroy what is kept of a voice; a voice that is not withdrawn yet is withdrawn first.

    `ground` is one of rules.ERASURE_GROUNDS. Gone are the keys, the sealed and the masked words, contact, place as
    typed, photos, replies, rating words, own answers, letters and details told to programs; the numbers of the case,
    the answers given in public and the facts stay. `post`: who did it at the counter. Refuses an unknown voice, an
    unknown ground and a second time."""
    rules.check_code(ground, rules.ERASURE_GROUNDS, field="ground")
    row = Voice.objects.filter(id=voice).first()
    if row is None:
        raise NotFound("voice_unknown", N_("We do not know this link."))
    with transaction.atomic():
        if row.withdrawn_at is None:
            intake.withdraw(by=by, at=at, voice=voice)
        case, row = locking.any_voice(voice)
        if row.erased_at is not None:
            raise Gone("voice_erased", N_("This was erased before. Nothing of it is kept."))
        files = _empty(row, at)
        _empty_case(case, row)
        told = {"clause": clause} | ({"organ": post.organ, "post": post.id.hex} if post else {})
        appealing.end_open(by=by, at=at, case=case, voice=row, clause=clause)
        Entry.objects.create(case=case, at=at, kind="erased", by=by, round=case.round, voice=row, **told)
        messages.erase(about=row.ref, mark=row.id.hex)
        writing.write(kind="voice.erased", about=row.ref, by=by, at=at, details={"ground": ground, "clause": clause})
        pages.narrowed(case)
        # At once where it can be; what is left by a fault the clockwork finds, since nobody points to it any more.
        transaction.on_commit(lambda: photo_store.drop_unused(files))


def _empty(voice: Voice, at: datetime) -> list[str]:
    """Empty the voice and everything that hangs on it; the digests of its photos, whose files may go."""
    mine = Q(voice=voice) | Q(entry__voice=voice)
    files = list(Photo.objects.filter(mine).values_list("sha256", flat=True))
    Photo.objects.filter(mine).delete()
    DetailValue.objects.filter(voice=voice).delete()
    SentBy.objects.filter(voice=voice).delete()
    Rating.objects.filter(voice=voice).update(words="", original_sealed=None, key_wrapped=None)
    told = Entry.objects.filter(voice=voice)
    told.update(public_text="", original_sealed=None, key_wrapped=None)
    told.filter(kind="answered_own").update(internal_text="")
    Voice.objects.filter(id=voice.id).update(
        words="",
        original_sealed=b"",
        key_wrapped=None,
        danger="",
        contact_kind="",
        contact_sealed=None,
        contact_key_wrapped=None,
        contact_index=None,
        form_key=None,
        erased_at=at,
    )
    return files


def _empty_case(case: Case, voice: Voice) -> None:
    """What a case repeats from the voice it began with, also one that was joined to another: its title, the place as
    typed, and the pin unless others spoke of it too."""
    Undo.objects.filter(case=case).delete()
    begun = Case.objects.select_for_update(of=("self",)).filter(number=voice.number).first()
    if begun is None:
        return
    begun.place_text = ""
    if not letters.live_voices(begun):
        begun.title = matters.tags()[begun.matter_id].name_zh[: rules.TITLE_MAX]
        begun.lon = begun.lat = None
    begun.version += 1
    begun.save(update_fields=["title", "place_text", "lon", "lat", "version"])
