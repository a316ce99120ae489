"""Habitual bulk entering by name; drawn anew each night, read by pages. Nothing about a person or a post."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Habit(models.Model):
    """One matter that one source usually enters many at one go, up to the ended day `until`.

    `since`: the day from which on the habit was seen without a break; `wide`: over places, not only within one. Of the
    `entries` of the last eight weeks `bundled` came in goes of two or more; `goes` occasions in all, a go counted once.
    `largest` is the largest go, on `largest_day` in `largest_place` (a prefix of division codes)."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": [
            *("id", "matter", "source", "wide", "since", "until", "entries", "goes", "bundled"),
            *("largest", "largest_day", "largest_place", "made_at"),
        ],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    matter = models.CharField(max_length=40)
    source = models.CharField(max_length=10)
    wide = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField()
    entries = models.PositiveIntegerField()
    goes = models.PositiveIntegerField()
    bundled = models.PositiveIntegerField()
    largest = models.PositiveIntegerField()
    largest_day = models.DateField()
    largest_place = models.CharField(max_length=12)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "source"], name="habit_once"),
            models.CheckConstraint(
                condition=Q(goes__lte=F("entries"), bundled__lte=F("entries"), largest__lte=F("entries")),
                name="habit_within_entries",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.source}: {self.bundled}/{self.entries}"
