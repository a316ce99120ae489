"""Incidents: a finding that was made one thing with its cases, led by one office until it is over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7


class Incident(models.Model):
    """One incident a finding; `organ` leads it, `name` is what people call it, `outcome` says how it ended."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": [
            *("id", "finding", "name", "organ", "opened_at", "opened_by", "ended_at", "ended_by", "outcome"),
        ],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.OneToOneField("insight.Finding", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    organ = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | Q(ended_at__gte=F("opened_at")) & ~Q(outcome=""),
                name="incident_ended_in_words",
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], name="incident_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """How facts name this incident."""
        return f"incident:{self.id.hex}"


class IncidentCase(models.Model):
    """A case that belongs to an incident, and since when."""

    PRIVACY: ClassVar[dict[str, list[str]]] = {
        "public": [],
        "internal": ["id", "incident", "case", "joined_at"],
        "personal": [],
        "secret": [],
    }

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="cases")
    case = models.UUIDField()
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "case"], name="incident_case_once")]

    def __str__(self) -> str:
        return self.case.hex
