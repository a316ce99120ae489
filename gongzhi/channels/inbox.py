"""What comes in: each message once, and the thread of a talk with an address that is not kept.

The rooms above decide what a message means; here it is only known again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from gongzhi.channels import rules
from gongzhi.channels.keys import key_for
from gongzhi.channels.models import Inbound, Talk
from gongzhi.kit import sealing


def index_of(adapter: str, address: str) -> bytes:
    """What stands for an address: the same for the same one, and nothing leads back."""
    return sealing.blind_index(key_for("channels.sender"), f"{adapter}:{address}")


def once(*, at: datetime, adapter: str, number: str, address: str) -> bool:
    """Note a message by its carrier's number, in the transaction of what it does; False when it was taken before."""
    key = hashlib.sha256(number.encode()).digest()
    if Inbound.objects.filter(adapter=adapter, key=key).exists():
        return False
    try:
        with transaction.atomic():
            Inbound.objects.create(adapter=adapter, key=key, sender=index_of(adapter, address), at=at)
    except IntegrityError:  # the same message arrived twice in one instant
        return False
    return True


def heard(*, at: datetime, adapter: str, address: str, within: timedelta) -> int:
    """How many messages came from an address in the time before `at`."""
    return Inbound.objects.filter(sender=index_of(adapter, address), at__gt=at - within, at__lte=at).count()


def talk(adapter: str, address: str) -> Talk | None:
    """The talk with an address, when there is one."""
    return Talk.objects.filter(sender=index_of(adapter, address)).first()


def ask(*, at: datetime, adapter: str, address: str, asked: str, about: str, language: str) -> None:
    """From now on we wait to hear something about a thing from this address; what was asked before is dropped."""
    _keep(
        adapter, address, asked=asked, about=about, until=at + rules.ASKED_LASTS, language=language, at=at
    )  # fmt: skip


def heard_it(*, at: datetime, adapter: str, address: str) -> None:
    """The question was answered, or nobody waits for the answer any more."""
    Talk.objects.filter(sender=index_of(adapter, address)).update(asked="", about="", until=None, at=at)


def stop(*, at: datetime, adapter: str, address: str, language: str) -> None:
    """This address wants to hear nothing any more."""
    _keep(adapter, address, stopped_at=at, language=language, at=at)


def start(*, at: datetime, adapter: str, address: str, language: str) -> None:
    """This address wants to hear from us again."""
    _keep(adapter, address, stopped_at=None, language=language, at=at)


def stopped(adapter: str, addresses: Iterable[str]) -> frozenset[str]:
    """Which of these addresses want to hear nothing."""
    indexes = {index_of(adapter, address): address for address in set(addresses)}
    if not indexes:
        return frozenset()
    rows = Talk.objects.filter(sender__in=list(indexes), stopped_at__isnull=False).values_list("sender", flat=True)
    return frozenset(indexes[bytes(row)] for row in rows)


def forget(*, at: datetime) -> int:
    """Drop what came in long ago, and talks in which nothing is open; returns how many rows. Run by the clockwork.

    Who wants to hear nothing stays known."""
    old = Inbound.objects.filter(at__lte=at - rules.REMEMBERED).delete()[0]
    quiet = Talk.objects.filter(at__lte=at - rules.REMEMBERED, stopped_at=None)
    return old + quiet.delete()[0]


def _keep(adapter: str, address: str, **fields: object) -> None:
    Talk.objects.update_or_create(sender=index_of(adapter, address), defaults=fields)
