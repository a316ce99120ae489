"""Registers the room with Django."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "gongzhi.channels"
    label = "channels"
