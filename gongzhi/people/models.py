"""Accounts, organs, posts, looks, and the strain of sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from gongzhi.kit.ids import uuid7
from gongzhi.people.own import AccessToken, Notice, Told

__all__ = (
    "AccessToken",
    "Account",
    "AccountManager",
    "Look",
    "Notice",
    "Organ",
    "Post",
    "PostQuerySet",
    "Strain",
    "Told",
)


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their sign-in name; accounts are made by the verbs of `accounts`."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account of a sign-in name, whatever its capitals."""
        return self.get(username=(username or "").lower())


class Account(AbstractBaseUser):
    """Somebody who signs in. No e-mail, name or password is required: a passkey is enough."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, null=True, blank=True, unique=True)
    email = models.EmailField(null=True, blank=True)
    display_name = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    PRIVACY = {
        "public": [],
        "internal": ["id", "is_active", "made_at", "closed_at", "last_login"],
        "personal": ["username", "email", "display_name"],
        "secret": ["password"],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="people_account_username_small", condition=Q(username=None) | Q(username=Lower("username"))
            ),
            models.UniqueConstraint(Lower("email"), name="people_account_email", violation_error_code="email_taken"),
            models.CheckConstraint(
                name="people_account_closed_is_inactive", condition=Q(closed_at=None) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username or self.id.hex


class Organ(models.Model):
    """A unit of government or of co-governance. `head` is the code of the post that heads it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=30, default="government")
    division = models.CharField(max_length=12)
    phone = models.CharField(max_length=40, blank=True)
    head = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    PRIVACY = {
        "public": [
            "code",
            "parent",
            "name_zh",
            "name_en",
            "kind",
            "division",
            "phone",
            "valid_from",
            "valid_to",
        ],
        "internal": ["id", "head"],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="people_organ_span", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))
            ),
            models.CheckConstraint(name="people_organ_named", condition=~Q(name_zh="") & ~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.name_zh


class PostQuerySet(models.QuerySet["Post"]):
    """Many posts: which of them exist on a day, which are away at a moment."""

    def open_on(self, day: object) -> PostQuerySet:
        """Posts that exist on a day (of the county's zone)."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def away_at(self, at: datetime) -> PostQuerySet:
        """Posts on leave at a moment."""
        return self.filter(away_from__lte=at, away_to__gt=at)


class Post(models.Model):
    """Somebody's work: a person × an organ × a place. The account may change; cases stay with the post."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=60, unique=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="posts")
    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=30)
    place = models.CharField(max_length=15, blank=True)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=100, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    away_from = models.DateTimeField(null=True)
    away_to = models.DateTimeField(null=True)
    cover = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    objects = PostQuerySet.as_manager()

    PRIVACY = {
        "public": ["organ", "role", "place", "title_zh", "title_en"],
        "internal": ["id", "code", "valid_from", "valid_to", "cover"],
        "personal": ["account", "away_from", "away_to"],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="people_post_span", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))
            ),
            models.CheckConstraint(
                name="people_post_leave_whole",
                condition=Q(away_from=None, away_to=None, cover=None)
                | Q(away_from__isnull=False, away_to__gt=F("away_from"), cover__isnull=False),
            ),
            models.CheckConstraint(name="people_post_covered_by_other", condition=Q(cover=None) | ~Q(cover=F("id"))),
        ]
        indexes = [
            models.Index(name="people_post_organ_role", fields=["organ", "role"]),
        ]

    def __str__(self) -> str:
        return self.title_zh


class Look(models.Model):
    """One look at personal data: who, when, for what, at which fields, on which basis. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)
    fields = models.JSONField()
    case = models.CharField(max_length=60, blank=True)
    clause = models.CharField(max_length=60, blank=True)

    PRIVACY = {
        "public": [],
        "internal": ["id", "by", "at", "purpose", "fields", "case", "clause"],
        "personal": ["subject"],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="people_look_has_basis", condition=~Q(case="") | ~Q(clause="")),
        ]
        indexes = [
            models.Index(name="people_look_subject", fields=["subject", "-at"]),
            models.Index(name="people_look_by", fields=["by", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"


class Strain(models.Model):
    """What sign-in remembers for a short while and every process must see: tries, one-time codes already used.

    The key is a keyed fingerprint (it stands for an address or a sign-in name); a row is gone when its time is.
    """

    key = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    until = models.DateTimeField(db_index=True)

    PRIVACY = {"public": [], "internal": ["until"], "personal": ["key", "value"], "secret": []}

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d %H:%M}"
