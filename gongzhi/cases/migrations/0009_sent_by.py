"""Which program sent a voice: it alone may add to it later."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_appeal_clock")]
    operations = [
        migrations.CreateModel(
            name="SentBy",
            fields=[
                (
                    "voice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.voice",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.apikey",
                    ),
                ),
            ],
        ),
    ]
