"""Tables beside the cases: the last move that can be undone, who has a case open, who speaks how often."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


class Undo(models.Model):
    """How the case stood before its last move, so that its mover can take it back for ten seconds."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["case", "move", "by", "at", "until", "version", "snapshot"],
        "personal": [],
        "secret": [],
    }

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+", primary_key=True)
    move = models.CharField(max_length=20)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    until = models.DateTimeField()
    version = models.PositiveIntegerField()
    snapshot = models.JSONField()

    def __str__(self) -> str:
        return self.move


class Watch(models.Model):
    """A post has a case open, so that two handlers see each other."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "case", "post", "seen_at"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=32)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "post"], name="watch_once")]

    def __str__(self) -> str:
        return self.post


class Strain(models.Model):
    """How often one truncated, salted, daily rotated address has spoken today; yesterday's rows are dropped."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "key", "count", "since_at", "until_at"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.BinaryField(max_length=16, unique=True)
    count = models.PositiveIntegerField(default=1)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count}"
