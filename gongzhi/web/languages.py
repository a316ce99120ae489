"""Language in the path as /zh/ and /en/, while Django's own codes stay zh-hans and en."""

from __future__ import annotations

from django.conf import settings
from django.urls import LocalePrefixPattern, URLPattern, URLResolver
from django.utils.translation import get_language


class SpokenPrefix(LocalePrefixPattern):
    """Matches and writes `zh/` or `en/` for the active language."""

    @property
    def language_prefix(self) -> str:
        return "en/" if (get_language() or settings.LANGUAGE_CODE).startswith("en") else "zh/"


def spoken(*urls: URLPattern | URLResolver) -> URLResolver:
    """The patterns under a language prefix."""
    return URLResolver(SpokenPrefix(), list(urls))
