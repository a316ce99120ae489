"""An appeal has a clock of its own, whose bells ring; those made before get theirs."""

from django.db import migrations, models

# Ten working days, as promised: the due instant is kept to the microsecond, and an answered one has stopped. The id of
# the appeal, random as it is, serves its clock too. Such a clock rings when it is due, not before.
BEFORE = """
INSERT INTO procedures_clock (id, about, limit_amount, limit_unit, clause, started_at, due_at, near_at, ladder_at,
                              provisional, pauses, pause_reason, extended, stopped_at)
SELECT id, 'appeal:' || replace(CAST(id AS varchar(36)), '-', ''), 10, 'working_days', '', at, due_at, due_at, due_at,
       FALSE, '[]', '', FALSE, answered_at
FROM cases_appeal WHERE clock IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_by_post"), ("procedures", "0001_procedures")]
    operations = [
        migrations.AddField(model_name="appeal", name="clock", field=models.UUIDField(null=True)),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE cases_appeal SET clock = id WHERE clock IS NULL", migrations.RunSQL.noop),
        migrations.AlterField(model_name="appeal", name="clock", field=models.UUIDField(unique=True)),
    ]
