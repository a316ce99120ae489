"""Roles as data, the doors of views, and who acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import NotAllowed
from gongzhi.people import permits, reads
from gongzhi.people.middleware import Acting, actor_of, choose
from gongzhi.people.models import Account, Post
from gongzhi.people.permits import ROLES, Permit, permit, public
from gongzhi.people.tests import cast


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(actor_of(request).by)


def test_every_permit_is_held_by_a_role_and_every_role_says_what_it_is() -> None:
    held = {one for role in ROLES.values() for one in role.permits}
    assert held == set(Permit)
    assert all(role.sentence.endswith(".") for role in ROLES.values())


def test_administrators_see_no_case_and_auditors_change_nothing() -> None:
    apart = {role.duty: role.permits for role in ROLES.values() if role.duty}
    assert set(apart) == {"system", "security", "audit"}
    assert not any(one.value.startswith(("case_", "original_")) for one in apart["system"] | apart["security"])
    assert apart["audit"] == {Permit.CASE_READ_ALL, Permit.LOOK_AUDIT}
    assert not apart["system"] & apart["security"]


def test_a_role_that_is_no_more_holds_nothing() -> None:
    assert permits.permits_of("king") == frozenset()


def test_declarations_can_be_read_by_the_house() -> None:
    assert public(lambda request: HttpResponse()).permit == "public"  # type: ignore[attr-defined]
    assert permit(Permit.CASE_READ)(view).permit == (Permit.CASE_READ,)  # type: ignore[attr-defined]


def request_of(account: Account | None) -> Any:
    request: Any = RequestFactory().get("/zh/desk/")
    request.user = account or AnonymousUser()
    request.session = SessionStore()
    Acting(lambda _: HttpResponse())(request)
    return request


@pytest.mark.django_db
def test_who_is_not_signed_in_is_led_to_sign_in_and_back() -> None:
    answer = permit()(view)(request_of(None))
    assert answer.status_code == 302
    assert answer["Location"].endswith("/accounts/login/?next=/zh/desk/")


@pytest.mark.django_db
def test_an_account_without_a_post_and_a_post_without_the_permit_are_refused() -> None:
    cast.load()
    lin = cast.account("lin")
    with pytest.raises(NotAllowed) as none:
        permit()(view)(request_of(lin))
    cast.fill("water-1", lin)
    with pytest.raises(NotAllowed) as wrong:
        permit(Permit.POST_MANAGE)(view)(request_of(lin))
    assert [none.value.code, wrong.value.code] == ["no_post", "not_permitted"]
    assert permit(Permit.CASE_ANSWER, Permit.POST_MANAGE)(view)(request_of(lin)).status_code == 200


@pytest.mark.django_db
def test_the_actor_costs_two_queries_and_nothing_when_nobody_asks(
    django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    cast.load()
    lin = cast.account("lin")
    cast.fill("water-1", lin)
    reads.zone()  # the county's card is kept by the process
    with django_assert_num_queries(0):
        request = request_of(lin)
    with django_assert_max_num_queries(1):
        assert actor_of(request).can(Permit.CASE_READ)
        assert actor_of(request).acting.code == "water-1"


@pytest.mark.django_db
def test_choose_acts_in_another_own_or_covered_post_alone() -> None:
    cast.load()
    lin, wu = cast.account("lin"), cast.account("wu")
    one, two = cast.fill("water-1", lin), cast.fill("water-2", wu)
    stranger = cast.fill("watch-1", None)
    day, today = timedelta(days=1), now()  # a request is judged by the clock on the wall
    Post.objects.filter(id=two.id).update(away_from=today - day, away_to=today + day, cover_id=one.id)
    request = request_of(lin)
    choose(request, two.id)
    again = request_of(lin)
    again.session = request.session
    assert actor_of(again).acting.id == two.id
    assert actor_of(again).by == one.ref
    assert [card.id for card in actor_of(again).own_posts] == [one.id]
    with pytest.raises(NotAllowed):
        choose(again, stranger.id)
