"""What the night worked out about the why: kept small, read by pages without a numerical package.

Nothing here is about a person: organs, places, hours, matters, and voices by their random ids alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.insight.why import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


def _all_internal(*names: str) -> Privacy:
    return {"public": [], "internal": list(names), "personal": [], "secret": []}


class Explained(models.Model):
    """What explains the rise of one finding, and what moves with it; the newest answer stands.

    `before`: cases the weeks before let expect in as many days, `now`: those that came up to `until`. `parts`:
    (dimension, value, before, now, rise, low, high, share, share low, share high, ratio, found); `links`: (kind, name,
    lag in days, correlation, low, high, partial, found); `tried` how many series were looked at for links, `days` how
    many days of past they had, and `why` says why there are none."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "finding", "before", "now", "until", "parts", "links", "tried", "days", "why", "made_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.OneToOneField("insight.Finding", on_delete=models.PROTECT, related_name="+")
    before = models.FloatField()
    now = models.PositiveIntegerField()
    until = models.DateField()
    parts = models.JSONField(default=list)
    links = models.JSONField(default=list)
    tried = models.PositiveIntegerField(default=0)
    days = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.finding_id} {self.now}/{self.before:.1f}"


class Station(models.Model):
    """An organ among the hand-overs of the last `days` days up to `until`; drawn anew each night.

    `came`, `went`: cases handed in and on, `kept` the share of those in that stayed (null: none came), `through` the
    share of shortest ways that lead through it, `circle` the number of its group that hands round (0: none), `returns`
    ping-pongs it took part in, `held` days half of its cases stayed before they were handed on (null: none were),
    `stuck` open cases that nobody has touched for two weeks, `visits` how often an average case comes by."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "organ", "until", "days", "came", "went", "kept", "through", "circle", "returns", "held", "stuck"),
        *("visits", "behind"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organ = models.CharField(max_length=40, unique=True)
    until = models.DateField()
    days = models.PositiveSmallIntegerField()
    came = models.PositiveIntegerField()
    went = models.PositiveIntegerField()
    kept = models.FloatField(null=True, blank=True)
    through = models.FloatField()
    circle = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveIntegerField(default=0)
    held = models.FloatField(null=True, blank=True)
    stuck = models.PositiveIntegerField(default=0)
    visits = models.FloatField(default=0.0)
    behind = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-came"], name="station_largest")]

    def __str__(self) -> str:
        return f"{self.organ} +{self.came} −{self.went}"


class Passage(models.Model):
    """How many cases one organ handed to another, how many came straight back, and the newest of them (`behind`)."""

    PRIVACY: ClassVar[Privacy] = _all_internal("id", "giver", "taker", "cases", "returned", "reasons", "behind")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    giver = models.CharField(max_length=40)
    taker = models.CharField(max_length=40)
    cases = models.PositiveIntegerField()
    returned = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    behind = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["giver", "taker"], name="passage_once"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="passage_to_another"),
        ]
        indexes = [
            models.Index(fields=["-returned", "-cases"], name="passage_largest"),
            models.Index(fields=["taker"], name="passage_taker"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}: {self.cases}"


class Rhythm(models.Model):
    """When things happen in a place: cases by weekday and stretch of three hours over `days` days up to `until`.

    `place` a prefix (county, town, village), `matter` empty for all or one at the top of the tree. `cells`: 56 of
    (cases, rate a week, low, high, unusual) from Monday 0 o'clock on; `voices` 56 numbers of people."""

    PRIVACY: ClassVar[Privacy] = _all_internal("id", "place", "matter", "until", "days", "cases", "cells", "voices")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.CharField(max_length=12)
    matter = models.CharField(max_length=40, blank=True)
    until = models.DateField()
    days = models.PositiveSmallIntegerField()
    cases = models.PositiveIntegerField()
    cells = models.JSONField()
    voices = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "matter"], name="rhythm_once")]

    def __str__(self) -> str:
        return f"{self.matter or '*'} {self.place} {self.cases}"


class Flood(models.Model):
    """A suggestion to a human: like words in a heap, or a heap of first-time voices, that may be written by one hand.

    Nothing follows from it by itself, and nothing for the voices when it is confirmed. `sign` like or fresh; `about`
    place or officer (then neither matter nor place is kept). `chance`: suggestions a month like it that ordinary life
    makes. `evidence`: figures shown. `cases`: ids of the cases, newest last; never a contact, never an account."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "sign", "about", "matter", "place", "since_at", "until_at", "voices", "chance", "evidence", "cases"),
        *("state", "reason", "found_at", "judged_at", "judged_by"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sign = models.CharField(max_length=8)
    about = models.CharField(max_length=8, default="place")
    matter = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=12, blank=True)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField()
    voices = models.PositiveIntegerField()
    chance = models.FloatField()
    evidence = models.JSONField(default=dict)
    cases = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    reason = models.CharField(max_length=20, blank=True)
    found_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sign__in=rules.SIGNS), name="flood_sign"),
            models.CheckConstraint(condition=Q(about__in=("place", "officer")), name="flood_about"),
            models.CheckConstraint(
                condition=Q(state="open", reason="") | Q(state__in=rules.VERDICTS) & ~Q(reason=""),
                name="flood_judged_by_reason",
            ),
            models.CheckConstraint(
                condition=Q(about="place") | Q(matter="", place=""), name="flood_officer_without_trace"
            ),
        ]
        indexes = [models.Index(fields=["state", "-found_at"], name="flood_waiting")]

    def __str__(self) -> str:
        return f"{self.sign} {self.matter} {self.place} {self.voices}"

    @property
    def ref(self) -> str:
        """How facts name this suggestion."""
        return f"flood:{self.id.hex}"
