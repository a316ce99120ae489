"""The outbox: one row per message, from the verb that wrote it to the moment it left or was given up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongzhi.kit.ids import uuid7


class Message(models.Model):
    """One message to one address. The address and the secrets are sealed; the context is masked and plain."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    adapter = models.CharField(max_length=20)
    address_sealed = models.BinaryField()
    about = models.CharField(max_length=60)
    template = models.CharField(max_length=100)
    context = models.JSONField(default=dict)
    secrets_sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=10)
    key = models.CharField(max_length=150, unique=True)
    put_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    PRIVACY = {
        "public": [],
        "internal": [
            "id",
            "adapter",
            "about",
            "template",
            "language",
            "key",
            "put_at",
            "due_at",
            "tries",
            "leased_until",
            "last_error",
            "sent_at",
            "failed_at",
            "cancelled_at",
        ],
        "personal": ["address_sealed", "context"],
        "secret": ["secrets_sealed"],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="channels_message_one_end",
                condition=(
                    Q(sent_at=None, failed_at=None)
                    | Q(sent_at=None, cancelled_at=None)
                    | Q(failed_at=None, cancelled_at=None)
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="channels_message_waiting",
                fields=["due_at"],
                condition=Q(sent_at=None, failed_at=None, cancelled_at=None),
            ),
            models.Index(name="channels_message_failed", fields=["-failed_at"], condition=Q(failed_at__isnull=False)),
            models.Index(name="channels_message_about", fields=["about", "put_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.adapter}:{self.template}"
