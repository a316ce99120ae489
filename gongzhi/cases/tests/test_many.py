"""Whole histories at once leave the rows that the single verbs leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases import (
    appealing,
    closing,
    decisions,
    dispatch,
    handling,
    intake,
    lists,
    many,
    noting,
    pausing,
    rating,
)
from gongzhi.cases.cards import Contact, Officer, Where
from gongzhi.cases.many import (
    Accept,
    Answer,
    Ask,
    Contest,
    Ended,
    Halt,
    HandOver,
    Help,
    Join,
    NewVoice,
    Rate,
    Rematter,
    Reply,
    Resume,
    Return,
    Rule,
    Story,
)
from gongzhi.cases.models import Appeal, Case, Decision, Entry, Hint, Rating, Voice
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import NotAllowed, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import reads as procedures
from gongzhi.procedures import running

pytestmark = pytest.mark.usefixtures("county")

# What differs by its nature: ids, salts, keys, drawn numbers, and the run's own count of steps.
DRAWN = {
    *("id", "_state", "number", "seek", "run", "clock", "case_id", "voice_id", "fact", "form_key", "link_hash"),
    *("original_sealed", "key_wrapped", "contact_sealed", "contact_key_wrapped", "salt", "about"),
}
WORDS = [
    "东街井盖坏了",
    "路灯不亮，晚上很黑",
    "停水三天了，电话13912345678",
    "想问问广场舞",
    "我家着火了",
    "态度恶劣，推诿",
]
PLACES = [None, cast.PIN, Where(code=cast.OTHER_VILLAGE), Where(text="南山村口")]


def fields(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name not in DRAWN}


def history(case: Case) -> dict[str, Any]:
    """Everything that was kept of a case, without what is drawn anew each time."""
    voices = list(Voice.objects.filter(case=case).order_by("-lead", "noted_at"))
    known = {case.id.hex: "CASE", case.number: "NUMBER"}
    for nth, voice in enumerate(voices):
        known |= {voice.id.hex: f"VOICE{nth}", voice.number: f"NUMBER{nth}"}

    def named(value: Any) -> Any:
        for drawn, name in known.items():
            value = value.replace(drawn, name) if isinstance(value, str) else value
        return value

    facts = Fact.objects.filter(about=case.ref).order_by("noted_at", "kind")
    clock = procedures.clock(case.clock)
    return {
        "case": fields(Case.objects.get(id=case.id)) | {"moved_by": named(case.moved_by)},
        "voices": [fields(voice) for voice in voices],
        "sealed": [fact.id for fact in Fact.objects.filter(id__in=[v.fact for v in voices])] and len(voices),
        "entries": [
            {name: named(value) for name, value in fields(entry).items()} | {"by_voice": entry.voice_id is not None}
            for entry in Entry.objects.filter(case=case).order_by("at", "kind")
        ],
        "ratings": [fields(row) for row in Rating.objects.filter(case=case).order_by("round")],
        "facts": [
            (fact.kind, named(fact.by), fact.happened_at, {key: named(value) for key, value in fact.details.items()})
            for fact in facts
        ],
        "tokens": [(token.stage, token.holder, token.since_at) for token in running.marking(case.run)],
        "decisions": list(Decision.objects.filter(case=case).order_by("at").values_list("at", "what", "reason")),
        "hints": list(Hint.objects.filter(case=case).order_by("at", "what").values_list("at", "what", "verdict")),
        "clock": told_of(clock),
        "appeals": [
            fields(row) | {"decision_id": row.decision.at, "entry_id": row.entry.at}
            for row in Appeal.objects.filter(case=case).order_by("at")
        ],
        "appeal clocks": [
            told_of(procedures.clock(row.clock)) for row in Appeal.objects.filter(case=case).order_by("at")
        ],
        "found": any(row.case == case.id for row in lists.staff_list(cast.actor("audit"), cast.AT, q="的").rows),
    }


def told_of(clock: procedures.ClockCard) -> tuple[Any, ...]:
    when = (clock.started_at, clock.due_at, clock.provisional, clock.stopped_at)
    return (clock.limit, clock.clause, *when, clock.pauses)


def told_by_verbs(story: Story) -> Case:
    new = story.voice
    names = [name for name in NewVoice.__slots__ if name not in ("form_key", "organ")]
    received = intake.receive(**{name: getattr(new, name) for name in names})
    for act in story.acts:
        case = Case.objects.get(id=received.case.id)
        if isinstance(act, Rate | Reply | Join | Contest):
            _by_resident(received, act)
        else:
            _by_staff(case, act)
    return Case.objects.get(id=received.case.id)


def _by_resident(received: intake.Received, act: Rate | Reply | Join | Contest) -> None:
    voice = received.voice
    told = {name: getattr(act, name) for name in act.__slots__}
    if isinstance(act, Rate):
        rating.rate(by=voice.ref, voice=voice.id, **told)
    elif isinstance(act, Reply):
        handling.answer_question(by=voice.ref, voice=voice.id, **told)
    elif isinstance(act, Contest):
        found = decisions.newest(received.case.id, "refused")
        appealing.appeal(by=voice.ref, voice=voice.id, decision=found, **told)
    else:
        intake.join(case=received.case.id, **told)


VERBS: dict[type, Any] = {
    Accept: dispatch.accept,
    Ask: handling.ask,
    HandOver: dispatch.hand_over,
    Rematter: dispatch.rematter,
    Return: dispatch.return_help,
    Answer: closing.answer_and_close,
    Halt: pausing.pause,
    Resume: pausing.resume,
}


def _by_staff(case: Case, act: Any) -> None:
    told = {name: getattr(act, name) for name in act.__slots__}
    turn = {"by": act.post.doer, "case": case.id, "version": case.version, **told}
    if isinstance(act, Help):
        dispatch.help(organs=[turn.pop("organ")], **turn)
    elif isinstance(act, Rule):
        appealing.answer_appeal(appeal=appealing.newest(case.id), **turn)
    else:
        VERBS[type(act)](**turn)


def told_at_once(story: Story) -> Case:
    (kept,) = many.receive_many([story])
    return Case.objects.get(id=kept.case)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    at = cast.AT + timedelta(minutes=draw(st.integers(0, 20_000)))
    voice = NewVoice(
        by=draw(st.sampled_from([cast.BY, "voice:new"])),
        at=at,
        words=draw(st.sampled_from(WORDS)),
        kind=draw(st.sampled_from(["report", "complaint", "question"])),
        source=draw(st.sampled_from(["web", "phone", "paper"])),
        place=draw(st.sampled_from(PLACES)),
        contact=draw(st.sampled_from([None, Contact("email", "lin@example.org"), Contact("phone", "09908123456")])),
        allows_public=draw(st.booleans()),
        said_at=draw(st.sampled_from([None, at - timedelta(days=2)])),
        officer=draw(st.sampled_from([None, None, None, Officer(text="某人")])),
    )
    return Story(voice, tuple(draw(_acts(at, _post_for(voice.words)))))


def _post_for(words: str) -> str:
    """A post of the organ the words go to, mostly; what goes to the desk is refused to all of them."""
    return "water-1" if "停水" in words else "watch-1" if "态度" in words else "roads-1"


@st.composite
def _acts(draw: st.DrawFn, at: datetime, post: str) -> list[many.Act]:
    """Up to three rounds; between accepting and answering whatever may happen, mostly as the rules allow it."""
    acts: list[many.Act] = []
    other = "water-1" if post == "roads-1" else "roads-1"
    moment = at

    def later() -> datetime:
        nonlocal moment
        moment += timedelta(hours=draw(st.integers(1, 60)))
        return moment

    def asked() -> list[many.Act]:
        return [Ask(later(), cast.post(post), "哪一盏？电话13912345678"), Reply(later(), "东边那盏，13912345678")]

    def helped() -> list[many.Act]:
        organ = draw(st.sampled_from(["town", "water"]))
        return [
            Help(later(), cast.post(post), organ, "请看看管线"),
            Return(later(), cast.post(f"{organ}-1"), "看过了"),
        ]

    def passed() -> list[many.Act]:
        nonlocal post, other
        to = "water" if other == "water-1" else "roads"
        over = HandOver(later(), cast.post(post), "not_our_duty", to, "water-1", "管线是他们的")
        post, other = other, post
        return [over, Accept(later(), cast.post(post))]

    def corrected() -> list[many.Act]:
        return [Rematter(later(), cast.post(post), draw(st.sampled_from(["lamp", "manhole", "water"])))]

    def halted() -> list[many.Act]:
        if post != "roads-1":
            return []  # no other organ of the cast has a head
        reason = draw(st.sampled_from(["expert_opinion", "force_majeure"]))
        head = cast.post("roads-head")
        return [Halt(later(), head, reason, "等鉴定，电话13912345678"), Resume(later(), head)]

    def contested() -> list[many.Act]:
        ruler = cast.post("mayor" if post == "watch-1" else "watch-1")
        said: list[many.Act] = [Contest(later(), "明明还坏着，电话13912345678")]
        return [*said, Rule(later(), ruler, draw(st.booleans()), "复核过了")] if draw(st.booleans()) else said

    def joined() -> list[many.Act]:
        email = draw(st.sampled_from([None, Contact("email", "wu@example.org")]))
        return [Join(later(), "voice:new", draw(st.sampled_from(WORDS)), contact=email)]

    for _ in range(draw(st.integers(0, 3))):
        acts.append(Accept(later(), cast.post(post)))
        for happens in draw(st.lists(st.sampled_from([asked, helped, passed, corrected, joined, halted]), max_size=3)):
            acts += happens()
        text = draw(st.sampled_from(["修好了", "电话13912345678"]))
        outcome = draw(st.sampled_from(["fixed", "no_ground"]))
        acts.append(Answer(later(), cast.post(post), text, outcome, "内部"))
        if outcome == "no_ground" and draw(st.booleans()):
            acts += contested()
        if not isinstance(acts[-1], Rule):
            acts.append(Rate(later(), draw(st.booleans()), draw(st.integers(1, 5)), "谢谢"))
    last = draw(st.integers(0, len(acts)))
    return acts[: last + 1] if last and isinstance(acts[last - 1], Ask | Halt) else acts[:last]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories())
def test_a_story_told_at_once_is_the_story_told_by_the_verbs(story: Story) -> None:
    outcomes = []
    for tell in (told_by_verbs, told_at_once):
        try:
            outcomes.append(history(tell(story)))
        except Refusal as refusal:
            outcomes.append({"refused": isinstance(refusal, Refusal)})
    assert outcomes[0] == outcomes[1]


def everything() -> Story:
    """One story with every act there is, in two rounds; the second is left while help is still asked for."""
    roads, water, town = (cast.post(code) for code in ("roads-1", "water-1", "town-1"))
    at = [cast.later(hours=n) for n in range(40)]
    told = NewVoice(by="voice:new", at=at[0], words="路灯不亮，晚上很黑", place=Where(text="东街"), allows_public=True)
    return Story(
        told,
        (
            Accept(at[1], roads),
            Join(at[2], "voice:new", "我家着火了，就在路灯旁", contact=Contact("phone", "09908123456")),
            Rematter(at[3], roads, "manhole"),
            Ask(at[4], roads, "哪一盏？电话13912345678"),
            Join(at[5], cast.BY, "我也看到了", source="phone"),
            Reply(at[6], "东边那盏，电话13912345678"),
            Help(at[7], roads, "town", "请看看"),
            HandOver(at[8], roads, "needs_other", "water"),
            Return(at[9], town, "看过了"),
            Accept(at[10], water),
            Ask(at[11], water, "几点？"),
            Reply(at[12], "晚上"),
            Ask(at[13], water, "还有吗？"),
            Reply(at[14], "没有了"),
            Answer(at[15], water, "不归我们", "not_ours", "内部"),
            Rate(at[16], False, 1, "不满意，电话13912345678"),
            Accept(at[17], water),
            Help(at[18], water, "town"),
        ),
    )


def test_a_story_with_every_act_is_the_story_told_by_the_verbs() -> None:
    alone, together = history(told_by_verbs(everything())), history(told_at_once(everything()))
    assert alone == together
    assert [what for _, what, _ in together["decisions"]] == ["paused", "handed_over", "paused", "refused"]
    assert [verdict for _, what, verdict in together["hints"]] == ["overruled", "stood"]
    assert [token[:2] for token in together["tokens"]] == [
        ("helping", "organ:town"),
        ("in_hand", cast.post("water-1").ref),
    ]
    assert len(together["voices"]) == 3


def rights() -> Story:
    """A legal pause, a refusal contested and granted, another contested in vain, and a third that nobody answered."""
    roads, head, watch = (cast.post(code) for code in ("roads-1", "roads-head", "watch-1"))
    at = [cast.later(hours=n) for n in range(40)]
    told = NewVoice(by="voice:new", at=at[0], words=cast.WORDS, place=cast.PIN, allows_public=True)
    refused = [Answer(at[n], roads, "没有发现问题", "no_ground") for n in (6, 11, 20)]
    return Story(
        told,
        (
            Accept(at[1], roads),
            Halt(at[2], head, "expert_opinion", "等检测报告，电话13912345678"),
            Join(at[3], "voice:new", "我也看到了"),
            Resume(at[5], head),
            refused[0],
            Contest(at[7], "没有人来看过，电话13912345678"),
            Rule(at[9], watch, True, "重新办理，电话13912345678"),
            Accept(at[10], roads),
            refused[1],
            Contest(at[12], "还是没有人来"),
            Rule(at[14], watch, False, "维持"),
            Rate(at[15], False, 1, "不认可"),
            Accept(at[16], roads),
            refused[2],
            Contest(at[21], "我不同意"),
        ),
    )


def test_legal_pauses_and_appeals_are_told_alike() -> None:
    alone, together = history(told_by_verbs(rights())), history(told_at_once(rights()))
    assert alone == together
    assert [what for _, what, _ in together["decisions"]] == ["paused", "refused", "refused", "refused"]
    assert [row["granted"] for row in together["appeals"]] == [True, False, None]
    assert together["case"]["round"] == 3


def test_a_legal_pause_after_the_limit_or_without_an_end_is_no_story() -> None:
    roads, head = cast.post("roads-1"), cast.post("roads-head")
    voice = NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN)
    for begun, ended in ((2, 24 * 90), (24 * 30, 24 * 31)):
        acts = (
            Accept(cast.later(hours=1), roads),
            Halt(cast.later(hours=begun), head, "expert_opinion", "等鉴定"),
            Resume(cast.later(hours=ended), head),
        )
        with pytest.raises(Refusal):
            many.receive_many([Story(voice, acts)])
        with pytest.raises(Refusal):
            many.receive_many([Story(voice, acts[:2])])


def test_an_organ_that_has_returned_is_asked_again_alike() -> None:
    roads, town = cast.post("roads-1"), cast.post("town-1")
    voice = NewVoice(by="voice:new", at=cast.AT, words=WORDS[1], place=cast.PIN, allows_public=True)
    acts = (
        Accept(cast.later(hours=1), roads),
        Help(cast.later(hours=2), roads, "town", "请看看"),
        Return(cast.later(hours=3), town, "看过了"),
        Help(cast.later(hours=4), roads, "town", "请再看看"),
        Return(cast.later(hours=5), town, "又看过了"),
        Answer(cast.later(hours=6), roads, "修好了", "fixed"),
    )
    story = Story(voice, acts)

    assert history(told_at_once(story)) == history(told_by_verbs(story))


def test_a_question_without_an_answer_is_no_whole_story() -> None:
    roads = cast.post("roads-1")
    voice = NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN)
    acts = (Accept(cast.later(hours=1), roads), Ask(cast.later(hours=2), roads, "哪一盏？"))
    for late in ((), (Reply(cast.later(days=40), "东边"),)):
        with pytest.raises(Refusal, match="does not end in time"):
            many.receive_many([Story(voice, (*acts, *late))])


def test_many_stories_keep_their_order_and_are_found() -> None:
    told = [
        Story(
            NewVoice(
                by=cast.BY, at=cast.later(minutes=i), words=f"东街第{i}个井盖坏了", place=cast.PIN, allows_public=True
            )
        )
        for i in range(50)
    ]
    kept = many.receive_many(told)
    assert [Case.objects.get(id=one.case).title for one in kept] == [f"东街第{i}个井盖坏了" for i in range(50)]
    assert len(lists.public_list(cast.later(days=1), q="井盖", limit=60).rows) == 50
    assert Voice.objects.filter(fact__in=Fact.objects.filter(kind="case.received").values("id")).count() == 50


def test_statements_do_not_grow_with_stories(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    many.receive_many([Story(NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS))])
    told = [Story(NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN)) for _ in range(40)]
    with django_assert_max_num_queries(16):
        many.receive_many(told)


@pytest.mark.parametrize(
    "acts",
    [
        lambda post: (Accept(cast.later(days=-1), post),),
        lambda post: (Answer(cast.later(days=1), post, "好了", "fixed"),),
        lambda post: (Accept(cast.AT, post), Rate(cast.later(days=1), True, 5)),
        lambda post: (Accept(cast.AT, cast.post("water-1")),),
    ],
)
def test_a_story_that_breaks_a_rule_leaves_nothing(acts: Any) -> None:
    voice = NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN)
    with pytest.raises((Refusal, NotAllowed)):
        many.receive_many([Story(voice), Story(voice, acts(cast.post("roads-1")))])
    assert not Case.objects.exists()
    assert not Fact.objects.filter(kind="case.received").exists()


def test_numbers_and_orders_that_are_taken_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 7, 8, 8, 9])
    monkeypatch.setattr(noting.secrets, "randbits", lambda bits: next(drawn))
    told = Story(NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN))
    many.receive_many([told])
    many.receive_many([told, told])
    assert sorted(seek & 15 for seek in Case.objects.values_list("seek", flat=True)) == [7, 8, 9]
    assert set(Case.objects.values_list("number")) == set(Voice.objects.values_list("number"))


def test_a_story_that_ended_elsewhere_names_no_post() -> None:
    voice = NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN, organ="water", form_key=UUID(int=5))
    many.receive_many([Story(voice, (Ended(cast.later(days=1), "fixed", "call 13912345678"),), rung_until=cast.AT)])
    case = Case.objects.get()
    assert (case.state, case.outcome, case.organ, case.in_time) == ("closed", "fixed", "water", True)
    entries = Entry.objects.filter(case=case).order_by("id").values_list("kind", "by", "post", "public_text")
    assert set(entries) == {("answered", cast.BY, "", "call [phone]"), ("closed", cast.BY, "", "")}
    assert many.known([UUID(int=5), UUID(int=6)]) == {UUID(int=5)}


def test_cases_from_before_the_house_began_to_count_are_paged_like_any_other() -> None:
    begun = datetime(2015, 1, 1, tzinfo=UTC)
    told = [
        Story(NewVoice(by=cast.BY, at=begun + timedelta(days=n), words=f"第{n}个井盖", allows_public=True))
        for n in range(5)
    ]
    many.receive_many(told)
    titles, after = [], ""
    for _page in range(3):
        page = lists.public_list(cast.AT, after=after, limit=2)
        titles += [row.title for row in page.rows]
        after = page.next
    assert titles == [f"第{n}个井盖" for n in (4, 3, 2, 1, 0)]
    assert after == ""
