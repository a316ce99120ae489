"""Tables of the ledger. Fact, Leaf, Block, Subtree and Head are insert-only: triggers in the database hold that."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gongzhi.kit.ids import uuid7


class Fact(models.Model):
    """One act: `by` did `kind` to `about`. The id orders as `noted_at` does (UUIDv7 to the microsecond)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    by = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    salt = models.BinaryField(max_length=16)

    PRIVACY = {
        "public": ["id", "kind", "happened_at", "noted_at"],
        "internal": ["about", "by", "details"],
        "personal": [],
        "secret": ["salt"],
    }

    class Meta:
        indexes = [models.Index(fields=["about", "id"], name="ledger_fact_about")]
        constraints = [
            models.CheckConstraint(condition=Q(happened_at__lte=F("noted_at")), name="ledger_fact_noted_after"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(about="") & ~Q(by=""), name="ledger_fact_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Unsealed(models.Model):
    """Facts that wait for the sealer; a trigger adds them with the fact, so none can be forgotten.

    It keeps sealing as fast in the millionth fact as in the first: nobody searches the large tables.
    """

    fact = models.OneToOneField(Fact, models.PROTECT, primary_key=True, related_name="+", db_constraint=False)

    PRIVACY = {"public": [], "internal": ["fact"], "personal": [], "secret": []}

    def __str__(self) -> str:
        return str(self.pk)


class Leaf(models.Model):
    """A fact's place in the tree. No foreign key in the database: a loss must be found, not prevented from
    being told."""

    index = models.BigIntegerField(primary_key=True)
    fact = models.OneToOneField(Fact, models.PROTECT, related_name="leaf", db_constraint=False)
    hash = models.BinaryField(max_length=32)

    PRIVACY = {"public": ["index", "hash"], "internal": ["fact"], "personal": [], "secret": []}

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(index__gte=0), name="ledger_leaf_from_zero")]

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Block(models.Model):
    """Inside a full block of 256 leaves: the hash over each sixteen of them, sixteen hashes in one row.

    With it a proof reads the sixteen leaves around its own in place of all 256."""

    number = models.BigIntegerField(primary_key=True)
    hashes = models.BinaryField(max_length=512)

    PRIVACY = {"public": ["number", "hashes"], "internal": [], "personal": [], "secret": []}

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number__gte=0), name="ledger_block_from_zero")]

    def __str__(self) -> str:
        return f"block {self.number}"


class Subtree(models.Model):
    """The root of a full block of 256 nodes of the level below (level 1 covers 256 leaves, 2 covers 65,536)."""

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    PRIVACY = {"public": ["id", "level", "index", "hash"], "internal": [], "personal": [], "secret": []}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="ledger_subtree_once"),
            models.CheckConstraint(condition=Q(level__gte=1, index__gte=0), name="ledger_subtree_place"),
        ]

    def __str__(self) -> str:
        return f"subtree {self.level}/{self.index}"


class Head(models.Model):
    """A signed root of the tree at a size. `day` is set on the one head published for that day."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)
    day = models.DateField(null=True, unique=True)

    PRIVACY = {
        "public": ["id", "size", "root", "at", "key_id", "signature", "day"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        indexes = [models.Index(fields=["size", "at"], name="ledger_head_size")]
        constraints = [models.CheckConstraint(condition=Q(size__gte=0), name="ledger_head_size_from_zero")]

    def __str__(self) -> str:
        return f"head of {self.size}"


class Bookmark(models.Model):
    """How far a follower has read: the index of the last fact it handled, -1 before the first."""

    follower = models.CharField(max_length=60, primary_key=True)
    index = models.BigIntegerField(default=-1)

    PRIVACY = {"public": [], "internal": ["follower", "index"], "personal": [], "secret": []}

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(index__gte=-1), name="ledger_bookmark_place")]

    def __str__(self) -> str:
        return f"{self.follower} at {self.index}"


class Lease(models.Model):
    """Who may do a job that only one may do, and until when."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    PRIVACY = {"public": [], "internal": ["name", "holder", "until"], "personal": [], "secret": []}

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
