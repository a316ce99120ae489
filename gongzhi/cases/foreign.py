"""Tables for the programs of others: their keys, and what a matter asks of them beyond the words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.cases import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


class ApiKey(models.Model):
    """Leave for a program to send voices. The key itself is shown once; the table holds its SHA-256.

    `used` counts since `used_since`, an hour at most. `private`: what it sends is not published.
    `batch`: it gets a token first and asks for the number later."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": [
            *("id", "label", "organ", "per_hour", "private", "batch", "used", "used_since"),
            *("made_at", "closed_at"),
        ],
        "personal": [],
        "secret": ["key_hash"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key_hash = models.BinaryField(max_length=32, unique=True)
    label = models.CharField(max_length=80)
    organ = models.CharField(max_length=40, blank=True)
    per_hour = models.PositiveIntegerField()
    private = models.BooleanField(default=False)
    batch = models.BooleanField(default=False)
    used = models.PositiveIntegerField(default=0)
    used_since = models.DateTimeField()
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(per_hour__gte=1), name="api_key_some_per_hour"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("made_at")), name="api_key_closed_later"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def ref(self) -> str:
        """How facts name this key."""
        return f"key:{self.id.hex}"


class Detail(models.Model):
    """Something a matter asks beyond the words (which lamp, how many): an attribute in GeoReport's sense.

    `choices` are `{"key", "name_zh", "name_en"}`; `asked` is False for a text that is only shown."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("id", "matter", "code", "datatype", "asked", "required", "name_zh", "name_en", "hint_zh", "hint_en"),
            *("choices", "position", "valid_from", "valid_to"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    matter = models.ForeignKey("cases.Matter", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    datatype = models.CharField(max_length=16)
    asked = models.BooleanField(default=True)
    required = models.BooleanField(default=False)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    hint_zh = models.CharField(max_length=300, blank=True)
    hint_en = models.CharField(max_length=300, blank=True)
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(datatype__in=rules.DATATYPES), name="detail_datatype"),
            models.CheckConstraint(condition=~Q(asked=False, required=True), name="detail_required_is_asked"),
            models.UniqueConstraint(
                fields=["matter", "code"], condition=Q(valid_to__isnull=True), name="one_detail_of_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.code}"


class DetailValue(models.Model):
    """What a program told for one detail of a voice: masked, one row for each value."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "detail", "value"],
        "internal": [],
        "personal": ["voice"],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    voice = models.ForeignKey("cases.Voice", on_delete=models.PROTECT, related_name="+")
    detail = models.ForeignKey(Detail, on_delete=models.PROTECT, related_name="+", db_index=False)
    value = models.CharField(max_length=rules.DETAIL_MAX * 2)

    def __str__(self) -> str:
        return self.value[:40]


class SentBy(models.Model):
    """Which program sent a voice: it alone may add to that voice for whoever spoke. Erased with the voice."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["key"],
        "personal": ["voice"],
        "secret": [],
    }

    voice = models.OneToOneField("cases.Voice", on_delete=models.PROTECT, related_name="+", primary_key=True)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.voice_id} {self.key_id}"
