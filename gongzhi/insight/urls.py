"""Addresses of this room, under /<language>/."""

from __future__ import annotations

from django.urls import path

from gongzhi.insight import cockpit_pages, incident_pages, pages, standing_pages
from gongzhi.insight.habits import pages as habit_pages
from gongzhi.insight.hot import urls as hot_urls
from gongzhi.insight.panel import shown as panel_shown
from gongzhi.insight.process import pages as process_pages
from gongzhi.insight.process import trying_pages
from gongzhi.insight.why import urls as why_urls

app_name = "insight"
urlpatterns = [
    path("desk/cockpit/", cockpit_pages.today, name="cockpit"),
    path("desk/cockpit/briefing/", cockpit_pages.daily, name="briefing"),
    path("desk/cockpit/briefing.pdf", cockpit_pages.daily_pdf, name="briefing_pdf"),
    path("desk/cockpit/loads/", cockpit_pages.loads, name="loads"),
    path("desk/cockpit/silent/", cockpit_pages.silent, name="silent"),
    path("desk/cockpit/entering/", habit_pages.entering, name="entering"),
    path("desk/procedures/", process_pages.procedures_list, name="procedures"),
    path("desk/procedures/what-if/", trying_pages.what_if, name="what_if"),
    path("desk/procedures/cases/<uuid:pk>/", process_pages.trait, name="trait"),
    path("desk/procedures/<slug:code>/<int:version>/", process_pages.procedure, name="procedure"),
    *why_urls.urlpatterns,
    *hot_urls.urlpatterns,
    path("desk/asked/", cockpit_pages.asked, name="asked"),
    path("desk/asked/<uuid:pk>/", cockpit_pages.answer, name="answer"),
    path("desk/findings/", pages.findings, name="findings"),
    path("desk/findings/ways/", panel_shown.ways, name="ways"),
    path("desk/findings/<uuid:pk>/", pages.finding, name="finding"),
    path("desk/findings/<uuid:pk>/decide/", pages.decide, name="decide"),
    path("desk/findings/<uuid:pk>/ask/", pages.ask, name="ask"),
    path("desk/findings/<uuid:pk>/publish/", pages.publish, name="publish"),
    path("desk/findings/<uuid:pk>/measure/", pages.measure, name="measure"),
    path("desk/findings/<uuid:pk>/incident/", incident_pages.make, name="incident"),
    path("desk/findings/<uuid:pk>/incident/end/", incident_pages.end, name="incident_end"),
    path("desk/findings/<uuid:pk>/points/", pages.points, name="points"),
    path("desk/standing/<slug:kind>/", standing_pages.index, name="standings"),
    path("desk/standing/<slug:kind>/<slug:code>/", standing_pages.standing, name="standing"),
    path("noticed/", standing_pages.noticed, name="noticed"),
    path("figures/<slug:kind>/", standing_pages.public_index, name="public_standings"),
    path("figures/<slug:kind>/<slug:code>/", standing_pages.public_standing, name="public_standing"),
]
