"""Keywords that are added at work: at once part of the table that suggests, and kept when county files are loaded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gongzhi.cases import matters
from gongzhi.cases.keyword_rules import LONGEST
from gongzhi.cases.matter_tables import AddedKeyword
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.places import keeping


@transaction.atomic
def add(*, by: str, at: datetime, matter: str, keyword: str) -> AddedKeyword:
    """Add a keyword to a matter. Refuses a matter that cannot be chosen, and a word that is too short or too long, or
    that points to the matter already."""
    card = matters.chosen(matter)
    word = " ".join(keyword.lower().split())
    if not 2 <= len(word) <= LONGEST:
        raise Refusal("keyword_length", N_("A keyword has 2 to %(most)d letters."), field="keyword", most=LONGEST)
    if matters.is_keyword(word, card.code):
        raise Refusal("keyword_there", N_("This keyword points to the matter already."), field="keyword")
    row = AddedKeyword.objects.create(matter_id=card.code, keyword=word, at=at, by=by)
    keeping.touch()
    writing.write(
        kind="matter.keyword_added", about=f"matter:{card.code}", by=by, at=at, details={"keyword": row.id.hex}
    )
    return row
