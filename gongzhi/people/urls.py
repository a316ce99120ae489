"""Addresses below /<language>/desk/people/."""

from __future__ import annotations

from django.urls import path

from gongzhi.people import looking, mine, views

app_name = "people"

urlpatterns = [
    path("", views.posts, name="posts"),
    path("new/", views.opening, name="opening"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<uuid:id>/", views.account, name="account"),
    path("looks/", looking.looks, name="looks"),
    path("mine/", mine.mine, name="mine"),
    path("act/<uuid:id>/", views.switch, name="post"),
    path("<uuid:id>/", views.post, name="seat"),
]
