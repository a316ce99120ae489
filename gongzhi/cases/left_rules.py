"""What another system left open: why it is not taken over, how much at once, and the facts. No clock, no settings.

Such a case has the state `left_open`: it came in with its history, everybody can read and count it, and nobody here has
promised anything yet. It leaves that state when an office takes it over, when somebody says the same again, or when an
office closes it without taking it over, for one of these reasons.
"""

from __future__ import annotations

from gongzhi.ledger.kinds import FactKind

STATE = "left_open"
NOT_TAKEN = "not_taken"
REASONS = ("settled", "too_old", "said_again", "no_case")
TAKEN, SAID_AGAIN = "taken", "joined"  # why a limit begins: an office took it over, a person said it again
AT_ONCE = 500  # cases one act may take over or close
TOGETHER = 50  # of them in one transaction, so that others who write wait for moments only

FACTS: dict[str, FactKind] = {
    "case.left_open": FactKind((), "Another system left the case open. Nobody here has taken it over; no limit runs."),
    "case.taken_over": FactKind(
        ("organ", "due", "why"),
        "What another system left open is worked on here from now on, with a limit that begins now.",
    ),
}
