"""What the printer and the front agree on, without Django: which paths are files, and the headers of every page."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"^/(zh|en)/[\w\-/.~]{0,180}$", re.ASCII)

# Nothing inline, nothing from elsewhere: what a page runs and shows is what this county serves.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(self)"),
]


def is_printable(path: str) -> bool:
    """Whether a path can be a file under the printed folder: a language, plain signs, no climbing, a closing slash."""
    return bool(_PLAIN.match(path)) and ".." not in path and "//" not in path and path.endswith("/")
