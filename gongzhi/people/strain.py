"""A small cache in the database, for what every process must agree on while people sign in.

Sign-in limits ("five wrong passwords in five minutes") and one-time codes already used are kept by allauth in
Django's cache. A cache of each process would let two processes allow twice the tries and take a code twice, so
the default cache is this table. It is asked on sign-in pages alone; nothing else should use it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction

from gongzhi.kit import moments
from gongzhi.people.models import Strain
from gongzhi.people.vaulting import blind

# Nothing here is worth keeping longer, whatever a caller asks.
LONGEST = timedelta(days=1)


class SharedCache(BaseCache):
    """Django's cache interface over `Strain`. Values are plain JSON; keys are kept as keyed fingerprints."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store it unless it is there; of two processes at once exactly one hears True."""
        at = moments.now()
        Strain.objects.filter(until__lte=at).delete()
        try:
            with transaction.atomic():
                Strain.objects.create(key=self._name(key, version), value=value, until=self._until(at, timeout))
        except IntegrityError:
            return False
        return True

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value while its time lasts, else `default`."""
        row = Strain.objects.filter(key=self._name(key, version), until__gt=moments.now()).first()
        return default if row is None else row.value

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store it, over whatever was there."""
        values = {"value": value, "until": self._until(moments.now(), timeout)}
        Strain.objects.update_or_create(key=self._name(key, version), defaults=values)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give it a new time; False when it is gone."""
        at = moments.now()
        live = Strain.objects.filter(key=self._name(key, version), until__gt=at)
        return bool(live.update(until=self._until(at, timeout)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Drop it; False when it was not there."""
        gone, _ = Strain.objects.filter(key=self._name(key, version)).delete()
        return bool(gone)

    def clear(self) -> None:
        """Drop everything."""
        Strain.objects.all().delete()

    def _name(self, key: Any, version: int | None) -> str:
        return blind(self.make_key(key, version=version)).hex()

    def _until(self, at: datetime, timeout: Any) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return at + (LONGEST if seconds is None else min(timedelta(seconds=seconds), LONGEST))
