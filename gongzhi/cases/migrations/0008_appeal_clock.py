"""An appeal has a clock of its own, whose bells ring; those made before get theirs."""

from datetime import timedelta

from django.db import migrations, models


def start_clocks(apps, schema_editor):
    """Ten working days, as promised: the due instant is kept to the microsecond. An answered one has stopped."""
    appeals, clocks = apps.get_model("cases", "Appeal"), apps.get_model("procedures", "Clock")
    for row in appeals.objects.filter(clock__isnull=True):
        made = clocks.objects.create(
            about=f"appeal:{row.id.hex}",
            limit_amount=10,
            limit_unit="working_days",
            started_at=row.at,
            near_at=row.at + (row.due_at - row.at) * 0.8,
            due_at=row.due_at,
            ladder_at=row.due_at + timedelta(days=1),
            provisional=False,
            stopped_at=row.answered_at,
        )
        row.clock = made.id
        row.save(update_fields=["clock"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_by_post"), ("procedures", "0001_procedures")]
    operations = [
        migrations.AddField(model_name="appeal", name="clock", field=models.UUIDField(null=True)),
        migrations.RunPython(start_clocks, migrations.RunPython.noop),
        migrations.AlterField(model_name="appeal", name="clock", field=models.UUIDField(unique=True)),
    ]
