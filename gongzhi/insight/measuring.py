"""Entering a measure: what was done about a finding, where, since when. The child process judges it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from gongzhi.cases import matters
from gongzhi.insight import standing_rules as rules
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_tables import Measure
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.places import reads as places

WHAT_MOST = 200


def enter(
    *,
    by: str,
    at: datetime,
    finding: Finding,
    what: str,
    since: date,
    wanted: str = "fewer",
    matter: str = "",
    place: str = "",
) -> Measure:
    """Note a measure about a finding. Matter and place are the finding's unless others are named (a place by code).

    Refuses empty or long words, a day to come or of more than 400 days ago, an unknown matter or place, and the same
    measure twice (same matter, place and day)."""
    what = rules.check_words(what, WHAT_MOST, "what")
    rules.check_measure(since, wanted, places.local_day(at))
    matter, place = matter or finding.matter, _prefix(place) if place else finding.place
    if matter and matter not in matters.tags():
        raise Refusal("matter_unknown", N_("Please choose a matter from the list."), field="matter")
    with transaction.atomic():
        Finding.objects.select_for_update().get(pk=finding.pk)
        if Measure.objects.filter(finding=finding, matter=matter, place=place, since=since).exists():
            raise Refusal("measure_known", N_("This measure is entered already."), status=409, field="since")
        measure = Measure.objects.create(
            finding=finding,
            what=what,
            matter=matter,
            place=place,
            since=since,
            wanted=wanted,
            entered_at=at,
            entered_by=by,
        )
        details = {
            "finding": finding.ref,
            "matter": matter,
            "place": place,
            "since": since.isoformat(),
            "wanted": wanted,
        }
        writing.write(kind="measure.entered", about=measure.ref, by=by, at=at, details=details)
    return measure


def _prefix(code: str) -> str:
    """The prefix of a place's code, at most a village's: measures are compared among villages and towns."""
    places.place(code)
    return places.within(code)[:12]
