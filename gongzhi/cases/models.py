"""The tables of voices and cases.

`words` of a voice is masked; the original lies sealed beside it, under a key of its own. `Case.seek` is a
number that grows with the time of receipt: lists are paged by it and the search index is keyed by it.
Places, organs, posts and clauses are string keys into lower rooms.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gongzhi.cases import rules
from gongzhi.cases.aside import Strain, Undo, Watch
from gongzhi.cases.foreign import ApiKey, Detail, DetailValue
from gongzhi.kit.ids import uuid7

__all__ = (
    "ApiKey",
    "Case",
    "Detail",
    "DetailValue",
    "Entry",
    "Matter",
    "Photo",
    "Rating",
    "Responsibility",
    "Strain",
    "Undo",
    "Voice",
    "Watch",
)

Privacy = dict[str, list[str]]


def _one_of(field: str, codes: tuple[str, ...], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": codes}), name=name)


class Matter(models.Model):
    """A kind of case: its limit, when it counts as closed, how long an unhappy rating reopens it.

    A removed row is closed by `valid_to`; cases keep pointing to it. `keywords` feed the suggestion."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("code", "parent", "name_zh", "name_en", "hint_zh", "hint_en", "limit_amount", "limit_unit"),
            *("clause", "closing_zh", "closing_en", "reopen_days", "procedure", "keywords", "about_officer"),
            *("danger", "public_ok", "position", "valid_from", "valid_to"),
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
            _one_of("limit_unit", ("working_days", "working_hours", "calendar_days", "hours"), "matter_limit_unit"),
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


class Case(models.Model):
    """The thing to be put right or answered. `holder` repeats the main token of its run for lists.

    `refusals` counts "not ours" since the last ruling; `helping` the organs that have not returned yet."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("id", "number", "seek", "matter", "matter_by", "grid", "division", "organ", "state", "outcome"),
            *("round", "received_at", "due_at", "provisional", "answered_at", "closed_at", "public"),
            *("urgent", "voices", "title"),
        ],
        "internal": [
            *("holder", "held_at", "near_at", "refusals", "helping", "run", "clock", "version", "moved_by", "moved_at"),
            *("clause", "in_time"),
        ],
        "personal": ["lon", "lat", "place_text", "about_officer"],
        "secret": ["officer_post", "officer_account", "officer_organ"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=24, unique=True)
    seek = models.BigIntegerField(unique=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", db_index=False)
    matter_by = models.CharField(max_length=10)
    grid = models.CharField(max_length=15, blank=True)
    division = models.CharField(max_length=12)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    place_text = models.CharField(max_length=rules.PLACE_TEXT_MAX * 2, blank=True)
    organ = models.CharField(max_length=40, blank=True)
    clause = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, default="received")
    outcome = models.CharField(max_length=12, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    refusals = models.PositiveSmallIntegerField(default=0)
    helping = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    near_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    in_time = models.BooleanField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    public = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    about_officer = models.BooleanField(default=False)
    officer_post = models.CharField(max_length=32, blank=True)
    officer_account = models.CharField(max_length=32, blank=True)
    officer_organ = models.CharField(max_length=40, blank=True)
    voices = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=rules.TITLE_MAX)
    holder = models.CharField(max_length=60)
    held_at = models.DateTimeField()
    run = models.UUIDField(unique=True)
    clock = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1)
    moved_by = models.CharField(max_length=60, blank=True)
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            _one_of("state", rules.STATES, "case_state"),
            _one_of("outcome", ("", *rules.OUTCOMES), "case_outcome"),
            _one_of("matter_by", rules.MATTER_BY, "case_matter_by"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, outcome=""),
                name="case_closed_has_outcome",
            ),
            models.CheckConstraint(condition=~Q(about_officer=True, public=True), name="case_officer_never_public"),
            models.CheckConstraint(
                condition=Q(about_officer=True) | Q(officer_post="", officer_account="", officer_organ=""),
                name="case_officer_named_only_if_about",
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="case_pin_paired",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, in_time__isnull=True)
                | Q(answered_at__isnull=False, in_time__isnull=False),
                name="case_answered_judged",
            ),
        ]
        indexes = [
            models.Index(fields=["-seek"], condition=Q(public=True), name="case_public"),
            models.Index(fields=["division", "-seek"], name="case_place"),
            models.Index(fields=["matter", "-seek"], name="case_matter"),
            models.Index(fields=["state", "-seek"], name="case_standing"),
            # Queues: whole indexes, since SQLite cannot prove that "received" is not "closed" for a partial one.
            models.Index(fields=["holder", "state", "due_at"], name="case_held"),
            models.Index(fields=["organ", "state", "due_at"], name="case_led"),
            models.Index(fields=["state", "due_at"], name="case_due"),
            models.Index(fields=["due_at"], condition=Q(provisional=True), name="case_provisional"),
            models.Index(fields=["-closed_at"], name="case_closed"),
            models.Index(fields=["-moved_at", "-seek"], condition=Q(public=True), name="case_moved"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def place(self) -> str:
        """The finest place code known: the grid, else the division."""
        return self.grid or self.division

    @property
    def ref(self) -> str:
        """How facts name this case."""
        return f"case:{self.id.hex}"


class Voice(models.Model):
    """What one person said, once. `lead` is the voice the case began with; its number is the case's."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "number", "case", "lead", "kind", "source", "language", "said_at", "noted_at"],
        "internal": ["danger", "allows_public", "contact_kind", "fact", "withdrawn_at", "link_round"],
        "personal": ["words", "contact_index"],
        "secret": ["original_sealed", "contact_sealed", "contact_key_wrapped", "key_wrapped", "link_hash", "form_key"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=24, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="voice_set")
    lead = models.BooleanField(default=True)
    kind = models.CharField(max_length=12)
    source = models.CharField(max_length=10)
    words = models.TextField()
    original_sealed = models.BinaryField()
    key_wrapped = models.BinaryField(null=True)
    language = models.CharField(max_length=12)
    said_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    danger = models.CharField(max_length=12, blank=True)
    allows_public = models.BooleanField(default=False)
    contact_kind = models.CharField(max_length=8, blank=True)
    contact_sealed = models.BinaryField(null=True)
    contact_key_wrapped = models.BinaryField(null=True)
    contact_index = models.BinaryField(max_length=32, null=True)
    link_hash = models.BinaryField(max_length=32, unique=True)
    link_round = models.PositiveSmallIntegerField(default=0)
    form_key = models.UUIDField(null=True, unique=True)
    fact = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _one_of("kind", rules.KINDS, "voice_kind"),
            _one_of("source", rules.SOURCES, "voice_source"),
            _one_of("contact_kind", ("", *rules.CONTACT_KINDS), "voice_contact_kind"),
            models.CheckConstraint(
                condition=Q(contact_kind="", contact_sealed__isnull=True, contact_index__isnull=True)
                | ~Q(contact_kind="") & Q(contact_sealed__isnull=False, contact_index__isnull=False),
                name="voice_contact_paired",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(lead=True), name="voice_one_lead"),
        ]
        indexes = [
            models.Index(fields=["contact_index"], condition=Q(contact_index__isnull=False), name="voice_contact"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """How facts and actors name this voice."""
        return f"voice:{self.id.hex}"


class Entry(models.Model):
    """One line of the course of a case: what was done, by whom, what was told, what stays inside."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("id", "case", "at", "kind", "round", "organ", "to_organ", "public_text", "reason", "clause"),
            *("outcome", "matter"),
        ],
        "internal": ["by", "post", "to_post", "internal_text", "seen_by_all"],
        "personal": ["voice"],
        "secret": ["original_sealed", "key_wrapped"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    by = models.CharField(max_length=60)
    round = models.PositiveSmallIntegerField(default=1)
    organ = models.CharField(max_length=40, blank=True)
    to_organ = models.CharField(max_length=40, blank=True)
    post = models.CharField(max_length=32, blank=True)
    to_post = models.CharField(max_length=32, blank=True)
    public_text = models.TextField(blank=True)
    internal_text = models.TextField(blank=True)
    reason = models.CharField(max_length=24, blank=True)
    clause = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    matter = models.CharField(max_length=40, blank=True)
    voice = models.ForeignKey(Voice, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    original_sealed = models.BinaryField(null=True)
    key_wrapped = models.BinaryField(null=True)
    seen_by_all = models.BooleanField(default=True)  # False: only the desk and that voice read it

    class Meta:
        constraints = [_one_of("kind", rules.ENTRY_KINDS, "entry_kind")]
        indexes = [
            models.Index(fields=["at"], condition=Q(kind="answered"), name="entry_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Photo(models.Model):
    """A cleaned picture of a voice or of an answer; the bytes lie in the file store under `sha256`."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "entry", "mime", "width", "height", "public"],
        "internal": ["sha256"],
        "personal": ["voice"],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    voice = models.ForeignKey(Voice, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    public = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(voice__isnull=False) | Q(entry__isnull=False), name="photo_belongs"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Rating(models.Model):
    """What the resident says of the work: one for each voice and closed round; earlier ones are kept."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "round", "solved", "grade", "at", "reopened", "case"],
        "internal": [],
        "personal": ["voice", "words"],
        "secret": [],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    voice = models.ForeignKey(Voice, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    solved = models.BooleanField()
    grade = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)
    reopened = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voice", "round"], name="rating_once_a_round"),
            models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="rating_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.grade} of 5"
