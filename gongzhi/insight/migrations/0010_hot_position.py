"""Where an issue stands in the list is called its position: no column of this house is called a rank."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0009_tables")]
    operations = [
        migrations.RemoveIndex(model_name="hotissue", name="hot_rank"),
        migrations.RenameField(model_name="hotissue", old_name="rank", new_name="position"),
        migrations.AddIndex(model_name="hotissue", index=models.Index(fields=["position"], name="hot_position")),
    ]
