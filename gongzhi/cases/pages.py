"""Which printed pages show a case, so that a verb can drop them before it commits."""

from __future__ import annotations

from collections.abc import Collection

from gongzhi.cases.models import Case
from gongzhi.look import printed
from gongzhi.places import reads as places


def changed(case: Case) -> None:
    """Drop the case's own page; lists that show it expire by themselves within seconds."""
    printed.drop(f"cases/{case.number}/")


def narrowed(case: Case) -> None:
    """Drop every page on which the words may stand: withdrawn is withdrawn, also in lists and on the home page."""
    card = places.place_or_none(case.place)
    around = {case.place, *(card.path if card else ())}
    printed.drop(f"cases/{case.number}/", "", "cases/", *(f"places/{code}/" for code in sorted(around)))


def public_among(numbers: Collection[str]) -> set[str]:
    """Which of these case numbers (at most 500) are public now: what the doctor holds printed pages against."""
    return set(Case.objects.filter(number__in=list(numbers), public=True).values_list("number", flat=True))
