"""How far the practice county was played, and which tasks of the tour a clerk has done."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7


class Played(models.Model):
    """The one rehearsal of this house: what is played, until when, and the last day that is wholly in the rows."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.CharField(max_length=10)
    seed = models.BigIntegerField()
    first = models.DateField()
    until = models.DateTimeField()
    done = models.DateField(null=True)
    finished_at = models.DateTimeField(null=True)

    PRIVACY = {
        "public": [],
        "internal": ["id", "size", "seed", "first", "until", "done", "finished_at"],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="rehearsal_played_once"),
            models.CheckConstraint(
                condition=Q(done__isnull=True) | Q(done__gte=F("first")), name="rehearsal_played_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.size} {self.seed}"


class Task(models.Model):
    """One task of one clerk's tour. `case` is the practice case made for it; `done_at` is set once it was seen done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.UUIDField()
    code = models.CharField(max_length=20)
    case = models.UUIDField(null=True)
    voice = models.UUIDField(null=True)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    PRIVACY = {
        "public": [],
        "internal": ["id", "code", "case", "voice", "begun_at", "done_at"],
        "personal": ["account"],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "code"], name="rehearsal_task_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_at__gte=F("begun_at")), name="rehearsal_task_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.code
