"""What the panel of methods said, kept small; pages read it without a numerical package. Nothing about a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongzhi.insight.panel import rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


def _all_internal(*names: str) -> Privacy:
    return {"public": [], "internal": list(names), "personal": [], "secret": []}


class Opinion(models.Model):
    """What each way of looking says of one finding, up to the judged day `until`.

    `votes`: a list of rules.Vote as objects, in the order of rules.WAYS. `agree` of the `able` ways that may vote would
    have raised it."""

    PRIVACY: ClassVar[Privacy] = _all_internal("id", "finding", "until", "votes", "agree", "able", "made_at")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.OneToOneField("insight.Finding", on_delete=models.PROTECT, related_name="+")
    until = models.DateField()
    votes = models.JSONField(default=list)
    agree = models.PositiveSmallIntegerField()
    able = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.finding_id} {self.agree}/{self.able}"


class Alone(models.Model):
    """What one way of looking alone would have raised on a judged day, with the whole share of its grain.

    `series` it could judge of those busy enough to be raised, `unable` those it could not; `raised` new things, `going`
    things that went on from the days before; `things`: (matter, place, channel, observed, expected, bound) of both, at
    most rules.KEPT_THINGS."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        "id", "day", "grain", "way", "series", "unable", "raised", "going", "things"
    )

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    grain = models.CharField(max_length=6)
    way = models.CharField(max_length=16)
    series = models.PositiveIntegerField()
    unable = models.PositiveIntegerField()
    raised = models.PositiveIntegerField()
    going = models.PositiveIntegerField(default=0)
    things = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "grain", "way"], name="panel_alone_once"),
            models.CheckConstraint(condition=models.Q(grain__in=rules.GRAINS), name="panel_alone_grain"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.grain} {self.way}: {self.raised}"


class Sitting(models.Model):
    """A judged day the panel sat on: `nested` series that had anything lately, `crossed` ones of matter × place ×
    channel besides with enough in them, and `sparse` ones with too little, which nobody looks at."""

    PRIVACY: ClassVar[Privacy] = _all_internal("day", "at", "nested", "crossed", "sparse")

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    nested = models.PositiveIntegerField()
    crossed = models.PositiveIntegerField()
    sparse = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day}: {self.nested} + {self.crossed}"
