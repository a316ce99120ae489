"""The summary of an import: the counts, and every trap that was noticed, each in one sentence."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from gongzhi.kit.refusal import N_
from gongzhi.procedures.calendars import NO_HOLIDAYS
from gongzhi.web.importing.keywords import Learned, Tried
from gongzhi.web.importing.playing import Tally
from gongzhi.web.importing.scanning import Scan

REJECTED = {
    "row_torn": N_("%(count)s rows have another number of cells than the first line."),
    "key_missing": N_("%(count)s rows have no key."),
    "key_twice": N_("%(count)s rows repeat a key; the first row with it was kept."),
    "date_missing": N_("%(count)s rows do not say when they were opened."),
    "date_misread": N_("%(count)s rows have a date that cannot be read."),
    "date_impossible": N_("%(count)s rows have an impossible date: in the future, or too long ago."),
    "closed_before_opened": N_("%(count)s rows were closed before they were opened."),
    "words_missing": N_("%(count)s rows say nothing."),
    "refused": N_("%(count)s rows break another rule of the house; the file names it."),
}
NOTICED = {
    "fallback_pin": N_(
        "%(count)s rows lie on one fallback coordinate. They were kept at an unknown place, never on the map."
    ),
    "pin_impossible": N_("%(count)s rows have impossible coordinates; they were kept without a pin."),
    "place_missing": N_("%(count)s rows name no place we know; they were kept for the whole county."),
    "organ_missing": N_("%(count)s rows name no organ; the one responsible has them."),
    "organ_unknown": N_("%(count)s rows name an organ this county does not know; the one responsible has them."),
    "without_words": N_("%(count)s rows say nothing; the profile's words stand in their place."),
    "end_unknown": N_("%(count)s rows have ended, but do not say when; they were kept as ended on the day they began."),
    "in_time_unknown": N_(
        "%(count)s of them do not say either whether they were answered in time; no figure counts them."
    ),
    "left_open": N_(
        "%(count)s rows were left open by the other system. No limit runs for them until an office takes them over."
    ),
    "taken_live": N_("%(count)s open rows are live work here; their limits run since the day they began."),
    "open_with_end": N_("%(count)s rows are open, though they have a moment of closing; they were kept open."),
}


def holidays(country: str) -> str:
    """Whose days off the example county keeps."""
    if country == NO_HOLIDAYS:
        return _("It keeps weekends and no holidays; `holidays: US` under `county` in the profile names a country's.")
    return _("It keeps the holidays of %(country)s.") % {"country": country}


def learned(told: Learned, path: Path) -> list[str]:
    """How many keywords the matters got, and how they did on rows that were held out."""
    words = sum(len(words) for words in told.keywords.values())
    counts = {"words": f"{words:,}", "matters": f"{len(told.keywords):,}", "file": path}
    lines = [_("%(words)s keywords for %(matters)s matters, each with examples: %(file)s") % counts]
    if not told.held.rows:
        return [*lines, _("The rows say nothing beside the names of their matters, so nothing could be held out.")]
    lines.append(
        _(
            "On %(rows)s rows held out: right matter %(right)s %%, right organ %(organ)s %%, "
            "no keyword (anything else) %(silent)s %%."
        )
        % _shares(told.held)
    )
    if told.fresh.rows:
        lines.append(
            _(
                "Of them %(rows)s hold a text that no other row holds: right matter %(right)s %%, "
                "right organ %(organ)s %%, no keyword %(silent)s %%."
            )
            % _shares(told.fresh)
        )
    return lines


def _shares(told: Tried) -> dict[str, str]:
    parts = {"right": told.right, "organ": told.organ, "silent": told.silent}
    return {"rows": f"{told.rows:,}", **{name: f"{100 * part / told.rows:.0f}" for name, part in parts.items()}}


def summary(tally: Tally, found: Scan, rejects: Path, *, seconds: float) -> list[str]:
    """The lines to print, in the active language."""
    counts = {
        "rows": f"{tally.rows:,}",
        "new": f"{tally.new:,}",
        "already": f"{tally.already:,}",
        "rejected": f"{tally.rejected.total():,}",
        "seconds": f"{seconds:.1f}",
    }
    lines = [_("%(rows)s rows: %(new)s new, %(already)s already there, %(rejected)s rejected; %(seconds)s s.") % counts]
    if not tally.adds_up():
        lines.append(_("The counts do not add up; please tell the makers."))
    lines += [_(REJECTED[code]) % {"count": f"{n:,}"} for code, n in sorted(tally.rejected.items()) if n]
    lines += [_(NOTICED[code]) % {"count": f"{n:,}"} for code, n in sorted(tally.traps.items()) if n]
    if found.fallback is not None:
        lon, lat = found.fallback
        share = f"{100 * found.pins[found.fallback] / found.pins.total():.1f}"
        told = {"lon": f"{lon:.4f}", "lat": f"{lat:.4f}", "share": share}
        lines.append(_("The fallback coordinate is %(lon)s, %(lat)s: %(share)s %% of all pins.") % told)
    if tally.masked:
        lines.append(_("Personal data was masked in %(count)s texts.") % {"count": f"{tally.masked:,}"})
    if tally.rejected.total():
        lines.append(_("The rejected rows, each with its line and reason: %(file)s") % {"file": rejects})
    return lines
