"""What the pages say of hot issues and topics: sentences, parts of the heat, voices the reader may see.

A title and a keyword are shown only while a voice that holds them may be seen by this reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import voicing
from gongzhi.cases.voicing import HeardRow
from gongzhi.insight import standing_rules, telling
from gongzhi.insight.hot import rules
from gongzhi.insight.hot import topics as verbs
from gongzhi.insight.hot.tables import HotIssue, Topic
from gongzhi.look import charts, dates
from gongzhi.people.cards import Actor

LIST = 30  # issues of one page
PEEK = 6  # voices looked at for a title in a list
VOICES = 40  # voices on the page of one issue
MOST_PUBLIC = 20


def issues(actor: Actor) -> dict[str, Any]:
    """The list: each with its title, sentence and how much is unanswered."""
    rows = list(HotIssue.objects.order_by("position")[:LIST])
    seen = _seen(actor, rows)
    return {"issues": [_issue(row, seen) for row in rows], "until": rows[0].until if rows else None}


def issue(row: HotIssue, actor: Actor) -> dict[str, Any]:
    """One issue with its voices."""
    voices = voicing.heard(actor, _ids(row.members, VOICES), answers=True)
    told = _issue(row, {row.pk: voices})
    return told | {
        "voices": voices,
        "hidden": len(row.members[:VOICES]) - len(voices),
        "parts": heat(row),
        "keywords": keywords(row.keywords, actor),
        "matters": [(telling.matter(code), n) for code, n in row.matters[:8]],
        "towns": [(telling.place(code), n) for code, n in row.towns[:8]],
        "answered": [voice for voice in voices if voice.answer][:5],
    }


def brief(actor: Actor, most: int) -> tuple[str, ...]:
    """The hottest issues in a line each, for the briefing."""
    rows = list(HotIssue.objects.order_by("position")[:most])
    seen = _seen(actor, rows)
    told = [_issue(row, seen) for row in rows]
    return tuple(f"{one['title']}{_(': ')}{one['sentence']} {one['waiting']}" for one in told)


def _seen(actor: Actor, rows: Sequence[HotIssue] | Sequence[Topic]) -> dict[UUID, list[HeardRow]]:
    wanted = {row.pk: _ids(row.members, PEEK) for row in rows}
    found = {row.voice: row for row in voicing.heard(actor, [id for ids in wanted.values() for id in ids])}
    return {pk: [found[id] for id in ids if id in found] for pk, ids in wanted.items()}


def _issue(row: HotIssue, seen: dict[UUID, list[HeardRow]]) -> dict[str, Any]:
    return {
        "row": row,
        "title": _title(seen.get(row.pk, ()), row.matters),
        "sentence": " ".join(filter(None, (sentence(row), same(row)))),
        "growth": growth(row),
        "waiting": waiting(row),
        "heat": charts.number(round(row.heat, 1)),
        "tone": "warn" if row.unanswered >= 0.5 else "plain",
    }


def _title(voices: Sequence[HeardRow], matters: Sequence[Sequence[Any]] = ()) -> str:
    """The most typical words this reader may see; else the matter most of it was given."""
    if voices:
        return voices[0].title
    return telling.matter(str(matters[0][0])) if matters else _("Voices of cases your post may not see")


def sentence(row: HotIssue | Topic) -> str:
    """How many people, how many voices, from when to when."""
    told = {
        "people": charts.number(row.people),
        "voices": charts.number(row.voices),
        "first": dates.short_day(row.first_at),
        "last": dates.short_day(row.last_at),
    }
    words = ngettext(
        "%(people)s person spoke about it in %(voices)s voices, from %(first)s to %(last)s.",
        "%(people)s people spoke about it in %(voices)s voices, from %(first)s to %(last)s.",
        row.people,
    )
    return words % told


def same(row: HotIssue) -> str:
    """That half of the people and more sent the very same text; empty where they did not."""
    if row.same < rules.PEOPLE or 2 * row.same < row.people:
        return ""
    return _("The very same text came from %(n)s people.") % {"n": charts.number(row.same)}


def growth(row: HotIssue) -> str:
    """Whether it grows, and how far it has spread."""
    told = {"late": row.late, "early": row.early, "places": row.places}
    words = ngettext(
        "%(late)d voices in the last fortnight after %(early)d in the one before, from %(places)d place.",
        "%(late)d voices in the last fortnight after %(early)d in the one before, from %(places)d places.",
        row.places,
    )
    return words % told


def waiting(row: HotIssue) -> str:
    """How much of it is unanswered."""
    left = round(row.unanswered * row.voices)
    if not left:
        return _("All of them were answered.")
    told = {"left": left, "all": row.voices, "share": round(100 * row.unanswered)}
    return _("%(left)d of %(all)d wait for an answer, %(share)d %%.") % told


def heat(row: HotIssue) -> list[tuple[str, str]]:
    """The parts that make its heat, with what each adds."""
    names = {
        "people": _("people who spoke"),
        "likes": _("approval of others"),
        "growth": _("growth within four weeks"),
        "places": _("places it has spread to"),
        "days": _("how long it lasts"),
        "unanswered": _("share without an answer"),
    }
    return [(words, f"{row.parts[name]:+.1f}") for name, words in names.items() if row.parts.get(name)]


def keywords(told: Sequence[Sequence[Any]], actor: Actor) -> list[dict[str, Any]]:
    """Keywords with the example voices this reader may see; one without any is left out."""
    examples = voicing.heard(actor, [UUID(id) for _word, _people, ids in told for id in ids])
    found = {row.voice: row for row in examples}
    rows = []
    for word, people, ids in told:
        voices = [found[UUID(id)] for id in ids if UUID(id) in found]
        if voices:
            rows.append({"word": word, "people": people, "voices": voices})
    return rows


def topics(actor: Actor) -> dict[str, Any]:
    """The list of topics by what became of them."""
    rows = list(Topic.objects.filter(state="open").order_by("-people", "proposed_at")[:LIST])
    decided = list(Topic.objects.exclude(state="open").order_by("-decided_at")[:LIST])
    seen = _seen(actor, [*rows, *decided])
    return {
        "open": [_topic(row, seen) for row in rows],
        "decided": [_topic(row, seen) for row in decided],
        "drafts": len(verbs.drafts()),
    }


def topic(row: Topic, actor: Actor) -> dict[str, Any]:
    """One topic with its voices and suggested keywords."""
    voices = voicing.heard(actor, _ids(row.members, VOICES))
    words = keywords(row.keywords, actor)
    return _topic(row, {row.pk: voices}) | {
        "voices": voices,
        "keywords": words,
        "first_keyword": words[0]["word"] if words else "",
        "draft_begun": {
            "limit_amount": 5, "limit_unit": "working_days", "keywords": " ".join(one["word"] for one in words),
        },
    }  # fmt: skip


def _topic(row: Topic, seen: dict[UUID, list[HeardRow]]) -> dict[str, Any]:
    return {
        "row": row,
        "title": _title(seen.get(row.pk, ())),
        "sentence": sentence(row),
        "covered": _("Of 100, matters cover it by about %(n)d.") % {"n": round(100 * row.covered)},
        "became": became(row),
    }


def became(row: Topic) -> str:
    """What was decided."""
    if row.state == "keyword":
        return _("A keyword of “%(matter)s”") % {"matter": telling.matter(row.matter)}
    if row.state == "matter":
        return _("Draft of a matter: %(name)s") % {"name": row.draft.get("name_zh") or row.matter}
    return _(rules.REASONS[row.reason]) if row.state == "dismissed" else _("to decide")


def public_issues() -> list[dict[str, Any]]:
    """Issues of ten people and more: by matter, and by words and towns that ten people named. No voice, no title."""
    found = []
    for row in HotIssue.objects.filter(people__gte=rules.SMALLEST_CELL).order_by("position")[:MOST_PUBLIC]:
        named = [code for code, n in row.matters if rules.public_people(n)]
        found.append({
            "matter": telling.matter(named[0]) if named else _("Several matters"),
            "people": row.people,
            "words": [word for word, people, _ids in row.keywords if rules.public_people(people)],
            "towns": _public_towns(row),
            "same": same(row) if rules.public_people(row.same) else "",
            "answered": in_tens(1 - row.unanswered),
            "since": row.first_at,
        })  # fmt: skip
    return found


def _public_towns(row: HotIssue) -> list[tuple[str, int]]:
    cells = standing_rules.withheld({str(code): int(n) for code, n in row.towns})
    return [(telling.place(code), n) for code, n in cells.items() if n]


def _ids(members: Iterable[str], most: int) -> list[UUID]:
    return [UUID(id) for id in list(members)[:most]]


def in_tens(share: float) -> int:
    """A share as full tens of a hundred, so that a hundred is said only where nothing is missing."""
    return int(round(10 * share, 6)) * 10
