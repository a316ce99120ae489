"""How the pages are shown to this visitor: colours and size, chosen by cookie, sent as `/mode.css`.

The HTML is the same for everybody, so pages can be printed once; what differs lies in this one small sheet:
the county's accent, the colours and the size. Two choices are independent: an old person may need high contrast.

    cookie `mode` = colours "-" size     e.g. dark-standard, contrast-elder; one word alone is enough
    colours  auto (as on the device) | light | dark | contrast
    size     standard | elder
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gongzhi.look.colours import on_dark, readable_accent

COOKIE = "mode"
COOKIE_SECONDS = 400 * 86400  # the longest a browser keeps a cookie
COLOURS = ("auto", "light", "dark", "contrast")
SIZES = ("standard", "elder")

DARK = (
    "color-scheme:dark;--paper:#14171a;--raised:#1c2024;--ink:#eceae4;--quiet:#a9b0b7;--line:#343a40;--edge:#7b848c;"
    "--good:#7cc895;--warn:#e0b04f;--bad:#f08a80;--good-wash:#1a2b20;--warn-wash:#2e2716;--bad-wash:#33201e;"
    "--focus-edge:#14171a;--on-accent:#0d1512;"
)
CONTRAST = (
    "color-scheme:dark;--paper:#000;--raised:#000;--ink:#fff;--quiet:#fff;--line:#fff;--edge:#fff;"
    "--accent:#ffe14d;--on-accent:#000;--accent-wash:#000;--good:#7dff9b;--warn:#ffd35c;--bad:#ffb3ab;"
    "--good-wash:#000;--warn-wash:#000;--bad-wash:#000;--focus:#6cf;--focus-edge:#000;--hair:2px;"
)
ELDER = "font-size:24px;--leading:1.8;--gap:1.4em;--target:60px;cursor:url(%(pointer)s) 6 2,auto;"
ELDER_RULES = (
    ".elder-hide{display:none!important}"
    "a,button,summary,label,select,input,[role=button]{cursor:url(%(pointer)s) 6 2,pointer}"
    "@media (max-width:40rem){.masthead-name:lang(en) .mark{display:none}}"
)


@dataclass(frozen=True, slots=True)
class Mode:
    """What was chosen; `chosen` is False on a first visit."""

    colours: str = "auto"
    size: str = "standard"
    chosen: bool = False

    @property
    def cookie(self) -> str:
        """The cookie's value."""
        return f"{self.colours}-{self.size}"


def read(cookie: str | None) -> Mode:
    """The mode a cookie names, by one word or two; anything unreadable counts as a first visit."""
    words = (cookie or "").split("-")
    mode = Mode()
    for word in words:
        mode = chosen(mode, word)
    return mode if len(words) <= 2 and all(word in (mode.colours, mode.size) for word in words) else Mode()


def chosen(now: Mode, word: str) -> Mode:
    """The mode after pressing a button named `word`: a colour or a size; other words change nothing."""
    if word in COLOURS:
        return Mode(word, now.size, chosen=True)
    if word in SIZES:
        return Mode(now.colours, word, chosen=True)
    return now


def _light(accent: str) -> str:
    return f"--accent:{accent};--accent-wash:color-mix(in srgb,{accent} 8%,var(--raised));"


def _dark(accent: str) -> str:
    return f"{DARK}{_light(on_dark(accent))}"


@lru_cache(maxsize=64)
def sheet(mode: Mode, accent: str, pointer: str) -> str:
    """The style sheet of one mode.

    `accent` is the county's `#rrggbb` (an unreadable one is replaced), `pointer` the address of the large pointer.
    """
    accent = readable_accent(accent)
    parts = [f":root{{{_light(accent)}}}"]
    if mode.colours == "auto":
        parts.append(f"@media (prefers-color-scheme:dark){{:root{{{_dark(accent)}}}}}")
        parts.append(f"@media (prefers-contrast:more){{:root{{{CONTRAST}}}}}")
    elif mode.colours == "light":
        parts.append(":root{color-scheme:light}")
    else:
        parts.append(f":root{{{_dark(accent) if mode.colours == 'dark' else CONTRAST}}}")
    if mode.size != "elder":
        parts.append(".elder-only{display:none!important}")
    else:
        parts.append(f":root{{{ELDER}}}{ELDER_RULES}" % {"pointer": pointer})
    if not mode.chosen:
        parts.append(".offer{display:flex}")
    marks = "".join(f'.switch [value="{word}"]{{--tick:"✓"}}' for word in (mode.colours, mode.size))
    screen = f"@media screen{{{''.join(parts)}{marks}}}"
    return f"{screen}@media print{{:root{{--accent:{accent}}}}}\n"
