"""SensorThings under /sensorthings/v1.1: one view reads the rest of the address, which the standard shapes."""

from __future__ import annotations

from django.urls import re_path

from gongzhi.sensors.sensorthings import views

urlpatterns = [re_path(r"^(?P<path>(?:/.*)?)$", views.service)]
