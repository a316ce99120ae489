"""Sealing: what is noted gets its place in the tree, in one order, by one sealer at a time.

The order is given here and nowhere else: facts that are committed and wait, by id (which is by noted
moment). A fact committed late is simply still waiting, gets a later index, and no follower misses it.
The work depends on what is new, not on the size of the tables.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gongzhi.kit.moments import stamp
from gongzhi.ledger import entries, keys, leasing, proofs, tree
from gongzhi.ledger.models import Block, Fact, Head, Leaf, Subtree, Unsealed
from gongzhi.ledger.rows import insert_many

LEASE = "ledger.sealer"
LASTS = timedelta(seconds=10)  # how long nobody seals after a sealer has died


def seal_once(*, at: datetime, holder: str, limit: int = 5000) -> int:
    """Seal at most `limit` waiting facts and sign a head over them; returns how many, 0 when none or not our turn.

    Hashes are computed before the write lock is taken, so that residents' writes hardly wait.
    """
    waiting = list(Unsealed.objects.order_by("pk").values_list("pk", flat=True)[:limit])
    if not waiting or not leasing.take(name=LEASE, holder=holder, at=at, lasts=LASTS):
        return 0
    # By id and not by a join: with old statistics a planner would walk all facts there ever were.
    facts = Fact.objects.filter(pk__in=waiting).order_by("pk").values_list(*entries.FIELDS)
    leaves = [(row[0], entries.leaf_of(entries.entry(*row))) for row in facts]
    with transaction.atomic():
        if not leaves or not leasing.confirm(name=LEASE, holder=holder):
            return 0
        if _strike_off([fact_id for fact_id, _ in leaves]) != len(leaves):
            transaction.set_rollback(True)  # another sealer was faster: the lease had run out between the two
            return 0
        _append(leaves)
        _sign(at=at, size=tree.size(), day=None)
    return len(leaves)


def publish_head(*, at: datetime, day: date | None = None) -> Head | None:
    """Sign and publish the head of `day` (default: the day of `at`), once; None while nothing is sealed.

    The head is also written to `heads/<day>.json` with the public key beside it, for the county to publish.
    A head published once is never rewritten; asking again returns it.
    """
    day = day or at.date()
    with transaction.atomic():
        head = Head.objects.filter(day=day).first()
        size = tree.size()
        if head is None:
            if size == 0:
                return None
            head = _sign(at=at, size=size, day=day)
    folder = heads_folder()
    folder.mkdir(parents=True, exist_ok=True)
    keys.place(folder / f"{day}.json", json.dumps(head_card(head), indent=2).encode() + b"\n", mode=0o644)
    public = keys.public_file()
    keys.place(folder / public.name, public.read_bytes(), mode=0o644)
    return head


def heads_folder() -> Path:
    """Where published heads lie as files."""
    return Path(settings.GONGZHI_DIR) / "heads"


def head_card(head: Head) -> dict[str, str | int]:
    """A head as it is published and put into proofs."""
    return {
        "gongzhi": "head",
        "v": entries.VERSION,
        "size": head.size,
        "root": bytes(head.root).hex(),
        "at": stamp(head.at),
        "key": head.key_id,
        "signature": bytes(head.signature).hex(),
    }


def _strike_off(fact_ids: Sequence[UUID]) -> int:
    return Unsealed.objects.filter(pk__in=fact_ids).delete()[0]


def _append(leaves: Sequence[tuple[UUID, bytes]]) -> None:
    """Write leaves from the next index on, what lies inside every block of 256 they complete, and its root."""
    first = tree.size()
    insert_many(
        Leaf,
        ("index", "fact", "hash"),
        ((first + step, fact_id, value) for step, (fact_id, value) in enumerate(leaves)),
    )
    level, start, fresh = 0, first, [value for _, value in leaves]
    while (start + len(fresh)) // proofs.FAN > start // proofs.FAN:
        block = start // proofs.FAN
        older = tree.TreeNodes()(level, block * proofs.FAN, start) if start % proofs.FAN else []
        row = [*older, *fresh]
        full = range(0, len(row) - proofs.FAN + 1, proofs.FAN)
        inside = [proofs.folded(row[at : at + proofs.FAN], proofs.FAN // proofs.NEAR) for at in full]
        if level == 0:
            insert_many(Block, ("number", "hashes"), ((block + nth, b"".join(one)) for nth, one in enumerate(inside)))
        fresh = [proofs.fold(one) for one in inside]
        level, start = level + 1, block
        insert_many(
            Subtree,
            ("level", "index", "hash"),
            ((level, start + step, value) for step, value in enumerate(fresh)),
        )


def _sign(*, at: datetime, size: int, day: date | None) -> Head:
    root = proofs.root(tree.TreeNodes(), size)
    signer = keys.signer()
    signature = signer.sign(entries.head_text(size, root, stamp(at), signer.key_id))
    return Head.objects.create(size=size, root=root, at=at, key_id=signer.key_id, signature=signature, day=day)
