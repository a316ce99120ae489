"""Findings by the minute, week and neighbourhood; what lies nowhere; how the budget is spent."""

from django.db import migrations, models

KINDS = ("rise", "bulk_entry", "fallback", "matter_changed", "place_changed", "holiday")
GRAINS = ["minute", "day", "week", "scan"]


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0001_insight"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="finding", name="finding_once"),
        migrations.RemoveConstraint(model_name="finding", name="finding_kind"),
        migrations.AlterField(model_name="finding", name="kind", field=models.CharField(max_length=16)),
        migrations.AddField(model_name="finding", name="grain", field=models.CharField(default="day", max_length=6)),
        migrations.AddField(
            model_name="finding",
            name="channel",
            field=models.CharField(blank=True, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(model_name="finding", name="since_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name="finding", name="chance", field=models.FloatField(default=0.0)),
        migrations.AddField(model_name="finding", name="evidence", field=models.JSONField(blank=True, default=dict)),
        migrations.AddField(model_name="looked", name="spent", field=models.FloatField(default=0.0)),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=["kind", "matter", "place", "channel", "first_day"], name="finding_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="finding_kind"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(condition=models.Q(("grain__in", GRAINS)), name="finding_grain"),
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("index", models.BigIntegerField()),
                ("latest", models.DateTimeField()),
                ("charts", models.JSONField(default=dict)),
                ("plan", models.CharField(blank=True, max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name="Nowhere",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("events", models.PositiveIntegerField()),
                ("share", models.FloatField()),
                ("limit", models.FloatField()),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("lon", "lat"), name="nowhere_once")],
            },
        ),
    ]
