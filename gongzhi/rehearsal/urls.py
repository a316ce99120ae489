"""Addresses of the guided tour, mounted at /<lang>/desk/tour/."""

from django.urls import URLPattern

app_name = "tour"
urlpatterns: list[URLPattern] = []
