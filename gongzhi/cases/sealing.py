"""What a voice keeps sealed: the words as said and the contact, each under a key of its own; and its secret link.

The link is derived from the master key, the voice and a round: the database holds only its hash, the house can
still write it into a letter, and a recovered link is the next round, which kills the old one.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass

from gongzhi.cases import rules
from gongzhi.cases.cards import Contact
from gongzhi.cases.models import Entry, Rating, Voice
from gongzhi.channels.keys import key_for
from gongzhi.kit.ids import token_hash
from gongzhi.people import vaulting

_JSON = json.JSONEncoder(ensure_ascii=False)  # json.dumps would make one for each voice


@dataclass(frozen=True, slots=True)
class Original:
    """The texts of a voice as they were said."""

    words: str
    place: str = ""
    officer: str = ""


def seal_told(voice: Voice, told: Original) -> None:
    """Seal the words as said into the row of the voice, tied to its id."""
    plain = _JSON.encode([told.words, told.place, told.officer])
    voice.original_sealed, voice.key_wrapped = vaulting.seal_text(plain, voice.ref)


def open_told(voice: Voice) -> Original:
    """The words as said; only `looking` may call this, after the look was written down."""
    if voice.key_wrapped is None:
        return Original("")
    return Original(*json.loads(vaulting.open_text(bytes(voice.original_sealed), bytes(voice.key_wrapped), voice.ref)))


def seal_reply(entry: Entry, words: str) -> None:
    """Seal a resident's later words into the line of the course that tells them masked."""
    entry.original_sealed, entry.key_wrapped = vaulting.seal_text(words, f"entry:{entry.id.hex}")


def open_reply(entry: Entry) -> str:
    """The later words as said; only `looking` may call this."""
    if entry.original_sealed is None or entry.key_wrapped is None:
        return entry.public_text
    return vaulting.open_text(bytes(entry.original_sealed), bytes(entry.key_wrapped), f"entry:{entry.id.hex}")


def seal_rating(rating: Rating, words: str) -> None:
    """Seal what was added to a rating into its row, which tells it masked; nothing is kept of no words."""
    if words:
        rating.original_sealed, rating.key_wrapped = vaulting.seal_text(words, f"rating:{rating.id.hex}")


def open_rating(rating: Rating) -> str:
    """The words of a rating as said; only `looking` may call this."""
    if rating.original_sealed is None or rating.key_wrapped is None:
        return rating.words
    return vaulting.open_text(bytes(rating.original_sealed), bytes(rating.key_wrapped), f"rating:{rating.id.hex}")


def seal_contact(voice: Voice, contact: Contact) -> None:
    """Seal a checked contact into the row of the voice, with a blind index to find it again."""
    address = rules.check_contact(contact.kind, contact.address)
    voice.contact_kind = contact.kind
    voice.contact_sealed, voice.contact_key_wrapped = vaulting.seal_text(address, f"contact:{voice.id.hex}")
    voice.contact_index = contact_index(contact.kind, address)


def open_contact(voice: Voice) -> str:
    """The contact in the clear, for a letter of the house; empty when none was left or its key is destroyed."""
    if voice.contact_sealed is None or voice.contact_key_wrapped is None:
        return ""
    return vaulting.open_text(bytes(voice.contact_sealed), bytes(voice.contact_key_wrapped), f"contact:{voice.id.hex}")


def contact_index(kind: str, address: str) -> bytes:
    """What finds a voice by its contact without keeping the contact in the clear."""
    return vaulting.blind(f"contact:{kind}:{address}")


def link_token(voice: Voice) -> str:
    """The secret link of a voice in its present round: 128 bits, 22 characters."""
    secret = hmac.digest(key_for("cases.link"), f"{voice.id.hex}:{voice.link_round}".encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def set_link(voice: Voice) -> str:
    """Set the hash of the link of the voice's present round; the token."""
    token = link_token(voice)
    voice.link_hash = token_hash(token)
    return token


def is_used() -> bool:
    """Whether anything was ever sealed here: from then on the master key may not be missing."""
    return Voice.objects.exists()
