"""Small tables of how work ran under each version of a procedure; drawn anew each night, read by pages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.insight.process import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


class Conduct(models.Model):
    """How the cases received from `first` to `until` ran under one version of a procedure.

    `cases` were replayed, `ended` of them are at an end, `fitting` ended without any deviation, `untold` were left out
    because only their beginning and end are told (imported). `fitness` as in replay.Fit, of the ended ones; null
    without any. `figures`: stages, moves, variants and weeks as nightly.conduct makes them."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": [
            *("id", "procedure", "version", "first", "until", "cases", "ended", "fitting", "untold", "fitness"),
            *("figures", "made_at"),
        ],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    procedure = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    first = models.DateField()
    until = models.DateField()
    cases = models.PositiveIntegerField()
    ended = models.PositiveIntegerField()
    fitting = models.PositiveIntegerField()
    untold = models.PositiveIntegerField(default=0)
    fitness = models.FloatField(null=True, blank=True)
    figures = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "version"], name="conduct_once"),
            models.CheckConstraint(
                condition=Q(ended__lte=F("cases"), fitting__lte=F("ended")), name="conduct_within_cases"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.version}: {self.cases}"


class Trait(models.Model):
    """Something that happened in several cases of a conduct: a deviation or a loop, with the cases behind it.

    `kind` as in rules.TRAITS, `code` which (`accept>close`, `hand_over`); `cases` it happened in, `times` altogether;
    `share` of all cases with its interval (nine times of ten); `behind`: the newest of these cases, in hex digits."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "conduct", "kind", "code", "cases", "times", "share", "low", "high", "behind"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduct = models.ForeignKey(Conduct, on_delete=models.CASCADE, related_name="traits")
    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=200)
    cases = models.PositiveIntegerField()
    times = models.PositiveIntegerField()
    share = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    behind = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conduct", "kind", "code"], name="trait_once"),
            models.CheckConstraint(condition=Q(kind__in=list(rules.TRAITS)), name="trait_kind"),
            models.CheckConstraint(condition=Q(cases__gte=1, times__gte=F("cases")), name="trait_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}: {self.cases}"
