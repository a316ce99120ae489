"""Registers the room with Django, and its facts with the ledger."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "gongzhi.places"
    label = "places"

    def ready(self) -> None:
        """Tell the ledger which facts this room writes."""
        from gongzhi.ledger import kinds
        from gongzhi.places.rules import FACTS

        kinds.register(FACTS)
