"""The auditor's page: who looked at whose personal data, when, why."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from gongzhi.people import listing
from gongzhi.people.frame import show
from gongzhi.people.look_cards import look_cards
from gongzhi.people.permits import Permit, permit


@never_cache
@permit(Permit.LOOK_AUDIT)
def looks(request: HttpRequest) -> HttpResponse:
    """Every look, latest first, with the post that looked; the subject is a reference, never a name."""
    after = request.GET.get("after", "")
    page = listing.looks(after if re.fullmatch("[0-9a-f]{32}", after) else "")
    context = {"looks": look_cards(page.rows), "page": page, "none": _("Nobody has looked at personal data yet")}
    return show(request, "people/looks.html", context, here="looks")
