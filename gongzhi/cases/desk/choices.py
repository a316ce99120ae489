"""What the selects of the workplace offer: offices, colleagues, matters, clauses, codes as words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.cases import labels, pausing
from gongzhi.cases import matters as matter_reads
from gongzhi.cases.cards import OrganTag
from gongzhi.kit import moments
from gongzhi.look import dates
from gongzhi.look.templatetags.look import said
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor
from gongzhi.people.rules import PURPOSES
from gongzhi.procedures import reads as procedures

Choice = tuple[str, str]
Group = tuple[str, list[Choice]]


def words(codes: Iterable[str], group: str) -> list[tuple[str, Any]]:
    """Codes of this room with their words."""
    return [(code, labels.word(code, group)) for code in codes]


def _organs() -> list[Choice]:
    """Code and name of every office, by code: there may be hundreds, so the language is asked once."""
    english = (get_language() or "").startswith("en")
    return [(organ.code, (organ.name_en if english else "") or organ.name_zh) for organ in people.organs(moments.now())]


def organs(first: OrganTag | None = None, prefix: str = "") -> list[Choice | Group]:
    """Every office; the one that answers for matter and place stands first and says why."""
    offered: list[Choice | Group] = [("", _("Choose an office"))]
    if first:
        name = said(first, "name")
        offered.append((_("Responsible for this matter here"), [(prefix + first.code, name)]))
    rest = [(prefix + code, name) for code, name in _organs() if not first or code != first.code]
    offered.append((_("All offices"), rest))
    return offered


def organs_flat(leave_out: Collection[str] = ()) -> list[Choice]:
    """Every office as one list."""
    return [(code, name) for code, name in _organs() if code not in leave_out]


def receivers(actor: Actor, first: OrganTag | None = None) -> list[Choice | Group]:
    """Whom a case may be handed to: colleagues of the own office, then offices. Values name their kind."""
    here = actor.acting
    colleagues = [
        (
            f"post:{post.id}",
            _("%(title)s (away)") % {"title": said(post, "title")} if post.away else said(post, "title"),
        )
        for post in people.colleagues(here.organ, moments.now())
        if post.id != here.id and post.account
    ]
    offered = organs(first if first and first.code != here.organ else None, prefix="organ:")
    offered[0] = ("", _("Choose who takes it"))
    if colleagues:
        offered.insert(1, (_("Colleagues in your office"), colleagues))
    return offered


def matters(only: Collection[str] | None = None) -> list[Choice | Group]:
    """Matters that a case may have, under their parents; `only` these."""
    cards = matter_reads.cards()
    names = {card.code: said(card, "name") for card in cards}
    groups: dict[str, list[Choice]] = {}
    for card in cards:
        if card.leaf and (only is None or card.code in only):
            groups.setdefault(names.get(card.parent, _("Other matters")), []).append((card.code, said(card, "name")))
    return list(groups.items())


def clauses() -> list[Choice]:
    """Clauses a hand-over or a look may rest on, by law and article."""
    offered = [
        (clause.code, f"{said(clause, 'law')} {labels.article(clause.article)}") for clause in procedures.clauses()
    ]
    return [("", _("Choose a clause")), *offered]


def pauses(run: UUID) -> list[Choice]:
    """The coded reasons for which a case's limit may stand still, each with its longest time and its clause."""
    net = procedures.net_of(run)
    offered = []
    for term in next((move.clock.pauses for move in net.moves if move.code == pausing.MOVE), ()):
        clause = procedures.clause_or_none(term.clause)
        most = dates.amount(term.at_most.amount, term.at_most.unit.value)
        rule = f"{said(clause, 'law')} {labels.article(clause.article)}" if clause else ""
        sentence = _("%(reason)s (at most %(most)s; %(clause)s)") if rule else _("%(reason)s (at most %(most)s)")
        word = labels.word(term.reason, "pause_reason")
        offered.append((term.reason, sentence % {"reason": word, "most": most, "clause": rule}))
    return offered


def purposes() -> list[Choice]:
    """For what somebody may open original words."""
    return [(purpose.code, _(purpose.sentence)) for purpose in PURPOSES.values()]
