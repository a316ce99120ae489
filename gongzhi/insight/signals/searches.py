"""Counting what the public site is searched for, without anybody's identity.

* Only masked-clean words are counted at all: what holds a name, a number or an address of a person is nobody's word.
* A word is known by a keyed fingerprint that is another one each day; who asked by one of the fingerprint and the
  shortened address, so that two words of one person cannot be laid beside each other. Both are gone the day after.
* The word itself is written down at the moment the tenth different network asks for it, and not before; one
  neighbourhood counts once, so ten networks are ten people or more.
* Searches wait in memory for some seconds and are written together, when an answer has left and nobody waits for the
  thread; what is lost with a process is lost.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Count, F

from gongzhi.cases import straining
from gongzhi.insight.rules import SMALLEST_CELL
from gongzhi.insight.signals.tables import SearchDay, Searched, SearchSeen
from gongzhi.kit.masking import mask
from gongzhi.people import vaulting
from gongzhi.places import reads as places

log = logging.getLogger("gongzhi.insight")
SHORTEST, LONGEST = 2, 20  # signs of a word that is counted
DIGITS = 4  # in a row that a word may have: more is a number of somebody or something
MOST_A_DAY = 50_000  # searches counted; a flood of made-up words fills no disk
WAITING, PATIENCE = 20, timedelta(seconds=10)  # searches that are worth a write, and how long fewer of them wait
MOST_WAITING = 1_000  # in memory, should nothing be writable for long


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: the word, the county or town it was asked for, its day, the shortened address."""

    word: str
    areas: tuple[str, ...]
    day: date
    network: str


_waiting: list[Asked] = []
_since: list[datetime] = []
_lock = threading.Lock()


def heard(words: str, place: str, at: datetime, address: str) -> None:
    """Take note of one search. Never raises, never makes a page wait: what waits is written by `write_ripe`."""
    word, county = clean(words), places.county_or_none()
    if not word or county is None:
        return
    town = place[:9] if len(place) >= 9 and place.startswith(county.code) and int(place[6:9] or 0) else ""
    areas = (county.code, town) if town else (county.code,)
    with _lock:
        if len(_waiting) < MOST_WAITING:
            _waiting.append(Asked(word, areas, places.local_day(at), straining.network(address)))
            _since.append(at)


def write_ripe(at: datetime) -> int:
    """Write down the searches that wait, if they are many or the first has waited long; how many were written."""
    with _lock:
        ripe = len(_waiting) >= WAITING or bool(_since and at - _since[0] >= PATIENCE)
    return flush() if ripe else 0


def clean(words: str) -> str:
    """The word as it is counted; "" for what is too short or long to be one, or may tell of a person."""
    word = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
    if not SHORTEST <= len(word) <= LONGEST or mask(word).text != word:
        return ""
    run = longest = 0
    for sign in word:
        run = run + 1 if sign.isdigit() else 0
        longest = max(longest, run)
    return word if longest <= DIGITS else ""


def flush() -> int:
    """Write down the searches that wait; how many. What cannot be written is dropped: it is a count, no voice."""
    with _lock:
        taken = list(_waiting)
        _waiting.clear()
        _since.clear()
    try:
        with transaction.atomic():
            for day in sorted({one.day for one in taken}):
                _count(day, [one for one in taken if one.day == day])
    except DatabaseError:
        log.warning("%d searches could not be counted", len(taken))
        return 0
    return len(taken)


def _count(day: date, asked: list[Asked]) -> None:
    row, _made = SearchDay.objects.get_or_create(day=day)
    room = max(0, MOST_A_DAY - (row.searches - row.left_out))
    counted = asked[:room]
    SearchDay.objects.filter(day=day).update(
        searches=F("searches") + len(asked), left_out=F("left_out") + len(asked) - len(counted)
    )
    words: dict[bytes, tuple[str, str]] = {}
    seen: set[tuple[bytes, bytes]] = set()
    for one in counted:
        for area in one.areas:
            key = vaulting.blind(f"search:{day}:{area}:{one.word}")[:16]
            words[key] = one.word, area
            seen.add((key, vaulting.blind(f"searcher:{day}:{area}:{one.word}:{one.network}")[:8]))
    rows = [SearchSeen(day=day, key=key, who=who) for key, who in sorted(seen)]
    SearchSeen.objects.bulk_create(rows, ignore_conflicts=True)
    _write_down(day, words)


def _write_down(day: date, words: dict[bytes, tuple[str, str]]) -> None:
    """The words of these fingerprints that ten or more have looked for by now."""
    found = SearchSeen.objects.filter(key__in=list(words)).values_list("key").annotate(people=Count("id"))
    rows = []
    for key, people in found.filter(people__gte=SMALLEST_CELL):
        word, area = words[bytes(key)]
        rows.append(Searched(day=day, word=word, area=area, people=people))
    Searched.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["day", "word", "area"], update_fields=["people"]
    )


def tidy(*, at: datetime) -> int:
    """Forget who searched on days that have ended; how many rows went."""
    if places.county_or_none() is None:  # nothing was searched where no county is loaded yet
        return 0
    return SearchSeen.objects.filter(day__lt=places.local_day(at)).delete()[0]
