"""A random actor on a random object by a random door: what the table of permits and sight allow, or a refusal.

The pages are tried one by one in `test_permits`; here chance tries the JSON door of the staff, the residents' JSON door
and Open311. Whatever is refused has changed nothing, and no refusal is a fault of the house.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases.desk.api import STEPS
from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.kit.ids import secret_token
from gongzhi.ledger.models import Fact
from gongzhi.people.permits import permits_of
from tests.house.test_permits import OBJECTS, READ, ROLE, county, sees, state_of

__all__ = ["county"]
REFUSED = (400, 409, 410, 422)
FITS: dict[str, Any] = {"organ": "water", "to_organ": "water", "matter": "lamp", "place": "990101001201001"}
chance = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MADE: dict[str, Case] = {}


def thing_of(name: str, fresh: bool) -> Case:
    """A case of a kind; a used one where it must only be looked at."""
    if fresh or name not in MADE or not Case.objects.filter(id=MADE[name].id).exists():
        made = OBJECTS[name]()
        MADE[name] = made
    return MADE[name]


@chance
@given(
    st.sampled_from(sorted(ROLE)), st.sampled_from(sorted(OBJECTS)), st.sampled_from(STEPS), st.sampled_from((0, 0, 1))
)
def test_a_move_by_the_staffs_json_door_is_permitted_and_seen_or_refused_and_without_effect(
    county: None, code: str, thing: str, step: Any, behind: int
) -> None:
    case, permits = thing_of(thing, fresh=True), permits_of(ROLE[code])
    before = state_of(case)
    body = dict(step.body.model_config["json_schema_extra"]["example"])
    body |= {name: value for name, value in FITS.items() if name in body}
    body["version"] = max(1, before[0]["version"] - behind)
    answer = signed_in(code).post(
        f"/api/v1/desk/cases/{case.number}/{step.path}", json.dumps(body), content_type="application/json"
    )
    if step.permit not in permits:
        assert answer.status_code == 403
    elif not sees(code, thing):
        assert answer.status_code == 404
    elif answer.status_code == 200:
        assert body["version"] == before[0]["version"], "a stale page moved a case"
        assert state_of(case) != before
        return
    else:
        assert answer.status_code in (*REFUSED, 403), answer.content
    assert state_of(case) == before
    assert {"code", "sentence", "status"} <= set(answer.json())


@chance
@given(st.sampled_from([*sorted(ROLE), ""]), st.sampled_from(sorted(OBJECTS)))
def test_looking_by_the_staffs_json_door_is_permitted_and_seen_or_refused(county: None, code: str, thing: str) -> None:
    case = thing_of(thing, fresh=False)
    client = signed_in(code) if code else Client()
    answer = client.get(f"/api/v1/desk/cases/{case.number}")
    if not code:
        assert answer.status_code == 401
    elif not permits_of(ROLE[code]) & READ:
        assert answer.status_code == 403
    else:
        assert answer.status_code == (200 if sees(code, thing) else 404)


@chance
@given(
    st.sampled_from([*sorted(ROLE), ""]),
    st.sampled_from(sorted(OBJECTS)),
    st.sampled_from(("", "/answer", "/rating", "/withdraw")),
)
def test_a_link_opens_its_own_voice_alone_whoever_is_signed_in(county: None, code: str, thing: str, what: str) -> None:
    case = thing_of(thing, fresh=False)
    before, facts = state_of(case), Fact.objects.count()
    client = signed_in(code) if code else Client()
    path = f"/api/v1/voices/{secret_token()}{what}"
    body = json.dumps({"words": "东边", "solved": True, "grade": 5})
    answer = client.post(path, body, content_type="application/json") if what else client.get(path)
    assert answer.status_code in (404, 422)
    assert (state_of(case), Fact.objects.count()) == (before, facts)


@chance
@given(
    st.sampled_from([*sorted(ROLE), ""]),
    st.sampled_from(sorted(OBJECTS)),
    st.sampled_from(("json", "xml")),
    st.booleans(),
)
def test_open311_shows_public_cases_alone_and_takes_no_wrong_key(
    county: None, code: str, thing: str, form: str, posts: bool
) -> None:
    case = thing_of(thing, fresh=False)
    voices = Voice.objects.count()
    client = signed_in(code) if code else Client()
    if posts:
        told = {
            "api_key": str(uuid4()),
            "service_code": "manhole",
            "description": "井盖坏了",
            "lat": 30.05,
            "long": 120.05,
        }
        assert client.post(f"/open311/v2/requests.{form}", told).status_code == 403
        assert Voice.objects.count() == voices
        return
    answer = client.get(f"/open311/v2/requests/{case.number}.{form}")
    case.refresh_from_db()
    assert answer.status_code == (200 if case.public else 404)
    if not case.public:
        assert case.title not in answer.content.decode()
