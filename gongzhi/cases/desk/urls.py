"""Addresses of the workplace, under /<language>/desk/."""

from __future__ import annotations

from django.urls import path

from gongzhi.cases.desk import (
    appeals,
    away,
    casepage,
    enter,
    erase,
    inbox,
    leader,
    left,
    listing,
    looks,
    moves,
    notices,
    officers,
    recover,
    sent,
    village,
)
from gongzhi.cases.desk.deeds import DEEDS

app_name = "desk"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("density/", inbox.density, name="density"),
    path("list/", listing.listing, name="list"),
    path("left/", left.left, name="left"),
    path("enter/", enter.enter, name="enter"),
    path("enter/read-back/", enter.read_back, name="read_back"),
    path("enter/places/", enter.places, name="places"),
    path("recover/", recover.recover, name="recover"),
    path("erase/", erase.erase, name="erase"),
    path("away/", away.away, name="away"),
    path("leader/", leader.leader, name="leader"),
    path("officers/", officers.officers, name="officers"),
    path("my-looks/", looks.looks, name="looks"),
    path("photos/<uuid:photo>/", casepage.photo, name="photo"),
    path("cases/<uuid:case>/", casepage.case, name="case"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<uuid:message>/", notices.sheet, name="notice"),
    path("village/", village.village, name="village"),
    path("village/<uuid:bulletin>/sheet.pdf", village.sheet, name="village_sheet"),
    path("village/<uuid:bulletin>/down/", village.down, name="village_down"),
    path("cases/<uuid:case>/letters/", sent.letters, name="letters"),
    path("cases/<uuid:case>/watchers/", casepage.watchers, name="watchers"),
    path("cases/<uuid:case>/nearby/", casepage.nearby, name="nearby"),
    path("cases/<uuid:case>/not-the-same/", casepage.not_the_same, name="not_the_same"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<uuid:appeal>/", appeals.appeal, name="appeal"),
    path("cases/<uuid:case>/original/", casepage.original, name="original"),
    path("cases/<uuid:case>/print/", casepage.printed_file, name="print"),
    path("cases/<uuid:case>/undo/", moves.undo, name="undo"),
    *(path(f"cases/<uuid:case>/{deed.path}/", moves.view_of(deed), name=code) for code, deed in DEEDS.items()),
]
