"""What many people speak about now, and topics that no matter covers. Ids of voices, never their words: what is
withdrawn or erased is gone from every page at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from gongzhi.insight.hot import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


def _all_internal(*names: str) -> Privacy:
    return {"public": [], "internal": list(names), "personal": [], "secret": []}


class HotIssue(models.Model):
    """Voices that say the same thing, as of `until`; drawn anew each night, keeping its id while it lasts.

    `heat` is the sum of `parts` (methods.text.issues). `members` are voices, the most typical first; `late` and `early`
    those of the last and the last but one fortnight; `unanswered` a share; `matters` and `towns`: (code, people);
    `keywords`: (phrase, people who used it, up to three of their voices); `same`: people who sent
    the text that most of them sent word for word, 0 where it is one; `covered` as in Topic."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "position", "heat", "parts", "people", "voices", "places", "late", "early", "unanswered", "first_at"),
        *("last_at", "members", "matters", "towns", "keywords", "same", "covered", "since", "until"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveIntegerField()
    heat = models.FloatField()
    parts = models.JSONField()
    people = models.PositiveIntegerField()
    voices = models.PositiveIntegerField()
    places = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    early = models.PositiveIntegerField()
    unanswered = models.FloatField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    members = models.JSONField()
    matters = models.JSONField()
    towns = models.JSONField()
    keywords = models.JSONField()
    same = models.PositiveIntegerField(default=0)
    covered = models.FloatField()
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(unanswered__range=(0, 1)), name="hot_unanswered")]
        indexes = [models.Index(fields=["position"], name="hot_position")]

    def __str__(self) -> str:
        return f"{self.position}: {self.people}"


class Topic(models.Model):
    """Voices that no matter covers, proposed to whoever keeps the tree of matters, and what became of the proposal.

    `covered`: how well matters cover them (0 not at all, 1 surely). `matter`: what a keyword was added to, or the
    draft's code; `draft`: the row for the county's file. A topic that was decided is remembered, not raised again."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "state", "people", "voices", "covered", "first_at", "last_at", "members", "keywords", "proposed_at"),
        *("decided_at", "decided_by", "reason", "note", "matter", "draft"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=10, default="open")
    people = models.PositiveIntegerField()
    voices = models.PositiveIntegerField()
    covered = models.FloatField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    members = models.JSONField()
    keywords = models.JSONField()
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=400, blank=True)
    matter = models.CharField(max_length=40, blank=True)
    draft = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="topic_state"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | ~Q(state="open") & Q(decided_at__isnull=False),
                name="topic_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="dismissed") & ~Q(reason="") | ~Q(state="dismissed") & Q(reason=""),
                name="topic_dismissed_by_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "-people"], name="topic_standing")]

    def __str__(self) -> str:
        return f"{self.state}: {self.people}"

    @property
    def ref(self) -> str:
        """How facts name this topic."""
        return f"topic:{self.id.hex}"
