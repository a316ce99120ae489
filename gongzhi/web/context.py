"""What every template knows: the county, the language, and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from gongzhi.places import reads as places


@dataclass(frozen=True, slots=True)
class House:
    """The county as the page frame shows it."""

    code: str
    name_zh: str
    name_en: str
    phone: str
    accent: str
    emblem: str
    practice: bool
    origin: str
    banner_zh: str = ""
    banner_en: str = ""


def the_house() -> House:
    """The county's card for page frames; a neutral name before a county is loaded."""
    card = places.county_or_none()
    if card is None:
        return House("", "共治", "Gongzhi", "12345", "#0f5b4f", "", False, settings.ORIGIN)
    return House(
        code=card.code,
        name_zh=card.name_zh,
        name_en=card.name_en or card.name_zh,
        phone=card.phone,
        accent=card.accent or "#0f5b4f",
        emblem=card.emblem or "",
        practice=card.practice,
        origin=settings.ORIGIN,
        banner_zh=card.banner_zh,
        banner_en=card.banner_en or card.banner_zh,
    )


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `house`, `lang`, `html_lang`, `other_lang_url`, and lazily `actor`: public pages ask none."""
    language = get_language() or "zh-hans"
    lang = "en" if language.startswith("en") else "zh"
    other = "zh" if lang == "en" else "en"
    path = request.path
    if path.startswith(f"/{lang}/"):
        path = f"/{other}/" + path[len(lang) + 2 :]
    return {
        "house": the_house(),
        "lang": lang,
        "html_lang": "en" if lang == "en" else "zh-Hans",
        "other_lang_url": path,
        "actor": SimpleLazyObject(lambda: getattr(request, "actor", None)),
    }
