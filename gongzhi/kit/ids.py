"""Names for things: row ids, case numbers people read aloud, secret links, and check digits of the country.

Case numbers look like `990101-26-K7M4-2QXD`: county, year, seven symbols of Crockford's base 32 that
come from a keyed permutation of a serial (no order to guess, no collision within a year), one check symbol.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from gongzhi.kit.refusal import N_, Refusal

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIALS = 32**7
_HALF = 18  # the Feistel network works on 36 bits and walks until it falls below 32**7 = 2**35
_TURNS = [bytes([turn]) for turn in range(8)]
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uuid7(at: datetime | None = None) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7, method 3) whose text order is the order of `at` to the microsecond.

    The 12 bits after the milliseconds hold the rest of the moment, 62 bits are random.
    """
    head = _head(time.time_ns() // 1000) if at is None else _head_of(at)
    return UUID(int=head | int.from_bytes(os.urandom(8), "big") >> 2)


def _head(microseconds: int) -> int:
    milliseconds, rest = divmod(microseconds, 1000)
    return milliseconds << 80 | 7 << 76 | (rest * 4096 // 1000) << 64 | 2 << 62


@lru_cache(maxsize=1024)
def _head_of(at: datetime) -> int:
    """All but the random bits; one moment names many rows."""
    return _head(round(at.timestamp() * 1_000_000))


def secret_token() -> str:
    """A secret of 128 random bits for a link, 22 characters of base64url."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> bytes:
    """What is stored of a secret link: SHA-256, 32 bytes. The token itself is never kept."""
    return hashlib.sha256(token.encode()).digest()


# --- case numbers -----------------------------------------------------------------------------------


def case_number(county: str, year: int, secret: bytes, serial: int) -> str:
    """The number of the `serial`-th (from 0) case of `year` in `county` (six digits).

    `secret` (at least 16 bytes) keys the permutation. ValueError when an argument is out of range.
    """
    if not re.fullmatch(r"[0-9]{6}", county) or len(secret) < 16 or not 0 <= serial < SERIALS:
        raise ValueError("case_number needs a six-digit county, a key of 16 bytes and a serial below 32**7")
    place = _permute(serial, secret, f"{county}{year:04d}".encode())
    symbols = "".join(CROCKFORD[place >> shift & 31] for shift in range(30, -1, -5))
    body = f"{county}{year % 100:02d}{symbols}"
    return _hyphened(body + _check_symbol(body))


def parse_number(text: str) -> str:
    """A case number as people type it, made canonical; Refusal("number_misread") when it cannot be one.

    Lower case, full-width, spaces, missing or other hyphens, and O for 0, I or L for 1 are forgiven.
    """
    plain = unicodedata.normalize("NFKC", text[:200]).upper()
    body = re.sub(r"[^0-9A-Z]", "", plain).translate(str.maketrans("OIL", "011"))
    good = len(body) == 16 and body[:8].isdigit() and all(c in CROCKFORD for c in body)
    if not good or _check_symbol(body[:15]) != body[15]:
        raise Refusal(
            "number_misread",
            N_("This number has a slip in it. Please compare it with your receipt, sign by sign."),
            field="number",
        )
    return _hyphened(body)


def _hyphened(body: str) -> str:
    return f"{body[:6]}-{body[6:8]}-{body[8:12]}-{body[12:]}"


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hashlib.blake2b:
    """The hash with its key taken in already: copying it costs less than taking the key again."""
    return hashlib.blake2b(key=secret[:64], digest_size=4)


def _permute(serial: int, secret: bytes, salt: bytes) -> int:
    """A keyed permutation of range(32**7): a balanced Feistel network of 36 bits with cycle walking."""
    mask = (1 << _HALF) - 1
    value = serial
    while True:
        left, right = value >> _HALF, value & mask
        for turn in _TURNS:
            keyed = _keyed(secret).copy()
            keyed.update(turn + right.to_bytes(3, "big") + salt)
            left, right = right, left ^ (int.from_bytes(keyed.digest(), "big") & mask)
        value = left << _HALF | right
        if value < SERIALS:
            return value


def _double(value: int) -> int:
    """Times x in GF(32) with x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def _check_symbol(body: str) -> str:
    """Σ aᵢ·xⁱ over GF(32): every single slip and every swap of any two signs changes it.

    (Distinct non-zero weights for up to 31 signs; ISO 7064 MOD 37,36 misses some swaps and would bring
    I, L, O and U back.)
    """
    total = 0
    for symbol in reversed(body):
        total = _double(total ^ CROCKFORD.index(symbol))
    return CROCKFORD[total]


# --- check digits of the country --------------------------------------------------------------------


def id_card_fits(text: str) -> bool:
    """Whether `text` is a resident ID number (GB 11643-1999): 18 signs with check digit, or 15 of old.

    A real birth date is part of the test; the area code is only asked to look like one (1–9).
    """
    if re.fullmatch(r"[1-9][0-9]{14}", text):
        return _is_date("19" + text[6:12])
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9Xx]", text) or not _is_date(text[6:14]):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def uscc_fits(text: str) -> bool:
    """Whether both check signs of a unified social credit code fit (GB 32100-2015, GB 11714).

    Some valid codes of early pilots fail; callers warn and let a person decide, they do not refuse.
    """
    if len(text) != 18 or any(c not in _USCC for c in text):
        return False
    total = sum(_USCC.index(sign) * pow(3, place, 31) for place, sign in enumerate(text[:17]))
    inner = 11 - sum(int(c, 36) * w for c, w in zip(text[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return _USCC[-total % 31] == text[17] and "0123456789X0"[inner] == text[16]


def luhn_fits(text: str) -> bool:
    """Whether the digits of a bank card pass the Luhn check (ISO/IEC 7812-1)."""
    if not text.isascii() or not text.isdigit():
        return False
    total = sum(map(int, text[-1::-2])) + sum(int(d) * 2 % 10 + int(d) // 5 for d in text[-2::-2])
    return total % 10 == 0


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return text[:2] in ("18", "19", "20")
