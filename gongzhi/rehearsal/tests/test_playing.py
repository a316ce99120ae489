"""Playing: whole stories and single verbs leave equal rows; a stopped one goes on; truth stays in its own file."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gongzhi.cases import inbox, many, reads
from gongzhi.cases.models import Case, Decision, Entry, Hint, Rating, Voice
from gongzhi.ledger.models import Fact
from gongzhi.people import reads as people
from gongzhi.procedures.models import Clock, Token
from gongzhi.rehearsal import arrivals, lively, planning, playing, singly
from gongzhi.rehearsal.models import Played
from gongzhi.rehearsal.tests.conftest import AT
from gongzhi.web.county_folder import County

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")


def begin(size: str = "tiny", seed: int = 5) -> Played:
    return playing.begin(at=AT, size=size, seed=seed, tz=ZONE)


def quiet(line: str) -> None:
    """Say nothing."""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.GONGZHI_DIR = tmp_path


def stories(county: County, days: int = 12) -> list[many.Story]:
    played = begin()
    world, desk = playing._world(played, county), playing._desk(played)
    drawn = [one for nth in range(days) for one in arrivals.day_of(world, world.first + timedelta(days=nth), ())]
    return [planning.plan(desk, one) for one in drawn]


def rows(case: Case) -> dict[str, Any]:
    """What a story left, without the ids and secrets that differ by nature."""
    skip = {"id", "number", "seek", "run", "clock", "officer_post", "officer_account"}
    said = ("words", "kind", "source", "language", "said_at", "contact_kind", "danger", "allows_public")
    line = ("kind", "at", "organ", "post", "public_text", "internal_text", "reason", "outcome", "round", "seen_by_all")
    rated = ("round", "solved", "grade", "words", "at", "reopened")
    clocks = ("limit_amount", "due_at", "near_at", "stopped_at", "provisional", "clause")
    facts = Fact.objects.filter(about=case.ref).order_by("noted_at", "id")
    return {
        "case": {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields if f.attname not in skip},
        "voices": list(Voice.objects.filter(case=case).order_by("-lead", "noted_at").values_list(*said)),
        "decisions": list(Decision.objects.filter(case=case).order_by("at").values_list("at", "what", "reason")),
        "hints": list(Hint.objects.filter(case=case).order_by("at", "what").values_list("at", "what", "verdict")),
        "entries": list(Entry.objects.filter(case=case).order_by("at", "id").values_list(*line)),
        "ratings": list(Rating.objects.filter(case=case).order_by("round").values_list(*rated)),
        "clocks": list(Clock.objects.filter(about=case.ref).order_by("started_at").values_list(*clocks)),
        "tokens": list(Token.objects.filter(run=case.run).values_list("stage", "holder", "since_at")),
        "facts": [
            (fact.kind, fact.happened_at, {k: v for k, v in fact.details.items() if k not in ("voice", "number")})
            for fact in facts
        ],
    }


def test_whole_stories_and_single_verbs_leave_equal_rows(lanting: County) -> None:
    for story in stories(lanting)[::4]:
        together = many.receive_many([story])[0]
        alone = singly.tell(story)
        assert rows(Case.objects.get(id=together.case)) == rows(Case.objects.get(number=alone))


def test_stories_hold_what_happens_in_an_office(lanting: County) -> None:
    told = Counter(type(act).__name__ for story in stories(lanting, days=20) for act in story.acts)
    assert told["Ask"] == told["Reply"] > 3
    assert min(told["Help"], told["Return"], told["HandOver"], told["Rematter"], told["Join"]) > 0
    assert told["Ask"] < 0.15 * told["Answer"]


def test_playing_gives_the_days_their_cases_and_leaves_work_open(lanting: County) -> None:
    playing.play(begin(), lanting, at=AT, tell=quiet)
    states = Counter(Case.objects.values_list("state", flat=True))
    assert 120 <= sum(states.values()) <= 320
    assert states["closed"] > states["received"] > 0
    assert Rating.objects.filter(reopened=True).exists()
    assert not Case.objects.filter(received_at__gt=AT).exists()
    assert len(set(Voice.objects.values_list("source", flat=True))) >= 4


def test_every_demo_post_finds_work(lanting: County) -> None:
    playing.play(begin(), lanting, at=AT, tell=quiet)
    handler = people.post_by_code("transport-handler-1", AT)
    assert handler is not None
    held = {row.state for row in inbox.inbox(reads.acting(handler), "mine", AT).rows}
    assert "in_hand" in held
    supervisor = people.post_by_code("supervisor-1", AT)
    assert supervisor is not None
    assert inbox.about_officers(reads.acting(supervisor), AT).rows
    assert Case.objects.filter(holder="desk:dispatch", state="received").exists()
    assert Case.objects.filter(state="asked").exists()


def test_a_rehearsal_that_was_stopped_goes_on_and_repeats_nothing(lanting: County, monkeypatch: Any) -> None:
    played = begin()
    days = playing._days

    def only_nine(played: Played, last: Any) -> Any:
        return list(days(played, last))[:9]

    with monkeypatch.context() as stopped:
        stopped.setattr(playing, "_days", only_nine)
        stopped.setattr(lively, "stir", lambda desk, span: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            playing.play(played, lanting, at=AT, tell=quiet)
    before = Case.objects.count()
    playing.play(begin(), lanting, at=AT, tell=quiet)
    assert Case.objects.count() > before
    words = Counter(Voice.objects.filter(source="phone").values_list("words", "said_at"))
    assert max(words.values()) == 1


def test_a_finished_rehearsal_is_left_as_it_is(lanting: County) -> None:
    playing.play(begin(), lanting, at=AT, tell=quiet)
    facts = Fact.objects.count()
    playing.play(begin(), lanting, at=AT + timedelta(days=1), tell=quiet)
    assert Fact.objects.count() == facts


def test_truth_names_events_and_twins_by_number(lanting: County, tmp_path: Path) -> None:
    playing.play(begin(seed=8), lanting, at=AT, tell=quiet)
    told = [json.loads(line) for line in (tmp_path / "truth" / "voices.jsonl").open()]
    numbers = set(Case.objects.values_list("number", flat=True))
    assert {one["number"] for one in told} <= numbers
    assert any(one["event"] for one in told)
    assert all(one["twin_of"] in numbers for one in told if one["twin_of"])
    assert (tmp_path / "truth").stat().st_mode & 0o077 == 0


def test_nobody_works_at_night_unless_it_is_urgent(lanting: County) -> None:
    for story in stories(lanting, days=6):
        for act in story.acts:
            if isinstance(act, many.Answer) and story.voice.matter == "road-damage":
                assert 9 <= act.at.astimezone(ZONE).hour < 18
