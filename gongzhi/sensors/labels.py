"""Words for the codes of this room, said to people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEALTH: dict[str, tuple[str, Promise]] = {
    "ok": ("good", _("well")),
    "silent": ("bad", _("silent")),
    "faulty": ("bad", _("faulty")),
    "unheard": ("plain", _("not heard yet")),
}
RULES: dict[str, Promise] = {
    "above": _("above %(threshold)s %(unit)s"),
    "below": _("below %(threshold)s %(unit)s"),
    "rise": _("rising faster than %(threshold)s %(unit)s an hour"),
    "fall": _("falling faster than %(threshold)s %(unit)s an hour"),
}
REFUSED: dict[str, Promise] = {
    "reading_misread": _("could not be read"),
    "value_no_number": _("were no numbers"),
    "value_impossible": _("were outside what it can measure"),
    "unit_wrong": _("were in another unit"),
    "date_misread": _("had a moment nobody can read"),
    "date_future": _("came from the future"),
    "date_old": _("were too old"),
    "reading_twice": _("were sent twice"),
    "out_of_order": _("came after a later one"),
}
SPANS: dict[str, Promise] = {"day": _("a day"), "week": _("a week"), "month": _("a month"), "year": _("a year")}
