"""Discovery: where this endpoint is, what it speaks, and how a program gets a key."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gongzhi.cases.open311.answers import TYPES, answer, door
from gongzhi.cases.open311.services import READ, offered
from gongzhi.kit.moments import local, now
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
PATH = "/open311/v2"


@door(*READ)
def discovery(request: HttpRequest, format: str) -> HttpResponse:
    """The discovery document. Its changeset is when the services last changed; a practice county is a test endpoint."""
    county = places.county()
    at = now()
    changeset = local(min(offered().since or at, at), county.tz).isoformat(timespec="seconds")
    name = said(county, "name")
    endpoint = {
        "specification": SPECIFICATION,
        "url": request.build_absolute_uri(PATH),
        "changeset": changeset,
        "type": "test" if county.practice else "production",
        "formats": [kind.partition(";")[0] for kind in TYPES.values()],
    }
    told = {
        "changeset": changeset,
        "contact": _("%(county)s, telephone %(phone)s, %(site)s")
        % {"county": name, "phone": county.phone or "-", "site": settings.ORIGIN},
        "key_service": _(
            "Ask %(county)s for an api_key (telephone %(phone)s). Only sending needs one, reading is free."
        )
        % {"county": name, "phone": county.phone or "-"},
        "endpoints": [endpoint],
    }
    return answer(format, "discovery", told)
