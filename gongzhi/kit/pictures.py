"""Photos: read by their content, turned upright, made small, re-encoded; nothing of the camera stays.

A re-encoded picture carries no EXIF (place, time, device), no thumbnail and no appended file. The library is loaded
with the first photo: a process that is sent none keeps its memory.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from gongzhi.kit.refusal import N_, Refusal

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 1600
_KINDS = ("JPEG", "PNG", "WEBP")
_HOSTILE = (OSError, ValueError, SyntaxError, EOFError, struct.error, KeyError, IndexError, OverflowError)


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture: JPEG bytes, its type, and its size in pixels."""

    data: bytes
    mime: str
    width: int
    height: int


def clean_picture(data: bytes, *, max_bytes: int = 10_000_000, max_pixels: int = 50_000_000) -> Picture:
    """A clean copy of a JPEG, PNG or WebP photo, at most 1,600 pixels long.

    Refuses what is too large in bytes or pixels (before it is unpacked), of another kind, or broken.
    """
    from PIL import Image

    check_size(len(data), max_bytes=max_bytes)
    try:
        with Image.open(BytesIO(data), formats=_KINDS) as photo:
            if photo.width * photo.height > max_pixels:
                raise _too_many_pixels(max_pixels)
            return _upright_and_small(photo)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(max_pixels) from error
    except _HOSTILE as error:
        raise Refusal(
            "photo_unreadable",
            N_("This file is not a photo we can read. JPEG, PNG and WebP work."),
            field="photos",
        ) from error


def check_size(size: int, *, max_bytes: int) -> None:
    """Refuses a file of more than `max_bytes`, in a sentence with both sizes."""
    if size > max_bytes:
        raise Refusal(
            "photo_too_large",
            N_("The photo is %(size)s MB; up to %(most)s MB works."),
            status=413,
            field="photos",
            size=-(-size // 1_000_000),
            most=max_bytes // 1_000_000,
        )


def _upright_and_small(photo: Image.Image) -> Picture:
    from PIL import Image, ImageOps

    photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes at a fraction: less time, less memory
    upright = ImageOps.exif_transpose(photo)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if upright.has_transparency_data:
        sheet = Image.new("RGBA", upright.size, "white")
        sheet.alpha_composite(upright.convert("RGBA"))
        upright = sheet
    upright = upright.convert("RGB")
    upright.info.clear()  # the encoder would copy comments and profiles from here
    clean = BytesIO()
    upright.save(clean, "JPEG", quality=82, optimize=True, progressive=True)
    return Picture(clean.getvalue(), "image/jpeg", upright.width, upright.height)


def _too_many_pixels(most: int) -> Refusal:
    return Refusal(
        "photo_too_many_pixels",
        N_("The photo has more than %(most)s million pixels. A smaller copy works."),
        status=413,
        field="photos",
        most=most // 1_000_000,
    )
