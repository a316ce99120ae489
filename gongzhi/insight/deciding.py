"""Deciding on a finding: watch it, explain it by a coded reason, open it again. Each is a fact."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gongzhi.insight import rules
from gongzhi.insight.models import Finding
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing


def watch(*, by: str, at: datetime, finding: Finding) -> Finding:
    """Keep an eye on it."""
    return _turn(finding, "watched", by=by, at=at)


def explain(*, by: str, at: datetime, finding: Finding, reason: str) -> Finding:
    """Explain it away by a coded reason; its days no longer count as the past of its series. Refuses other reasons."""
    return _turn(finding, "explained", by=by, at=at, reason=rules.check_reason(reason))


def reopen(*, by: str, at: datetime, finding: Finding) -> Finding:
    """Open again what was watched or explained."""
    return _turn(finding, "open", by=by, at=at)


_TOLD = {"open": "finding.reopened", "watched": "finding.watched", "explained": "finding.explained"}


def _turn(finding: Finding, state: str, *, by: str, at: datetime, reason: str = "") -> Finding:
    with transaction.atomic():
        finding = Finding.objects.select_for_update().get(pk=finding.pk)
        if (finding.state, finding.reason) == (state, reason):
            return finding
        if finding.reason == rules.JOINED:
            told = N_("This finding is a part of another one; please decide there.")
            raise Refusal("finding_joined", told, status=409)
        finding.state, finding.reason, finding.state_at, finding.state_by = state, reason, at, by
        finding.save(update_fields=["state", "reason", "state_at", "state_by"])
        details = {"reason": reason} if reason else {}
        writing.write(kind=_TOLD[state], about=finding.ref, by=by, at=at, details=details)
    return finding
