"""Counting what the public site is searched for, without anybody's identity.

* Only masked-clean words are counted at all: what holds a name, a number or an address of a person is nobody's word.
* A word is known by a keyed fingerprint that is another one each day; who asked by one of the fingerprint and the
  shortened address, so that two words of one person cannot be laid beside each other. Both are gone the day after.
* The word itself is written down at the moment the tenth different network asks for it, and not before; one
  neighbourhood counts once, so ten networks are ten people or more.
* Searches wait in memory for some seconds and are written some at a time; what is lost with a process is lost.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F

from gongzhi.cases import straining
from gongzhi.insight.rules import SMALLEST_CELL
from gongzhi.insight.signals.tables import SearchDay, Searched, SearchSeen
from gongzhi.kit.masking import mask
from gongzhi.look.dates import local_day
from gongzhi.people import vaulting
from gongzhi.places import reads as places

log = logging.getLogger("gongzhi.insight")
SHORTEST, LONGEST = 2, 20  # signs of a word that is counted
DIGITS = 4  # in a row that a word may have: more is a number of somebody or something
MOST_A_DAY = 50_000  # searches counted; a flood of made-up words fills no disk
WAITING, PATIENCE = 20, timedelta(seconds=10)  # searches kept in memory, and how long the first one waits at most


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
    """Take note of one search; now and then, write down those that wait. Never raises, never slows a page by a wait."""
    word, county = clean(words), places.county_or_none()
    if not word or county is None:
        return
    town = place[:9] if len(place) >= 9 and place.startswith(county.code) and int(place[6:9] or 0) else ""
    areas = (county.code, town) if town else (county.code,)
    with _lock:
        _waiting.append(Asked(word, areas, local_day(at), straining.network(address)))
        _since.append(at)
        ripe = len(_waiting) >= WAITING or at - _since[0] >= PATIENCE
    if ripe:
        flush()


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
            for one in taken:
                _count(one)
    except DatabaseError:
        log.warning("%d searches could not be counted", len(taken))
        return 0
    return len(taken)


def _count(one: Asked) -> None:
    day, _made = SearchDay.objects.get_or_create(day=one.day)
    full = day.searches - day.left_out >= MOST_A_DAY
    SearchDay.objects.filter(day=one.day).update(searches=F("searches") + 1, left_out=F("left_out") + int(full))
    if full:
        return
    for area in one.areas:
        key = vaulting.blind(f"search:{one.day}:{area}:{one.word}")[:16]
        who = vaulting.blind(f"searcher:{one.day}:{area}:{one.word}:{one.network}")[:8]
        if SearchSeen.objects.filter(key=key, who=who).exists():
            continue
        SearchSeen.objects.bulk_create([SearchSeen(day=one.day, key=key, who=who)], ignore_conflicts=True)
        people = SearchSeen.objects.filter(key=key).count()
        if people >= SMALLEST_CELL:
            Searched.objects.update_or_create(day=one.day, word=one.word, area=area, defaults={"people": people})


def tidy(*, at: datetime) -> int:
    """Forget who searched on days that have ended; how many rows went."""
    return SearchSeen.objects.filter(day__lt=local_day(at)).delete()[0]
