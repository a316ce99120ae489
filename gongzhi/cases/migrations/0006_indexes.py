"""Indexes that keep lists flat in a table of a million: of an organ, of open work, of what an organ took part in."""

from django.db import migrations, models

_OPEN = models.Q(("state", "closed"), _negated=True)
_HANDED = models.Q(("to_organ", ""), _negated=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_decisions")]
    operations = [
        migrations.RemoveIndex(model_name="case", name="case_standing"),
        migrations.AddIndex(
            model_name="case", index=models.Index(fields=["state", "-seek"], condition=_OPEN, name="case_standing")
        ),
        migrations.AddIndex(
            model_name="case", index=models.Index(fields=["matter", "-seek"], condition=_OPEN, name="case_open_matter")
        ),
        migrations.AddIndex(model_name="case", index=models.Index(fields=["organ", "-seek"], name="case_organ")),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["organ", "case"], condition=_HANDED, name="entry_gave")
        ),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["to_organ", "case"], condition=_HANDED, name="entry_got")
        ),
    ]
