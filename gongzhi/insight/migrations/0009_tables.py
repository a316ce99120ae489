"""Findings about a series of a table that a user added."""

from django.db import migrations, models

KINDS = (
    *("rise", "bulk_entry", "fallback", "matter_changed", "place_changed", "holiday"),
    *("searched", "sensor", "table"),
)


class Migration(migrations.Migration):
    dependencies = [("insight", "0008_router")]
    operations = [
        migrations.RemoveConstraint(model_name="finding", name="finding_kind"),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="finding_kind"),
        ),
    ]
