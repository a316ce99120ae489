"""What comes in, what a provider reports later, and the air of a village."""

import gongzhi.kit.ids
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_outbox")]

    operations = [
        migrations.AddField("message", "remote_id", models.CharField(blank=True, default="", max_length=80), False),
        migrations.AddField("message", "reported", models.CharField(blank=True, default="", max_length=12), False),
        migrations.AddField("message", "reported_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                name="channels_message_reported",
                condition=Q(reported__in=("delivered", "undelivered"), reported_at__isnull=False)
                | Q(reported="", reported_at=None),
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(name="channels_message_remote", fields=["remote_id"], condition=~Q(remote_id="")),
        ),
        migrations.AddIndex(
            "message",
            models.Index(name="channels_message_air", fields=["sent_at"], condition=Q(adapter="loudspeaker")),
        ),
        migrations.AddIndex(
            "message",
            models.Index(name="channels_message_carry", fields=["due_at"], condition=Q(adapter="print", sent_at=None)),
        ),
        migrations.CreateModel(
            name="Inbound",
            fields=[
                ("id", models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("adapter", models.CharField(max_length=20)),
                ("key", models.BinaryField(max_length=32)),
                ("sender", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("adapter", "key"), name="channels_inbound_once")],
                "indexes": [
                    models.Index(fields=["sender", "at"], name="channels_inbound_sender"),
                    models.Index(fields=["at"], name="channels_inbound_old"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Talk",
            fields=[
                ("sender", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("asked", models.CharField(blank=True, max_length=20)),
                ("about", models.CharField(blank=True, max_length=60)),
                ("until", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("language", models.CharField(max_length=10)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="channels_talk_asked",
                        condition=Q(asked="", about="", until=None) | ~Q(asked="") & ~Q(about="") & Q(until__isnull=False),
                    )
                ],
            },
        ),
    ]
