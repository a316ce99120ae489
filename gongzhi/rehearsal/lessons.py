"""The ten tasks of the tour: what each asks, on which page, and how the system sees that it was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.ledger import reads as ledger
from gongzhi.people import purposes
from gongzhi.people.permits import Permit

Seen = Callable[["Trace"], bool]


@dataclass(frozen=True, slots=True)
class Trace:
    """What a check may look at: the practice case and voice of the task, the clerk's posts, since when."""

    case: UUID | None
    voice: UUID | None
    posts: Sequence[UUID]
    since: datetime

    def did(self, *kinds: str) -> bool:
        """Whether one of the clerk's own posts left such a fact about the case."""
        if self.case is None:
            return False
        own = {f"post:{post.hex}" for post in self.posts}
        facts = ledger.about(f"case:{self.case.hex}")
        return any(fact.kind in kinds and fact.by in own for fact in facts)

    def looked(self) -> bool:
        """Whether one of the clerk's posts opened the original words of the voice, with a purpose."""
        if self.voice is None:
            return False
        subject = f"voice:{self.voice.hex}"
        return any(look.subject == subject for look in purposes.looks_by(self.posts))


@dataclass(frozen=True, slots=True)
class Lesson:
    """One task. `begins` is the state its practice case is made in (empty: none is made); `asks` names what must be
    typed on the tour's own page (the day of the limit, the number given to a caller)."""

    code: str
    title: Promise
    why: Promise
    how: tuple[Promise, ...]
    begins: str
    seen: Seen | None
    needs: Permit = Permit.CASE_ANSWER
    asks: str = ""


LESSONS: tuple[Lesson, ...] = (
    Lesson(
        "accept",
        _("Accept a case"),
        _("Somebody waits to hear that a person has taken it up. From here on your post holds the case."),
        (
            _("Open the case and read the words before anything else."),
            _("Choose Accept, or press the key a."),
            _("For ten seconds a bar at the foot lets you take it back."),
        ),
        begins="received",
        seen=lambda trace: trace.did("case.accepted"),
    ),
    Lesson(
        "clock",
        _("Find by when it must be answered"),
        _("The limit comes from a rule and runs on the county's working calendar. Nobody can quietly move it."),
        (
            _("Open the case and read the sentence about the limit, and the rule it names."),
            _("Come back here and enter the day."),
        ),
        begins="in_hand",
        seen=None,
        asks="day",
    ),
    Lesson(
        "ask",
        _("Ask the resident"),
        _("When the place or the time is unclear, ask. The clock pauses until she answers, at most ten working days."),
        (
            _("Open the case and choose Ask the resident, or press q."),
            _("Ask one thing, so that it can be answered in one sentence."),
        ),
        begins="in_hand",
        seen=lambda trace: trace.did("case.asked"),
    ),
    Lesson(
        "rematter",
        _("Change the kind of matter"),
        _("A wrong kind leads to the wrong office. Changing it does not touch the clock."),
        (
            _("This case was filed under the wrong kind. Read the words."),
            _("Choose the kind that fits; the machine's suggestion is marked as one."),
        ),
        begins="in_hand",
        seen=lambda trace: trace.did("case.rematter"),
    ),
    Lesson(
        "help",
        _("Ask another office to help"),
        _("Some things need two offices. You keep the case; it can only be closed when the others have returned."),
        (_("Open the case and choose Ask others to help."), _("Say in one sentence what you need from them.")),
        begins="in_hand",
        seen=lambda trace: trace.did("case.helping"),
    ),
    Lesson(
        "hand_over",
        _("Hand a case over with a reason"),
        _("A case is never pushed away: a coded reason and a named receiver are kept, and the resident reads both."),
        (
            _("Open the case and choose Hand over, or press h."),
            _("Choose the reason and the receiver; “not our duty” also needs the rule."),
        ),
        begins="in_hand",
        seen=lambda trace: trace.did("case.handed_over"),
    ),
    Lesson(
        "answer",
        _("Answer in plain words"),
        _("Say what was done, what happens next, who, and by when. The inner note is a field of its own."),
        (
            _("Open the case and choose Answer, or press r."),
            _("Write two or three sentences to one person. No officialese."),
        ),
        begins="in_hand",
        seen=lambda trace: trace.did("case.answered", "case.closed"),
    ),
    Lesson(
        "close",
        _("Close with an outcome"),
        _("Closed is not fixed: the outcome says what was reached, and the resident says whether it is true."),
        (_("This case is answered. Open it and choose Close, or press c."), _("Choose the outcome that is true.")),
        begins="answered",
        seen=lambda trace: trace.did("case.closed"),
    ),
    Lesson(
        "original",
        _("Look at the original words, with a purpose"),
        _("You work with masked words. The original opens for a purpose only, and the resident sees who looked."),
        (
            _("Open the case and choose Original words beside the voice."),
            _("Name the purpose. Only then the text opens."),
        ),
        begins="in_hand",
        seen=lambda trace: trace.looked(),
        needs=Permit.ORIGINAL_LOOK,
    ),
    Lesson(
        "enter",
        _("Write down a phone call"),
        _("Write what you hear, read it back, and give the caller the number. No name is needed."),
        (
            _("Switch to the counter post in the menu at the top right, then choose Write down a voice."),
            _("The caller says: “The lamp by the market has been dark for a week. I am seventy and I fall.”"),
            _("Come back here and enter the number the page gave you."),
        ),
        begins="",
        seen=None,
        needs=Permit.VOICE_ENTER,
        asks="number",
    ),
)
BY_CODE = {lesson.code: lesson for lesson in LESSONS}
MINUTES = 20
