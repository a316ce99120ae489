"""Small tables the cockpit reads: what was expected, how things stand, who is not heard, what was done, said and asked.

The child process that analyses fills the first three and the effects; no page of theirs needs a numerical package.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.insight import standing_rules as rules
from gongzhi.kit.ids import uuid7

Privacy = dict[str, list[str]]


def _all_internal(*names: str) -> Privacy:
    return {"public": [], "internal": list(names), "personal": [], "secret": []}


class Outlook(models.Model):
    """What was expected of one subject for the fourteen days from `first`; kept as made, never rewritten.

    `kind` county, organ, post or matter; `code` the organ's or matter's, empty for the county, for posts the organ and
    their area (`organ|prefix`). `mean`, `low`, `high`: a value a day; `low` and `high` hold nine days of ten. `total*`:
    the fourteen days together. `handled`: the most an organ ever answered in time in fourteen days, null when its past
    is too short to say; `over`: the probability that the total passes it. `hands`: posts that share the area."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "kind", "code", "first", "mean", "low", "high", "total", "total_low", "total_high"),
        *("handled", "over", "hands", "made_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=60, blank=True)
    first = models.DateField()
    mean = models.JSONField()
    low = models.JSONField()
    high = models.JSONField()
    total = models.FloatField()
    total_low = models.FloatField()
    total_high = models.FloatField()
    handled = models.PositiveIntegerField(null=True, blank=True)
    over = models.FloatField(null=True, blank=True)
    hands = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "first"], name="outlook_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.OUTLOOKS), name="outlook_kind"),
            models.CheckConstraint(
                condition=Q(total_low__lte=F("total_high")) & Q(total_low__gte=0), name="outlook_interval"
            ),
        ]
        indexes = [models.Index(fields=["first", "kind"], name="outlook_made")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.first}"


class Portrait(models.Model):
    """How a county, matter, place or organ stands up to the day `until`; drawn anew each night.

    `figures`: weeks, days, waits, hours, channels, kept, rank as nightly.portraits makes them; `voices` of the last
    90 days, by which a public page decides what it may show."""

    PRIVACY: ClassVar[Privacy] = _all_internal("id", "kind", "code", "until", "figures", "voices", "made_at")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=60, blank=True)
    until = models.DateField()
    figures = models.JSONField()
    voices = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="portrait_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.PORTRAITS), name="portrait_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.until}"


class Silence(models.Model):
    """What came from a village in the `days` up to `until`, beside what like places let expect.

    `channel` empty for all; `low` to `high` hold nine in ten of like places. `factor`: how much of what like places
    would say is said here (1: as much), with its interval. `silent`: too little to be chance (rules.SILENT_SHARE)."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "place", "channel", "until", "days", "observed", "expected", "low", "high", "p"),
        *("factor", "factor_low", "factor_high", "silent", "made_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.CharField(max_length=12)
    channel = models.CharField(max_length=10, blank=True)
    until = models.DateField()
    days = models.PositiveSmallIntegerField(default=90)
    observed = models.PositiveIntegerField()
    expected = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    p = models.FloatField()
    factor = models.FloatField()
    factor_low = models.FloatField()
    factor_high = models.FloatField()
    silent = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "channel"], name="silence_once")]

    def __str__(self) -> str:
        return f"{self.place} {self.channel} {self.observed}/{self.expected:.1f}"


class Measure(models.Model):
    """Something that was done about a finding: what, where, since when, and whether fewer or more cases are wanted."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "finding", "what", "matter", "place", "since", "wanted", "entered_at", "entered_by"),
        *("looked_at", "verdict", "why"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey("insight.Finding", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200)
    matter = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=12)
    since = models.DateField()
    wanted = models.CharField(max_length=5, default="fewer")
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=60)
    looked_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=12, blank=True)
    why = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(wanted__in=("fewer", "more")), name="measure_wanted"),
            models.CheckConstraint(condition=Q(verdict__in=("", *rules.VERDICTS)), name="measure_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.since}"

    @property
    def ref(self) -> str:
        """How facts name this measure."""
        return f"measure:{self.id.hex}"


class MeasureEffect(models.Model):
    """What one design says of a measure; the newest answer stands.

    `change`, `low`, `high`: relative change of the cases (-0.2: a fifth fewer). `checks`: (name, p or null, stood,
    how many pretended measures looked as strong, how many were tried); `line`: (first day of the week, observed,
    expected without the measure); `compared`: (place, weight) of what it was compared with."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "measure", "design", "verdict", "change", "low", "high", "p", "checks", "line", "weeks", "leads", "at"),
        "compared",
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="effects")
    design = models.CharField(max_length=10)
    verdict = models.CharField(max_length=12)
    change = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    p = models.FloatField()
    checks = models.JSONField()
    line = models.JSONField()
    weeks = models.PositiveSmallIntegerField()
    leads = models.BooleanField(default=False)
    compared = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "design"], name="effect_once"),
            models.CheckConstraint(condition=Q(design__in=rules.DESIGNS), name="effect_design"),
            models.CheckConstraint(condition=Q(verdict__in=rules.VERDICTS), name="effect_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.design}: {self.verdict}"


class PublicWord(models.Model):
    """What an office said in public about a finding. Words are added, never changed; a newer one puts right."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "finding", "words", "organ", "at"],
        "internal": ["by"],
        "personal": [],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey("insight.Finding", on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000)
    organ = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="word_newest")]

    def __str__(self) -> str:
        return self.words[:40]


class Question(models.Model):
    """What an organ was asked about a finding, until when, and what it said."""

    PRIVACY: ClassVar[Privacy] = _all_internal(
        *("id", "finding", "organ", "words", "asked_at", "asked_by", "due_on", "answer", "answered_at", "answered_by"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey("insight.Finding", on_delete=models.PROTECT, related_name="+")
    organ = models.CharField(max_length=40)
    words = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    due_on = models.DateField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="question_answered_in_words",
            ),
        ]
        indexes = [
            models.Index(fields=["organ", "due_on"], name="question_open", condition=Q(answered_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.organ}: {self.words[:40]}"
