"""Which matter it is and who is responsible: read once for each load of the county's tables, then from memory.

The suggestion comes from a table of keywords, or from a machine that learnt (`suggesting`) where one is at work;
whoever shows it says that it is a suggestion.
"""

from __future__ import annotations

from dataclasses import dataclass

from gongzhi.cases import rules, suggesting
from gongzhi.cases.cards import MatterCard, MatterTag, Suggestion
from gongzhi.cases.matter_tables import AddedKeyword
from gongzhi.cases.models import Matter, Responsibility
from gongzhi.cases.suggesting import Machine
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
    added = AddedKeyword.objects.order_by("at").values_list("keyword", "matter_id")
    for keyword, code in [*((word, row.code) for row in rows for word in row.keywords), *added]:
        codes = keywords.setdefault(str(keyword).lower(), [])
        if code not in codes:
            codes.append(code)
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
    """The matter a machine suggests for `words`, or None when it has nothing to say.

    `sure` is 0 to 1: a probability when a machine learnt it (`router` above 0), else a share of points to order by.
    The catch-all and matters above finer ones are never suggested."""
    return suggest_with(words, suggesting.at_work())[0]


def suggest_with(words: str, machine: Machine | None) -> tuple[Suggestion | None, int]:
    """The suggestion were this machine at work, and who answered: its number, or 0 for the table of keywords.

    The table answers where the machine is unsure, and where a keyword names a matter it has not learnt yet."""
    by_table = by_keywords(words)
    if machine is None or (by_table is not None and by_table.matter.code not in machine.labels):
        return by_table, suggesting.KEYWORDS
    guess = machine.guess(words)
    known = _tables().cards
    for code, sure in guess.ranked:
        if sure < suggesting.UNSURE:
            break
        if code == rules.CATCH_ALL:
            return None, machine.version
        if code in known and known[code].leaf:
            return Suggestion(known[code], guess.why, sure, machine.version), machine.version
    return by_table, suggesting.KEYWORDS


def by_keywords(words: str) -> Suggestion | None:
    """The matter whose keywords say most about `words`, or None when no keyword is in them."""
    tables = _tables()
    points = rules.score_matters(words, tables.keywords)
    known = [(score, code) for code, (score, _) in points.items() if code in tables.cards and tables.cards[code].leaf]
    if not known:
        return None
    order = {code: place for place, code in enumerate(tables.cards)}
    score, code = max(known, key=lambda pair: (pair[0], -order[pair[1]]))
    total = sum(score for score, _ in known)
    return Suggestion(tables.cards[code], points[code][1], score / total)


def keywords() -> dict[str, list[str]]:
    """The keywords of each matter in force."""
    found: dict[str, list[str]] = {}
    for word, codes in _tables().keywords.items():
        for code in codes:
            found.setdefault(code, []).append(word)
    return found


def is_keyword(word: str, matter: str) -> bool:
    """Whether a word (lower case) points to a matter."""
    return matter in _tables().keywords.get(word, ())


def suggested_or_other(words: str) -> MatterCard:
    """The suggested matter, else the catch-all; refuses when the county has loaded none."""
    return routed(words)[0]


def routed(words: str) -> tuple[MatterCard, int]:
    """The same, and which router suggested it: its number, 0 for the table of keywords."""
    return routed_with(words, suggesting.at_work())


def routed_with(words: str, machine: Machine | None) -> tuple[MatterCard, int]:
    """The same were this machine at work."""
    hint, router = suggest_with(words, machine)
    found = hint.matter if hint else card(rules.CATCH_ALL)
    if found is None:
        raise Refusal("matter_unknown", N_("This county has not loaded its matters yet."), status=503)
    return found, router


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
