"""An answer whose moment another system did not keep is judged by nobody: neither in time nor late."""

from django.db import migrations, models

# What imports wrote in the place of an answer that came without its moment, before this could be told otherwise: such
# verdicts are taken back; facts stay as they are.
TOLD = """
kind = 'answered' AND "by" LIKE 'import:%' AND public_text IN (
    '原系统没有留下答复的内容和办结的时间，这里记在收到的当天。',
    'The earlier system kept neither the answer nor when this ended; it is noted on the day it began.'
)
"""
TAKE_BACK = [
    "UPDATE cases_case SET in_time = NULL WHERE round = 1 AND id IN (SELECT case_id FROM cases_entry WHERE" + TOLD + ")",
    "UPDATE cases_entry SET reason = 'unknown' WHERE" + TOLD,
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_sent_by")]
    operations = [
        migrations.RemoveConstraint(model_name="case", name="case_answered_judged"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at__isnull", False), ("in_time__isnull", True), _connector="OR"),
                name="case_judged_if_answered",
            ),
        ),
        migrations.RunSQL(TAKE_BACK, migrations.RunSQL.noop),
    ]
