"""Photos: cleaned, carried by ticket, shown only where they may be."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gongzhi.cases import dispatch, intake, photos, straining
from gongzhi.cases.cards import KeptPhoto
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Photo, Strain
from gongzhi.cases.tests import cast
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotFound, Refusal

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture(autouse=True)
def _own_files(settings: object, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path


def picture(colour: str = "green") -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (40, 30), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def with_photo(**more: object) -> tuple[Received, Photo]:
    received = cast.say(photos=[photos.keep(picture())], **more)
    return received, Photo.objects.get(voice=received.voice)


def test_a_kept_photo_has_no_metadata_and_the_same_one_is_kept_once() -> None:
    kept = photos.keep(picture())
    path, mime = photos._file(Photo(sha256=kept.sha256, mime=kept.mime))
    assert b"secret place" not in path.read_bytes()
    assert (mime, photos.keep(picture()).sha256) == ("image/jpeg", kept.sha256)


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"GIF89a" + b"x" * 50])
def test_what_is_no_photo_is_refused_at_its_field(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        photos.keep(data)
    assert refused.value.field == "photos"


def test_a_ticket_carries_a_photo_and_cannot_be_forged() -> None:
    kept = photos.keep(picture())
    assert photos.from_ticket(photos.ticket(kept)) == kept
    for forged in (photos.ticket(kept)[:-2] + "xx", "", "a:b:c"):
        with pytest.raises(Refusal) as refused:
            photos.from_ticket(forged)
        assert refused.value.code == "photo_forgotten"


def test_a_public_photo_is_everybodys_until_the_voice_is_withdrawn() -> None:
    received, photo = with_photo()
    assert photos.public_path(photo.id)[0].exists()
    intake.withdraw(by=received.voice.ref, at=cast.AT, voice=received.voice.id)
    with pytest.raises(NotFound):
        photos.public_path(photo.id)


def test_a_private_photo_is_hers_and_the_desks() -> None:
    received, photo = with_photo(allows_public=False)
    with pytest.raises(NotFound):
        photos.public_path(photo.id)
    assert photos.for_voice(received.link_token, photo.id)
    assert photos.for_desk(cast.actor("roads-1"), photo.id)
    with pytest.raises(NotFound):
        photos.for_desk(cast.actor("water-1"), photo.id)
    with pytest.raises(NotFound):
        photos.for_voice(cast.say().link_token, photo.id)


def test_a_matter_that_must_not_be_public_takes_the_photo_with_it() -> None:
    received, photo = with_photo()
    dispatch.accept(**cast.turn("roads-1", received.case))
    dispatch.rematter(**cast.turn("roads-1", received.case), matter="conduct")
    with pytest.raises(NotFound):
        photos.public_path(photo.id)


def test_more_than_five_photos_are_refused_before_anything_is_kept() -> None:
    with pytest.raises(Refusal) as refused:
        cast.say(photos=[KeptPhoto("0" * 64, "image/jpeg", 1, 1)] * 6)
    assert refused.value.code == "photos_too_many"
    assert not Photo.objects.exists()


def strain(count: int, at: datetime = cast.AT, address: str = "10.1.2.3", **more: bool) -> int:
    return [straining.take(at=at, address=address, **more) for _ in range(count)][-1]


def test_six_hundred_in_an_hour_are_free_and_the_next_one_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert straining.FREE == 600
    monkeypatch.setattr(straining, "FREE", 30)
    assert strain(30) == 0
    assert 0 < strain(1) <= 3600
    assert strain(1, address="10.1.9.9") == 0
    assert strain(1, at=cast.later(hours=1, seconds=1)) == 0


def test_neighbouring_addresses_are_one_and_danger_is_never_slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straining, "FREE", 30)
    strain(31)
    assert strain(1, address="10.1.2.200") > 0
    assert strain(1, danger=True) == 0
    assert strain(31, address="2001:db8:1:2::1") > 0
    assert strain(1, address="2001:db8:1:9::1") > 0


def test_no_address_is_kept_and_old_counts_are_forgotten() -> None:
    strain(1)
    assert b"10.1.2" not in bytes(Strain.objects.get().key)
    assert straining.tidy(at=cast.later(hours=2)) == 1


def forget(hours: float) -> int:
    """Run the job over every part of the store, so many hours from now."""
    later = moments.now() + timedelta(hours=hours)
    return sum(photos.forget_unsent(at=later + timedelta(seconds=60 * part)) for part in range(photos.PARTS))


def test_a_photo_nobody_sent_is_gone_after_a_day_and_not_before() -> None:
    kept = photos.keep(picture())
    assert forget(hours=20) == 0
    assert photos._store().has(kept.sha256)
    assert forget(hours=26) == 1
    assert not photos._store().has(kept.sha256)


def test_a_photo_of_a_voice_or_an_answer_stays_for_good() -> None:
    _, photo = with_photo()
    assert forget(hours=24 * 400) == 0
    assert photos._store().has(photo.sha256)


def test_a_photo_that_was_just_sent_again_is_not_forgotten() -> None:
    kept = photos.keep(picture())
    path = photos._store().path(kept.sha256)
    long_ago = time.time() - 7 * 86_400
    os.utime(path, (long_ago, long_ago))
    photos.keep(picture())
    assert forget(hours=1) == 0
    assert photos.from_ticket(photos.ticket(kept)) == kept
