"""What the panel of methods says of findings, and what each method alone would have raised."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0010_hot_position")]
    operations = [
        migrations.CreateModel(
            name="Sitting",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("nested", models.PositiveIntegerField()),
                ("crossed", models.PositiveIntegerField()),
                ("sparse", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Alone",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("grain", models.CharField(max_length=6)),
                ("way", models.CharField(max_length=16)),
                ("series", models.PositiveIntegerField()),
                ("unable", models.PositiveIntegerField()),
                ("raised", models.PositiveIntegerField()),
                ("going", models.PositiveIntegerField(default=0)),
                ("things", models.JSONField(default=list)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "grain", "way"), name="panel_alone_once"),
                    models.CheckConstraint(
                        condition=models.Q(("grain__in", ("minute", "day", "week"))), name="panel_alone_grain"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("until", models.DateField()),
                ("votes", models.JSONField(default=list)),
                ("agree", models.PositiveSmallIntegerField()),
                ("able", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insight.finding"
                    ),
                ),
            ],
        ),
    ]
