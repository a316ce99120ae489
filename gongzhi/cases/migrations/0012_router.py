"""Which machine suggested a case's matter, and keywords that were added at work."""

import django.db.models.deletion
from django.db import migrations, models

import gongzhi.kit.ids


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_bulletins")]
    operations = [
        # Null and without a default: added in place, however many cases there are.
        migrations.AddField(
            model_name="case", name="router", field=models.IntegerField(blank=True, null=True)
        ),
        migrations.CreateModel(
            name="AddedKeyword",
            fields=[
                (
                    "id",
                    models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("keyword", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.matter"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("matter", "keyword"), name="keyword_added_once"),
                    models.CheckConstraint(
                        condition=models.Q(("keyword", ""), _negated=True), name="keyword_has_letters"
                    ),
                ]
            },
        ),
    ]
