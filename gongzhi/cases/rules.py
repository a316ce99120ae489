"""What may happen to a voice and its case: codes, limits, refusals and the facts of this room.

Plain Python without a clock, a database or settings. Kinds of voices follow the request kinds of the 12345 hotline
(求助 咨询 投诉 举报 建议 表扬); nothing is refused, passed on or paused without a coded reason (DESIGN section 4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger.kinds import FactKind

KINDS = ("question", "help", "complaint", "report", "suggestion", "praise")
SOURCES = ("web", "api", "counter", "phone", "sms", "paper", "sensor", "import", "mail", "chat", "open311")
STATES = ("received", "in_hand", "asked", "paused", "answered", "left_open", "closed")
OPEN = STATES[:-2]  # somebody here has to act; what another system left open waits to be taken over
OUTCOMES = ("fixed", "answered", "partly", "planned", "not_ours", "no_ground", "duplicate", "withdrawn", "not_taken")
HANDOVER_REASONS = ("not_our_duty", "wrong_place", "needs_other", "on_leave", "conflict_of_interest")
CONTACT_KINDS = ("email", "phone", "post")
# The five grounds on which a person may demand deletion (Personal Information Protection Law, art. 47): the purpose is
# reached, the service or its term has ended, consent is withdrawn, it was handled unlawfully, or another law says so.
ERASURE_GROUNDS = ("purpose_reached", "term_over", "consent_withdrawn", "unlawful", "other_law")
MATTER_BY = ("suggested", "staff", "resident")
PLACE_BY = MATTER_BY
# What limits somebody, each for a coded reason, with notice and appeal: closing outcomes that refuse, taking words from
# public view (the last two follow from a matter that cannot be public), pauses, hand-overs.
DECISIONS = ("refused", "narrowed", "paused", "handed_over")
APPEALABLE = ("refused", "narrowed", "paused")
REFUSALS = ("not_ours", "no_ground", "not_taken")
NARROW_REASONS = ("personal_data", "endangers_person", "court_order", "matter_private", "about_officer")
HINTS = ("matter", "place", "twin")
VERDICTS = ("confirmed", "stood", "overruled")
QUEUES = ("new", "mine", "near", "overdue", "waiting", "helping", "dispatch", "all")
MOVES = (
    *("take_over", "close_untaken", "accept", "send", "hand_over", "rematter", "relocate", "help", "return_help"),
    *("ask", "pause", "resume", "answer", "close", "answer_and_close", "reopen", "extend", "narrow", "note"),
)
ENTRY_KINDS = (
    *("received", "joined", "accepted", "sent", "handed_over", "ruled", "rematter", "helped", "returned_help"),
    *("asked", "resident_answered", "resumed", "answered", "note", "closed", "rated", "reopened", "extended"),
    *("withdrawn", "merged", "looked", "recovered", "near", "overdue", "ladder", "undone", "answered_own", "erased"),
    *("paused", "narrowed", "widened", "relocated", "appealed", "appeal_answered", "left_open", "taken_over"),
)
# What the public and the resident read of the course; the rest is the desk's.
PUBLIC_KINDS = frozenset(ENTRY_KINDS) - {"note", "looked", "recovered", "near", "overdue", "ladder", "undone"}
# Words of one resident are for her and the staff; her neighbours read only that she answered.
RESIDENT_KINDS = frozenset({"joined", "resident_answered", "rated", "withdrawn", "erased"})

WORDS_MAX = 10_000
ANSWER_MAX = 10_000
RATING_WORDS_MAX = 2_000
REASON_MAX = 2_000
PLACE_TEXT_MAX = 200
TITLE_MAX = 60
PHOTOS_MAX = 5
DETAIL_MAX = 500
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")  # of GeoReport v2
UNDO_SECONDS = 10
WATCH_SECONDS = 120
COUNT_CAP = 999
WITHHELD_BELOW = 10
ASKS_MOST = 2  # questions that may pause one clock, where the matter says nothing else
APPEAL_WORKING_DAYS = 10  # within which an appeal is answered
APPEAL_DAYS = 60  # calendar days within which one may be made (as in the Administrative Reconsideration Law, art. 20)
DISPATCH = "desk:dispatch"
LANGUAGES = ("zh-hans", "en")
NEW_VOICE = "voice:new"  # the actor of a first sentence: the voice has no id yet
CATCH_ALL = "other"  # the matter of a voice that no keyword knows

FACTS: dict[str, FactKind] = {
    "case.received": FactKind(
        (
            *("voice", "number", "kind", "source", "matter", "matter_by", "place", "organ"),
            *("clause", "due", "urgent", "public", "router"),
        ),
        "A resident's words were received, placed, and given to whom they concern, with a limit.",
    ),
    "case.joined": FactKind(("voice", "number", "kind", "source"), "A further voice joined the case."),
    "case.accepted": FactKind(("round",), "A post took the case in hand."),
    "case.sent": FactKind(("organ", "ruling"), "The dispatch desk sent the case to an organ."),
    "case.handed_over": FactKind(
        ("reason", "organ", "post", "clause", "refusals", "to_ruling"),
        "An organ or post handed the case over for a coded reason to a named receiver.",
    ),
    "case.rematter": FactKind(
        ("matter", "before", "hint"),
        "The matter was set; the clock was not touched. `hint`: what became of the machine's suggestion.",
    ),
    "case.relocated": FactKind(("place", "before", "hint"), "The place was set; clock and organ were not touched."),
    "case.helping": FactKind(("organs",), "Further organs were asked to help."),
    "case.helped": FactKind(("organ",), "A helping organ returned its part."),
    "case.asked": FactKind(("voice", "until"), "The resident was asked a question; the clock pauses."),
    "case.replied": FactKind(("voice",), "The resident answered the question; the clock runs again."),
    "case.added": FactKind(("voice",), "The resident told more about her voice."),
    "case.paused": FactKind(("reason", "until", "clause"), "The clock stands still for a coded legal reason."),
    "case.resumed": FactKind((), "A pause has ended, by a post or at its maximum; the clock runs again."),
    "case.narrowed": FactKind(("reason", "clause"), "The words were taken from public view for a coded reason."),
    "case.appealed": FactKind(("voice", "what", "reason", "organ", "due"), "A resident appealed against a decision."),
    "case.appeal_answered": FactKind(("voice", "what", "granted"), "An appeal was answered; null: voice erased."),
    "case.hint_judged": FactKind(("hint", "offered", "verdict"), "A suggestion of the machine was judged by a person."),
    "case.answered": FactKind(("round", "in_time"), "A public answer was given; the clock stopped."),
    "case.noted": FactKind((), "An internal note was written."),
    "case.closed": FactKind(
        ("round", "outcome", "in_time", "stood", "reason"),
        "The case was closed with an outcome. `stood`: suggestions of the machine nobody changed until then.",
    ),
    "case.reopened": FactKind(("round", "why", "due"), "The case was opened again with a new clock."),
    "case.extended": FactKind(("due",), "The limit was extended, once, for a reason told to the resident."),
    "case.rated": FactKind(("voice", "round", "solved", "grade", "reopened"), "A resident rated what was done."),
    "case.withdrawn": FactKind(("voice", "closed"), "A resident withdrew her voice."),
    "case.merged": FactKind(("into", "voices"), "The voices of a duplicate case went to the first case."),
    "case.undone": FactKind(("move",), "A move was taken back within ten seconds."),
    "matters.loaded": FactKind(("written", "closed"), "Matters were loaded from the county's files."),
    "responsibilities.loaded": FactKind(("written", "closed"), "Responsibilities were loaded from the county's files."),
    "details.loaded": FactKind(("written", "closed"), "Details of matters were loaded from the county's files."),
    "key.made": FactKind(("organ", "per_hour", "private", "batch"), "A program got a key to send voices."),
    "key.closed": FactKind((), "A program's key was closed."),
    "voice.erased": FactKind(
        ("ground", "clause"), "The keys of a voice and what led back to its speaker were destroyed; facts stay."
    ),
    "voice.recovered": FactKind(("way",), "A new secret link was made; the old one is dead."),
}


# Texts -----------------------------------------------------------------------------------------------------
_MARKS = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u061c\u00ad")


def _wanted(char: str) -> bool:
    return char == "\n" or (char not in _MARKS and unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn"))


def clean(text: str) -> str:
    """The text without control, bidirectional and invisible marks; line ends are "\\n", at most two in a row.

    A zero-width joiner stays, since scripts and emoji need it. Bidi marks could make a public page show
    other words than the ones that were kept (Unicode TR 36)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u2028", "\n")
    if not text.isprintable():
        text = "".join(filter(_wanted, text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def clean_words(text: str, *, most: int = WORDS_MAX, field: str = "words") -> str:
    """Cleaned text of 1 to `most` characters; refuses nothing said and too much, with both counts."""
    text = clean(text)
    if not any(char.isalnum() for char in text):
        raise Refusal("words_missing", N_("Please say in a few words what this is about."), field=field)
    return _not_longer(text, most, field)


def clean_note(text: str, *, most: int = REASON_MAX, field: str = "text") -> str:
    """Cleaned optional text of at most `most` characters."""
    return _not_longer(clean(text), most, field)


def _not_longer(text: str, most: int, field: str) -> str:
    if len(text) > most:
        raise Refusal(
            "words_too_long",
            N_("This text has %(count)s characters; up to %(most)s can be kept. Please shorten it."),
            field=field,
            count=len(text),
            most=most,
        )
    return text


def title_of(words: str) -> str:
    """The first sentence of masked words, at most 60 characters, cut with an ellipsis."""
    first = re.split(r"[\n。！？!?]|(?<=\w)\.\s", words.strip(), maxsplit=1)[0].strip() or words.strip()
    first = " ".join(first.split())
    return first if len(first) <= TITLE_MAX else first[: TITLE_MAX - 1].rstrip() + "…"


# Checks of what a door hands in ----------------------------------------------------------------------------
def check_code(value: str, allowed: Collection[str], *, field: str) -> str:
    """`value` when it is one of the allowed codes; refuses anything else with the field's name."""
    if value not in allowed:
        raise Refusal(
            "code_unknown",
            N_("“%(value)s” is not one of the choices here: %(choices)s."),
            field=field,
            value=value[:40],
            choices=", ".join(allowed),
        )
    return value


_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}", re.I)


def check_contact(kind: str, address: str) -> str:
    """The address in one written form, so that a blind index finds it again; refuses a misread one."""
    check_code(kind, CONTACT_KINDS, field="contact")
    if kind == "post":
        return _postal(address)
    plain = unicodedata.normalize("NFKC", clean(address))
    if kind == "email":
        plain = plain.replace(" ", "").lower()
        if len(plain) <= 254 and _EMAIL.fullmatch(plain):
            return plain
        raise Refusal(
            "contact_misread",
            N_("This does not look like an e-mail address. One looks like name@example.org."),
            field="contact",
        )
    digits = re.sub(r"[\s\-()./]", "", plain)
    digits = re.sub(r"^(?:\+|00)86(?=1\d{10}$|0\d{9,11}$)", "", digits)
    if re.fullmatch(r"\+?\d{7,15}", digits):
        return digits
    raise Refusal(
        "contact_misread",
        N_("This does not look like a telephone number. Please write its digits, with the area code."),
        field="contact",
    )


def _postal(address: str) -> str:
    """A postal address in one line; what a carrier can find is for people to judge."""
    plain = "，".join(part.strip() for part in clean(address).splitlines() if part.strip())
    if 6 <= len(plain) <= 200 and any(char.isalpha() for char in plain):
        return plain
    raise Refusal(
        "contact_misread",
        N_("This is too short or too long for a postal address. Please write town, village, house and name."),
        field="contact",
    )


def check_photos(count: int) -> None:
    """Refuses more photos than one voice or answer may carry."""
    if count > PHOTOS_MAX:
        raise Refusal(
            "photos_too_many",
            N_("These are %(count)s photos; up to %(most)s can be sent. Please leave some out."),
            field="photos",
            count=count,
            most=PHOTOS_MAX,
        )


def check_handover(*, reason: str, to_organ: str, to_post: object | None, clause: str) -> None:
    """A hand-over names a coded reason and exactly one receiver; not_our_duty also cites a clause.

    The receiver of not_our_duty is whom the organ believes responsible. Nobody is passed to nobody."""
    check_code(reason, HANDOVER_REASONS, field="reason")
    if bool(to_organ) == bool(to_post):
        raise Refusal(
            "receiver_missing",
            N_("Please name who receives the case: one organ or one post."),
            field="to",
        )
    if reason == "not_our_duty" and not (clause and to_organ):
        raise Refusal(
            "clause_missing",
            N_("“Not our duty” needs the clause that says so and the organ you believe responsible."),
            field="clause" if not clause else "to",
        )


def to_ruling(refusals: int) -> bool:
    """Whether a hand-over goes to the dispatcher's ruling: the second not_our_duty or wrong_place does."""
    return refusals >= 2


def counts_as_refusal(reason: str) -> bool:
    """Whether a hand-over for this reason says that the case came to the wrong organ."""
    return reason in ("not_our_duty", "wrong_place")


def check_outcome(outcome: str, *, duplicate_of: str) -> None:
    """An outcome the staff may set; a duplicate names the first case; only residents withdraw."""
    check_code(outcome, tuple(code for code in OUTCOMES if code not in ("withdrawn", "not_taken")), field="outcome")
    if (outcome == "duplicate") != bool(duplicate_of):
        raise Refusal(
            "duplicate_unnamed",
            N_("Please give the number of the first case when, and only when, this one is its duplicate."),
            field="duplicate_of",
        )


def hints_left(matter_by: str, place_by: str) -> tuple[str, ...]:
    """Which suggestions of the machine nobody has judged: matter, place."""
    pairs = (("matter", matter_by), ("place", place_by))
    return tuple(what for what, chosen_by in pairs if chosen_by == "suggested")


def verdict(*, chosen_by: str, same: bool) -> str:
    """What a person's choice says of what stood there before: empty when that was no suggestion."""
    if chosen_by != "suggested":
        return ""
    return "confirmed" if same else "overruled"


def check_rating(grade: int) -> None:
    """Five grades, 1 (very unhappy) to 5 (very happy)."""
    if not 1 <= grade <= 5:
        raise Refusal("grade_unknown", N_("Please choose one of the five grades."), field="grade")


def unhappy(*, solved: bool, grade: int) -> bool:
    """Whether a rating reopens by right: not solved, or one of the two lowest grades."""
    return not solved or grade <= 2


def reopens_until(closed_at: datetime, reopen_days: int) -> datetime:
    """The end of the window in which an unhappy rating reopens (calendar days from closing)."""
    return closed_at + timedelta(days=reopen_days)


_CHOICE = re.compile(r"([A-Za-z0-9_-]{1,40})=([^|;；]{1,80})(?:\|([^|;；]{1,120}))?")


def read_choices(text: str) -> list[dict[str, str]]:
    """`one=一盏|One; many=多盏|Several` as choices; refuses what is not written like this."""
    found = []
    for part in filter(None, (part.strip() for part in re.split("[;；]", text))):
        fits = _CHOICE.fullmatch(part)
        if fits is None:
            raise Refusal(
                "choice_misread",
                N_("“%(choice)s” is no choice like key=中文|English."),
                field="choices",
                choice=part[:60],
            )
        found.append({"key": fits[1], "name_zh": fits[2].strip(), "name_en": (fits[3] or "").strip()})
    return found


# Who may see -----------------------------------------------------------------------------------------------
def hidden_from(
    *,
    posts: Collection[str],
    account: str,
    organs: Collection[str],
    officer_post: str,
    officer_account: str,
    officer_organ: str,
) -> bool:
    """Whether a complaint about an officer is hidden from this person, whatever else she may see.

    Hidden from every post of the officer's account; from the whole organ when only the organ is known."""
    if officer_post and officer_post in posts:
        return True
    if officer_account and officer_account == account:
        return True
    return bool(officer_organ) and not officer_post and officer_organ in organs


def refuse_self(hidden: bool) -> None:
    """Refuses to hand a complaint to the officer it is about."""
    if hidden:
        raise NotAllowed(
            "about_receiver",
            N_("This case cannot go there, since it is about that post or organ. Please choose another."),
            field="to",
        )


# Suggesting a matter and finding who is responsible ----------------------------------------------------------
_is_latin = lru_cache(maxsize=8192)(re.compile(r"[a-z][a-z' -]*").fullmatch)  # a table has some thousand keywords


def score_matters(text: str, table: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Points and matched keywords by matter code: a longer keyword says more, so it scores its length.

    `table` maps a lower-case keyword to the matters it points to. Only the first 2,000 characters count.
    A Latin keyword counts by whole words ("tree" is not in "street"), thirded to weigh like Chinese."""
    text = text[:2000].lower()
    words = " " + " ".join(re.findall(r"[a-z']+", text)) + " "
    points: dict[str, tuple[int, tuple[str, ...]]] = {}
    for keyword, matters in table.items():
        if _is_latin(keyword):
            if f" {keyword} " not in words and f" {keyword}s " not in words:
                continue
            worth = max(1, len(keyword) // 3)
        elif keyword in text:
            worth = len(keyword)
        else:
            continue
        for matter in matters:
            score, found = points.get(matter, (0, ()))
            points[matter] = (score + worth, (*found, keyword))
    return points


PREFIXES = (15, 12, 9, 6, 4, 2, 0)  # grid, village, town, county, city, province, everywhere


@lru_cache(maxsize=8192)
def prefixes(place: str) -> tuple[str, ...]:
    """The prefixes of a place code, the longest first; the last is empty (everywhere)."""
    return tuple(dict.fromkeys(place[:size] for size in PREFIXES if size <= len(place)))
