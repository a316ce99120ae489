"""Registers the room with Django, and its facts with the ledger."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "gongzhi.procedures"
    label = "procedures"

    def ready(self) -> None:
        """Tell the ledger which facts this room writes."""
        from gongzhi.ledger import kinds
        from gongzhi.procedures.rules import FACTS

        kinds.register(FACTS)
