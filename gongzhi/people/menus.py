"""The plug point of the workplace: a room above registers its pages here when Django starts.

`head` stands in the row of links at the top, `menu` in the menu of the person (under leave, looks and sign-in). Nothing
here imports Django's models, so an AppConfig may import it before the rooms are ready.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from gongzhi.people.cards import Actor
    from gongzhi.people.permits import Permit

Part = Literal["head", "menu"]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page others may be led to. `name` is its URL name, `permits` any of which opens it, `icon` its sign;
    `practice`: only in a practice county."""

    name: str
    label: Promise
    permits: tuple[Permit, ...]
    part: Part = "head"
    icon: str = ""
    practice: bool = False

    def open_to(self, actor: Actor) -> bool:
        """Whether the acting post may open it."""
        return any(actor.can(permit) for permit in self.permits)


_entries: dict[str, MenuEntry] = {}


def add(entry: MenuEntry) -> None:
    """Register a page. The same name twice with other contents is a bug (ValueError)."""
    if _entries.setdefault(entry.name, entry) != entry:
        raise ValueError(f"{entry.name} is registered twice")


def entries(part: Part, actor: Actor, *, practice: bool) -> list[MenuEntry]:
    """The registered pages of one part that this actor may open, in the order of registration."""
    shown: Collection[MenuEntry] = _entries.values()
    return [one for one in shown if one.part == part and one.open_to(actor) and (practice or not one.practice)]
