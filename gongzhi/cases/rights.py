"""Tables of rights: decisions that limit somebody, appeals against them, and how good the machine's hints were."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from gongzhi.cases import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


class Decision(models.Model):
    """A line of the course that limited somebody: refused, taken from public view, paused, handed over.

    Every one has a coded reason, was told to the resident and is counted in public; all but a hand-over can be
    appealed against. The row is its line's shadow and goes with it when a move is undone."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["entry", "case", "at", "what", "reason"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    entry = models.OneToOneField("cases.Entry", on_delete=models.PROTECT, related_name="+", primary_key=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=12)
    reason = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(what__in=rules.DECISIONS), name="decision_what"),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.reason}"


class Appeal(models.Model):
    """A resident's appeal against a decision, once for each; `organ` answers it, never the one that decided.

    Her words and the answer are lines of the course; `clock` is the limit within which it is answered. Neither granted
    nor denied, but with the moment of an answer: it ended, because the voice it was made for was erased."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "decision", "case", "at", "due_at", "answered_at", "granted"],
        "internal": ["organ", "clock"],
        "personal": ["voice", "entry"],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    voice = models.ForeignKey("cases.Voice", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey("cases.Entry", on_delete=models.PROTECT, related_name="+")
    organ = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()
    clock = models.UUIDField(unique=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    granted = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "voice"], name="appeal_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(granted__isnull=True),
                name="appeal_answered_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organ", "due_at"], condition=Q(answered_at__isnull=True), name="appeal_open"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}"


class Hint(models.Model):
    """What became of one suggestion of the machine: a person confirmed it, left it until closing, or overruled it.

    `offered` is a matter, a place, or the case that might be the same thing."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "at", "what", "verdict"],
        "internal": ["case", "offered"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=8)
    offered = models.CharField(max_length=40)
    verdict = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(what__in=rules.HINTS), name="hint_what"),
            models.CheckConstraint(condition=Q(verdict__in=rules.VERDICTS), name="hint_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.verdict}"
