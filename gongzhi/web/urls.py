"""Every address of the site. Language is the first part of the path; what has no language stands at the end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import include, path

from gongzhi.cases.api import api
from gongzhi.cases.public import short
from gongzhi.people import letterbox
from gongzhi.people.permits import public
from gongzhi.web import health, home, inbound, small
from gongzhi.web.languages import spoken
from gongzhi.web.middleware import language_of


@public
def enter(request: HttpRequest) -> HttpResponseRedirect:
    """`/` leads to the front page in the visitor's language."""
    response = HttpResponseRedirect("/en/" if language_of(request) == "en" else "/zh/")
    response.headers["Vary"] = "Accept-Language"
    return response


urlpatterns = [
    path("", enter),
    path("health", health.health, name="health"),
    path("health/live", health.live, name="live"),
    path("favicon.ico", small.favicon, name="favicon"),
    path("robots.txt", small.robots, name="robots"),
    path("api/v1/", api.urls),
    path("open311/", include("gongzhi.cases.open311.urls")),
    path("sensorthings/v1.1", include("gongzhi.sensors.program_urls")),
    path("inbound/sms", inbound.sms, name="inbound_sms"),
    path("inbound/sms/report", inbound.report, name="inbound_report"),
    path("v/<str:token>", short.short, name="short_link"),
    path("", include("gongzhi.look.urls")),
    spoken(
        path("", home.home, name="home"),
        path("accounts/", include("gongzhi.people.sign_in_urls")),
        path("desk/people/", include("gongzhi.people.urls")),
        path("desk/letterbox/", letterbox.letterbox, name="letterbox"),
        path("desk/tour/", include("gongzhi.rehearsal.urls")),
        path("practice/phone/", include("gongzhi.rehearsal.phone_urls")),
        path("", include("gongzhi.sensors.urls")),
        path("", include("gongzhi.insight.urls")),
        path("desk/", include("gongzhi.cases.desk.urls")),
        path("", include("gongzhi.cases.public.urls")),
    ),
]

handler400 = "gongzhi.web.failures.bad_request"
handler403 = "gongzhi.web.failures.forbidden"
handler404 = "gongzhi.web.failures.not_found"
handler500 = "gongzhi.web.failures.broken"
