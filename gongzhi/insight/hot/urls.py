"""Addresses of hot issues, topics, and who suggests matters; part of the room's."""

from __future__ import annotations

from django.urls import path

from gongzhi.insight.hot import pages
from gongzhi.insight.routing import pages as routing_pages

urlpatterns = [
    path("desk/hot/", pages.hot, name="hot"),
    path("desk/hot/<uuid:pk>/", pages.issue, name="hot_issue"),
    path("desk/topics/", pages.topics_list, name="topics"),
    path("desk/topics/drafts.csv", pages.drafts, name="topic_drafts"),
    path("desk/topics/<uuid:pk>/", pages.topic, name="topic"),
    path("desk/topics/<uuid:pk>/decide/", pages.decide, name="topic_decide"),
    path("desk/routing/", routing_pages.routing, name="routing"),
    path("desk/routing/back/", routing_pages.back, name="routing_back"),
    path("desk/routing/release/", routing_pages.release, name="routing_release"),
    path("hot/", pages.public_hot, name="public_hot"),
]
