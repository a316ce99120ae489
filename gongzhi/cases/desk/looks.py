"""My looks: what this person opened, when and why. The people concerned see the same lines."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from gongzhi.cases.desk import frame
from gongzhi.people import purposes
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import permit
from gongzhi.people.rules import PURPOSES

FIELDS = {
    "words": _("words"),
    "contact": _("contact"),
    "place": _("place as said"),
    "replies": _("later replies"),
    "ratings": _("words of a rating"),
}


def _case(ref: str) -> UUID | None:
    """The case a look names, for a link; None when it rested on a clause alone."""
    return UUID(ref.removeprefix("case:")) if ref.startswith("case:") else None


@permit()
def looks(request: HttpRequest) -> HttpResponseBase:
    """The last hundred looks at original words and contacts from this person's own posts."""
    posts = [post.id for post in actor_of(request).own_posts]
    rows = [
        {
            "at": look.at,
            "purpose": _(PURPOSES[look.purpose].sentence),
            "case": _case(look.case),
            "fields": [FIELDS.get(name, name) for name in look.fields],
        }
        for look in purposes.looks_by(posts)
    ]
    return frame.show(request, "cases/desk/looks.html", {"rows": rows}, here="looks")
