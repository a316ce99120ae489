"""Findings: what is unusual, since when, how sure, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.insight import rules
from gongzhi.kit.ids import uuid7


class Finding(models.Model):
    """Something unusual the county should look at.

    `matter` is empty for all matters; `place` is a prefix of division codes (6 county, 9 town, 12 village digits).
    `observed`, `expected`, `upper`, `p` are of the surest day; `curve`, `parts` as in judging.Candidate."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": [
            *("id", "kind", "matter", "place", "first_day", "last_day", "observed", "expected", "upper", "p"),
            *("curve", "parts", "source", "source_count", "state", "reason", "found_at", "state_at", "state_by"),
            *("first_word_at",),
        ],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12)
    matter = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=12)
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
            models.UniqueConstraint(fields=["matter", "place", "first_day"], name="finding_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="finding_kind"),
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
    """A day that was judged: when, how many series had a chance to be found, how many findings came of it."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": ["day", "at", "series", "found"],
        "personal": [],
        "secret": [],
    }

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    series = models.PositiveIntegerField()
    found = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day}: {self.found} of {self.series}"
