"""The tables of voices and cases.

`words` of a voice is masked; the original lies sealed beside it, under a key of its own. `Case.seek` is a
number that grows with the time of receipt: lists are paged by it and the search index is keyed by it.
Places, organs, posts and clauses are string keys into lower rooms.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from gongzhi.cases import rules
from gongzhi.cases.aside import Strain, Undo, Watch
from gongzhi.cases.bulletin_tables import Bulletin
from gongzhi.cases.foreign import ApiKey, Detail, DetailValue, SentBy
from gongzhi.cases.matter_tables import AddedKeyword, Matter, Responsibility, one_of
from gongzhi.cases.rights import Appeal, Decision, Hint
from gongzhi.kit.ids import uuid7

__all__ = (
    "AddedKeyword",
    "ApiKey",
    "Appeal",
    "Bulletin",
    "Case",
    "Decision",
    "Detail",
    "DetailValue",
    "Entry",
    "Hint",
    "Matter",
    "Photo",
    "Rating",
    "Responsibility",
    "SentBy",
    "Strain",
    "Undo",
    "Voice",
    "Watch",
)

Privacy = dict[str, list[str]]


class Case(models.Model):
    """The thing to be put right or answered. `holder` repeats the main token of its run for lists.

    `refusals` counts "not ours" since the last ruling; `helping` the organs that have not returned yet. `router`: which
    machine suggested the matter at receipt (0 the table of keywords, else its number), null when none did."""

    PRIVACY: ClassVar[Privacy] = {
        "public": [
            *("id", "number", "seek", "matter", "matter_by", "place_by", "grid", "division", "organ", "state"),
            *("outcome", "round", "received_at", "due_at", "provisional", "answered_at", "closed_at", "public"),
            *("urgent", "voices", "title"),
        ],
        "internal": [
            *("holder", "held_at", "near_at", "refusals", "helping", "run", "clock", "version", "moved_by", "moved_at"),
            *("clause", "in_time", "router"),
        ],
        "personal": ["lon", "lat", "place_text", "about_officer"],
        "secret": ["officer_post", "officer_account", "officer_organ"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=24, unique=True)
    seek = models.BigIntegerField(unique=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", db_index=False)
    matter_by = models.CharField(max_length=10)
    router = models.IntegerField(null=True, blank=True)
    place_by = models.CharField(max_length=10, default="resident")
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
            one_of("state", rules.STATES, "case_state"),
            one_of("outcome", ("", *rules.OUTCOMES), "case_outcome"),
            one_of("matter_by", rules.MATTER_BY, "case_matter_by"),
            one_of("place_by", rules.PLACE_BY, "case_place_by"),
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
                condition=Q(answered_at__isnull=False) | Q(in_time__isnull=True),
                name="case_judged_if_answered",  # and if nobody knows when, nobody judges: see judging
            ),
        ]
        indexes = [
            models.Index(fields=["-seek"], condition=Q(public=True), name="case_public"),
            models.Index(fields=["division", "-seek"], name="case_place"),
            models.Index(fields=["matter", "-seek"], name="case_matter"),
            models.Index(fields=["organ", "-seek"], name="case_organ"),
            # Of open cases only, so they stay small: see walking, which writes the condition out.
            models.Index(fields=["state", "-seek"], condition=~Q(state="closed"), name="case_standing"),
            models.Index(fields=["matter", "-seek"], condition=~Q(state="closed"), name="case_open_matter"),
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
        "internal": ["danger", "allows_public", "contact_kind", "fact", "withdrawn_at", "erased_at", "link_round"],
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
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("kind", rules.KINDS, "voice_kind"),
            one_of("source", rules.SOURCES, "voice_source"),
            one_of("contact_kind", ("", *rules.CONTACT_KINDS), "voice_contact_kind"),
            models.CheckConstraint(
                condition=Q(contact_kind="", contact_sealed__isnull=True, contact_index__isnull=True)
                | ~Q(contact_kind="") & Q(contact_sealed__isnull=False, contact_index__isnull=False),
                name="voice_contact_paired",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(lead=True), name="voice_one_lead"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(words="", key_wrapped__isnull=True, contact_kind="", form_key__isnull=True)
                & Q(withdrawn_at__isnull=False),
                name="voice_erased_is_empty",
            ),
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
        constraints = [one_of("kind", rules.ENTRY_KINDS, "entry_kind")]
        indexes = [
            models.Index(fields=["at"], condition=Q(kind="answered"), name="entry_answered"),
            models.Index(fields=["organ", "case"], condition=~Q(to_organ=""), name="entry_gave"),
            models.Index(fields=["to_organ", "case"], condition=~Q(to_organ=""), name="entry_got"),
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
        indexes = [models.Index(fields=["sha256"], name="photo_file")]

    def __str__(self) -> str:
        return self.sha256[:12]


class Rating(models.Model):
    """What the resident says of the work: one for each voice and closed round; earlier ones are kept.

    `words` is masked; what she wrote lies sealed beside it, as with a voice."""

    PRIVACY: ClassVar[Privacy] = {
        "public": ["id", "round", "solved", "grade", "at", "reopened", "case"],
        "internal": [],
        "personal": ["voice", "words"],
        "secret": ["original_sealed", "key_wrapped"],
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    voice = models.ForeignKey(Voice, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    solved = models.BooleanField()
    grade = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    original_sealed = models.BinaryField(null=True)
    key_wrapped = models.BinaryField(null=True)
    at = models.DateTimeField(db_index=True)
    reopened = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voice", "round"], name="rating_once_a_round"),
            models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="rating_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.grade} of 5"
