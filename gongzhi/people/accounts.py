"""Accounts from their making to their closing. Nobody ever learns another person's password."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import posting, reads, rules, tokens
from gongzhi.people.models import Account
from gongzhi.people.permits import Permit, first_role_with
from gongzhi.places import reads as places


def make(
    *, by: str, at: datetime, username: str, display_name: str = "", email: str = "", password: str = ""
) -> Account:
    """Make an account. Its person sets the password by the one-time link of `set_up_link`.

    `password` is only for practice counties, where the sign-ins are printed for everybody. Refuses a name or an
    address that is taken or cannot be.
    """
    name = rules.check_username(username).lower()
    address = email.strip().lower()
    if password and not _practice():
        sentence = N_("Nobody chooses a password for somebody else. Send the one-time link instead.")
        raise NotAllowed("password_by_other", sentence, field="password")
    if Account.objects.filter(username=name).exists():
        raise Refusal("username_taken", N_("This sign-in name is taken. Choose another one."), field="username")
    if address and Account.objects.filter(email=address).exists():
        raise Refusal("email_taken", N_("Another account has this e-mail address."), field="email")
    account = Account(username=name, email=address or None, display_name=display_name.strip(), made_at=at)
    if password:
        account.set_password(password)
    else:
        account.set_unusable_password()
    with transaction.atomic():
        account.save(force_insert=True)
        writing.write(kind="account.made", about=_ref(account.id), by=by, at=at)
    return account


def set_up_link(*, by: str, at: datetime, account: UUID, lang: str = "zh") -> str:
    """A link by which the person sets a password, once, within three days. It opens no passkey and skips no code."""
    row = _open(account)
    with transaction.atomic():
        writing.write(kind="account.link_made", about=_ref(account), by=by, at=at)
    key = f"{user_pk_to_url_str(row)}-{default_token_generator.make_token(row)}"
    return f"{settings.ORIGIN}/{lang}/accounts/password/reset/key/{key}/"


def reset(*, by: str, at: datetime, account: UUID) -> int:
    """Remove lost passkeys and codes, so that the person can set up new ones, and close her access tokens.

    Returns how many keys were removed."""
    row = _open(account)
    with transaction.atomic():
        tokens.close_all(at=at, account=row.pk)
        removed, _ = Authenticator.objects.filter(user_id=row.pk).delete()
        writing.write(kind="account.reset", about=_ref(account), by=by, at=at)
    return removed


def close(*, by: str, at: datetime, account: UUID) -> None:
    """Close an account: it is signed out at its next step, its posts become vacant. Its facts stay.

    Refuses the last account that can manage posts.
    """
    row = _open(account)
    with transaction.atomic():
        for post in reads.held(row.pk):
            posting.fill(by=by, at=at, post=post.id, account=None)
        tokens.close_all(at=at, account=row.pk)
        Account.objects.filter(id=account).update(is_active=False, closed_at=at)
        if not reads.has_holder(Permit.POST_MANAGE, at):
            raise NotAllowed("last_manager", N_("Nobody could manage posts any more. Fill such a post first."))
        writing.write(kind="account.closed", about=_ref(account), by=by, at=at)


def first(*, at: datetime, username: str, display_name: str = "", organ: str = "") -> Account:
    """The first administrator of a county, in a post of `organ` (a code; empty: the uppermost organ).

    Refuses when somebody can manage posts already, and when no organ is loaded.
    """
    if reads.has_holder(Permit.POST_MANAGE, at):
        raise NotAllowed("not_first", N_("This county has an administrator already, who makes all other accounts."))
    by = "account:setup"
    code = organ or reads.uppermost(at)
    if not code:
        raise Refusal("organ_missing", N_("Load the county first, so that there is an organ: gongzhi county load."))
    with transaction.atomic():
        account = make(by=by, at=at, username=username, display_name=display_name)
        vacant = reads.vacant(Permit.POST_MANAGE, at)
        post = vacant.id if vacant else _open_manager(by=by, at=at, organ=code)
        posting.fill(by=by, at=at, post=post, account=account.id)
    return account


def _open_manager(*, by: str, at: datetime, organ: str) -> UUID:
    role = first_role_with(Permit.POST_MANAGE)
    return posting.open_post(
        by=by, at=at, organ=organ, role=role.code, title_zh="系统管理员", title_en="System administrator"
    ).id


def _practice() -> bool:
    card = places.county_or_none()
    return bool(card and card.practice)


def _open(account: UUID) -> Account:
    row = Account.objects.filter(id=account, closed_at=None).first()
    if row is None:
        raise NotFound("account_unknown", N_("There is no such account, or it is closed."))
    return row


def _ref(account: UUID) -> str:
    return f"account:{account.hex}"
