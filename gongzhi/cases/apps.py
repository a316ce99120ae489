"""Registers the room with Django, its facts with the ledger, and a page with the workplace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gongzhi.cases.rules import FACTS
from gongzhi.ledger import kinds
from gongzhi.people import menus


class CasesConfig(AppConfig):
    name = "gongzhi.cases"
    label = "cases"

    def ready(self) -> None:
        """Declare which facts this room may write, and the counter's page of letters on paper."""
        from gongzhi.people.permits import Permit  # needs the models, which are ready only now

        kinds.register(FACTS)
        notices = menus.MenuEntry("desk:notices", _("Notices to post"), (Permit.VOICE_ENTER,), icon="printer")
        menus.add(notices)
