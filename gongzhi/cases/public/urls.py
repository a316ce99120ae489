"""Addresses of the public site of this room, under /zh/ and /en/."""

from __future__ import annotations

from django.urls import path

from gongzhi.cases.public import appeal, course, find, how, join, lists, notices, papers, place, rights, speak, week

app_name = "cases"

urlpatterns = [
    path("speak/", speak.speak, name="speak"),
    path("v/<str:token>/", course.course, name="course"),
    path("v/<str:token>/slip", course.slip, name="slip"),
    path("v/<str:token>/receipt.pdf", papers.receipt, name="receipt_pdf"),
    path("v/<str:token>/receipt.json", course.receipt, name="receipt"),
    path("v/<str:token>/photos/<uuid:photo_id>", course.photo, name="voice_photo"),
    path("v/<str:token>/answer", course.answer, name="answer"),
    path("v/<str:token>/rate", course.rate, name="rate"),
    path("v/<str:token>/withdraw", course.withdraw, name="withdraw"),
    path("v/<str:token>/erase", course.erase, name="erase"),
    path("v/<str:token>/appeal/<uuid:decision>/", appeal.appeal, name="appeal"),
    path("find/", find.find, name="find"),
    path("cases/", lists.case_list, name="list"),
    path("cases/list.csv", lists.case_csv, name="csv"),
    path("cases/<str:number>/", lists.case, name="case"),
    path("cases/<str:number>/join/", join.join, name="join"),
    path("cases/<str:number>/photos/<uuid:photo_id>", lists.case_photo, name="case_photo"),
    path("places/<str:code>/notices/", notices.notices, name="notices"),
    path("places/<str:code>/notices.txt", notices.text, name="notices_text"),
    path("places/<str:code>/", place.place, name="place"),
    path("week/", week.week, name="week"),
    path("decisions/", rights.decisions, name="decisions"),
    path("decisions/decisions.csv", rights.decisions_csv, name="decisions_csv"),
    path("suggestions/", rights.suggestions, name="suggestions"),
    path("suggestions/suggestions.csv", rights.suggestions_csv, name="suggestions_csv"),
    path("how/", how.how, name="how"),
]
