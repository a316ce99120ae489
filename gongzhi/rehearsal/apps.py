"""Registers the room with Django."""

from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "gongzhi.rehearsal"
    label = "rehearsal"
