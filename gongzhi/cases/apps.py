"""Registers the room with Django and its facts with the ledger."""

from django.apps import AppConfig

from gongzhi.cases.rules import FACTS
from gongzhi.ledger import kinds


class CasesConfig(AppConfig):
    name = "gongzhi.cases"
    label = "cases"

    def ready(self) -> None:
        """Declare which facts this room may write."""
        kinds.register(FACTS)
