"""Whole histories at once: what an import or a rehearsal tells, in the rows the single verbs would have left.

The same rules judge each story: words, place, matter, permits, states, outcome, rating. Facts are the same, in the
same order, noted at the moment they tell of. Not written are letters (this was told long ago), the way back of a
move, and the steps in between: a run and its tokens stand where the story ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db import transaction

from gongzhi.cases import matters, noting, placing, searching
from gongzhi.cases.cards import Contact, MatterCard, Officer, Where
from gongzhi.cases.models import Case, Entry, Rating, Voice
from gongzhi.cases.storytelling import Accept, Act, Answer, Ended, Rate, Telling, reopens
from gongzhi.ledger import writing
from gongzhi.ledger.rows import insert_rows
from gongzhi.procedures import clocks, running
from gongzhi.procedures.models import Clock
from gongzhi.procedures.reckoning import NewClock
from gongzhi.procedures.running import NewRun

__all__ = ("Accept", "Answer", "Ended", "Kept", "NewVoice", "Rate", "Story", "known", "receive_many", "reopens")

BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVoice:
    """A voice to be received; the fields mean what the keywords of intake.receive mean."""

    by: str
    at: datetime
    words: str
    kind: str = "report"
    source: str = "import"
    language: str = "zh-hans"
    place: Where | None = None
    matter: str | None = None
    matter_by: str = "resident"
    contact: Contact | None = None
    allows_public: bool = False
    form_key: UUID | None = None
    said_at: datetime | None = None
    officer: Officer | None = None
    organ: str = ""  # the organ that had it in the system it comes from, instead of the responsible one


@dataclass(frozen=True, slots=True)
class Story:
    """A voice and what was done about it, in order of time. Without acts the case waits to be accepted."""

    voice: NewVoice
    acts: tuple[Act, ...] = ()
    rung_until: datetime | None = None  # bells up to then have rung: nobody is called about years ago


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a story was kept."""

    case: UUID
    voice: UUID
    number: str
    masked: bool = False  # something personal was hidden in what was said


@dataclass(slots=True)
class _Prepared:
    story: Story
    told: noting.Told
    matter: MatterCard
    case: Case
    voice: Voice
    clocks: list[NewClock] = field(default_factory=list)


def receive_many(stories: Sequence[Story]) -> list[Kept]:
    """Keep whole stories, each batch of 2,000 in one transaction. A story that breaks a rule refuses its batch."""
    kept: list[Kept] = []
    hear = lru_cache(maxsize=4 * BATCH)(noting.hear)  # lasts as long as this call: it holds words as they were said
    for start in range(0, len(stories), BATCH):
        prepared = [_prepare(story, hear) for story in stories[start : start + BATCH]]
        with transaction.atomic():
            _draw_again([one.case for one in prepared], [one.voice for one in prepared])
            kept += _keep(prepared)
    return kept


def _draw_again(cases: Sequence[Case], voices: Sequence[Voice]) -> None:
    """Draw new what another case has already: thousands told of one midnight share the range of one millisecond."""
    seeks = set(Case.objects.filter(seek__in=[case.seek for case in cases]).values_list("seek", flat=True))
    numbers = set(Case.objects.filter(number__in=[case.number for case in cases]).values_list("number", flat=True))
    for case, voice in zip(cases, voices, strict=True):
        while case.seek in seeks:
            case.seek = noting.new_seek(case.received_at)
        while case.number in numbers:
            case.number = voice.number = noting.new_number(case.received_at)
        seeks.add(case.seek)
        numbers.add(case.number)


def _prepare(story: Story, hear: Callable[[str], noting.Heard]) -> _Prepared:
    new = story.voice
    told = noting.told(
        by=new.by,
        at=new.at,
        words=new.words,
        kind=new.kind,
        source=new.source,
        language=new.language,
        contact=new.contact,
        allows_public=new.allows_public,
        form_key=new.form_key,
        said_at=new.said_at,
        photos=(),
        place_text=new.place.text if new.place else "",
        officer=new.officer,
        heard=hear,
    )
    where = placing.place(new.place, keep=told.danger is not None)
    matter = matters.chosen(new.matter) if new.matter else matters.suggested_or_other(told.words)
    concerned = placing.concerned(matter, where, new.officer, at=new.at)
    if new.organ and new.officer is None:
        concerned = replace(concerned, organ=new.organ)
    case = noting.new_case(told, where, matter, concerned, new.matter_by if new.matter else "suggested")
    voice, _ = noting.new_voice(told, case, lead=True)
    made = _Prepared(story, told, matter, case, voice)
    limit = matters.limit_of(matter)
    made.clocks = [
        NewClock(case.ref, limit, matter.clause, begun, new.by, stopped_at=stopped, rung_until=story.rung_until)
        for begun, stopped in rounds(story, matter)
    ]
    return made


def rounds(story: Story, matter: MatterCard) -> Iterator[tuple[datetime, datetime | None]]:
    """Each round of a story: when its clock began, and when it was answered (None: not yet)."""
    begun: datetime = story.voice.at
    answered: datetime | None = None
    for act in story.acts:
        if isinstance(act, Answer | Ended):
            answered = act.at
        elif isinstance(act, Rate) and answered is not None and reopens(act, answered, matter):
            yield begun, answered
            begun, answered = act.at, None
    yield begun, answered


def _keep(prepared: Sequence[_Prepared]) -> list[Kept]:
    started = iter(clocks.start_many([clock for one in prepared for clock in one.clocks]))
    tellings = [_tell(one, [next(started) for _ in one.clocks]) for one in prepared]
    runs = running.start_many(
        [
            NewRun(
                one.case.ref,
                one.matter.procedure,
                one.case.holder,
                one.told.at,
                one.told.by,
                stage=one.case.state,
                since_at=one.case.held_at,
            )
            for one in prepared
        ]
    )
    for one, run in zip(prepared, runs, strict=True):
        one.case.run = run.id
    facts = [fact for telling in tellings for fact in telling.facts]
    ids = iter(writing.write_many(facts))
    first: dict[str, UUID] = {}
    for fact, id in zip(facts, ids, strict=True):
        first.setdefault(fact.about, id)
    for one in prepared:
        one.voice.fact = first[one.case.ref]
    insert_rows(Case, [one.case for one in prepared])
    insert_rows(Voice, [one.voice for one in prepared])
    insert_rows(Entry, [entry for telling in tellings for entry in telling.entries])
    insert_rows(Rating, [rating for telling in tellings for rating in telling.ratings])
    searching.add_many([(one.case.seek, one.told.masked) for one in prepared])
    return [Kept(one.case.id, one.voice.id, one.case.number, one.told.masked != one.told.words) for one in prepared]


def _tell(one: _Prepared, began: Sequence[Clock]) -> Telling:
    case, clock = one.case, began[0]
    case.clock = clock.id
    case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
    telling = Telling(case, one.voice, list(began), [noting.received_fact(one.told, case, one.voice)])
    for act in one.story.acts:
        telling.act(act, one.matter)
    return telling


def known(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these form keys voices have already: those rows of an import are there."""
    found = Voice.objects.filter(form_key__in=list(keys)).values_list("form_key", flat=True)
    return {key for key in found if key is not None}
