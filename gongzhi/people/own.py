"""Tables of one person's own page: tokens for programs of hers, how she is told of bells, and what she was told."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7
from gongzhi.people import rules


class AccessToken(models.Model):
    """Leave for a program to act in one post of a person. Shown once; the table holds its SHA-256.

    `used` counts requests since `used_since`, an hour at most."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    used = models.PositiveIntegerField(default=0)
    used_since = models.DateTimeField()

    PRIVACY = {
        "public": [],
        "internal": ["id", "post", "label", "made_at", "ends_at", "last_used_at", "closed_at", "used", "used_since"],
        "personal": ["account"],
        "secret": ["token_hash"],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="people_token_span"),
        ]

    def __str__(self) -> str:
        return self.label


class Told(models.Model):
    """How a person wants to hear of each bell, and in which language. Without a row: on the page, in Chinese."""

    account = models.OneToOneField("people.Account", on_delete=models.PROTECT, related_name="+", primary_key=True)
    near = models.CharField(max_length=8, default=rules.WAYS[0])
    overdue = models.CharField(max_length=8, default=rules.WAYS[0])
    ladder = models.CharField(max_length=8, default=rules.WAYS[0])
    language = models.CharField(max_length=12, default="zh-hans")

    PRIVACY = {
        "public": [],
        "internal": ["near", "overdue", "ladder", "language"],
        "personal": ["account"],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(near__in=rules.NEAR_WAYS), name="people_told_near"),
            models.CheckConstraint(condition=Q(overdue__in=rules.WAYS, ladder__in=rules.WAYS), name="people_told_late"),
        ]

    def __str__(self) -> str:
        return f"{self.near} {self.overdue} {self.ladder}"


class Notice(models.Model):
    """One bell as a person was told of it: which case (a reference and its number), what rang, when it is due."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    bell = models.CharField(max_length=10)
    about = models.CharField(max_length=60)
    number = models.CharField(max_length=24)
    due_at = models.DateTimeField()
    way = models.CharField(max_length=8)

    PRIVACY = {
        "public": [],
        "internal": ["id", "at", "bell", "about", "number", "due_at", "way"],
        "personal": ["account"],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "about", "bell", "due_at"], name="people_notice_once")
        ]
        indexes = [models.Index(fields=["account", "-at"], name="people_notice_latest")]

    def __str__(self) -> str:
        return f"{self.bell} {self.number}"
