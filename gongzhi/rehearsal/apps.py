"""Registers the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RehearsalConfig(AppConfig):
    name = "gongzhi.rehearsal"
    label = "rehearsal"

    def ready(self) -> None:
        """Put the tour into the person's menu, in practice counties only."""
        from gongzhi.people.menus import MenuEntry, add
        from gongzhi.people.permits import Permit

        tour = MenuEntry("tour:tour", _("Tour for new colleagues"), (Permit.TOUR_TAKE,), "menu", "route", practice=True)
        add(tour)
