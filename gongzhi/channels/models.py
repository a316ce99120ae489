"""The outbox and the inbox: one row per message that goes out, one per message that came in, one per talking phone."""

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
    remote_id = models.CharField(max_length=80, blank=True)  # the provider's own number
    reported = models.CharField(max_length=12, blank=True)  # delivered or undelivered, as the provider told later
    reported_at = models.DateTimeField(null=True)

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
            "remote_id",
            "reported",
            "reported_at",
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
            models.CheckConstraint(
                name="channels_message_reported",
                condition=Q(reported__in=("delivered", "undelivered"), reported_at__isnull=False)
                | Q(reported="", reported_at=None),
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
            models.Index(name="channels_message_remote", fields=["remote_id"], condition=~Q(remote_id="")),
            models.Index(name="channels_message_air", fields=["sent_at"], condition=Q(adapter="loudspeaker")),
            models.Index(name="channels_message_carry", fields=["due_at"], condition=Q(adapter="print", sent_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.adapter}:{self.template}"


class Inbound(models.Model):
    """A message that came in, by the number its carrier gave it: what comes twice is taken once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    adapter = models.CharField(max_length=20)
    key = models.BinaryField(max_length=32)  # SHA-256 of the carrier's number
    sender = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    PRIVACY = {
        "public": [],
        "internal": ["id", "adapter", "key", "at"],
        "personal": ["sender"],
        "secret": [],
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["adapter", "key"], name="channels_inbound_once")]
        indexes = [
            models.Index(name="channels_inbound_sender", fields=["sender", "at"]),
            models.Index(name="channels_inbound_old", fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.adapter} {self.at:%Y-%m-%d %H:%M}"


class Talk(models.Model):
    """What we asked an address last and wait to hear; and whether it wants to hear from us. The address is not kept.

    `asked` is a code of the room that asked, `about` the thing it asked about."""

    sender = models.BinaryField(primary_key=True, max_length=32)
    asked = models.CharField(max_length=20, blank=True)
    about = models.CharField(max_length=60, blank=True)
    until = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10)
    at = models.DateTimeField(db_index=True)

    PRIVACY = {
        "public": [],
        "internal": ["asked", "until", "stopped_at", "language", "at"],
        "personal": ["sender", "about"],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="channels_talk_asked",
                condition=Q(asked="", about="", until=None) | ~Q(asked="") & ~Q(about="") & Q(until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.asked or "-"
