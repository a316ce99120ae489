"""Incidents: a finding made one thing with its cases; who is told; what goes on being joined; how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from gongzhi.cases import spans
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.channels.models import Message
from gongzhi.insight import cockpit, incidents
from gongzhi.insight.incident_tables import Incident, IncidentCase
from gongzhi.insight.models import Finding
from gongzhi.insight.tests.test_cockpit import finding
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")
BY = "post:" + "0" * 32


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def dry(code: str = cast.OTHER_GRID) -> None:
    at = now()
    cast.say("停水三天了", at=at, said_at=at, place=cast.Where(code=code))


def made(row: Finding | None = None) -> Incident:
    return incidents.make(by=BY, at=now(), finding=row or finding(), name="Water out in Nanshan", organ="roads")


def test_a_leader_makes_a_finding_an_incident_of_its_cases_and_no_others() -> None:
    dry()
    dry()
    dry(cast.GRID)  # the same matter in another village
    row = finding()

    done = signed_in("mayor").post(
        f"/en/desk/findings/{row.pk}/incident/", {"name": "Water out in Nanshan", "organ": "roads"}
    )

    assert done.status_code == 302
    page = text(signed_in("mayor").get(f"/en/desk/findings/{row.pk}/"))
    assert "2 cases belong to it, 2 of them open" in page
    assert "Make it an incident" not in page
    assert (Incident.objects.get().name, Finding.objects.get().state) == ("Water out in Nanshan", "watched")
    assert set(Fact.objects.filter(about=Incident.objects.get().ref).values_list("kind", flat=True)) == {
        "incident.opened",
        "incident.joined",
    }


def test_the_office_that_leads_is_told_and_finds_it_with_its_questions() -> None:
    dry()

    made()

    letter = Message.objects.get(template="insight/messages/incident")
    assert letter.context["leads"] is True
    page = text(signed_in("roads-head").get("/en/desk/asked/"))
    assert "Water out in Nanshan" in page
    assert "Your office leads." in page
    assert Message.objects.filter(template="insight/messages/incident").count() == 1


def test_what_comes_later_is_joined_once_and_nothing_after_its_end() -> None:
    dry()
    incident = made()
    dry()

    assert incidents.gather_all(by="clockwork", at=now()) == 1
    assert incidents.gather_all(by="clockwork", at=now()) == 0
    incidents.end(by=BY, at=now(), incident=incident, outcome="The pipe is mended.")
    dry()
    assert incidents.gather_all(by="clockwork", at=now()) == 0
    assert IncidentCase.objects.count() == 2


def test_a_large_incident_counts_each_of_its_cases_and_not_the_newest_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "MOST", 3)
    monkeypatch.setattr(spans, "ASKED", 4)  # so that they are asked about in several statements
    for _each in range(11):
        dry()
    incident = made()
    whole = incidents.standing(incident)
    first = Case.objects.filter(matter="water").order_by("seek")[:2]
    Case.objects.filter(pk__in=[case.pk for case in first]).update(state="closed", outcome="fixed", closed_at=now())
    dry()

    assert incidents.gather_all(by="clockwork", at=now()) == 1
    stands = incidents.standing(incident)

    assert (whole.cases, whole.open, sum(n for _organ, n in whole.organs)) == (11, 11, 11)
    assert (stands.cases, stands.open) == (12, 10)


def test_the_cockpit_shows_an_incident_first_until_it_is_over() -> None:
    dry()
    row = finding()
    incident = made(row)
    finding(place=cast.VILLAGE)

    items = cockpit.today(cast.actor("mayor"), now()).items
    assert items[0].kind == "incident"
    assert "1 of 1 case is still open" in items[0].sentence
    Case.objects.update(state="closed", outcome="fixed", closed_at=now())
    assert "none of its cases is open any more" in cockpit.today(cast.actor("mayor"), now()).items[0].sentence
    signed_in("mayor").post(f"/en/desk/findings/{row.pk}/incident/end/", {"outcome": "Water is back."})

    assert [item.kind for item in cockpit.today(cast.actor("mayor"), now()).items] == ["finding"]
    assert "Water is back." in text(signed_in("mayor").get(f"/en/desk/findings/{row.pk}/"))
    incident.refresh_from_db()
    assert incident.ended_at is not None


@pytest.mark.parametrize(("name", "organ", "code"), [("", "roads", "words_missing"), ("x", "nobody", "organ_unknown")])
def test_an_incident_needs_a_name_and_an_office(name: str, organ: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        incidents.make(by=BY, at=now(), finding=finding(), name=name, organ=organ)

    assert refused.value.code == code
    assert Incident.objects.count() == 0


def test_a_finding_is_made_an_incident_once_and_ends_once() -> None:
    row = finding()
    incident = made(row)

    with pytest.raises(Refusal, match="incident already"):
        made(row)
    incidents.end(by=BY, at=now(), incident=incident, outcome="Over.")
    with pytest.raises(Refusal, match="over already"):
        incidents.end(by=BY, at=now() + timedelta(minutes=1), incident=incident, outcome="Over again.")


def test_an_auditor_makes_no_incident() -> None:
    row = finding()

    answer = signed_in("audit").post(f"/en/desk/findings/{row.pk}/incident/", {"name": "x", "organ": "roads"})

    assert answer.status_code == 403
    assert Incident.objects.count() == 0
