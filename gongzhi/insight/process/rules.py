"""What is looked at when work is held against its procedure, and which fact of a case makes which move."""

from __future__ import annotations

from collections.abc import Mapping

from gongzhi.kit.refusal import N_

DAYS = 365  # of cases that are looked at
BEHIND = 200  # newest cases kept behind each deviation and loop
VARIANTS = 12  # told one by one; the rest is counted
AHEAD = 3  # steps nobody noted that may lie between two noted ones before the second is called forced

TRAITS: dict[str, str] = {
    "skipped": N_("A step was left out"),
    "out_of_order": N_("Steps in another order"),
    "forced": N_("Done though the procedure did not allow it"),
    "foreign": N_("A step the procedure does not know"),
    "repeated": N_("The same step again"),
    "reopened": N_("Opened again after its end"),
    "returned": N_("Came back to an office that had handed it on"),
}
DEVIATIONS = ("skipped", "out_of_order", "forced", "foreign")
LOOPS = ("repeated", "reopened", "returned")

# Facts that are no moves of a net stay out. A fact may make a move only where the case stands so that it can: an answer
# to a question that stopped nothing moves nothing (MAYBE).
MOVES: dict[str, str] = {
    "case.accepted": "accept",
    "case.sent": "send",
    "case.handed_over": "hand_over",
    "case.helping": "help",
    "case.helped": "return_help",
    "case.paused": "pause",
    "case.resumed": "resume",
    "case.answered": "answer",
    "case.closed": "close",
    "case.merged": "close",
    "case.reopened": "reopen",
}
MAYBE: dict[str, str] = {"case.replied": "resume"}
UNDONE, ENDED = "case.undone", "case.withdrawn"


def move_of(kind: str, reason: str) -> tuple[str, bool]:
    """(move, whether it is made only where it can be) of a fact; "" for a fact that moves nothing.

    `reason` is that of the warehouse's row: a question that stops the clock says `waiting_resident`, an unhappy rating
    `unhappy`, a granted appeal `granted_…` with what it was about."""
    if kind in MOVES:
        return MOVES[kind], False
    if kind in MAYBE:
        return MAYBE[kind], True
    told: Mapping[tuple[str, str], str] = {
        ("case.asked", "waiting_resident"): "ask",
        ("case.rated", "unhappy"): "reopen",
        ("case.appeal_answered", "granted_refused"): "reopen",
        ("case.appeal_answered", "granted_paused"): "resume",
    }
    move = told.get((kind, reason), "")
    return move, kind == "case.appeal_answered"
