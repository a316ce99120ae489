"""Routers that were learnt, which one is at work, what both would have said of closed cases, and every change."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from gongzhi.insight.routing import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


def _all_internal(*names: str) -> Privacy:
    return {"public": [], "internal": list(names), "personal": [], "secret": []}


class RouterVersion(models.Model):
    """A router that was learnt; its numbers lie in a file. `until`: the newest case it learnt was closed then."""

    PRIVACY: ClassVar[Privacy] = _all_internal("number", "at", "until", "examples", "matters", "sha256", "size")

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    until = models.DateTimeField()
    examples = models.PositiveIntegerField()
    matters = models.JSONField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.number}"


class RouterWork(models.Model):
    """Who suggests now: one row. `at_work` 0 the table of keywords, else the router with that number, since `since`.

    `held`: a person keeps the table at work. `counted_from`: cases closed later decide; `index`: the last sealed fact
    that was looked at for closed cases."""

    PRIVACY: ClassVar[Privacy] = _all_internal("id", "at_work", "since", "held", "counted_from", "index")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    at_work = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    held = models.BooleanField(default=False)
    counted_from = models.DateTimeField(null=True, blank=True)
    index = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.at_work}"


class Trial(models.Model):
    """A closed case, its matter as the staff confirmed it, and what each router makes of its words.

    `version` was learnt before the case was closed. `guess` is its likeliest matter with probability `sure`; `served`
    what people would have been told with it at work, which is `keywords` (with `keywords_sure`) where it is unsure."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("case", "closed_at", "matter", "version", "guess", "sure", "served", "keywords", "keywords_sure"),
        *("learned_right", "keywords_right"),
    )

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+", primary_key=True)
    closed_at = models.DateTimeField(db_index=True)
    matter = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    guess = models.CharField(max_length=40, blank=True)
    sure = models.FloatField()
    served = models.CharField(max_length=40)
    keywords = models.CharField(max_length=40)
    keywords_sure = models.FloatField()
    learned_right = models.BooleanField()
    keywords_right = models.BooleanField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(sure__range=(0, 1)), name="trial_probability")]

    def __str__(self) -> str:
        return f"{self.matter}: {self.served} / {self.keywords}"


class RouterSwitch(models.Model):
    """One change of who suggests, by the comparison or by a person, for a coded reason; `note` in her own words."""

    PRIVACY: ClassVar[Privacy] = _all_internal("id", "at", "by", "before", "after", "why", "note", "wins", "losses")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    why = models.CharField(max_length=16)
    note = models.CharField(max_length=400, blank=True)
    wins = models.PositiveIntegerField()
    losses = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(why__in=rules.WHYS), name="router_switch_why")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
