"""Is a county's accent readable, and if not, what is the nearest one that is? (WCAG 2.2, 1.4.3 and 1.4.11)

Used when a county's files are checked and when `/mode.css` is written.
"""

from __future__ import annotations

import colorsys
import re

LIGHT_PAPER, LIGHT_RAISED = "#fbfaf7", "#ffffff"
DARK_RAISED = "#1c2024"  # lighter than dark paper, so the harder ground
ENOUGH = 4.5  # text of normal size
COMFORT = 8.0  # what is aimed at on dark ground, so that a tinted ground under the text still leaves 4.5
CALM = 0.58  # how much of its saturation an accent keeps on dark paper; turns pine into #6fc3b2, near enough
DEFAULT = "#0f5b4f"  # pine
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Whether `text` is `#rrggbb`."""
    return bool(_HEX.fullmatch(text))


def _channels(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 (black) to 1 (white): WCAG 2.2, definition "relative luminance"."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21: WCAG 2.2, definition "contrast ratio"."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _hex(rgb: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in rgb)


def _with_lightness(colour: str, lightness: float) -> str:
    hue, _, saturation = colorsys.rgb_to_hls(*_channels(colour))
    return _hex(colorsys.hls_to_rgb(hue, lightness, saturation))


def accent_is_readable(accent: str) -> bool:
    """Whether links in this colour can be read on paper and white text can be read on it (4.5 : 1 each)."""
    return is_colour(accent) and all(contrast(accent, ground) >= ENOUGH for ground in (LIGHT_PAPER, LIGHT_RAISED))


def nearest_accent(accent: str) -> str:
    """The same hue made just dark enough to be readable; pine when `accent` is no colour at all."""
    if not is_colour(accent):
        return DEFAULT
    _, lightness, _ = colorsys.rgb_to_hls(*_channels(accent))
    steps = (lightness - step / 200 for step in range(int(lightness * 200) + 1))
    candidates = (_with_lightness(accent, max(0.0, light)) for light in steps)
    return next((c for c in candidates if accent_is_readable(c)), DEFAULT)


def readable_accent(accent: str) -> str:
    """The accent itself when it is readable, else the nearest one that is."""
    return accent.lower() if accent_is_readable(accent) else nearest_accent(accent)


def on_dark(accent: str) -> str:
    """The same hue for dark paper: calmer (full colours glow there) and light enough (8 : 1 on raised ground)."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(accent))
    calm = _hex(colorsys.hls_to_rgb(hue, lightness, saturation * CALM))
    steps = (lightness + step / 200 for step in range(int((1 - lightness) * 200) + 1))
    candidates = (_with_lightness(calm, min(1.0, light)) for light in steps)
    return next((c for c in candidates if contrast(c, DARK_RAISED) >= COMFORT), "#ffffff")
