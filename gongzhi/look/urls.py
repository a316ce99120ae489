"""Addresses of the look; mounted at the root, because a mode has no language."""

from __future__ import annotations

from django.urls import path

from gongzhi.look import views

app_name = "look"
urlpatterns = [
    path("mode.css", views.mode_css, name="mode_css"),
    path("mode/", views.switch_mode, name="mode"),
    path("look/", views.style, name="style"),
    path("zh/look/", views.style, name="style_zh"),
    path("en/look/", views.style, name="style_en"),
]
