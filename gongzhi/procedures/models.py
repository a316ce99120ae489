"""Tables of procedures, runs, tokens, clocks, clauses and days off."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7
from gongzhi.kit.worktime import Unit

_DATED = Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from"))
_RUNNING = Q(stopped_at__isnull=True, paused_at__isnull=True)


class Procedure(models.Model):
    """A net in one version: the file as it was read. Runs keep the version they began with; rows never change.

    Text, not JSON: the order of stages and moves means something, and PostgreSQL's JSON forgets it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    PRIVACY = {
        "public": ["id", "code", "version", "body", "sha256", "loaded_at"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="procedures_procedure_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="procedures_procedure_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Run(models.Model):
    """Work on one thing following one procedure. `version` grows with every move: who holds an old one is late."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+")
    about = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    moved_by = models.CharField(max_length=80)

    PRIVACY = {
        "public": [],
        "internal": ["id", "procedure", "about", "version", "started_at", "moved_at", "moved_by"],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "procedure"], name="procedures_run_once"),
            models.CheckConstraint(condition=Q(moved_at__gte=F("started_at")), name="procedures_run_in_order"),
        ]

    def __str__(self) -> str:
        return self.about


class Token(models.Model):
    """A live token: work lying in a stage with a holder, since a moment. Taken tokens are no rows any more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="tokens")
    stage = models.CharField(max_length=40)
    holder = models.CharField(max_length=80)
    since_at = models.DateTimeField()

    PRIVACY = {"public": [], "internal": ["id", "run", "stage", "holder", "since_at"], "personal": [], "secret": []}

    class Meta:
        indexes = [models.Index(fields=["holder", "stage"], name="procedures_token_held")]
        constraints = [models.CheckConstraint(condition=~Q(stage="") & ~Q(holder=""), name="procedures_token_whole")]

    def __str__(self) -> str:
        return f"{self.stage} {self.holder}"


class Clock(models.Model):
    """A limit running about a thing. `due_at` is what was promised: it never moves nearer.

    `pauses` are the closed ones: start, end (stamps) and reason. A pause that lasts is `paused_at`, with its
    reason and the moment it ends by itself. `ladder_at` is one working day after `due_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    about = models.CharField(max_length=80, db_index=True)
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=13, choices=[(unit.value, unit.value) for unit in Unit])
    clause = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    near_at = models.DateTimeField()
    ladder_at = models.DateTimeField()
    provisional = models.BooleanField()
    pauses = models.JSONField(default=list)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=40, blank=True)
    pause_until = models.DateTimeField(null=True)
    extended = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True)
    rung_near_at = models.DateTimeField(null=True)
    rung_overdue_at = models.DateTimeField(null=True)
    rung_ladder_at = models.DateTimeField(null=True)

    PRIVACY = {
        "public": [
            *("limit_amount", "limit_unit", "clause", "started_at", "due_at", "provisional", "pauses"),
            *("paused_at", "pause_reason", "pause_until", "extended", "stopped_at"),
        ],
        "internal": [
            *("id", "about", "near_at", "ladder_at", "rung_near_at", "rung_overdue_at", "rung_ladder_at"),
        ],
        "personal": [],
        "secret": [],
    }

    class Meta:
        indexes = [
            models.Index(
                fields=["near_at"], condition=_RUNNING & Q(rung_near_at__isnull=True), name="procedures_clock_near"
            ),
            models.Index(
                fields=["due_at"], condition=_RUNNING & Q(rung_overdue_at__isnull=True), name="procedures_clock_due"
            ),
            models.Index(
                fields=["ladder_at"],
                condition=_RUNNING & Q(rung_ladder_at__isnull=True),
                name="procedures_clock_ladder",
            ),
            models.Index(fields=["pause_until"], condition=Q(pause_until__isnull=False), name="procedures_clock_pause"),
            models.Index(fields=["id"], condition=Q(provisional=True), name="procedures_clock_provis"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit_unit__in=[unit.value for unit in Unit]), name="procedures_clock_unit"
            ),
            models.CheckConstraint(
                condition=Q(started_at__lte=F("near_at"), near_at__lte=F("due_at"), due_at__lte=F("ladder_at")),
                name="procedures_clock_in_order",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, pause_reason="", pause_until__isnull=True)
                | (Q(paused_at__isnull=False, pause_until__gte=F("paused_at")) & ~Q(pause_reason="")),
                name="procedures_clock_pause_whole",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(paused_at__isnull=True), name="procedures_clock_stopped"
            ),
            models.CheckConstraint(
                condition=Q(rung_ladder_at__isnull=True) | Q(rung_overdue_at__isnull=False),
                name="procedures_clock_ladder_last",
            ),
        ]

    def __str__(self) -> str:
        return self.about


class Clause(models.Model):
    """An article of law or local rule. Every limit, permit, duty and pause names one by its code."""

    code = models.CharField(max_length=60, primary_key=True)
    law_zh = models.CharField(max_length=120)
    law_en = models.CharField(max_length=160, blank=True)
    article = models.CharField(max_length=40, blank=True)
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)
    verified = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    PRIVACY = {
        "public": [
            *("code", "law_zh", "law_en", "article", "text_zh", "text_en", "source", "verified"),
            *("valid_from", "valid_to"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [models.CheckConstraint(condition=_DATED, name="procedures_clause_dated")]

    def __str__(self) -> str:
        return self.code


class DayOff(models.Model):
    """A day that is not what its weekday says: off on a working day, or a make-up working day on a weekend.

    `announced` marks days of the national announcement of that year; local days do not make a year known.
    """

    date = models.DateField(primary_key=True)
    working = models.BooleanField()
    announced = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)

    PRIVACY = {"public": ["date", "working", "announced", "source"], "internal": [], "personal": [], "secret": []}

    def __str__(self) -> str:
        return f"{self.date} {'+' if self.working else '-'}"
