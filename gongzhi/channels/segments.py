"""How long a text message is, and how to make it fit: counted as phones do."""

from __future__ import annotations

from gongzhi.channels.gateways import Limits


def units(text: str) -> int:
    """UTF-16 units: one for a Chinese character or a letter, two for an emoji."""
    return len(text.encode("utf-16-le")) // 2


def parts(text: str, limits: Limits) -> int:
    """Into how many messages a text is cut on its way; at least one."""
    size = units(text)
    return 1 if size <= limits.alone else -(-size // limits.part)


def fit(text: str, limits: Limits) -> str:
    """The text, cut with an ellipsis where it would need more parts than allowed; never inside a character."""
    if parts(text, limits) <= limits.parts:
        return text
    room = limits.alone if limits.parts == 1 else limits.part * limits.parts
    cut = text.encode("utf-16-le")[: 2 * (room - 1)].decode("utf-16-le", "ignore")
    return cut.rstrip() + "…"
