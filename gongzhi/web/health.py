"""The health address: 200 when this instance can receive a voice and will act on it, 503 with the reason otherwise.

`/health/live` says only that the process answers: a watcher restarts what fails it. `/health` is for whoever sends
people here: it asks what the next submission would need. No personal data, no version, no path.
"""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from gongzhi.kit.moments import now
from gongzhi.ledger import leasing
from gongzhi.ledger import reads as ledger
from gongzhi.people.permits import public
from gongzhi.web import beating

SEALER_LATE = 60.0  # seconds
ROOM = 4_000_000  # bytes below which a form with photos does not fit any more


@public
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return _told({"ok": True}, 200)


@public
def health(request: HttpRequest) -> HttpResponse:
    """The database takes a write, the disk has room, the clockwork beats, the sealer keeps up."""
    try:
        with transaction.atomic():  # waits its turn as a submission would, and changes nothing
            leasing.release(name="health", holder="nobody")
        lag = ledger.lag(now())
    except DatabaseError:
        return _told({"ok": False, "reason": "database"}, 503)
    beat = beating.read(settings.RUN_DIR)
    told: dict[str, object] = {
        "sealer_lag_seconds": round(lag, 1),
        "clockwork_seconds": None if beat is None else round(beat.age(), 1),
    }
    if shutil.disk_usage(settings.GONGZHI_DIR).free < ROOM:
        told["reason"] = "disk"
    elif beat is None or beat.age() > beating.LATE:
        told["reason"] = "clockwork"
    elif lag > SEALER_LATE:
        told["reason"] = "sealer"
    return _told({"ok": "reason" not in told} | told, 503 if "reason" in told else 200)


def _told(answer: dict[str, object], status: int) -> HttpResponse:
    response = JsonResponse(answer, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
