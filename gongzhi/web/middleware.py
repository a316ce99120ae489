"""The outermost layer of Django: language from the path, the county's time, refusals, headers, printing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation

from gongzhi.kit.refusal import Refusal
from gongzhi.look import printed
from gongzhi.look.printable import HEADERS
from gongzhi.places import reads as places
from gongzhi.web import failures

LANGUAGES = {"zh": "zh-hans", "en": "en"}

LOG = logging.getLogger("gongzhi.web")


def language_of(request: HttpRequest) -> str:
    """The Django language code a request asks for: by its path, else by its Accept-Language, else Chinese."""
    prefix = request.path_info[1:3]
    if request.path_info[3:4] in ("/", "") and prefix in LANGUAGES:
        return LANGUAGES[prefix]
    wanted = request.headers.get("Accept-Language", "")
    return "en" if wanted[:2].lower() == "en" else "zh-hans"


def _keep(request: HttpRequest, response: HttpResponse) -> None:
    """Print the page; where the disk is full its reader gets it all the same, and the next one asks again."""
    try:
        printed.keep(request, response)
    except OSError as error:
        LOG.warning("A page could not be printed: %s", error.strerror)


class Doorway:
    """Every request passes once in and once out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = language_of(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        card = places.county_or_none()
        timezone.activate(card.zone if card is not None else UTC)
        printed.begin(request)
        response = self.get_response(request)
        if failures.is_plain_to_programs(request, response):
            response = failures.in_json(request, response)
        for name, value in HEADERS:
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse):
            _keep(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal that no view caught becomes a page with its sentence and its status."""
        if isinstance(exception, Refusal):
            return failures.refused(request, exception)
        return None
