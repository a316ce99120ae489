"""What may be decided about a suggested flood, by which reason, and the budgets of this part, in plain Python."""

from __future__ import annotations

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

RATE = 0.1  # share of the parts and links said to stand that may be false (Benjamini & Yekutieli)
FLOOD_BUDGET = 0.5  # suggestions a month ordinary life may make, both signs together
SIGNS = ("like", "fresh")
VERDICTS = ("flood", "ordinary")
REASONS: dict[str, dict[str, str]] = {
    "flood": {
        "one_hand": N_("One hand wrote many of them"),
        "program": N_("A program sent them"),
        "test": N_("Somebody tried something out"),
    },
    "ordinary": {
        "real_event": N_("Something really happened there"),
        "copied": N_("Many people used the same text: that is their right"),
        "helper": N_("One person wrote for many who cannot"),
        "chance": N_("Nothing was there: chance"),
    },
}

FACTS: dict[str, FactKind] = {
    "flood.suggested": FactKind(
        ("sign", "voices", "chance"), "The machine suggests that a person looks at a heap of voices."
    ),
    "flood.judged": FactKind(
        ("verdict", "reason"), "A person judged a suggested flood, for a coded reason; no voice was touched."
    ),
    "flood.reopened": FactKind((), "A judged suggestion is open again."),
}


def verdict_of(reason: str) -> str:
    """The verdict a coded reason stands for; refuses (`reason_unknown`) any other."""
    for verdict, reasons in REASONS.items():
        if reason in reasons:
            return verdict
    raise Refusal("reason_unknown", N_("Choose one of the reasons."), field="reason")
