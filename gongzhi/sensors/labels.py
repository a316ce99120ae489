"""Words for the codes of this room, said to people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEALTH: dict[str, tuple[str, Promise]] = {
    "ok": ("good", _("well")),
    "silent": ("bad", _("silent")),
    "faulty": ("bad", _("faulty")),
    "unheard": ("plain", _("not heard yet")),
    "repair": ("warn", _("in repair")),
    "retired": ("plain", _("retired")),
}
ASIDE: dict[str, dict[str, Promise]] = {
    "repair": {
        "power": _("battery or power"),
        "line": _("its line or gateway"),
        "broken": _("broken"),
        "calibration": _("calibration"),
        "works": _("building works at its place"),
    },
    "retired": {
        "replaced": _("replaced by another one"),
        "removed": _("its place is gone"),
        "no_need": _("not needed any more"),
    },
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
    "sensor_retired": _("came after it was retired"),
    "reading_twice": _("were sent twice"),
    "out_of_order": _("came after a later one"),
}
SPANS: dict[str, Promise] = {"day": _("a day"), "week": _("a week"), "month": _("a month"), "year": _("a year")}
