"""Keywords added at work: how long one may be, and the fact it leaves. Plain Python."""

from __future__ import annotations

from gongzhi.ledger.kinds import FactKind

LONGEST = 20

FACTS: dict[str, FactKind] = {
    "matter.keyword_added": FactKind(("keyword",), "A keyword was added to a matter at work; named by its id."),
}
