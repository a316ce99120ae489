"""A finding of today in a served practice county, which is too young to have one: `python -m tests.journeys.leaders`.

Prints its address. The fact goes through the ledger, so that open pages hear of it.
"""

from __future__ import annotations

import os
from datetime import timedelta

import django


def _main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    from gongzhi.cases.models import Case
    from gongzhi.insight.models import Finding
    from gongzhi.kit.moments import now
    from gongzhi.ledger import writing
    from gongzhi.look.dates import local_day

    at = now()
    day = local_day(at)
    told = Finding.objects.count()  # another case for each, so that no finding is planted twice
    case = Case.objects.filter(public=True, state="in_hand").order_by("-received_at", "id")[told]
    curve = [[str(day - timedelta(days=n)), (n * 7) % 3, 1.1, 4.0] for n in range(28, 0, -1)]
    row = Finding.objects.create(
        kind="rise",
        matter=case.matter_id,
        place=case.division[:12],
        first_day=local_day(case.received_at),
        last_day=day,
        observed=17,
        expected=1.1,
        upper=4.0,
        p=1e-9,
        curve=[*curve, [str(day), 17, 1.1, 4.0]],
        found_at=at,
        state_at=at,
        state_by="clockwork",
    )
    writing.write(
        kind="finding.raised",
        about=row.ref,
        by="clockwork",
        at=at,
        details={"kind": "rise", "grain": "day", "matter": row.matter, "place": row.place, "day": str(day),
                 "observed": "17", "expected": "1.1"},
    )  # fmt: skip
    print(f"desk/findings/{row.pk}/")


if __name__ == "__main__":
    _main()
