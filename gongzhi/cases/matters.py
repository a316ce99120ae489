"""Which matter it is and who is responsible: read once for each load of the county's tables, then from memory.

The suggestion is a table of keywords, nothing learned; whoever shows it says that it is a suggestion.
"""

from __future__ import annotations

from dataclasses import dataclass

from gongzhi.cases import rules
from gongzhi.cases.cards import MatterCard, MatterTag, Suggestion
from gongzhi.cases.models import Matter, Responsibility
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.kit.worktime import Limit, Unit
from gongzhi.places.keeping import Kept


@dataclass(frozen=True, slots=True)
class Responsible:
    """The lead organ for a matter at a place, who assists, and by which clause. `organ` empty: the desk decides."""

    organ: str = ""
    assisting: tuple[str, ...] = ()
    clause: str = ""


@dataclass(frozen=True, slots=True)
class _Tables:
    cards: dict[str, MatterCard]
    tags: dict[str, MatterTag]
    keywords: dict[str, tuple[str, ...]]
    leads: dict[tuple[str, str], Responsible]


def _read() -> _Tables:
    rows = list(Matter.objects.filter(valid_to__isnull=True).order_by("position", "code"))
    parents = {row.parent_id for row in rows}
    cards = {row.code: _card(row, leaf=row.code not in parents) for row in rows}
    keywords: dict[str, list[str]] = {}
    for row in rows:
        for keyword in row.keywords:
            keywords.setdefault(str(keyword).lower(), []).append(row.code)
    leads = {
        (row.matter_id, row.place): Responsible(row.organ, tuple(row.assisting), row.clause)
        for row in Responsibility.objects.filter(valid_to__isnull=True)
    }
    every = {row.code: row for row in Matter.objects.all()}
    tags = {code: _tag(row, every) for code, row in every.items()}
    return _Tables(cards, tags, {word: tuple(codes) for word, codes in keywords.items()}, leads)


_tables = Kept(_read)


def _card(row: Matter, *, leaf: bool) -> MatterCard:
    return MatterCard(
        code=row.code,
        parent=row.parent_id or "",
        name_zh=row.name_zh,
        name_en=row.name_en,
        hint_zh=row.hint_zh,
        hint_en=row.hint_en,
        limit_amount=row.limit_amount,
        limit_unit=row.limit_unit,
        closing_zh=row.closing_zh,
        closing_en=row.closing_en,
        clause=row.clause,
        reopen_days=row.reopen_days,
        about_officer=row.about_officer,
        danger=row.danger,
        public_ok=row.public_ok,
        leaf=leaf,
        procedure=row.procedure,
        asks_most=row.asks_most,
    )


def _tag(row: Matter, every: dict[str, Matter]) -> MatterTag:
    names_zh, names_en = [row.name_zh], [row.name_en or row.name_zh]
    above = every.get(row.parent_id or "")
    while above is not None and len(names_zh) < 6:
        names_zh.insert(0, above.name_zh)
        names_en.insert(0, above.name_en or above.name_zh)
        above = every.get(above.parent_id or "")
    return MatterTag(row.code, row.name_zh, row.name_en, " › ".join(names_zh), " › ".join(names_en))


def cards() -> tuple[MatterCard, ...]:
    """The matters in force, in the order of the county's file (a parent before its children)."""
    return tuple(_tables().cards.values())


def card(code: str) -> MatterCard | None:
    """The matter in force with this code."""
    return _tables().cards.get(code)


def tags() -> dict[str, MatterTag]:
    """Names and paths of all matters by code, also of those no longer in force."""
    return _tables().tags


def chosen(code: str) -> MatterCard:
    """The matter somebody chose; refuses one that does not exist, has ended, or has finer ones beneath it."""
    found = card(code)
    if found is None or not found.leaf:
        raise Refusal("matter_unknown", N_("Please choose a matter from the list."), field="matter")
    return found


def limit_of(matter: MatterCard) -> Limit:
    """The promised limit of a matter."""
    return Limit(matter.limit_amount, Unit(matter.limit_unit))


def suggest(words: str) -> Suggestion | None:
    """The matter whose keywords say most about `words`, or None when no keyword is in them.

    `sure` is its share of all points, 0 to 1: a figure to order by, not a probability. The catch-all
    and matters above finer ones are never suggested."""
    tables = _tables()
    points = rules.score_matters(words, tables.keywords)
    known = [(score, code) for code, (score, _) in points.items() if code in tables.cards and tables.cards[code].leaf]
    if not known:
        return None
    order = {code: place for place, code in enumerate(tables.cards)}
    score, code = max(known, key=lambda pair: (pair[0], -order[pair[1]]))
    total = sum(score for score, _ in known)
    return Suggestion(tables.cards[code], points[code][1], score / total)


def suggested_or_other(words: str) -> MatterCard:
    """The suggested matter, else the catch-all; refuses when the county has loaded none."""
    hint = suggest(words)
    found = hint.matter if hint else card(rules.CATCH_ALL)
    if found is None:
        raise Refusal("matter_unknown", N_("This county has not loaded its matters yet."), status=503)
    return found


def responsible(matter: str, place: str) -> Responsible:
    """Who is responsible for a matter at a place (division or grid code).

    The row of the matter itself outranks its parents' rows; among them the longest place prefix wins."""
    tables = _tables()
    code: str | None = matter
    while code:
        for prefix in rules.prefixes(place):
            found = tables.leads.get((code, prefix))
            if found is not None:
                return found
        above = tables.cards.get(code)
        code = above.parent if above else None
    return Responsible()
