"""Addresses of this room: pages under /<language>/; those of programs are in program_urls."""

from __future__ import annotations

from django.urls import path

from gongzhi.sensors import pages

app_name = "sensors"
urlpatterns = [
    path("desk/sensors/", pages.listing, name="list"),
    path("desk/sensors/<slug:code>/", pages.sensor, name="sensor"),
    path("desk/sensors/<slug:code>/aside/", pages.set_aside, name="aside"),
    path("sensors/", pages.public_listing, name="public_list"),
    path("sensors/<slug:code>/", pages.public_sensor, name="public"),
]
