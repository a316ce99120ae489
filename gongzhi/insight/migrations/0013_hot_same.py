from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0012_habits")]

    operations = [
        migrations.AddField(
            model_name="hotissue",
            name="same",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
