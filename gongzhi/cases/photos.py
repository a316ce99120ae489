"""Photos of voices and answers: cleaned and stored before the form is sent, shown only where they may be.

A photo lies in the file store under its digest. Between two pages of a form without JavaScript it travels as a
signed ticket, so nobody can name a file that is not hers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files import File
from django.db.models import Q

from gongzhi.cases import reads, rules
from gongzhi.cases.cards import KeptPhoto
from gongzhi.cases.models import Case, Entry, Photo, Voice
from gongzhi.kit.ids import token_hash
from gongzhi.kit.pictures import check_size, clean_picture
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.kit.store import Store
from gongzhi.people.cards import Actor

MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
TICKET_SECONDS = 24 * 3600
UNSENT_SECONDS = TICKET_SECONDS + 3600  # a form sent in the last minute of its day still finds its photo
PARTS = 256
PART_SECONDS = 60
_AT_ONCE = 500
_SALT = "gongzhi.cases.photos"


def _store() -> Store:
    return Store(settings.FILES_DIR)


def keep(data: bytes) -> KeptPhoto:
    """Clean a picture (type by content, metadata dropped, re-encoded) and store it; at most 10 MB.

    Refuses what is no picture, too large, or a decompression bomb, always with `field` photos."""
    picture = clean_picture(data, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)
    return KeptPhoto(_store().put(picture.data), picture.mime, picture.width, picture.height)


def keep_file(file: File) -> KeptPhoto:
    """As `keep`, for a file that arrived with a form; one that is too large is not even read."""
    check_size(file.size or 0, max_bytes=MAX_BYTES)
    return keep(file.read())


def ticket(photo: KeptPhoto) -> str:
    """The photo as signed text for a hidden field, good for a day."""
    return signing.dumps([photo.sha256, photo.mime, photo.width, photo.height], salt=_SALT, compress=False)


def from_ticket(text: str) -> KeptPhoto:
    """The photo of a ticket; refuses one that was changed or is older than a day."""
    try:
        return KeptPhoto(*signing.loads(text, salt=_SALT, max_age=TICKET_SECONDS))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise Refusal(
            "photo_forgotten", N_("The photo was kept for a day only. Please add it again."), field="photos"
        ) from error


def attach(
    photos: Sequence[KeptPhoto], *, public: bool, voice: Voice | None = None, entry: Entry | None = None
) -> None:
    """Give kept photos to a voice or an entry, inside the verb's transaction."""
    rules.check_photos(len(photos))
    if photos:
        Photo.objects.bulk_create(
            Photo(
                voice=voice,
                entry=entry,
                sha256=photo.sha256,
                mime=photo.mime,
                width=photo.width,
                height=photo.height,
                public=public,
            )
            for photo in photos
        )


def forget_unsent(*, at: datetime) -> int:
    """Remove photos that were kept for a form nobody sent within a day, and files no voice points to any more; how
    many went. Each call looks at one of 256 parts of the store, the next one a minute later: all in some four hours."""
    before = at.timestamp() - UNSENT_SECONDS
    found = _store().part(int(at.timestamp() // PART_SECONDS) % PARTS)
    return _drop([digest for digest, put in found.items() if put < before], before)


def drop_unused(digests: Iterable[str]) -> int:
    """Remove at once the files that no voice and no answer points to any more; how many went."""
    return _drop(list(digests), float("inf"))


def _drop(digests: Sequence[str], before: float) -> int:
    gone = 0
    for start in range(0, len(digests), _AT_ONCE):
        some = digests[start : start + _AT_ONCE]
        used = set(Photo.objects.filter(sha256__in=some).values_list("sha256", flat=True))
        gone += sum(_store().drop(digest, before=before) for digest in some if digest not in used)
    return gone


def public_path(photo: UUID) -> tuple[Path, str]:
    """File and type of a photo anyone may see: its case is public and its voice not withdrawn."""
    shown = Q(voice__case__public=True, voice__withdrawn_at__isnull=True)
    shown |= Q(entry__case__public=True, entry__seen_by_all=True)
    return _file(Photo.objects.filter(shown, id=photo, public=True).first())


def for_voice(token: str, photo: UUID) -> tuple[Path, str]:
    """File and type of a photo for whoever holds the secret link of its voice, or of its case."""
    voice = Voice.objects.filter(link_hash=token_hash(token), withdrawn_at__isnull=True).first()
    if voice is None:
        raise _unknown()
    shown = Q(voice=voice) | Q(entry__voice=voice) | Q(entry__case=voice.case_id, entry__seen_by_all=True)
    shown |= Q(voice__case=voice.case_id, voice__withdrawn_at__isnull=True, public=True)
    return _file(Photo.objects.filter(shown, id=photo).first())


def for_desk(actor: Actor, photo: UUID) -> tuple[Path, str]:
    """File and type of a photo for a member of staff who may see its case."""
    seen = Case.objects.filter(reads.visible(actor)).values("id")
    mine = Q(voice__case__in=seen) | Q(entry__case__in=seen)
    return _file(Photo.objects.filter(mine, id=photo).first())


def _file(photo: Photo | None) -> tuple[Path, str]:
    if photo is None or not _store().has(photo.sha256):
        raise _unknown()
    return _store().path(photo.sha256), photo.mime


def _unknown() -> NotFound:
    return NotFound("photo_unknown", N_("This photo does not exist, or is not yours to see."))
