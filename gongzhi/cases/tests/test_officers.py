"""A voice about an officer goes to the supervisor and never, by no door, into that officer's sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gongzhi.cases import casefile, dispatch, inbox, lists, looking, numbers, photos, reads, recovering, rules, undoing
from gongzhi.cases.cards import KeptPhoto, Officer
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Photo
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal
from gongzhi.people.cards import Actor
from gongzhi.people.models import Organ, Post

pytestmark = pytest.mark.usefixtures("county")
WORDS = "窗口工作人员态度恶劣，办事推诿"


@pytest.fixture
def about() -> Received:
    """A complaint about the person in roads-1."""
    return cast.say(
        WORDS,
        officer=Officer(post=cast.post("roads-1").id, text="一号窗口的王某"),
        photos=[KeptPhoto("0" * 64, "image/jpeg", 10, 10)],
    )


def rows_of_queues(actor: Actor, received: Received) -> bool:
    found = [inbox.inbox(actor, queue, cast.AT).rows for queue in rules.QUEUES]
    return any(row.case == received.case.id for rows in found for row in rows)


def counts_of_queues(actor: Actor, received: Received) -> bool:
    return any(queue.count for queue in inbox.queues(actor, cast.AT).counts)


def in_list(actor: Actor, received: Received) -> bool:
    return bool(lists.staff_list(actor, cast.AT).rows)


def in_search(actor: Actor, received: Received) -> bool:
    return bool(lists.staff_list(actor, cast.AT, q="态度恶劣").rows)


def by_number(actor: Actor, received: Received) -> bool:
    return casefile.find_number(actor, received.case.number) is not None


def as_file(actor: Actor, received: Received) -> bool:
    try:
        return bool(casefile.desk_case(actor, received.case.id, cast.AT))
    except NotFound:
        return False


def as_neighbour(actor: Actor, received: Received) -> bool:
    try:
        return bool(casefile.nearby(actor, received.case.id, cast.AT) or True)
    except NotFound:
        return False


def as_photo(actor: Actor, received: Received) -> bool:
    row = Photo.objects.get(voice=received.voice)
    return Case.objects.filter(reads.visible(actor), voice_set__id=row.voice_id).exists() or _photo(actor, row)


def _photo(actor: Actor, row: Photo) -> bool:
    try:
        return bool(photos.for_desk(actor, row.id))
    except NotFound:
        return False


def on_ladder(actor: Actor, received: Received) -> bool:
    late = cast.later(days=60)
    return bool(inbox.leader(actor, late).rows) or bool(inbox.ladder(actor, late))


def in_officers_queue(actor: Actor, received: Received) -> bool:
    return bool(inbox.about_officers(actor, cast.AT).rows)


def by_original(actor: Actor, received: Received) -> bool:
    try:
        looking.original(by=actor.by, at=cast.AT, post=actor.acting, voice=received.voice.id, purpose="understand")
    except (NotFound, NotAllowed):
        return False
    return True


def by_move(actor: Actor, received: Received) -> bool:
    try:
        dispatch.accept(by=actor.by, at=cast.AT, post=actor.acting, case=received.case.id, version=1)
    except (NotFound, NotAllowed):
        return False
    return True


def by_recovery(actor: Actor, received: Received) -> bool:
    try:
        recovering.at_counter(by=actor.by, at=cast.AT, post=actor.acting, number=received.case.number, words=WORDS)
    except Refusal:
        return False
    return True


DOORS: list[Callable[[Actor, Received], bool]] = [
    rows_of_queues, counts_of_queues, in_list, in_search, by_number, as_file, as_neighbour, as_photo, on_ladder,
    in_officers_queue, by_original, by_move, by_recovery,
]  # fmt: skip


def acting_as(code: str, account_of: str) -> Actor:
    """The person of one post acting in another one."""
    person, card = cast.post(account_of), cast.post(code)
    assert person.account is not None
    Post.objects.filter(code=code).update(account=person.account)
    card = cast.post(code)
    return Actor(person.account, (person, card), card)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("other", ["roads-1", "roads-head", "desk-1", "counter-1", "watch-1", "mayor", "audit"])
def test_the_officer_sees_it_through_no_door_and_in_no_other_post(
    about: Received, door: Callable[[Actor, Received], bool], other: str
) -> None:
    assert not door(acting_as(other, "roads-1"), about)


# Who knows number and words stands at the counter herself: there the clerk may hand out her link.
OTHERS = [
    (door, code)
    for door in DOORS
    for code in ("roads-2", "roads-head", "water-1", "desk-1", "counter-1", "mayor", "audit")
    if (door, code) != (by_recovery, "counter-1")
]


@pytest.mark.parametrize(("door", "code"), OTHERS)
def test_nobody_but_the_supervisor_sees_it(about: Received, door: Callable[[Actor, Received], bool], code: str) -> None:
    assert not door(cast.actor(code), about)


@pytest.mark.parametrize(
    "door",
    [rows_of_queues, counts_of_queues, in_list, in_search, by_number, as_file, in_officers_queue, by_original, by_move],
)
def test_the_supervisor_sees_it(about: Received, door: Callable[[Actor, Received], bool]) -> None:
    assert about.case.organ == "watch"
    assert door(cast.actor("watch-1"), about)


@pytest.mark.parametrize("door", DOORS)
def test_when_only_the_organ_is_known_its_whole_house_is_blind(door: Callable[[Actor, Received], bool]) -> None:
    received = cast.say(WORDS, officer=Officer(organ="watch"), photos=[KeptPhoto("0" * 64, "image/jpeg", 10, 10)])
    assert received.case.organ == ""
    assert received.case.holder == rules.DISPATCH
    assert not door(cast.actor("watch-1"), received)


def test_the_supervisors_own_officer_goes_to_the_desk_not_to_the_supervisor() -> None:
    received = cast.say(WORDS, officer=Officer(post=cast.post("watch-1").id))
    assert received.case.holder == rules.DISPATCH
    assert rows_of_queues(cast.actor("desk-1"), received)


def test_who_covers_the_supervisor_stays_blind_for_what_is_about_her(about: Received) -> None:
    officer = cast.post("roads-1")
    assert officer.account is not None
    covered = cast.post("watch-1").covered(officer.id)
    actor = Actor(officer.account, (officer, covered), covered)
    for door in DOORS:
        assert not door(actor, about), door.__name__


def test_it_is_never_public_and_in_no_figure(about: Received) -> None:
    assert not about.case.public
    assert not lists.public_list(cast.AT).rows
    assert numbers.place_numbers(cast.GRID, cast.AT).received == 0
    assert not reads.batch("case", [about.case.id])


def test_no_letter_about_it_goes_to_the_staff(about: Received) -> None:
    assert {letter.template for letter in Message.objects.all()} == {"cases/messages/received"}


@pytest.mark.parametrize("to", [{"to_organ": "roads"}, {"to_post": "roads-1"}])
def test_it_cannot_be_handed_to_the_officer_or_the_officers_organ(about: Received, to: dict[str, Any]) -> None:
    if "to_post" in to:
        to = {"to_post": cast.post("roads-1").id}
    dispatch.accept(**cast.turn("watch-1", about.case))
    with pytest.raises(NotAllowed) as refused:
        dispatch.hand_over(**cast.turn("watch-1", about.case), reason="needs_other", **to)
    assert refused.value.code == "about_receiver"
    with pytest.raises(NotAllowed):
        dispatch.help(**cast.turn("watch-1", about.case), organs=["roads"])


def test_the_officer_cannot_take_back_what_the_supervisor_did(about: Received) -> None:
    dispatch.accept(**cast.turn("watch-1", about.case))
    officer = cast.post("roads-1")
    with pytest.raises(NotAllowed):
        undoing.undo(by=officer.doer, at=cast.AT, post=officer, case=about.case.id)


@pytest.mark.parametrize("told", ["{name}的王某", "三号窗口那个人，姓什么不知道"])
def test_a_complaint_told_only_in_words_reaches_the_supervisor(told: str) -> None:
    name = Organ.objects.get(code="roads").name_zh
    case = cast.say(WORDS, officer=Officer(text=told.format(name=name))).case
    assert case.organ == "watch"
    assert case.officer_organ == ("roads" if "{name}" in told else "")


def test_an_organ_named_in_words_never_sees_the_complaint() -> None:
    name = Organ.objects.get(code="roads").name_zh
    received = cast.say(WORDS, officer=Officer(text=f"{name}的王某"))
    assert not in_list(cast.actor("roads-1"), received)
    assert not as_file(cast.actor("roads-1"), received)
