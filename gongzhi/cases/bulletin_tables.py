"""The table of notices that posts write for their villages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.cases.bulletin_rules import WORDS_MAX
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


class Bulletin(models.Model):
    """What an office tells everybody in a village, a town or the county (`place`, a division), until a moment.

    Its words are for everybody and masked all the same. Taken down it stays kept, and is read out nowhere."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "place", "organ", "words", "put_at", "until", "taken_at"],
        "internal": ["by", "post", "taken_by"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.CharField(max_length=12)
    organ = models.CharField(max_length=40)
    post = models.CharField(max_length=32)
    by = models.CharField(max_length=60)
    words = models.CharField(max_length=WORDS_MAX * 2)
    put_at = models.DateTimeField()
    until = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("put_at")), name="bulletin_lasts")]
        indexes = [models.Index(fields=["place", "until"], condition=Q(taken_at__isnull=True), name="bulletin_on_air")]

    def __str__(self) -> str:
        return f"{self.place} {self.put_at:%Y-%m-%d %H:%M}"

    @property
    def ref(self) -> str:
        """How facts name this notice."""
        return f"bulletin:{self.id.hex}"
