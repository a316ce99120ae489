"""Hot issues and topics of the night: voices of the last half year that say the same thing, in the child process.

Bounded: at most `rules.MOST` voices are compared. Kept are ids of voices and figures; phrases stand with the voices
that hold them, and only those at least three people used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction

from gongzhi.cases import matters, teaching
from gongzhi.cases import rules as case_rules
from gongzhi.cases.teaching import Said
from gongzhi.insight.hot import rules
from gongzhi.insight.hot.tables import HotIssue, Topic
from gongzhi.insight.routing import serving
from gongzhi.ledger import writing
from gongzhi.methods.text import issues
from gongzhi.places import reads as places

PIECE = 3  # letters that two keywords of one issue may not share


@dataclass(frozen=True, slots=True)
class Group:
    """Voices that say the same thing, the most typical first, with the parts of their heat."""

    voices: tuple[Said, ...]
    parts: dict[str, float]
    keywords: list[list[object]]
    covered: float
    same: int = 0

    @property
    def people(self) -> int:
        """How many people they are."""
        return len({one.person for one in self.voices})


def gather(*, by: str, at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Draw the hot issues anew and propose topics; how many of each there are now."""
    said = teaching.said(since=at - timedelta(days=rules.DAYS), most=rules.MOST)
    groups = groups_of(said)
    recent = at - timedelta(days=rules.RECENT_DAYS)
    hot = [one for one in groups if one.people >= rules.PEOPLE and max(v.at for v in one.voices) >= recent]
    hot.sort(key=lambda one: (-sum(one.parts.values()), one.voices[0].voice))
    topics = [one for one in groups if one.people >= rules.TOPIC_PEOPLE and one.covered < rules.COVERED]
    with transaction.atomic():
        _keep_hot(hot[: rules.KEPT], at=at, zone=zone)
        proposed = _propose(topics, by=by, at=at)
    return min(len(hot), rules.KEPT), proposed


def groups_of(said: Sequence[Said]) -> list[Group]:
    """Voices that say the same thing, fused (methods.text.issues); groups of fewer than `rules.PEOPLE` are left out."""
    if len(said) < rules.PEOPLE:
        return []
    messages = issues.Messages(
        ids=[one.voice.hex for one in said],
        fields=[[one.words for one in said]],
        times=np.array([one.at.timestamp() / 86_400 for one in said]),
        people=[one.person for one in said],
        places=[one.division for one in said],
        answered=[one.answered for one in said],
    )
    covered = np.array([coverage(one) for one in said], np.float32)
    found = []
    for issue in issues.find(messages, fewest=rules.PEOPLE, known=known_words()):
        voices = tuple(said[at] for at in issue.members)
        mean = float(covered[list(issue.members)].mean())
        parts, words = issues.parts(messages, issue.members), _keywords(issue, voices)
        found.append(Group(voices, parts, words, mean, _same(messages, issue, voices)))
    return found


def known_words() -> set[str]:
    """Names of matters, towns and villages: words no keyword is cut inside."""
    towns = places.towns()
    cards = [*towns, *(card for town in towns for card in places.villages(town.code))]
    return {card.name_zh for card in cards} | {card.name_zh for card in matters.cards()}


def _same(messages: issues.Messages, issue: issues.Issue, voices: Sequence[Said]) -> int:
    """How many people sent the text that most of them sent word for word; 0 where it is one."""
    people: dict[str, set[str]] = {}
    for at, voice in zip(issue.members, voices, strict=True):
        people.setdefault(issues.plain(messages, at), set()).add(voice.person)
    most = max(len(some) for some in people.values())
    return most if most > 1 else 0


def coverage(one: Said) -> float:
    """How surely a matter covers a voice, 0 to 1: what the staff confirmed, else the router's best probability, else
    whether any keyword is in it. The catch-all covers nothing."""
    if one.confirmed:
        return float(one.matter != case_rules.CATCH_ALL)
    machine = serving.newest()
    if machine is not None:
        guess = machine.guess(one.words)
        return next((sure for code, sure in guess.ranked if code != case_rules.CATCH_ALL), 0.0)
    return float(matters.by_keywords(one.words) is not None)


def _keywords(issue: issues.Issue, voices: Sequence[Said]) -> list[list[object]]:
    """Phrases that at least `rules.PEOPLE` people used: (phrase, people, up to three of their voices)."""
    found: list[list[object]] = []
    told: set[str] = set()
    for phrase, _rows in issue.keywords:
        pieces = {phrase[at : at + PIECE] for at in range(max(1, len(phrase) - PIECE + 1))}
        if pieces & told:  # the same words once more, cut elsewhere
            continue
        using = [one for one in voices if phrase in one.words.lower()]
        people = len({one.person for one in using})
        if people >= rules.PEOPLE:
            told |= pieces
            found.append([phrase, people, [one.voice.hex for one in using[: rules.EXAMPLES]]])
    return found


def _keep_hot(hot: Sequence[Group], *, at: datetime, zone: ZoneInfo) -> None:
    """The rows of tonight; an issue that goes on keeps its id and since when it is hot."""
    old = list(HotIssue.objects.order_by("position"))
    known = [(row.members, [word[0] for word in row.keywords]) for row in old]
    today, taken = at.astimezone(zone).date(), set()
    for position, group in enumerate(hot, 1):
        figures = _figures(group, at)
        place = rules.match(_ids(group), [str(word[0]) for word in group.keywords], known)
        row = HotIssue(since=today) if place < 0 or place in taken else old[place]
        taken.add(place)
        for name, value in figures.items():
            setattr(row, name, value)
        row.position, row.until, row.covered, row.same = position, today, group.covered, group.same
        row.heat, row.parts = sum(group.parts.values()), group.parts
        row.save()
    HotIssue.objects.exclude(until=today, position__lte=len(hot)).delete()


def _figures(group: Group, at: datetime) -> dict[str, object]:
    voices = group.voices
    half, whole = at - timedelta(days=rules.RECENT_DAYS / 2), at - timedelta(days=rules.RECENT_DAYS)
    return {
        "people": group.people,
        "voices": len(voices),
        "places": len({one.division for one in voices}),
        "late": sum(one.at > half for one in voices),
        "early": sum(whole < one.at <= half for one in voices),
        "unanswered": sum(not one.answered for one in voices) / len(voices),
        "first_at": min(one.at for one in voices),
        "last_at": max(one.at for one in voices),
        "members": _ids(group),
        "matters": _people_by([(one.matter, one.person) for one in voices]),
        "towns": _people_by([(one.division[:9], one.person) for one in voices]),
        "keywords": group.keywords,
    }


def _ids(group: Group) -> list[str]:
    return [one.voice.hex for one in group.voices[: rules.MEMBERS]]


def _people_by(pairs: Sequence[tuple[str, str]]) -> list[list[object]]:
    """Distinct people by code, the most first."""
    counted = Counter(code for code, _person in set(pairs))
    return [[code, n] for code, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def _propose(topics: Sequence[Group], *, by: str, at: datetime) -> int:
    """Propose what is new; what was decided before is remembered, and an open proposal grows. How many are open."""
    old = list(Topic.objects.order_by("proposed_at"))
    known = [(row.members, [word[0] for word in row.keywords]) for row in old]
    for group in topics:
        figures = {name: value for name, value in _figures(group, at).items() if name in _OF_TOPIC}
        place = rules.match(_ids(group), [str(w[0]) for w in group.keywords], known)
        if place >= 0 and old[place].state != "open":
            continue
        row = old[place] if place >= 0 else Topic(proposed_at=at)
        for name, value in figures.items():
            setattr(row, name, value)
        row.covered = group.covered
        row.save()
        if place < 0:
            details = {"voices": row.voices, "people": row.people}
            writing.write(kind="topic.proposed", about=row.ref, by=by, at=at, details=details)
    return Topic.objects.filter(state="open").count()


_OF_TOPIC = ("people", "voices", "first_at", "last_at", "members", "keywords")
