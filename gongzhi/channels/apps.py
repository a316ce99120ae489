"""Registers the room with Django and its facts with the ledger."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "gongzhi.channels"
    label = "channels"

    def ready(self) -> None:
        from gongzhi.channels.rules import FACTS
        from gongzhi.ledger import kinds

        kinds.register(FACTS)
