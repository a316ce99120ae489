"""Over how many days a silent place was looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0003_outlook"),
    ]

    operations = [
        migrations.AddField(model_name="silence", name="days", field=models.PositiveSmallIntegerField(default=90)),
    ]
