"""Counts corrected for silence, where places are compared: a quiet village is not taken for one in which all is well.

How much of what like places would say is said in a village is its factor (nightly/silence.py); a count divided by it is
what like places would have brought. It is shown beside the count, with the interval of the factor, and only for places
that are clearly quiet: the whole interval lies below one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.look import charts

Factor = tuple[float, float, float]
Counted = tuple[str, float]  # village's code or prefix, what came from there


def corrected(counts: Iterable[Counted], factors: Mapping[str, Factor]) -> dict[str, str | int | float]:
    """As evidence of a finding: `quiet` villages among those counted, all counts together `corrected` with `low` and
    `high`; empty when none of them is clearly quiet. Places without a factor count as they are."""
    quiet, total, low, high = 0, 0.0, 0.0, 0.0
    for place, count in counts:
        factor = factors.get(place[:12].ljust(12, "0"))
        is_quiet = factor is not None and factor[2] < 1
        middle, least, most = factor if factor is not None and is_quiet else (1.0, 1.0, 1.0)
        quiet += is_quiet
        total, low, high = total + count / middle, low + count / most, high + count / max(least, 0.01)
    if not quiet:
        return {}
    return {
        "quiet": quiet,
        "corrected": round(total, 1),
        "corrected_low": round(low, 1),
        "corrected_high": round(high, 1),
    }


def sentence(evidence: Mapping[str, object]) -> str:
    """What the correction says, with a space before it; empty without one."""
    if not evidence.get("quiet"):
        return ""
    words = ngettext(
        "Quiet village: few speak here; corrected for that it is about %(corrected)s (%(low)s to %(high)s).",
        "%(n)d of them are quiet villages, where few speak; corrected for that it is about %(corrected)s (%(low)s to "
        "%(high)s).",
        int(str(evidence["quiet"])),
    )
    figures = {name: float(str(evidence[f"corrected{end}"])) for name, end in _ENDS}
    return " " + words % {"n": evidence["quiet"], **{name: _figure(value) for name, value in figures.items()}}


_ENDS = (("corrected", ""), ("low", "_low"), ("high", "_high"))


def _figure(value: float) -> str:
    return charts.number(round(value) if value >= 10 else round(value, 1))


def share(factor: Factor) -> str:
    """How much of what like places say is said here."""
    return _("Of what places of its kind and size say, about %(share)s is said here (%(low)s to %(high)s).") % {
        "share": _percent(factor[0]),
        "low": _percent(factor[1]),
        "high": _percent(factor[2]),
    }


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
