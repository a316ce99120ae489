"""Which matter is entered in bulk by which source, by habit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0011_panel")]
    operations = [
        migrations.CreateModel(
            name="Habit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("matter", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=10)),
                ("wide", models.BooleanField(default=False)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("entries", models.PositiveIntegerField()),
                ("goes", models.PositiveIntegerField()),
                ("bundled", models.PositiveIntegerField()),
                ("largest", models.PositiveIntegerField()),
                ("largest_day", models.DateField()),
                ("largest_place", models.CharField(max_length=12)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("matter", "source"), name="habit_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bundled__lte", models.F("entries")),
                            ("goes__lte", models.F("entries")),
                            ("largest__lte", models.F("entries")),
                        ),
                        name="habit_within_entries",
                    ),
                ],
            },
        ),
    ]
