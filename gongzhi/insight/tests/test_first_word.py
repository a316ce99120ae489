"""The clock of the first official word stands wherever a finding does, and runs while nothing was said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight import answering, briefing
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_tables import Portrait
from gongzhi.kit.moments import now
from gongzhi.places.reads import local_day

pytestmark = pytest.mark.usefixtures("county")
BY = "post:" + "0" * 32
RUNS = "Nothing said in public yet, 5 hours after it was found."


def finding(**more: object) -> Finding:
    at, day = now(), local_day(now())
    told = {
        "kind": "rise", "matter": "water", "place": cast.OTHER_VILLAGE, "first_day": day, "last_day": day,
        "observed": 12, "expected": 1.2, "upper": 4.0, "p": 1e-9, "found_at": at - timedelta(hours=5), "state_at": at,
        "state_by": "clockwork", "curve": [],
    }  # fmt: skip
    return Finding.objects.create(**(told | more))


def pages(row: Finding) -> dict[str, str]:
    Portrait.objects.create(
        kind="place", code=cast.OTHER_VILLAGE, until=local_day(now()), figures={}, voices=0, made_at=now()
    )
    answering.ask(by=BY, at=now(), finding=row, organ="roads", words="What is known?")
    leader = signed_in("mayor")
    paths = {
        "list": "findings/", "page": f"findings/{row.pk}/", "cockpit": "cockpit/", "briefing": "cockpit/briefing/",
        "place": f"standing/place/{cast.OTHER_VILLAGE}/",
    }  # fmt: skip
    found = {name: text(leader.get(f"/en/desk/{path}")) for name, path in paths.items()}
    return found | {"asked": text(signed_in("roads-head").get("/en/desk/asked/"))}


@pytest.mark.parametrize("more", [{}, {"kind": "searched", "subject": "停水", "matter": "", "grain": "signal"}])
def test_it_runs_on_every_page_of_a_finding_of_whatever_kind(more: dict[str, object]) -> None:
    for name, page in pages(finding(**more)).items():
        assert RUNS in page, name


def test_it_stops_on_every_page_with_the_first_word() -> None:
    row = finding()
    answering.publish(by=BY, at=now(), finding=row, organ="government", words="A pipe burst.")

    for name, page in pages(row).items():
        assert "First public word 5 hours after it was found." in page, name
        assert RUNS not in page, name
    assert "Said 5 hours after it was noticed." in text(Client().get("/en/noticed/"))


def test_the_briefing_on_paper_says_it_too() -> None:
    finding()
    finding(state="watched", matter="manhole")

    with translation.override("en"):
        told = "\n".join(briefing._parts(briefing.brief(cast.actor("mayor"), now())))

    assert told.count(RUNS) == 2


def test_a_searched_word_counts_no_cases_in_public() -> None:
    row = finding(kind="searched", subject="停水", matter="", grain="signal", observed=48)
    answering.publish(by=BY, at=now(), finding=row, organ="government", words="We are looking.")

    page = text(Client().get("/en/noticed/"))

    assert "Searched for: “停水”" in page
    assert "48 cases" not in page
