"""The tables of matters and of who is responsible: the county's files as rows, closed by date and never removed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


def one_of(field: str, codes: tuple[str, ...], name: str) -> models.CheckConstraint:
    """A constraint: the field holds one of these codes."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": codes}), name=name)


class Matter(models.Model):
    """A kind of case: its limit, when it counts as closed, how long an unhappy rating reopens it.

    A removed row is closed by `valid_to`; cases keep pointing to it. `keywords` feed the suggestion. `asks_most`
    questions may pause one clock; a further one is asked while the time runs."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("code", "parent", "name_zh", "name_en", "hint_zh", "hint_en", "limit_amount", "limit_unit"),
            *("clause", "closing_zh", "closing_en", "reopen_days", "asks_most", "procedure", "keywords"),
            *("about_officer", "danger", "public_ok", "position", "valid_from", "valid_to"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    code = models.CharField(max_length=40, primary_key=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    hint_zh = models.CharField(max_length=300, blank=True)
    hint_en = models.CharField(max_length=300, blank=True)
    limit_amount = models.PositiveSmallIntegerField()
    limit_unit = models.CharField(max_length=16)
    clause = models.CharField(max_length=60, blank=True)
    closing_zh = models.CharField(max_length=300, blank=True)
    closing_en = models.CharField(max_length=300, blank=True)
    reopen_days = models.PositiveSmallIntegerField(default=15)
    asks_most = models.PositiveSmallIntegerField(default=2)
    procedure = models.CharField(max_length=40, default="voice")
    keywords = models.JSONField(default=list, blank=True)
    about_officer = models.BooleanField(default=False)
    danger = models.BooleanField(default=False)
    public_ok = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("limit_unit", ("working_days", "working_hours", "calendar_days", "hours"), "matter_limit_unit"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="matter_valid"
            ),
            models.CheckConstraint(
                condition=~Q(about_officer=True, public_ok=True), name="matter_officer_never_public"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Responsibility(models.Model):
    """Matter × place prefix → lead organ, helping organs and the clause that says so."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "matter", "place", "organ", "assisting", "clause", "valid_from", "valid_to"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=15, blank=True)  # a prefix of place codes; empty is everywhere
    organ = models.CharField(max_length=40)
    assisting = models.JSONField(default=list, blank=True)
    clause = models.CharField(max_length=60, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "place"], condition=Q(valid_to__isnull=True), name="one_lead_per_place"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="responsibility_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.place or '*'} {self.organ}"


class AddedKeyword(models.Model):
    """A keyword that whoever keeps the tree of matters added at work; a load of the county's files keeps it."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "matter", "keyword", "at"],
        "internal": ["by"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    keyword = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "keyword"], name="keyword_added_once"),
            models.CheckConstraint(condition=~Q(keyword=""), name="keyword_has_letters"),
        ]

    def __str__(self) -> str:
        return self.keyword
