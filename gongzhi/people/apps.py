"""Registers the room with Django and its facts with the ledger."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "gongzhi.people"
    label = "people"

    def ready(self) -> None:
        from gongzhi.ledger import kinds
        from gongzhi.people.rules import FACTS

        kinds.register(FACTS)
