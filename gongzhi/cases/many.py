"""Whole histories at once: what an import or a rehearsal tells, in the rows the single verbs would have left.

The same rules judge each story: words, place, matter, permits, states, outcome, rating. Facts are the same, in the
same order, noted at the moment they tell of. Not written are letters (this was told long ago), the way back of a
move, and the steps in between: a run and its tokens stand where the story ends, and a question has had its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import appealing, handling, left_rules, matters, noting, pausing, placing, rules, searching
from gongzhi.cases.acts import (
    Accept,
    Act,
    Answer,
    Ask,
    Contest,
    Ended,
    Halt,
    HandOver,
    Help,
    Join,
    Left,
    Rate,
    Rematter,
    Reply,
    Resume,
    Return,
    Rule,
    reopens,
)
from gongzhi.cases.cards import Contact, MatterCard, Officer, Where
from gongzhi.cases.models import Appeal, Case, Decision, Entry, Hint, Rating, Voice
from gongzhi.cases.remembering import Memory
from gongzhi.cases.storytelling import Telling
from gongzhi.kit import worktime
from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.kit.worktime import Pause
from gongzhi.ledger import rows, writing
from gongzhi.ledger.rows import Statement, insert_rows
from gongzhi.procedures import calendars, clocks, running
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.models import Clock
from gongzhi.procedures.reckoning import NewClock
from gongzhi.procedures.running import NewRun

__all__ = (
    "Accept",
    "Answer",
    "Ask",
    "Contest",
    "Ended",
    "Halt",
    "HandOver",
    "Help",
    "Join",
    "Kept",
    "Left",
    "NewVoice",
    "Rate",
    "Rematter",
    "Reply",
    "Resume",
    "Return",
    "Rule",
    "Story",
    "known",
    "prepare_many",
    "receive_many",
    "reopens",
)

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
    memory: Memory
    clocks: list[NewClock] = field(default_factory=list)
    pauses: dict[datetime, datetime] = field(default_factory=dict)
    joined: dict[datetime, Voice] = field(default_factory=dict)
    appeals: dict[datetime, NewClock] = field(default_factory=dict)
    promised: datetime | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a story: when its clock began, under which matter, its pauses with the latest end each might have
    had, when it was answered (None: not yet), and whether that refused."""

    begun: datetime
    matter: MatterCard
    pauses: tuple[Pause, ...] = ()
    until: tuple[datetime, ...] = ()
    answered: datetime | None = None
    refused: bool = False


def receive_many(stories: Sequence[Story]) -> list[Kept]:
    """Keep whole stories, each batch of 2,000 in one transaction. A story that breaks a rule refuses its batch."""
    kept: list[Kept] = []
    memory = Memory()
    for start in range(0, len(stories), BATCH):
        prepared = [_prepare(story, memory) for story in stories[start : start + BATCH]]
        with transaction.atomic():
            _draw_again(prepared)
            kept += _keep(prepared)
    return kept


@dataclass(frozen=True, slots=True)
class Ready:
    """Stories whose rows are made but not written: what another process prepares for the one that writes."""

    statements: list[Statement]
    stories: int
    masked: int  # of them told something personal

    def write(self) -> None:
        """Write the rows in one transaction. IntegrityError when somebody drew one of these numbers meanwhile."""
        with transaction.atomic(savepoint=False):  # a savepoint would copy every page that the facts' trigger touches
            rows.run(self.statements)


def prepare_many(stories: Sequence[Story]) -> Ready:
    """The same rows as `receive_many` would leave, unwritten. A story that breaks a rule refuses them all."""
    memory = Memory()
    prepared = [_prepare(story, memory) for story in stories]
    _draw_again(prepared)
    with rows.gathered() as statements:
        kept = _keep(prepared)
    return Ready(statements, len(kept), sum(one.masked for one in kept))


def _draw_again(prepared: Sequence[_Prepared]) -> None:
    """Draw new what another case has already: thousands told of one midnight share the range of one millisecond."""
    drawn = [voice.number for one in prepared for voice in (one.voice, *one.joined.values())]
    seeks = set(Case.objects.filter(seek__in=[one.case.seek for one in prepared]).values_list("seek", flat=True))
    numbers = set(Voice.objects.filter(number__in=drawn).values_list("number", flat=True))
    for one in prepared:
        while one.case.seek in seeks:
            one.case.seek = noting.new_seek(one.case.received_at)
        seeks.add(one.case.seek)
        for voice in (one.voice, *one.joined.values()):
            while voice.number in numbers:
                voice.number = noting.new_number(voice.noted_at)
            numbers.add(voice.number)
        one.case.number = one.voice.number


def _prepare(story: Story, memory: Memory) -> _Prepared:
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
        heard=memory.hear,
    )
    where = placing.place(new.place, keep=told.danger is not None)
    matter, router = (matters.chosen(new.matter), None) if new.matter else matters.routed(told.words)
    concerned = placing.concerned(matter, where, new.officer, at=new.at, organ=new.organ)
    case = noting.new_case(told, where, matter, concerned, new.matter_by if new.matter else "suggested", router=router)
    voice, _ = noting.new_voice(told, case, lead=True)
    made = _Prepared(story, told, matter, case, voice, memory)
    for one in rounds(story, matter):
        limit = matters.limit_of(one.matter)
        made.clocks.append(
            NewClock(
                case.ref, limit, one.matter.clause, one.begun, new.by,
                pauses=one.pauses, stopped_at=one.answered, rung_until=story.rung_until,
            )
        )  # fmt: skip
        made.pauses |= {pause.start: end for pause, end in zip(one.pauses, one.until, strict=True)}
        if one.pauses and len(made.clocks) == 1:  # what was promised at receipt knew of no pause
            made.promised = worktime.due(one.begun, limit, (), calendars.calendar()).at
    made.appeals = _appeals(story)
    made.joined = {act.at: _joined(act, case, memory) for act in story.acts if isinstance(act, Join)}
    return made


def _appeals(story: Story) -> dict[datetime, NewClock]:
    """The limits of a story's appeals, by the moment each was made; an answer ends the newest open one."""
    found: dict[datetime, NewClock] = {}
    for act in story.acts:
        if isinstance(act, Contest):
            about = f"appeal:{uuid7(act.at).hex}"
            found[act.at] = NewClock(about, appealing.LIMIT, "", act.at, story.voice.by, rung_until=story.rung_until)
        elif isinstance(act, Rule):
            newest = next((at for at in reversed(found) if found[at].stopped_at is None), None)
            if newest is not None:
                found[newest] = replace(found[newest], stopped_at=act.at)
    return found


def _joined(act: Join, case: Case, memory: Memory) -> Voice:
    told = noting.told(
        by=act.by,
        at=act.at,
        words=act.words,
        kind=act.kind,
        source=act.source,
        language=act.language,
        contact=act.contact,
        allows_public=False,
        form_key=None,
        said_at=None,
        photos=(),
        place_text="",
        officer=None,
        heard=memory.hear,
    )
    return noting.new_voice(told, case, lead=False)[0]


def rounds(story: Story, matter: MatterCard) -> Iterator[Round]:
    """The rounds of a story, in order. Refuses a pause that nobody ended before it had to: such a one is for the verbs
    and the bell."""
    here, question, halt = Round(story.voice.at, matter), None, None
    for act in story.acts:
        if isinstance(act, Answer | Ended):
            here = Round(here.begun, here.matter, here.pauses, here.until, act.at, act.outcome in rules.REFUSALS)
        elif isinstance(act, Left):  # its clock never ran
            here = replace(here, answered=act.at)
        elif isinstance(act, Rematter):
            matter = matters.chosen(act.matter)
        elif isinstance(act, Ask):
            question = act
        elif isinstance(act, Reply) and question is not None:
            here, question = _paused(here, question, act, matter), None
        elif isinstance(act, Halt):
            halt = act
        elif isinstance(act, Resume) and halt is not None:
            here, halt = _halted(here, halt, act, matter), None
        elif _begins_anew(act, here, matter):
            yield here
            here = Round(act.at, matter)
    if question is not None or halt is not None:
        raise _unended()
    yield here


def _begins_anew(act: Act, here: Round, matter: MatterCard) -> bool:
    """Whether the next round begins: by a granted appeal against a refusal, or by right of an unhappy rating."""
    if isinstance(act, Rule):
        return act.granted and here.refused
    return isinstance(act, Rate) and here.answered is not None and reopens(act, here.answered, matter)


def _paused(here: Round, question: Ask, reply: Reply, matter: MatterCard) -> Round:
    """The round with the pause of a question, if the limit had not passed and the matter allows one more."""
    asked = sum(pause.reason == handling.WAITING for pause in here.pauses)
    if question.at > _due(here) or asked >= matter.asks_most:
        return here
    return _stood(here, "ask", handling.WAITING, question.at, reply.at)


def _halted(here: Round, halt: Halt, resume: Resume, matter: MatterCard) -> Round:
    """The round with a legal pause; refuses one that begins when the limit has passed."""
    if halt.at > _due(here):
        raise Refusal("pause_late", N_("The limit has passed; it cannot stand still any more."))
    return _stood(here, pausing.MOVE, halt.reason, halt.at, resume.at)


def _due(here: Round) -> datetime:
    return worktime.due(here.begun, matters.limit_of(here.matter), here.pauses, calendars.calendar()).at


def _stood(here: Round, move: str, reason: str, start: datetime, end: datetime) -> Round:
    term = procedures.net(here.matter.procedure).move(move).clock.term(reason)
    until = clocks.until(start, term)
    if end > until:
        raise _unended()
    return replace(here, pauses=(*here.pauses, Pause(start, end, reason)), until=(*here.until, until))


def _unended() -> Refusal:
    return Refusal("story_waits", N_("A pause of this story does not end in time."))


def _keep(prepared: Sequence[_Prepared]) -> list[Kept]:
    wanted = [clock for one in prepared for clock in (*one.clocks, *one.appeals.values())]
    started = iter(clocks.start_many(wanted))
    tellings = [
        _tell(one, [next(started) for _ in one.clocks], {at: next(started) for at in one.appeals}) for one in prepared
    ]
    runs = running.start_many(
        [
            NewRun(
                one.case.ref,
                one.matter.procedure,
                one.case.holder,
                one.told.at,
                one.told.by,
                stage="received" if one.case.state == left_rules.STATE else one.case.state,
                since_at=telling.since,
                more=tuple(telling.more),
            )
            for one, telling in zip(prepared, tellings, strict=True)
        ]
    )
    for one, run in zip(prepared, runs, strict=True):
        one.case.run = run.id
    facts = [fact for telling in tellings for fact in telling.facts]
    written = {id(fact): key for fact, key in zip(facts, writing.write_many(facts), strict=True)}
    for telling in tellings:
        for voice, fact in ((telling.voice, telling.facts[0]), *telling.voices):
            voice.fact = written[id(fact)]
    insert_rows(Case, [one.case for one in prepared])
    insert_rows(Voice, [one.voice for one in prepared])
    insert_rows(Voice, [voice for telling in tellings for voice, _ in telling.voices])
    insert_rows(Entry, [entry for telling in tellings for entry in telling.entries])
    insert_rows(Rating, [rating for telling in tellings for rating in telling.ratings])
    insert_rows(Decision, [decision for telling in tellings for decision in telling.decisions])
    insert_rows(Appeal, [appeal for telling in tellings for appeal in telling.appeals])
    insert_rows(Hint, [hint for telling in tellings for hint in telling.hints])
    searching.add_many([(one.case.seek, one.told.masked) for one in prepared])
    return [Kept(one.case.id, one.voice.id, one.case.number, one.told.masked != one.told.words) for one in prepared]


def _tell(one: _Prepared, began: Sequence[Clock], appealed: Mapping[datetime, Clock]) -> Telling:
    case, clock = one.case, began[0]
    case.clock = clock.id
    case.due_at = one.promised or clock.due_at
    facts = [noting.received_fact(one.told, case, one.voice)]
    case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
    telling = Telling(case, one.voice, list(began), facts, one.matter, one.pauses, one.joined, appeal_clocks=appealed)
    telling.noted = one.memory.noted
    for act in one.story.acts:
        telling.act(act)
    return telling


def known(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these form keys voices have already: those rows of an import are there."""
    found = Voice.objects.filter(form_key__in=list(keys)).values_list("form_key", flat=True)
    return {key for key in found if key is not None}
