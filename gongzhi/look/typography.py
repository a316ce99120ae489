"""Typography of mixed text: a thin space where Chinese meets Latin letters or digits."""

from __future__ import annotations

import re

THIN = "\u2009"
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = "A-Za-z0-9\u00c0-\u024f%°€£$+#@"
_MEETING = re.compile(rf"(?<=[{_HAN}]) ?(?=[{_WORD}])|(?<=[{_WORD}]) ?(?=[{_HAN}])")
_TAG = re.compile(r"(<[^>]*>)")


def spaced(text: str) -> str:
    """Plain `text` with a thin space (U+2009) at every border of Chinese and Latin or digits.

    A plain space standing there already becomes the thin one, so the result is the same when applied twice.
    """
    return _MEETING.sub(THIN, text)


def spaced_html(html: str) -> str:
    """The same for markup: only what stands between tags is touched, so addresses in attributes stay whole."""
    return "".join(part if part.startswith("<") else spaced(part) for part in _TAG.split(html))
