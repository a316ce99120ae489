"""Registers the room with Django."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "gongzhi.look"
    label = "look"
