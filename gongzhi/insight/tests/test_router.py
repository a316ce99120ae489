"""The router that learns: measured on later cases only, at work only while better, refused when it is not ours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from gongzhi.cases import closing, dispatch, matters, suggesting
from gongzhi.cases.models import Case, Hint
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.routing import commands, learning, reads, rules, serving, shown, switching, trials
from gongzhi.insight.routing.rules import Duel
from gongzhi.insight.routing.tables import RouterSwitch, RouterVersion, RouterWork, Trial
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger import sealing
from gongzhi.ledger.models import Fact
from gongzhi.methods.text import compact

# What people say without any keyword of the table, and what it means.
SAYINGS = {
    "manhole": ("盖子没了路中间一个洞", "下水道口敞着，电动车掉进去", "路上的铁盖翘起来了", "排水口的盖板不见了"),
    "lamp": ("晚上这条巷子黑漆漆的", "夜里走路看不见，照明全灭", "巷口照明坏了摸黑回家", "照明时亮时灭，天黑害怕"),
    "water": ("家里龙头没有水出来", "龙头放出来的水是黄的", "水管哗哗往外冒水", "楼上水管一直滴到我家"),
}
WHERE = ("东街", "西街", "学校门口", "菜场旁", "三号楼下", "村口", "老年活动室边")


@pytest.fixture(autouse=True)
def small(county: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cast's county, with a folder of its own, where little is enough to learn from."""
    settings.GONGZHI_DIR = tmp_path
    monkeypatch.setattr(rules, "ENOUGH", 60)
    monkeypatch.setattr(rules, "FEWEST", 10)
    serving._kept.forget()
    with translation.override("en"):
        yield
    serving._kept.forget()


def closed(count: int, *, begin: datetime = cast.AT, seed: int = 1, wrong: bool = False, known: str = "") -> None:
    """Cases whose matter the staff set and that were closed, one a minute; `known` words are in every saying."""
    rng = random.Random(seed)
    for n in range(count):
        matter = rng.choice(list(SAYINGS))
        words = f"{rng.choice(WHERE)}{rng.choice(SAYINGS[matter])}，{known}请来看看，编号{n}"
        said = cast.say(words, at=begin, contact=None, form_key=uuid4())
        meant = "gas" if wrong else matter
        Case.objects.filter(id=said.case.id).update(
            matter_id=meant, matter_by="staff", state="closed", outcome="fixed", closed_at=begin + timedelta(minutes=n)
        )


def learnt(count: int = 90, *, at: datetime | None = None, **more: Any) -> RouterVersion:
    closed(count, **more)
    version = learning.learn(by="clockwork", at=at or cast.later(days=1))
    assert version is not None
    return version


# Learning and being measured -----------------------------------------------------------------------------------------
def test_too_few_confirmed_cases_teach_nothing() -> None:
    closed(40)
    assert learning.learn(by="clockwork", at=cast.later(days=1)) is None
    assert not RouterVersion.objects.exists()


def test_the_first_night_tests_itself_on_the_later_part_of_the_past_and_goes_to_work() -> None:
    version = learnt()

    assert version.number == 2
    assert RouterVersion.objects.get(number=1).until < Trial.objects.earliest("closed_at").closed_at
    assert 20 <= Trial.objects.count() <= 30
    assert RouterWork.objects.get().at_work == 2
    switch = RouterSwitch.objects.get()
    assert (switch.before, switch.after, switch.why, switch.losses) == (0, 2, "better", 0)
    fact = Fact.objects.get(kind="router.switched")
    assert fact.details == {"before": 0, "after": 2, "why": "better", "wins": switch.wins, "losses": 0}


def test_at_work_it_suggests_what_no_keyword_knew_and_every_case_names_it() -> None:
    assert matters.suggest("巷子里照明灭了，黑漆漆的") is None
    learnt()

    hint = matters.suggest("巷子里照明灭了，黑漆漆的")
    said = cast.say("巷子里照明灭了，黑漆漆的")

    assert hint is not None
    assert (hint.matter.code, hint.router) == ("lamp", 2)
    assert hint.sure >= suggesting.UNSURE
    assert hint.words
    assert all(word in "巷子里照明灭了，黑漆漆的" for word in hint.words)
    assert (said.case.matter_id, said.case.matter_by, said.case.router) == ("lamp", "suggested", 2)
    assert said.voice.fact
    assert Fact.objects.get(id=said.voice.fact).details["router"] == 2


def test_keywords_answer_where_it_is_unsure_and_for_a_matter_it_has_not_learnt() -> None:
    learnt()
    assert matters.routed("厨房有煤气味")[0].code == "gas"  # nobody spoke of gas before
    assert matters.routed("厨房有煤气味")[1] == 0
    assert matters.routed("你好")[0].code == "other"


def test_a_case_is_judged_by_what_was_learnt_before_it_was_closed() -> None:
    version = learnt()
    before = Trial.objects.count()
    follow(cast.later(days=1))
    learned = Trial.objects.count()
    closed_by_staff("巷口照明坏了摸黑回家", "lamp", cast.later(days=2))
    follow(cast.later(days=2, hours=1))

    assert learned == before
    trial = Trial.objects.latest("closed_at")
    assert (trial.version, trial.guess, trial.learned_right, trial.keywords) == (version.number, "lamp", True, "other")


def closed_by_staff(words: str, matter: str, at: datetime) -> Case:
    """A whole life: said, taken in hand, its matter set, answered and closed."""
    said = cast.say(words, at=at, contact=None)
    post = "roads-1" if said.case.organ == "roads" else "desk-1"
    if post == "desk-1":
        dispatch.rematter(**cast.turn(post, said.case, at=at), matter=matter)
        organ = "water" if matter == "water" else "roads"
        dispatch.send(**cast.turn(post, said.case, at=at), organ=organ)
    else:
        dispatch.accept(**cast.turn(post, said.case, at=at))
        dispatch.rematter(**cast.turn(post, said.case, at=at), matter=matter)
        finish(said.case, at, accepted=True)
        return said.case
    finish(said.case, at, accepted=False)
    return said.case


def finish(case: Case, at: datetime, *, accepted: bool) -> None:
    case.refresh_from_db()
    post = "water-1" if case.organ == "water" else "roads-1"
    if not accepted:
        dispatch.accept(**cast.turn(post, case, at=at))
    turn = cast.turn(post, case, at=at + timedelta(minutes=1))
    closing.answer_and_close(**turn, public_text="已修好。", internal_text="", outcome="fixed")


def follow(at: datetime) -> None:
    while sealing.seal_once(at=at, holder="test"):
        pass
    while trials.follow(at + timedelta(minutes=10)):
        pass


def test_every_acceptance_is_logged_and_told_apart_by_who_suggested() -> None:
    learnt()
    case = closed_by_staff("巷口照明坏了摸黑回家", "lamp", cast.later(days=2))
    other = closed_by_staff("夜里看不见，照明坏了", "manhole", cast.later(days=2))

    told = {hint.case_id: (hint.verdict, hint.case.router) for hint in Hint.objects.filter(what="matter")}
    assert told[case.id] == ("confirmed", 2)
    assert told[other.id] == ("overruled", 2)


# Going back ----------------------------------------------------------------------------------------------------------
def test_it_goes_back_by_itself_when_it_has_become_worse() -> None:
    learnt()
    county_changes = cast.later(days=3)
    # From now on people say "井盖" first, and mean it, whatever else their words sound like.
    for n in range(14):
        closed_by_staff(f"井盖那里照明全灭，天黑害怕 {n}", "manhole", county_changes + timedelta(minutes=n))
    follow(cast.later(days=4))

    assert RouterWork.objects.get().at_work == 0
    assert RouterSwitch.objects.latest("at").why == "worse"
    assert matters.suggest("巷子里照明灭了，黑漆漆的") is None


def test_a_person_takes_it_back_for_a_reason_and_the_comparison_waits_for_her() -> None:
    learnt()
    by = cast.post("desk-1").doer
    switch = switching.back(by=by, at=cast.later(days=2), reason="not_explained", note="电话 13800138000 说不清")

    assert "13800138000" not in switch.note
    assert Fact.objects.filter(kind="router.switched").latest("noted_at").details["why"] == "not_explained"
    assert matters.suggest("巷子里照明灭了，黑漆漆的") is None
    closed(40, begin=cast.later(days=3), seed=3)
    trials.put(learning.usable(learning.teaching.examples()), serving.newest())  # type: ignore[arg-type]
    assert switching.weigh(by="clockwork", at=cast.later(days=4)) is None

    switching.release(by=by, at=cast.later(days=4))
    again = switching.weigh(by="clockwork", at=cast.later(days=4))

    assert again is not None
    assert again.why == "better"
    assert Fact.objects.filter(kind="router.released").count() == 1


def test_the_table_cannot_be_put_back_twice_nor_without_a_reason() -> None:
    with pytest.raises(Refusal) as unknown:
        switching.back(by="post:x", at=cast.AT, reason="because")
    switching.back(by="post:x", at=cast.AT, reason="comparison")
    with pytest.raises(Refusal) as again:
        switching.back(by="post:x", at=cast.AT, reason="comparison")
    assert (unknown.value.code, again.value.code) == ("reason_unknown", "router_not_at_work")


# Files ---------------------------------------------------------------------------------------------------------------
def spoil(path: Path, how: str) -> None:
    if how == "file_missing":
        path.unlink()
    if how == "file_damaged":
        data = bytearray(path.read_bytes())
        data[-3] ^= 255
        path.write_bytes(data)
    if how == "file_foreign":
        about, start = compact.header(path)
        compact.write(path, about | {"county": "990102"}, [path.read_bytes()[start:]])


@pytest.mark.parametrize("how", ["file_missing", "file_damaged", "file_foreign"])
def test_with_a_file_that_cannot_be_used_the_keywords_go_on_and_it_is_said(how: str, capsys: Any) -> None:
    version = learnt()
    spoil(serving.file_of(version.number), how)
    serving._kept.forget()

    said = cast.say("巷子里照明灭了，黑漆漆的，井盖也坏了")
    fault = serving.fault()

    assert (said.case.matter_id, said.case.router) == ("manhole", 0)
    assert fault is not None
    assert fault.why == how
    assert commands.router(["check"]) == 1
    told = capsys.readouterr().err
    assert "router-2.bin" in told
    assert "990102" in told if how == "file_foreign" else "990102" not in told
    follow(cast.later(days=2))
    assert RouterWork.objects.get().at_work == 0
    assert RouterSwitch.objects.latest("at").why == how

    assert learning.learn(by="clockwork", at=cast.later(days=2)) is not None  # the next night makes a new one
    assert serving.fault() is None


def test_a_file_of_another_county_is_refused_wherever_it_lies(tmp_path: Path, capsys: Any) -> None:
    version = learnt()
    other = tmp_path / "from-next-door.bin"
    other.write_bytes(serving.file_of(version.number).read_bytes())
    assert commands.router(["check", str(other)]) == 0
    spoil(other, "file_foreign")
    assert commands.router(["check", str(other)]) == 1
    assert "another county (990102)" in capsys.readouterr().err


def test_old_files_go_and_the_newest_stay() -> None:
    learnt()
    for n in range(4):
        assert learning.learn(by="clockwork", at=cast.later(days=2 + n), anyway=True) is not None
    assert sorted(path.name for path in serving.folder().glob("*.bin")) == [f"router-{n}.bin" for n in (4, 5, 6)]
    assert RouterWork.objects.get().at_work == 6


# Reading -------------------------------------------------------------------------------------------------------------
def test_figures_by_week_matter_and_tenth_add_up_to_the_same_cases() -> None:
    learnt()
    since = cast.AT - timedelta(days=1)
    duel = reads.duel(since=since)

    assert duel.cases == Trial.objects.count() > 0
    assert sum(one.cases for _week, one in reads.by_week(since=since)) == duel.cases
    assert sum(one.cases for _code, one, _unsure in reads.by_matter(since=since)) == duel.cases
    learned, _keywords = reads.tenths(since=since)
    assert sum(one.cases for one in learned) == Trial.objects.exclude(guess="").count()
    assert duel.learned > duel.keywords


def test_nothing_about_officers_and_nothing_withdrawn_is_learnt() -> None:
    closed(70)
    some = list(Case.objects.filter(state="closed")[:3])
    Case.objects.filter(id=some[0].id).update(about_officer=True, public=False)
    Case.objects.filter(id=some[1].id).update(outcome="withdrawn")
    some[2].voice_set.update(withdrawn_at=cast.AT)

    taken = {one.case for one in learning.teaching.examples()}

    assert len(taken) == 67
    assert not taken & {case.id for case in some}


# The page ------------------------------------------------------------------------------------------------------------
def test_the_page_says_who_is_at_work_how_both_did_and_what_is_unsure() -> None:
    empty = text(signed_in("mayor").get("/en/desk/routing/"))
    learnt(begin=now() - timedelta(days=20), at=now())
    page = text(signed_in("mayor").get("/en/desk/routing/"))

    assert "Nothing to compare yet" in empty
    assert "as it did from the first day" in empty
    assert "Router 2, which learnt from closed cases, suggests matters since" in page
    duel = reads.duel(since=cast.AT - timedelta(days=400))
    assert f"{duel.learned} of {duel.cases} right" in page
    assert f"{duel.keywords} of {duel.cases} right" in page
    assert "It was clearly better" in page


def test_weeks_of_both_are_drawn_and_too_small_ones_left_out() -> None:
    weeks = [(date(2026, 10, 5) + timedelta(days=7 * n), Duel(8, 3, 1, 1)) for n in range(3)]
    drawn = shown.weeks([*weeks, (date(2026, 11, 2), Duel(1, 0, 0, 0))])

    assert len(drawn) == 2
    assert "85" in drawn[0]
    assert "69" in drawn[1]
    assert "2 November" not in drawn[0]
    assert shown.weeks(weeks[:1]) == []


def test_the_one_switch_needs_a_permit_and_a_reason() -> None:
    learnt(begin=now() - timedelta(days=20), at=now())
    path = "/en/desk/routing/back/"

    assert signed_in("audit").post(path, {"reason": "wrong_often"}).status_code == 403
    assert signed_in("desk-1").post(path, {"reason": ""}).status_code == 422
    assert signed_in("desk-1").post(path, {"reason": "wrong_often", "note": "三次"}).status_code == 302
    page = text(signed_in("desk-1").get("/en/desk/routing/"))

    assert "because a colleague took the router back" in page
    assert "It is wrong too often in our work" in page
    assert "三次" in page
    assert matters.suggest("巷子里照明灭了，黑漆漆的") is None
    assert signed_in("desk-1").post("/en/desk/routing/release/").status_code == 302
    assert RouterWork.objects.get().held is False


def test_everybody_reads_what_became_of_suggestions_by_who_suggested() -> None:
    learnt(begin=now() - timedelta(days=20), at=now())
    case = cast.say("巷口照明坏了摸黑回家", at=now(), contact=None).case
    old = cast.say("井盖坏了", at=now(), contact=None).case
    Case.objects.filter(id=old.id).update(router=0)
    for row, verdict, count in ((case, "confirmed", 12), (case, "overruled", 3), (old, "confirmed", 8)):
        Hint.objects.bulk_create(
            Hint(case=row, at=now(), what="matter", offered=row.matter_id, verdict=verdict) for _ in range(count)
        )
    page = text(Client().get("/en/suggestions/"))
    file = Client().get("/en/suggestions/suggestions.csv").content.decode()

    assert "80 %" in page.split("Router 2")[1][:200]
    assert "fewer than 10" in page.split("The table of keywords")[1][:200]
    assert "router-2" in file
