"""What another system left open: a state that no clock runs in, taking over, and closing without having taken over."""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

STATES = ("received", "in_hand", "asked", "paused", "answered", "left_open", "closed")
OUTCOMES = (
    *("", "fixed", "answered", "partly", "planned", "not_ours", "no_ground", "duplicate", "withdrawn"),
    "not_taken",
)
KINDS = (
    *("received", "joined", "accepted", "sent", "handed_over", "ruled", "rematter", "helped", "returned_help"),
    *("asked", "resident_answered", "resumed", "answered", "note", "closed", "rated", "reopened", "extended"),
    *("withdrawn", "merged", "looked", "recovered", "near", "overdue", "ladder", "undone", "answered_own", "erased"),
    *("paused", "narrowed", "widened", "relocated", "appealed", "appeal_answered", "left_open", "taken_over"),
)


def _anew(model: str, name: str, field: str, codes: tuple[str, ...]) -> list[Operation]:
    """One of these codes, in the place of the shorter list."""
    condition = models.Q((f"{field}__in", codes))
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        migrations.AddConstraint(model_name=model, constraint=models.CheckConstraint(condition=condition, name=name)),
    ]


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_router")]
    operations = [
        *_anew("case", "case_state", "state", STATES),
        *_anew("case", "case_outcome", "outcome", OUTCOMES),
        *_anew("entry", "entry_kind", "kind", KINDS),
    ]
