"""The series of a sensor as a drawing: what is expected as a band, what is beyond a rule's limit pointed out."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.look import charts
from gongzhi.look.charts import Band
from gongzhi.look.templatetags.look import said
from gongzhi.sensors.models import Rule
from gongzhi.sensors.reads import Point, SensorRow
from gongzhi.sensors.rules import figure


def chart(row: SensorRow, points: Sequence[Point], limits: Sequence[Rule]) -> SafeString:
    """The line with the sentence it proves as its title. Nothing for fewer than two points.

    Values below zero cannot be drawn on an axis from zero; they are told in the table of the page alone."""
    if len(points) < 2 or min(point.low for point in points) < 0:
        return SafeString("")
    above = min((rule.threshold for rule in limits if rule.kind == "above"), default=None)
    below = max((rule.threshold for rule in limits if rule.kind == "below"), default=None)
    shown = [point.low if below is not None and above is None else point.high for point in points]
    odd = [at for at, value in enumerate(shown) if _is_odd(value, above, below)]
    top = above if above is not None else max(shown)
    band = Band([below or 0.0] * len(shown), [top] * len(shown)) if above is not None or below is not None else None
    return charts.line(
        title=_title(row, shown, odd),
        labels=[f"{timezone.localtime(point.at):%m-%d %H:%M}" for point in points],
        values=[round(value, 3) for value in shown],
        band=band,
        odd=[at for at in odd if shown[at] == max((shown[each] for each in odd), default=None)][:1],
        head=(_("Moment"), f"{said(row.quantity, 'name')} ({row.sensor.unit})"),
    )


def _is_odd(value: float, above: float | None, below: float | None) -> bool:
    return (above is not None and value > above) or (below is not None and value < below)


def _title(row: SensorRow, values: Sequence[float], odd: Sequence[int]) -> str:
    told = {
        "what": said(row.quantity, "name"),
        "low": figure(min(values)),
        "high": figure(max(values)),
        "unit": row.sensor.unit,
        "count": len(odd),
    }
    if odd:
        return ngettext(
            "Between %(low)s and %(high)s %(unit)s; beyond the limit in %(count)s stretch of the drawing.",
            "Between %(low)s and %(high)s %(unit)s; beyond the limit in %(count)s stretches of the drawing.",
            len(odd),
        ) % told  # fmt: skip
    return _("Between %(low)s and %(high)s %(unit)s.") % told
