"""The short form of a secret link, for text messages in which every sign costs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from gongzhi.cases import course as courses
from gongzhi.cases.public.frame import secret
from gongzhi.people.permits import public


@public
@require_GET
@secret
def short(request: HttpRequest, token: str) -> HttpResponse:
    """`/v/TOKEN` leads to the page in the language of the voice."""
    voice = courses.voice_of(token)
    return HttpResponseRedirect(f"/{'en' if voice.language == 'en' else 'zh'}/v/{token}/")
