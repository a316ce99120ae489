"""A sensor may be set aside by its owner: in repair, or retired, for a coded reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensors", "0001_sensors")]
    operations = [
        migrations.AddField("sensor", "aside", models.CharField(blank=True, default="", max_length=8), False),
        migrations.AddField("sensor", "aside_reason", models.CharField(blank=True, default="", max_length=12), False),
        migrations.AddField("sensor", "aside_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            model_name="sensor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("aside", ""),
                    ("aside_at__isnull", True),
                    ("aside_reason", ""),
                )
                | models.Q(("aside__in", ("repair", "retired")), ("aside_at__isnull", False))
                & ~models.Q(("aside_reason", "")),
                name="sensor_aside_reasoned",
            ),
        ),
    ]
