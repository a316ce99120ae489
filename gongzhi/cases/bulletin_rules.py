"""How long a notice for a village may be and last, and the facts it leaves. Plain, without clock or settings."""

from __future__ import annotations

from datetime import timedelta

from gongzhi.ledger.kinds import FactKind

WORDS_MAX = 300  # characters; a loudspeaker reads them in a good minute
LASTS = timedelta(days=31)

FACTS: dict[str, FactKind] = {
    "bulletin.put": FactKind(("place", "organ", "until"), "An office put a notice for a place on the air."),
    "bulletin.taken_down": FactKind((), "A notice for a place was taken from the air."),
}
