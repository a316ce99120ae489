"""A receipt as a strip of signs that fits into a QR code on paper, and back. Plain Python, offline, no Django.

`GONGZHI1:` and then the receipt's JSON, compressed (RFC 1950) and written in base 45 (RFC 9285), whose signs a QR code
holds most tightly. Any phone reads it as text; `gongzhi verify` takes a file of that text.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

MARK = "GONGZHI1:"
LARGEST = 200_000  # bytes of JSON; a receipt with its proof has about five thousand
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def to_strip(receipt: Mapping[str, Any]) -> str:
    """The strip of a receipt."""
    plain = json.dumps(receipt, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return MARK + _to_base45(zlib.compress(plain, 9))


def from_strip(text: str) -> str:
    """The JSON of a strip, however a scanner broke its lines; ValueError when it is none or holds too much."""
    body = "".join(text.split("\n")).replace("\r", "").strip().removeprefix(MARK)
    opened = zlib.decompressobj()
    try:
        plain = opened.decompress(_from_base45(body), LARGEST)
    except zlib.error as error:
        raise ValueError("the strip is not whole") from error
    if opened.unconsumed_tail or not opened.eof:
        raise ValueError("the strip is not whole")
    return plain.decode()


def _to_base45(data: bytes) -> str:
    signs = []
    for place in range(0, len(data), 2):
        pair = data[place : place + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(3 if len(pair) == 2 else 2):
            value, sign = divmod(value, 45)
            signs.append(_SIGNS[sign])
    return "".join(signs)


def _from_base45(text: str) -> bytes:
    data = bytearray()
    for place in range(0, len(text), 3):
        signs = [_SIGNS.index(sign) for sign in text[place : place + 3]]
        value = sum(sign * 45**power for power, sign in enumerate(signs))
        size = len(signs) - 1
        if not size or value >= 256**size:
            raise ValueError("the strip is not whole")
        data += value.to_bytes(size, "big")
    return bytes(data)
