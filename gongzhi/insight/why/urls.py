"""Addresses of this part, under /<language>/; before `figures/<kind>/<code>/`, which would take the last one."""

from __future__ import annotations

from django.urls import path

from gongzhi.insight.why import pages

urlpatterns = [
    path("desk/cockpit/handovers/", pages.handovers, name="handovers"),
    path("desk/cockpit/handovers/<slug:code>/", pages.station, name="station"),
    path("desk/cockpit/rhythm/", pages.rhythm, name="rhythm"),
    path("desk/cockpit/floods/", pages.floods, name="floods"),
    path("desk/cockpit/floods/<uuid:pk>/", pages.judge, name="flood_judge"),
    path("figures/rhythm/<slug:code>/", pages.public_rhythm, name="public_rhythm"),
]
