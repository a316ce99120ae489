"""A voice may be answered on paper: its contact is a postal address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_indexes")]
    operations = [
        migrations.RemoveConstraint(model_name="voice", name="voice_contact_kind"),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.CheckConstraint(
                condition=models.Q(("contact_kind__in", ("", "email", "phone", "post"))), name="voice_contact_kind"
            ),
        ),
    ]
