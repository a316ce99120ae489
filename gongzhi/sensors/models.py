"""Tables of sensors, their rules, readings and what came of them. Keys to lower rooms are plain codes and UUIDs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7
from gongzhi.sensors import rules

Privacy = dict[str, list[str]]


def _one_of(field: str, codes: tuple[str, ...], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": codes}), name=name)


class Sensor(models.Model):
    """An instrument at a place that measures one quantity. `heard_at` is the moment of arrival, `last_at` of measuring.

    `odd` counts impossible readings in a row; `passed` and `refused` all that came since it was loaded. `aside`: set
    aside by hand, for a reason."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("code", "name_zh", "name_en", "model", "organ", "grid", "division", "lon", "lat", "quantity", "unit"),
            *("low", "high", "interval", "public", "health", "health_since", "last_at", "last_value", "heard_at"),
            *("valid_from", "valid_to", "aside", "aside_reason", "aside_at"),
        ],
        "internal": ["silent_times", "upkeep", "odd", "passed", "refused"],
        "personal": [],
        "secret": [],
    }

    code = models.CharField(max_length=40, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    model = models.CharField(max_length=120, blank=True)
    organ = models.CharField(max_length=40)
    grid = models.CharField(max_length=15, blank=True)
    division = models.CharField(max_length=12)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    quantity = models.CharField(max_length=20)
    unit = models.CharField(max_length=20)
    low = models.FloatField()
    high = models.FloatField()
    interval = models.PositiveIntegerField()
    silent_times = models.PositiveSmallIntegerField(default=3)
    upkeep = models.CharField(max_length=40)
    public = models.BooleanField(default=False)
    health = models.CharField(max_length=8, default="unheard")
    health_since = models.DateTimeField()
    last_at = models.DateTimeField(null=True, blank=True)
    last_value = models.FloatField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    odd = models.PositiveSmallIntegerField(default=0)
    passed = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    aside = models.CharField(max_length=8, blank=True)
    aside_reason = models.CharField(max_length=12, blank=True)
    aside_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(aside="", aside_reason="", aside_at__isnull=True)
                | Q(aside__in=tuple(rules.ASIDE), aside_at__isnull=False) & ~Q(aside_reason=""),
                name="sensor_aside_reasoned",
            ),
            _one_of("health", rules.HEALTH, "sensor_health"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="sensor_range"),
            models.CheckConstraint(condition=Q(interval__gte=1, silent_times__gte=1), name="sensor_interval"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="sensor_pin_paired",
            ),
        ]
        indexes = [models.Index(fields=["organ"], name="sensor_owner")]

    def __str__(self) -> str:
        return self.code

    @property
    def standing(self) -> str:
        """How it is: set aside by hand, else its health."""
        return self.aside or self.health

    @property
    def ref(self) -> str:
        """How facts and actors name this sensor."""
        return f"sensor:{self.code}"


class Rule(models.Model):
    """When readings of a sensor are worth a voice (rules.Limit), and where that stands now (rules.Standing)."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("id", "sensor", "code", "kind", "threshold", "back", "seconds", "matter", "valid_from", "valid_to"),
            *("since", "peak", "told"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=5)
    threshold = models.FloatField()
    back = models.FloatField()
    seconds = models.PositiveIntegerField()
    matter = models.CharField(max_length=40)
    since = models.DateTimeField(null=True, blank=True)
    peak = models.FloatField(null=True, blank=True)
    told = models.BooleanField(default=False)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _one_of("kind", rules.RULE_KINDS, "sensor_rule_kind"),
            models.UniqueConstraint(
                fields=["sensor", "code"], condition=Q(valid_to__isnull=True), name="sensor_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.code}"


class Reading(models.Model):
    """What a sensor measured at a moment. Whole readings are kept for some days, then only their hours."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "sensor", "at", "value", "noted_at"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    value = models.FloatField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sensor", "at"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.at:%Y-%m-%d %H:%M:%S} {self.value}"


class Hour(models.Model):
    """The readings of one hour, once the single ones are gone: how many, their mean, the lowest and the highest."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "sensor", "at", "count", "mean", "low", "high"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    mean = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sensor", "at"], name="hour_once")]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.at:%Y-%m-%d %H}"


class Exceedance(models.Model):
    """One time that a rule was met: since when, told by which case, until when, how far it went."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "rule", "begun_at", "told_at", "ended_at", "peak", "case", "number"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    peak = models.FloatField()
    case = models.UUIDField()
    number = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(ended_at__isnull=True), name="exceedance_one")
        ]

    def __str__(self) -> str:
        return self.number


class Notice(models.Model):
    """A sensor that fell silent or faulty, told to its owner once by a case; cleared when good readings come again."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "sensor", "kind", "begun_at", "cleared_at", "case", "voice", "number"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    begun_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    case = models.UUIDField(db_index=True)
    voice = models.UUIDField()
    number = models.CharField(max_length=24)

    class Meta:
        constraints = [
            _one_of("kind", rules.NOTICE_KINDS, "sensor_notice_kind"),
            models.UniqueConstraint(
                fields=["sensor"], condition=Q(cleared_at__isnull=True), name="sensor_notice_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sensor_id} {self.kind}"


class Refused(models.Model):
    """How many readings were refused on a day, by sensor (empty: unknown here) and reason."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "day", "sensor", "reason", "count"],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    sensor = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "sensor", "reason"], name="refused_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.sensor} {self.reason} {self.count}"


class SensorKey(models.Model):
    """With which an owner's sensors send by HTTP; shown once, kept as a hash, its readings counted by the hour."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "label", "organ", "per_hour", "used", "used_since", "made_at", "closed_at"],
        "personal": [],
        "secret": ["key_hash"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key_hash = models.BinaryField(max_length=32, unique=True)
    label = models.CharField(max_length=80)
    organ = models.CharField(max_length=40)
    per_hour = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    used_since = models.DateTimeField()
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(per_hour__gte=1), name="sensor_key_limit")]

    def __str__(self) -> str:
        return self.label

    @property
    def ref(self) -> str:
        """How facts name this key."""
        return f"sensor_key:{self.id.hex}"
