"""Rules of accounts, posts and looks: plain, without clock or settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger.kinds import FactKind

FACTS: dict[str, FactKind] = {
    "person.looked": FactKind(
        ("purpose", "fields", "case", "clause"), "Somebody looked at personal data of the subject."
    ),
    "account.made": FactKind((), "An account was made."),
    "account.closed": FactKind((), "An account was closed; it cannot sign in any more."),
    "account.link_made": FactKind((), "A one-time link to set a password was made."),
    "account.reset": FactKind((), "Passkeys and codes of the account were removed because they were lost."),
    "account.signed_in": FactKind(("method",), "Somebody signed in to the account."),
    "account.sign_in_failed": FactKind((), "A sign-in to the account failed."),
    "account.secured": FactKind(("change",), "A password, passkey or one-time code of the account changed."),
    "account.told": FactKind(("near", "overdue", "ladder"), "Somebody chose how to hear of bells."),
    "token.made": FactKind(("post", "until"), "A person made an access token for a program, in one post of hers."),
    "token.closed": FactKind((), "An access token was closed."),
    "post.filled": FactKind(("account", "before"), "The post was given to an account (empty: to nobody)."),
    "post.opened": FactKind(("role", "organ"), "A post was opened."),
    "post.closed": FactKind((), "A post was closed."),
    "post.away": FactKind(("away_from", "away_to", "cover"), "The post is on leave and covered."),
    "post.back": FactKind((), "The leave of the post ended early."),
    "organs.loaded": FactKind(("added", "changed", "closed"), "Organs were loaded from the county's files."),
    "posts.loaded": FactKind(("added", "changed", "closed"), "Posts were loaded from the county's files."),
}


WAYS = ("page", "email")  # by which staff hear of what is late
NEAR_WAYS = (*WAYS, "none")  # what is only near may stay silent; it stands in the queue all the same
BELLS = ("near", "overdue", "ladder")


def check_ways(*, near: str, overdue: str, ladder: str, language: str) -> dict[str, str]:
    """The chosen ways; refuses an unknown one, and silence about what is late."""
    chosen = {"near": near, "overdue": overdue, "ladder": ladder, "language": language}
    known = {"near": NEAR_WAYS, "overdue": WAYS, "ladder": WAYS, "language": ("zh-hans", "en")}
    for name, value in chosen.items():
        if value not in known[name]:
            raise Refusal("way_unknown", N_("Please choose one of the ways listed."), field=name)
    return chosen


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why personal data may be looked at. `needs_clause`: a live case alone is not enough."""

    code: str
    sentence: str
    needs_clause: bool = False


# Personal Information Protection Law (2021) art. 6: a definite, reasonable purpose, the smallest possible scope.
# Art. 13: necessary for a statutory duty (here: the live case), or a duty that a clause names.
PURPOSES: dict[str, Purpose] = {
    purpose.code: purpose
    for purpose in (
        Purpose("contact", N_("to reach the person about their own case")),
        Purpose("understand", N_("the masked words do not say enough to act")),
        Purpose("danger", N_("somebody may be in danger")),
        Purpose("recover", N_("to help the person find their own case again")),
        Purpose("law", N_("a law requires it"), needs_clause=True),
        Purpose("audit", N_("to check how personal data was handled"), needs_clause=True),
    )
}

USERNAME = re.compile(r"[\w.@+-]{2,60}")


def check_look(purpose: str, fields: Iterable[str], case: str, live: bool, clause: str) -> Purpose:
    """The purpose of a look, or a refusal: unknown purpose, no field, no basis, or a case that is over."""
    known = PURPOSES.get(purpose)
    if known is None:
        raise Refusal("purpose_unknown", N_("Say what you need this for."), field="purpose")
    if not list(fields):
        raise Refusal("fields_missing", N_("Say which details you need."), field="fields")
    if known.needs_clause and not clause:
        raise NotAllowed("clause_missing", N_("Name the clause of law that allows this."), field="clause")
    if clause:
        return known
    if not case:
        raise NotAllowed("basis_missing", N_("Personal data is opened only for a case in work, or by a clause of law."))
    if not live:
        raise NotAllowed("case_over", N_("This case is over. Personal data is opened only while a case is in work."))
    return known


def check_username(username: str) -> str:
    """The sign-in name, trimmed; 2 to 60 letters, digits or . @ + - _ ."""
    name = username.strip()
    if not USERNAME.fullmatch(name):
        sentence = N_("A sign-in name has 2 to 60 letters or digits; . @ + - _ are possible too.")
        raise Refusal("username_misread", sentence, field="username")
    return name


def check_leave(away_from: datetime, away_to: datetime, at: datetime, post: object, cover: object) -> None:
    """Refuses a leave that ends before it begins or in the past, and a post that covers itself."""
    if away_to <= away_from:
        raise Refusal("leave_backwards", N_("The leave must end after it begins."), field="away_to")
    if away_to <= at:
        raise Refusal("leave_past", N_("This leave is already over."), field="away_to")
    if post == cover:
        raise Refusal("cover_itself", N_("Choose another post to cover this one."), field="cover")


def check_apart(duties: Iterable[str]) -> None:
    """System, audit and security administration lie in three hands (GB/T 22239-2019 §8.1.5.1–8.1.5.3)."""
    if len({duty for duty in duties if duty}) > 1:
        sentence = N_("One person cannot both administer and check. Choose a different account for this post.")
        raise NotAllowed("duties_apart", sentence, field="account")
