"""An answer whose moment another system did not keep is judged by nobody: neither in time nor late."""

from django.db import migrations, models

# What imports wrote in the place of an answer that came without its moment, before this could be told otherwise.
ENDS = (
    "原系统没有留下答复的内容和办结的时间，这里记在收到的当天。",
    "The earlier system kept neither the answer nor when this ended; it is noted on the day it began.",
)


def unjudge(apps, schema_editor):
    """Take the verdict from what was imported without a moment; facts stay as they are."""
    Case, Entry = apps.get_model("cases", "Case"), apps.get_model("cases", "Entry")
    told = Entry.objects.filter(kind="answered", public_text__in=ENDS, by__startswith="import:")
    cases = Case.objects.filter(round=1, id__in=told.values("case_id"))
    cases.update(in_time=None)
    told.update(reason="unknown")


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
        migrations.RunPython(unjudge, migrations.RunPython.noop),
    ]
