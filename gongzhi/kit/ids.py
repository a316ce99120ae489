"""Names for things: row ids, case numbers people read aloud, secret links, and check digits of the country.

Case numbers look like `990101-26-K7M4-2QXD`: county, year, seven random symbols of Crockford's base 32 (no order to
guess; a number that is taken is drawn again), one check symbol.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import struct
import time
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID, SafeUUID

from gongzhi.kit.refusal import N_, Refusal

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SYMBOLS = bytes(ord(CROCKFORD[byte & 31]) for byte in range(256))  # a random byte as one of 32 symbols
_VALUES = {symbol: value for value, symbol in enumerate(CROCKFORD)}
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uuid7(at: datetime | None = None) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7, method 3) whose text order is the order of `at` to the microsecond.

    The 12 bits after the milliseconds hold the rest of the moment, 62 bits are random.
    """
    head = _head(time.time_ns() // 1000) if at is None else _head_of(at)
    made = _new(UUID)  # without UUID.__init__, which looks for one of six ways to be called
    _set(made, "int", head | _random() >> 2)
    _set(made, "is_safe", SafeUUID.unknown)
    return made


_new, _set = UUID.__new__, object.__setattr__
_drawn: list[int] = []


def _random() -> int:
    """64 bits of the system's randomness, asked for by the page: each asking costs more than making the id."""
    try:
        return _drawn.pop()
    except IndexError:
        _drawn.extend(struct.unpack("512Q", os.urandom(4096)))
        return _random()


os.register_at_fork(after_in_child=_drawn.clear)


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


def case_number(county: str, year: int, drawn: bytes) -> str:
    """The case number of `year` in `county` (six digits) that seven random bytes (`drawn`) make: 35 bits of each are
    used, so that no order can be guessed. Whoever keeps it draws again when it is taken.

    ValueError when an argument is out of range."""
    if len(county) != 6 or not (county.isascii() and county.isdigit()) or len(drawn) != 7:
        raise ValueError("case_number needs a six-digit county and seven bytes")
    body = f"{county}{year % 100:02d}{drawn.translate(_SYMBOLS).decode()}"
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


def _times_x(value: int) -> int:
    """Times x in GF(32) with x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


_TIMES_X = [_times_x(value) for value in range(32)]


def _check_symbol(body: str) -> str:
    """Σ aᵢ·xⁱ over GF(32): every single slip and every swap of any two signs changes it.

    (Distinct non-zero weights for up to 31 signs; ISO 7064 MOD 37,36 misses some swaps and would bring
    I, L, O and U back.)
    """
    total = 0
    for symbol in reversed(body):
        total = _TIMES_X[total ^ _VALUES[symbol]]
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
