"""Registers the room with Django, its facts with the ledger, and a page with the workplace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import bulletin_rules, keyword_rules, left_rules
from gongzhi.cases.rules import FACTS
from gongzhi.ledger import kinds
from gongzhi.people import menus


class CasesConfig(AppConfig):
    name = "gongzhi.cases"
    label = "cases"

    def ready(self) -> None:
        """Declare which facts this room may write, and the pages of letters on paper and of notices for a village."""
        from gongzhi.people.permits import Permit  # needs the models, which are ready only now

        kinds.register(FACTS)
        kinds.register(bulletin_rules.FACTS)
        kinds.register(keyword_rules.FACTS)
        kinds.register(left_rules.FACTS)
        notices = menus.MenuEntry("desk:notices", _("Notices to post"), (Permit.VOICE_ENTER,), icon="printer")
        menus.add(notices)
        village = menus.MenuEntry(
            "desk:village", _("Notices for the village"), (Permit.NOTICE_WRITE,), "menu", icon="speakerphone"
        )
        menus.add(village)
