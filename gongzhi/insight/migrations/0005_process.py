"""How work ran against its procedure, what is searched for, and findings about searches and sensors."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models

KINDS = ("rise", "bulk_entry", "fallback", "matter_changed", "place_changed", "holiday", "searched", "sensor")
GRAINS = ["minute", "day", "week", "scan", "signal"]
TRAITS = ["skipped", "out_of_order", "forced", "foreign", "repeated", "reopened", "returned"]


def key():
    return models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0004_silence_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="finding", name="subject", field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="finding", name="finding_once"),
        migrations.RemoveConstraint(model_name="finding", name="finding_kind"),
        migrations.RemoveConstraint(model_name="finding", name="finding_grain"),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("kind", "matter", "place", "channel", "subject", "first_day"), name="finding_once"
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
            name="Conduct",
            fields=[
                ("id", key()),
                ("procedure", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("first", models.DateField()),
                ("until", models.DateField()),
                ("cases", models.PositiveIntegerField()),
                ("ended", models.PositiveIntegerField()),
                ("fitting", models.PositiveIntegerField()),
                ("untold", models.PositiveIntegerField(default=0)),
                ("fitness", models.FloatField(blank=True, null=True)),
                ("figures", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Trait",
            fields=[
                ("id", key()),
                ("kind", models.CharField(max_length=12)),
                ("code", models.CharField(max_length=200)),
                ("cases", models.PositiveIntegerField()),
                ("times", models.PositiveIntegerField()),
                ("share", models.FloatField()),
                ("low", models.FloatField()),
                ("high", models.FloatField()),
                ("behind", models.JSONField()),
                (
                    "conduct",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="traits", to="insight.conduct"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchSeen",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("key", models.BinaryField(max_length=16)),
                ("who", models.BinaryField(max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name="Searched",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("word", models.CharField(max_length=20)),
                ("area", models.CharField(max_length=12)),
                ("people", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("searches", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddConstraint(
            model_name="conduct",
            constraint=models.UniqueConstraint(fields=("procedure", "version"), name="conduct_once"),
        ),
        migrations.AddConstraint(
            model_name="conduct",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended__lte", models.F("cases")), ("fitting__lte", models.F("ended"))),
                name="conduct_within_cases",
            ),
        ),
        migrations.AddConstraint(
            model_name="trait",
            constraint=models.UniqueConstraint(fields=("conduct", "kind", "code"), name="trait_once"),
        ),
        migrations.AddConstraint(
            model_name="trait",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", TRAITS)), name="trait_kind"),
        ),
        migrations.AddConstraint(
            model_name="trait",
            constraint=models.CheckConstraint(
                condition=models.Q(("cases__gte", 1), ("times__gte", models.F("cases"))), name="trait_counted"
            ),
        ),
        migrations.AddIndex(
            model_name="searchseen",
            index=models.Index(fields=["day"], name="search_seen_day"),
        ),
        migrations.AddConstraint(
            model_name="searchseen",
            constraint=models.UniqueConstraint(fields=("key", "who"), name="search_seen_once"),
        ),
        migrations.AddConstraint(
            model_name="searched",
            constraint=models.UniqueConstraint(fields=("day", "word", "area"), name="searched_once"),
        ),
        migrations.AddConstraint(
            model_name="searched",
            constraint=models.CheckConstraint(condition=models.Q(("people__gte", 10)), name="searched_by_ten"),
        ),
    ]
