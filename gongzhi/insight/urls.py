"""Addresses of this room, under /<language>/."""

from __future__ import annotations

from django.urls import path

from gongzhi.insight import pages

app_name = "insight"
urlpatterns = [
    path("desk/findings/", pages.findings, name="findings"),
    path("desk/findings/<uuid:pk>/", pages.finding, name="finding"),
    path("desk/findings/<uuid:pk>/decide/", pages.decide, name="decide"),
]
