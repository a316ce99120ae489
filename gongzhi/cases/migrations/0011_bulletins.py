"""Notices that posts write for their villages: read out by loudspeakers, shown on screens, printed to be pinned up."""

import django.db.models.expressions
from django.db import migrations, models

import gongzhi.kit.ids


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_in_time_unknown")]
    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                (
                    "id",
                    models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("place", models.CharField(max_length=12)),
                ("organ", models.CharField(max_length=40)),
                ("post", models.CharField(max_length=32)),
                ("by", models.CharField(max_length=60)),
                ("words", models.CharField(max_length=600)),
                ("put_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("taken_by", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_at__isnull", True)),
                        fields=["place", "until"],
                        name="bulletin_on_air",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", django.db.models.expressions.F("put_at"))),
                        name="bulletin_lasts",
                    )
                ],
            },
        ),
    ]
