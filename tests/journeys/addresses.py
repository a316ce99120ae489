"""Where in a served practice county its things are found: `python -m tests.journeys.addresses`, a JSON line.

Run beside the served house, on its folder (GONGZHI_DIR): secret links cannot be read from outside.
"""

from __future__ import annotations

import json
import os

import django


def _main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    from gongzhi.cases import sealing
    from gongzhi.cases.models import Appeal, Case, Entry, Voice
    from gongzhi.kit import moments
    from gongzhi.rehearsal.playing import HANDLER_ORGAN

    def link(**of: object) -> str:
        voice = Voice.objects.filter(withdrawn_at=None, **{f"case__{key}": value for key, value in of.items()}).last()
        assert voice is not None, f"no voice of a case that is {of}"
        return str(sealing.link_token(voice))

    def number(**of: object) -> str:
        return str(Case.objects.filter(public=True, **of).latest("moved_at").number)

    waiting = Appeal.objects.filter(answered_at=None).latest("at")
    refused = Case.objects.filter(outcome__in=("not_ours", "no_ground")).exclude(id=waiting.case_id).latest("closed_at")
    decision = Entry.objects.filter(case=refused, kind="closed").latest("at")
    told = Voice.objects.filter(case=refused, lead=True).get()
    led = Case.objects.filter(organ=HANDLER_ORGAN, state="in_hand", due_at__gt=moments.now())
    in_hand = led.latest("received_at")
    print(
        json.dumps(
            {
                "fresh": link(state="received"),
                "running": link(state="in_hand"),
                "asked": link(state="asked"),
                "paused": link(state="paused"),
                "closed": link(outcome="fixed"),
                "appealed": sealing.link_token(waiting.voice),
                "refused": sealing.link_token(told),
                "decision": str(decision.id),
                "appeal": str(waiting.id),
                "in_hand": str(in_hand.id),
                "open_number": number(state="in_hand"),
                "closed_number": number(outcome="fixed"),
                "village": Case.objects.filter(public=True).latest("moved_at").division,
            }
        )
    )


if __name__ == "__main__":
    _main()
