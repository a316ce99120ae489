"""Routers that learn and how they are measured; hot issues, and topics that no matter covers."""

import django.db.models.deletion
from django.db import migrations, models

import gongzhi.kit.ids

WHYS = (
    *("better", "worse", "wrong_often", "one_matter", "tree_changed", "not_explained", "comparison"),
    *("file_missing", "file_damaged", "file_foreign"),
)


def _key() -> models.UUIDField:
    return models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_router"), ("insight", "0007_incidents")]
    operations = [
        migrations.CreateModel(
            name="RouterVersion",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("examples", models.PositiveIntegerField()),
                ("matters", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RouterWork",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("at_work", models.PositiveIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("held", models.BooleanField(default=False)),
                ("counted_from", models.DateTimeField(blank=True, null=True)),
                ("index", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("closed_at", models.DateTimeField(db_index=True)),
                ("matter", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("guess", models.CharField(blank=True, max_length=40)),
                ("sure", models.FloatField()),
                ("served", models.CharField(max_length=40)),
                ("keywords", models.CharField(max_length=40)),
                ("keywords_sure", models.FloatField()),
                ("learned_right", models.BooleanField()),
                ("keywords_right", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("sure__range", (0, 1))), name="trial_probability")
                ]
            },
        ),
        migrations.CreateModel(
            name="RouterSwitch",
            fields=[
                ("id", _key()),
                ("at", models.DateTimeField(db_index=True)),
                ("by", models.CharField(max_length=60)),
                ("before", models.PositiveIntegerField()),
                ("after", models.PositiveIntegerField()),
                ("why", models.CharField(max_length=16)),
                ("note", models.CharField(blank=True, max_length=400)),
                ("wins", models.PositiveIntegerField()),
                ("losses", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("why__in", WHYS)), name="router_switch_why")
                ]
            },
        ),
        migrations.CreateModel(
            name="HotIssue",
            fields=[
                ("id", _key()),
                ("rank", models.PositiveIntegerField()),
                ("heat", models.FloatField()),
                ("parts", models.JSONField()),
                ("people", models.PositiveIntegerField()),
                ("voices", models.PositiveIntegerField()),
                ("places", models.PositiveIntegerField()),
                ("late", models.PositiveIntegerField()),
                ("early", models.PositiveIntegerField()),
                ("unanswered", models.FloatField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("members", models.JSONField()),
                ("matters", models.JSONField()),
                ("towns", models.JSONField()),
                ("keywords", models.JSONField()),
                ("covered", models.FloatField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("unanswered__range", (0, 1))), name="hot_unanswered")
                ],
                "indexes": [models.Index(fields=["rank"], name="hot_rank")],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", _key()),
                ("state", models.CharField(default="open", max_length=10)),
                ("people", models.PositiveIntegerField()),
                ("voices", models.PositiveIntegerField()),
                ("covered", models.FloatField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("members", models.JSONField()),
                ("keywords", models.JSONField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("note", models.CharField(blank=True, max_length=400)),
                ("matter", models.CharField(blank=True, max_length=40)),
                ("draft", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "keyword", "matter", "dismissed"))),
                        name="topic_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="topic_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "dismissed"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="topic_dismissed_by_reason",
                    ),
                ],
                "indexes": [models.Index(fields=["state", "-people"], name="topic_standing")],
            },
        ),
    ]
