"""Tables of what the public site is searched for. Nobody's identity, and no word fewer than ten people looked for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from gongzhi.insight.rules import SMALLEST_CELL

Privacy = dict[str, list[str]]


class SearchSeen(models.Model):
    """One address that looked for one word on one day, so that ten are ten; gone when the day has ended.

    `key`: a keyed fingerprint of day, area and word; `who`: one of the same and the shortened address. Two searches of
    one person for two words have nothing in common here."""

    PRIVACY: ClassVar[Privacy] = {"public": [], "internal": ["id", "day"], "personal": [], "secret": ["key", "who"]}

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    key = models.BinaryField(max_length=16)
    who = models.BinaryField(max_length=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "who"], name="search_seen_once")]
        indexes = [models.Index(fields=["day"], name="search_seen_day")]

    def __str__(self) -> str:
        return f"{self.day}"


class Searched(models.Model):
    """A word that ten people or more looked for on a day: in the whole county (`area` six digits) or where they asked
    for one town alone (nine digits). `people`: how many different addresses."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["id", "day", "word", "area", "people"],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    word = models.CharField(max_length=20)
    area = models.CharField(max_length=12)
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "word", "area"], name="searched_once"),
            models.CheckConstraint(condition=Q(people__gte=SMALLEST_CELL), name="searched_by_ten"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.area} {self.people}"


class SearchDay(models.Model):
    """How many searches a day had, and how many were not counted because the day was full."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [],
        "internal": ["day", "searches", "left_out"],
        "personal": [],
        "secret": [],
    }

    day = models.DateField(primary_key=True)
    searches = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.searches}"
