"""The health address: 200 when this instance can answer and write, 503 with the reason otherwise."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from gongzhi.kit.moments import now
from gongzhi.ledger import reads as ledger
from gongzhi.people.permits import public

SEALER_LATE_SECONDS = 60


@public
def health(request: HttpRequest) -> JsonResponse:
    """Database answers, the sealer keeps up. No personal data, no version."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        lag = ledger.lag(now())
    except DatabaseError:
        return JsonResponse({"ok": False, "reason": "database"}, status=503)
    ok = lag <= SEALER_LATE_SECONDS
    answer: dict[str, object] = {"ok": ok, "sealer_lag_seconds": round(lag, 1)}
    if not ok:
        answer["reason"] = "sealer"
    response = JsonResponse(answer, status=200 if ok else 503)
    response.headers["Cache-Control"] = "no-store"
    return response
