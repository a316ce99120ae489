"""Findings: what is unusual, since when, how sure, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.insight import incident_tables as incident_tables  # the room's other tables
from gongzhi.insight import rules
from gongzhi.insight import standing_tables as standing_tables  # the room's other tables
from gongzhi.insight.habits import tables as habit_tables  # noqa: F401
from gongzhi.insight.hot import tables as hot_tables  # noqa: F401
from gongzhi.insight.panel import tables as panel_tables  # noqa: F401
from gongzhi.insight.process import tables as process_tables  # noqa: F401 - tables of the room as well
from gongzhi.insight.routing import tables as router_tables  # noqa: F401
from gongzhi.insight.signals import tables as signal_tables  # noqa: F401
from gongzhi.insight.why import tables as why_tables  # noqa: F401
from gongzhi.kit.ids import uuid7


class Finding(models.Model):
    """Something unusual the county should look at.

    `matter` is empty for all matters, `channel` for all sources; `place` is a prefix of division codes (6 county, 9
    town, 12 village digits). `grain` is what found it first (rules.SHARES), `since_at` the moment it began where that
    is known closer than a day. `observed`, `expected`, `upper`, `p` are of the surest day or week, of a minute's
    finding all since it began; `chance` is how many such findings a month chance alone shows in the whole county.
    `curve`, `parts` as in judging.Candidate; `evidence` by what it was recognised and named. `subject`: the word people
    searched for or the code of the sensor, where the finding is about one of those and not about cases. `ways`: by what
    looks it was seen, first the one that raised it."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": [
            *("id", "kind", "matter", "place", "first_day", "last_day", "observed", "expected", "upper", "p"),
            *("curve", "parts", "source", "source_count", "state", "reason", "found_at", "state_at", "state_by"),
            *("first_word_at", "grain", "channel", "since_at", "chance", "evidence", "subject", "ways"),
        ],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16)
    grain = models.CharField(max_length=6, default="day")
    matter = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=12)
    channel = models.CharField(max_length=10, blank=True)
    since_at = models.DateTimeField(null=True, blank=True)
    chance = models.FloatField(default=0.0)
    evidence = models.JSONField(default=dict, blank=True)
    ways = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=40, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    observed = models.PositiveIntegerField()
    expected = models.FloatField()
    upper = models.FloatField()
    p = models.FloatField()
    curve = models.JSONField(default=list)
    parts = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=10, blank=True)
    source_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="open")
    reason = models.CharField(max_length=20, blank=True)
    found_at = models.DateTimeField()
    state_at = models.DateTimeField()
    state_by = models.CharField(max_length=60)
    first_word_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "matter", "place", "channel", "subject", "first_day"], name="finding_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="finding_kind"),
            models.CheckConstraint(condition=Q(grain__in=list(rules.SHARES)), name="finding_grain"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="finding_state"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="finding_days"),
            models.CheckConstraint(
                condition=Q(state="explained") & ~Q(reason="") | ~Q(state="explained") & Q(reason=""),
                name="finding_explained_by_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "-last_day"], name="finding_standing")]

    def __str__(self) -> str:
        return f"{self.matter or '*'} {self.place} {self.first_day}"

    @property
    def ref(self) -> str:
        """How facts name this finding."""
        return f"finding:{self.id.hex}"


class Looked(models.Model):
    """A day that was judged: when, how many series had a chance to be found, how many findings came of it.

    `spent`: how many false findings were given to that day's looks (day, week it ended, scan, minutes)."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": ["day", "at", "series", "found", "spent"],
        "personal": [],
        "secret": [],
    }

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    series = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    spent = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.day}: {self.found} of {self.series}"


class Watch(models.Model):
    """The charts of the minute, between two turns of the clockwork: one row.

    `index`: the last sealed fact they took; `latest`: the moment they stand at; `charts`: those above their floor, by
    key "matter|place" (minutes.Chart); `plan`: the day of the expectations they run with."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": ["id", "index", "latest", "charts", "plan"],
        "personal": [],
        "secret": [],
    }

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    index = models.BigIntegerField()
    latest = models.DateTimeField()
    charts = models.JSONField(default=dict)
    plan = models.CharField(max_length=10, blank=True)

    def __str__(self) -> str:
        return f"{self.index}"


class Nowhere(models.Model):
    """A coordinate that is no place: where somebody's system puts what it cannot find. Cases there count for the
    county alone. `share` of the cases looked at, `limit` the number a real place would hardly reach."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": ["id", "lon", "lat", "events", "share", "limit", "found_at"],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    lon = models.FloatField()
    lat = models.FloatField()
    events = models.PositiveIntegerField()
    share = models.FloatField()
    limit = models.FloatField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lon", "lat"], name="nowhere_once")]

    def __str__(self) -> str:
        return f"{self.lon} {self.lat}"
