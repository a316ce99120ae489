"""A county may carry a banner of its own words on every page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0001_places")]

    operations = [
        migrations.AddField(
            "county", "banner_zh", models.CharField(blank=True, default="", max_length=60), preserve_default=False
        ),
        migrations.AddField(
            "county", "banner_en", models.CharField(blank=True, default="", max_length=120), preserve_default=False
        ),
    ]
