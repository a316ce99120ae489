"""One row of a file as the story it tells, or the reason why it cannot be believed. No database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from gongzhi.cases import rules
from gongzhi.cases.cards import Where
from gongzhi.cases.many import Ended, Left, NewVoice, Story
from gongzhi.kit.coords import gcj02_to_wgs84
from gongzhi.kit.masking import mask
from gongzhi.web.importing.profile import Profile
from gongzhi.web.importing.tables import Row

NAME_MOST = {"matter": 80, "organ": 100, "place": 60}
REASONS = (
    *("row_torn", "key_missing", "key_twice", "date_missing", "date_misread", "date_impossible"),
    *("closed_before_opened", "words_missing", "refused"),
)


# What stands in the place of an answer that the other system did not keep.
UNTOLD = {
    ("zh-hans", "answer"): "原系统没有留下答复的内容。",
    ("en", "answer"): "The earlier system kept no words of the answer.",
    ("zh-hans", "end"): "原系统没有留下答复的内容和办结的时间，这里记在收到的当天。",
    ("en", "end"): "The earlier system kept neither the answer nor when this ended; it is noted on the day it began.",
}


class Rejected(Exception):
    """A row that is not kept: one of REASONS, and the value that was the reason."""

    def __init__(self, reason: str, value: object = "") -> None:
        super().__init__(reason)
        self.reason, self.value = reason, str(value)[:120]


@dataclass(slots=True)
class Codes:
    """What the county calls the names of the file: paths of names in small letters → code."""

    matters: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    organs: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    county: str = ""


class Reader:
    """Reads rows by a profile. `traps` counts what was strange about rows that were kept all the same."""

    def __init__(
        self,
        profile: Profile,
        *,
        at: datetime,
        codes: Codes,
        fallback: tuple[float, float] | None,
        live_since: datetime | None = None,
    ) -> None:
        self.profile, self.at, self.codes, self.fallback, self.live_since = profile, at, codes, fallback, live_since
        self.traps: Counter[str] = Counter()
        self.zone = ZoneInfo(profile.tz)
        self.seen: set[str] = set()
        self.by = f"import:{profile.profile}"
        self.empty = frozenset(["", *profile.empty])
        self.text_moment = lru_cache(maxsize=50_000)(self._text_moment)
        self.day_moment = lru_cache(maxsize=50_000)(self._day_moment)
        self.code_of_matter = lru_cache(maxsize=50_000)(self._code_of_matter)
        self.code_of_place = lru_cache(maxsize=50_000)(self._code_of_place)
        self.without = [re.compile(pattern) for pattern in profile.answer_without]
        self.earliest = datetime(profile.earliest, 1, 1, tzinfo=UTC)

    def key(self, row: Row) -> str:
        """The source's own key of the row, never seen before in this file."""
        if "" in row:
            raise Rejected("row_torn", row[""])
        key = self.text(row[self.profile.id])
        if not key:
            raise Rejected("key_missing")
        if key in self.seen:
            raise Rejected("key_twice", key)
        self.seen.add(key)
        return key

    def read(self, row: Row) -> Story:
        """The story of a row whose key was judged before. Raises Rejected."""
        profile = self.profile
        at = self.moment(row[profile.opened])
        if at is None:
            raise Rejected("date_missing")
        acts = self._acts(row, at)
        organ = self._organ(row)
        voice = NewVoice(
            by=self.by,
            at=at,
            words=self._words(row),
            kind=self._told(row, profile.kind, profile.kinds, "report"),
            source=self._told(row, profile.source, profile.sources, "import"),
            language=profile.language,
            place=self._where(row),
            matter=self.code_of_matter(tuple(self.text(row[name]) for name in profile.matter)),
            matter_by="staff",
            allows_public=profile.public,
            form_key=form_key(profile.profile, self.text(row[profile.id])),
            organ=organ,
        )
        return Story(voice, acts, rung_until=self.at)

    def text(self, value: object) -> str:
        """A cell as text, empty for what the profile calls empty."""
        told = value.strip() if isinstance(value, str) else "" if value is None else str(value)
        return "" if told in self.empty else told

    def moment(self, value: object) -> datetime | None:
        """A cell as a moment in UTC; None when empty. A day is its first moment in the file's zone."""
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return self._plausible(self._zoned(value), value)
        if isinstance(value, date):
            return self.day_moment(value)
        text = self.text(value)
        return self.text_moment(text) if text else None

    def _day_moment(self, day: date) -> datetime:
        return self._plausible(self._zoned(datetime.combine(day, time())), day)

    def _text_moment(self, text: str) -> datetime:
        for form in self.profile.dates:
            try:
                told = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
            except ValueError:
                continue
            return self._plausible(self._zoned(told), text)
        try:
            return self._plausible(self._zoned(datetime.fromisoformat(text)), text)
        except ValueError as error:
            raise Rejected("date_misread", text) from error

    def _zoned(self, told: datetime) -> datetime:
        try:
            return (told if told.tzinfo else told.replace(tzinfo=self.zone)).astimezone(UTC)
        except OverflowError as error:  # the first or the last day of all calendars
            raise Rejected("date_impossible", told) from error

    def _plausible(self, moment: datetime, said: object) -> datetime:
        if not self.earliest <= moment <= self.at:
            raise Rejected("date_impossible", said)
        return moment

    def _acts(self, row: Row, at: datetime) -> tuple[Ended | Left, ...]:
        profile = self.profile
        closed = self.moment(row[profile.closed]) if profile.closed else None
        outcome: str | None = "answered" if closed is not None else None
        if profile.state is not None:
            outcome = profile.state.closed.get(self.text(row[profile.state.column]))
        if closed is not None and closed < at:
            raise Rejected("closed_before_opened", row[profile.closed])
        if outcome is None:
            self.traps["open_with_end"] += closed is not None
            return self._open(at)
        if closed is None:
            return (self._ended_somewhen(row, at, outcome),)
        return (Ended(closed, self._outcome(row, outcome), self._answer(row), in_time=self._in_time(row)),)

    def _open(self, at: datetime) -> tuple[Left, ...]:
        """What the other system did not end: live work from `live_since` on, else left open there."""
        if self.live_since is not None and at >= self.live_since:
            self.traps["taken_live"] += 1
            return ()
        self.traps["left_open"] += 1
        return (Left(at + timedelta(milliseconds=1)),)  # so that its fact follows that of the receipt

    def _ended_somewhen(self, row: Row, at: datetime, outcome: str) -> Ended:
        """The end of a row that does not say when: noted on the evening of the day it began."""
        evening = datetime.combine(at.astimezone(self.zone).date(), time(23, 59, 59), self.zone).astimezone(UTC)
        noted, in_time = max(at, min(evening, self.at)), self._in_time(row)
        self.traps["end_unknown"] += 1
        self.traps["in_time_unknown"] += in_time is None
        told = UNTOLD[self.profile.language, "end"]
        return Ended(noted, self._outcome(row, outcome), told, timed=False, in_time=in_time)

    def _in_time(self, row: Row) -> bool | None:
        """What the other system says itself of its limit; None when it says nothing."""
        said = self.profile.in_time
        if said is None:
            return None
        word = self.text(row[said.column])
        return True if word in said.kept else False if word in said.missed else None

    def _outcome(self, row: Row, closed: str) -> str:
        """How it ended: as the profile's pieces of text tell it, else as its state does."""
        told = self.profile.outcome
        text = self.text(row[told.column]) if told else ""
        return next((outcome for piece, outcome in told.has.items() if piece in text), closed) if told else closed

    def _answer(self, row: Row) -> str:
        """What was answered, without the signs of the other system; what it did not keep is said."""
        text = self.text(row[self.profile.answer]) if self.profile.answer else ""
        for pattern in self.without:
            text = pattern.sub("", text).strip()
        return text[: rules.ANSWER_MAX] or UNTOLD[self.profile.language, "answer"]

    def _words(self, row: Row) -> str:
        words = self._filled(self.profile.words, row)
        if words:
            kind, _colon, said = words.partition(": ")
            return kind if kind.casefold() == said.casefold() else words  # many systems fill the title with the kind
        if not self.profile.unsaid:
            raise Rejected("words_missing")
        self.traps["without_words"] += 1
        return self.profile.unsaid

    def said(self, row: Row) -> str:
        """What a row says beside the names of its matter; empty where it says nothing else."""
        names = _pieces(self.profile.words)[1::2]
        return fill(
            self.profile.words, {name: "" if name in self.profile.matter else self.text(row[name]) for name in names}
        )

    def _filled(self, template: str, row: Row) -> str:
        return fill(template, {name: self.text(row[name]) for name in _pieces(template)[1::2]})

    def _told(self, row: Row, column: str, codes: Mapping[str, str], default: str) -> str:
        return codes.get(self.text(row[column]), default) if column else default

    def _organ(self, row: Row) -> str:
        name = self.organ_name(row)
        if not name:
            self.traps["organ_missing"] += bool(self.profile.organ)
            return ""
        code = self.codes.organs.get(name.casefold(), "")
        self.traps["organ_unknown"] += not code
        return code

    def organ_name(self, row: Row) -> str:
        """The organ of a row, as the profile spells it out."""
        told = self.text(row[self.profile.organ]) if self.profile.organ else ""
        return _as_name(self.profile.organs.get(told, told)[: NAME_MOST["organ"]])

    def path(self, row: Row, kind: str) -> tuple[str, ...]:
        """The names of a row's matter or place, the widest first, without empty ones."""
        columns = self.profile.matter if kind == "matter" else self.profile.place
        return tuple(told for name in columns if (told := _as_name(self.text(row[name])[: NAME_MOST[kind]])))

    def pin(self, row: Row) -> tuple[float, float] | None:
        """The pin of a row in WGS84, or None; an impossible one is counted."""
        named = self.profile.coordinates
        if named is None:
            return None
        told = self.text(row[named.lon]), self.text(row[named.lat])
        if not any(told):
            return None
        try:
            lon, lat = float(told[0]), float(told[1])
        except ValueError:
            self.traps["pin_impossible"] += 1
            return None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon, lat) == (0.0, 0.0):
            self.traps["pin_impossible"] += 1
            return None
        return gcj02_to_wgs84(lon, lat) if named.system == "gcj02" else (lon, lat)

    def _where(self, row: Row) -> Where | None:
        pin = self.pin(row)
        address = self._filled(self.profile.address, row)[: rules.PLACE_TEXT_MAX]
        if pin is not None and pin == self.fallback:
            self.traps["fallback_pin"] += 1
            return Where(code=self.codes.county, text=address)
        code = self.code_of_place(self.path(row, "place"))
        if pin is None:
            self.traps["place_missing"] += code == self.codes.county
            return Where(code=code, text=address)
        return Where(lon=pin[0], lat=pin[1], code=code, text=address, placed=True)

    def _code_of_matter(self, told: tuple[str, ...]) -> str:
        names = tuple(name[: NAME_MOST["matter"]].casefold() for name in told if name)
        code = self.codes.matters.get(names)
        return code or rules.CATCH_ALL

    def _code_of_place(self, told: tuple[str, ...]) -> str:
        names = tuple(name.casefold() for name in told)
        while names:
            if code := self.codes.places.get(names):
                return code
            names = names[:-1]
        return self.codes.county


@lru_cache(maxsize=50_000)
def _as_name(text: str) -> str:
    """A text as the name of a place, an organ or a matter, which everybody reads; empty when it holds a number or an
    address of a person (people type their telephone where a form asks for the town)."""
    return "" if set(mask(text).found) - {"name"} else text


def form_key(profile: str, key: str) -> UUID:
    """What makes a source's row one voice for ever: the same profile and key give the same form key."""
    return uuid5(NAMESPACE_URL, f"gongzhi:import:{profile}:{key}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its columns filled in; signs that stood around an empty one are taken away."""
    if not template:
        return ""
    pieces = _pieces(template)
    text = "".join(values.get(piece, "") if at % 2 else piece for at, piece in enumerate(pieces))
    if "(" in text or "（" in text:
        text = _EMPTY_BRACKETS.sub("", text)
    return text.strip(" \t:：-–·,，;；/")


_EMPTY_BRACKETS = re.compile(r"[（(]\s*[)）]")


@lru_cache(maxsize=64)
def _pieces(template: str) -> list[str]:
    """Texts and names of columns in turns, a text first."""
    return re.split(r"\{([^{}]*)\}", template)
