"""What becomes of a proposed topic: a keyword of a matter, the draft of a matter, or dismissed. Each is a fact."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from gongzhi.cases import keywords, matters
from gongzhi.insight.hot import rules
from gongzhi.insight.hot.tables import Topic
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing

NOTE_MOST = 200
# The columns of matters.csv in a county's folder.
COLUMNS = (
    *("code", "parent", "name_zh", "name_en", "hint_zh", "hint_en", "limit_amount", "limit_unit", "clause"),
    *("closing_zh", "closing_en", "reopen_days", "procedure", "keywords", "about_officer", "danger", "public_ok"),
)

ORDINARY = {
    "procedure": "voice", "reopen_days": "15", "about_officer": "false", "danger": "false", "public_ok": "true",
}  # fmt: skip


@transaction.atomic
def add_keyword(*, by: str, at: datetime, topic: Topic, matter: str, keyword: str) -> Topic:
    """A matter does cover it, under a word it did not know: the keyword counts from now on.

    Refuses what is decided already, and what `cases.keywords.add` refuses."""
    row = _open(topic)
    keywords.add(by=by, at=at, matter=matter, keyword=keyword)
    return _decide(row, "keyword", by=by, at=at, matter=matter)


@transaction.atomic
def draft(*, by: str, at: datetime, topic: Topic, told: dict[str, Any]) -> Topic:
    """A matter of its own: the row for the county's file is kept for whoever loads it. Nothing else changes until then.

    Refuses a code that a matter has already, and what is decided."""
    row = _open(topic)
    code = told["code"]
    if code in matters.tags() or Topic.objects.filter(state="matter", matter=code).exists():
        raise Refusal("matter_code_taken", N_("A matter has this code already. Please choose another."), field="code")
    row.draft = {name: str(told.get(name, ORDINARY.get(name, ""))) for name in COLUMNS}
    return _decide(row, "matter", by=by, at=at, matter=code)


@transaction.atomic
def dismiss(*, by: str, at: datetime, topic: Topic, reason: str, note: str = "") -> Topic:
    """Not a topic, for a coded reason; it is remembered and not proposed again."""
    rules.check_reason(reason)
    note = mask(note.strip()).text
    if len(note) > NOTE_MOST:
        raise Refusal("words_long", N_("Up to %(most)d characters, please."), field="note", most=NOTE_MOST)
    row = _open(topic)
    row.reason, row.note = reason, note
    return _decide(row, "dismissed", by=by, at=at)


@transaction.atomic
def reopen(*, by: str, at: datetime, topic: Topic) -> Topic:
    """Open a dismissed topic or a draft again. Refuses one whose keyword counts already."""
    row = Topic.objects.select_for_update().get(pk=topic.pk)
    if row.state == "keyword":
        raise Refusal("topic_decided", N_("The keyword counts already. A topic like it is proposed anew."), status=409)
    if row.state != "open":
        row.state, row.decided_at, row.decided_by = "open", None, ""
        row.reason, row.note, row.matter, row.draft = "", "", "", {}
        row.save()
        writing.write(kind="topic.reopened", about=row.ref, by=by, at=at)
    return row


def as_csv(rows: Iterable[Topic]) -> str:
    """Drafts as rows of matters.csv."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: row.draft.get(name, "") for name in COLUMNS} for row in rows)
    return out.getvalue()


def drafts() -> list[Topic]:
    """Topics that became the draft of a matter, and that no matter in force has the code of yet."""
    known = {card.code for card in matters.cards()}
    return [row for row in Topic.objects.filter(state="matter").order_by("decided_at") if row.matter not in known]


def _open(topic: Topic) -> Topic:
    row = Topic.objects.select_for_update().get(pk=topic.pk)
    if row.state != "open":
        raise Refusal("topic_decided", N_("This topic was decided already."), status=409)
    return row


def _decide(row: Topic, state: str, *, by: str, at: datetime, matter: str = "") -> Topic:
    row.state, row.matter, row.decided_at, row.decided_by = state, matter, at, by
    row.save()
    details = {"state": state, "reason": row.reason, "matter": matter}
    writing.write(kind="topic.decided", about=row.ref, by=by, at=at, details=details)
    return row
