"""Registers the room with Django, its facts with the ledger, and its page with the workplace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gongzhi.ledger import kinds
from gongzhi.people import menus
from gongzhi.sensors.rules import FACTS


class SensorsConfig(AppConfig):
    name = "gongzhi.sensors"
    label = "sensors"

    def ready(self) -> None:
        """Declare which facts this room may write, and where its page stands in the head of the workplace."""
        from gongzhi.people.permits import Permit  # needs the models, which are ready only now

        kinds.register(FACTS)
        menus.add(menus.MenuEntry("sensors:list", _("Sensors"), (Permit.CASE_READ, Permit.CASE_READ_ALL)))
