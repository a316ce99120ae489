"""Words, tone and sign of the small labels (`{% tag %}`). The sign is there so that colour never speaks alone."""

from __future__ import annotations

from gongzhi.kit.refusal import N_

# state -> (tone, msgid, icon); tones are plain, accent, good, warn, bad
STATES: dict[str, tuple[str, str, str]] = {
    "plain": ("plain", "", ""),
    "accent": ("accent", "", ""),
    "good": ("good", "", "check"),
    "warn": ("warn", "", "clock"),
    "bad": ("bad", "", "alert-triangle"),
    "received": ("plain", N_("Received"), "circle"),
    "in_hand": ("accent", N_("In hand"), "circle-dot"),
    "asked": ("warn", N_("Waiting for the resident"), "help-circle"),
    "helping": ("accent", N_("Others are helping"), "users"),
    "helped": ("accent", N_("Help returned"), "arrow-back-up"),
    "answered": ("good", N_("Answered"), "message"),
    "left_open": ("plain", N_("Left open by the earlier system"), "clipboard-text"),
    "closed": ("plain", N_("Closed"), "circle-check"),
    "in_time": ("good", N_("In time"), "check"),
    "near": ("warn", N_("Due soon"), "clock"),
    "overdue": ("bad", N_("Overdue"), "alert-triangle"),
    "paused": ("plain", N_("Paused"), "player-pause"),
    "suggested": ("plain", N_("Suggested"), "info-circle"),
    "provisional": ("plain", N_("Provisional date"), "calendar"),
}
