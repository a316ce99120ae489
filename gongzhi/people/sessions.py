"""Sessions as Django keeps them in its table, asked for without compiling the question anew with each page."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField

from gongzhi.kit import moments
from gongzhi.ledger.compiled import Compiled, Given

_LIVE: Compiled[Session] = Compiled(
    lambda: Session.objects.filter(session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField()))
)


class SessionStore(db.SessionStore):
    """Django's own; its name is part of how sessions are signed."""

    def _get_session_from_db(self) -> Session | None:
        """The row of a session that has not expired; who has none gets a fresh key when she needs one."""
        found = _LIVE.first(key=self.session_key, now=moments.now()) if self.session_key else None
        if found is None:
            self._session_key = None
        return found
