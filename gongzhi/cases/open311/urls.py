"""Addresses of the Open311 door, under /open311/. What has no language in its path follows Accept-Language."""

from __future__ import annotations

from django.urls import path, re_path

from gongzhi.cases.open311 import answers, bulk, discovery, requests, services, updates

app_name = "open311"

FORMAT = r"\.(?P<format>\w{1,8})"
V2 = r"^v2/"


urlpatterns = [
    re_path(r"^discovery" + FORMAT + "$", discovery.discovery, name="discovery"),
    re_path(V2 + r"discovery" + FORMAT + "$", discovery.discovery),
    re_path(V2 + "services" + FORMAT + "$", services.service_list, name="services"),
    re_path(V2 + r"services/(?P<code>[^/]{1,60})" + FORMAT + "$", services.definition, name="definition"),
    re_path(V2 + "requests" + FORMAT + "$", requests.requests, name="requests"),
    re_path(V2 + r"requests/(?P<number>[^/]{1,60})" + FORMAT + "$", requests.one, name="request"),
    re_path(V2 + r"tokens/(?P<token>[^/]{1,60})" + FORMAT + "$", requests.token, name="token"),
    re_path(V2 + "servicerequestupdates" + FORMAT + "$", updates.updates, name="updates"),
    re_path(V2 + "bulk/requests" + FORMAT + "$", bulk.bulk, name="bulk"),
    path("", answers.nothing),
    path("<path:rest>", answers.nothing),
]
