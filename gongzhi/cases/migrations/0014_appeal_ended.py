"""An appeal ends with the voice it was made for: neither granted nor denied. Those of voices erased before end now."""

from django.db import migrations, models

# In the database's own words, the clock first: it is found by the appeal that is still open.
OPEN = (
    "FROM cases_appeal JOIN cases_voice ON cases_voice.id = cases_appeal.voice_id"
    " WHERE cases_appeal.answered_at IS NULL AND cases_voice.erased_at IS NOT NULL"
)
STOP = f"""
UPDATE procedures_clock SET stopped_at =
    (SELECT cases_voice.erased_at {OPEN} AND cases_appeal.clock = procedures_clock.id)
WHERE stopped_at IS NULL AND id IN (SELECT cases_appeal.clock {OPEN})
"""
END = f"""
UPDATE cases_appeal SET answered_at =
    (SELECT cases_voice.erased_at FROM cases_voice WHERE cases_voice.id = cases_appeal.voice_id)
WHERE id IN (SELECT cases_appeal.id {OPEN})
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_left_open"), ("procedures", "0001_procedures")]
    operations = [
        migrations.RemoveConstraint(model_name="appeal", name="appeal_answered_whole"),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at__isnull", False), ("granted__isnull", True), _connector="OR"),
                name="appeal_answered_whole",
            ),
        ),
        migrations.RunSQL(STOP, migrations.RunSQL.noop),
        migrations.RunSQL(END, migrations.RunSQL.noop),
    ]
