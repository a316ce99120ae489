"""What people lends to other rooms: small frozen cards instead of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from gongzhi.people.permits import Permit, permits_of


@dataclass(frozen=True, slots=True)
class OrganCard:
    """An organ as pages show it. `parent` and `head` are codes, empty when there is none."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    kind: str
    division: str
    phone: str
    parent: str
    head: str

    @property
    def ref(self) -> str:
        """How facts name it."""
        return f"organ:{self.id.hex}"


@dataclass(frozen=True, slots=True)
class TitleCard:
    """The title of a post and its organ's code: enough to say who did something."""

    id: UUID
    organ: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post, and who holds it now.

    `away` says that it is on leave at the moment asked for. `covered_by` is the own post of the person through
    which this one is covered; None for a post that is somebody's own.
    """

    id: UUID
    code: str
    account: UUID | None
    organ: str
    organ_zh: str
    organ_en: str
    role: str
    place: str
    title_zh: str
    title_en: str
    away: bool = False
    covered_by: UUID | None = None

    @property
    def ref(self) -> str:
        """How facts and token holders name it."""
        return f"post:{self.id.hex}"

    @property
    def doer(self) -> str:
        """Who acts when this card acts: the covering post, else the post itself. Verbs take it as `by`."""
        return f"post:{(self.covered_by or self.id).hex}"

    def can(self, permit: Permit) -> bool:
        """Whether the role of this post holds a permit."""
        return permit in permits_of(self.role)

    def covered(self, by: UUID) -> PostCard:
        """The same post as the one who covers it sees it."""
        return replace(self, covered_by=by)


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person in the post now acting. `posts`: every own and covered one, own first."""

    account_id: UUID
    posts: tuple[PostCard, ...]
    acting: PostCard

    @property
    def by(self) -> str:
        """Who did it, for verbs: the acting post; the covering one when the acting post is covered."""
        return self.acting.doer

    @property
    def own_posts(self) -> tuple[PostCard, ...]:
        """Posts that are this person's own, without those covered."""
        return tuple(post for post in self.posts if post.covered_by is None)

    def can(self, permit: Permit) -> bool:
        """Whether the acting post holds a permit."""
        return self.acting.can(permit)
