"""How sign-in behaves here: no open sign-up, mail through the outbox, secrets sealed, every change a fact."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gongzhi.channels import outbox
from gongzhi.channels.keys import key_for
from gongzhi.kit import moments, sealing
from gongzhi.kit.ids import uuid7
from gongzhi.ledger import writing
from gongzhi.people import reads
from gongzhi.people.frame import first_page
from gongzhi.people.models import Account
from gongzhi.places import reads as places

BY_NOBODY = "account:unknown"
RESET_MAIL = "account/email/password_reset_key"

_WRONG = gettext_lazy("The name or the password is not right. Look at both once more; capitals count.")
_CODE = gettext_lazy("This code is not right, or it was used already. Wait for the next one and try again.")
_STRAIN = gettext_lazy("Too many tries. Wait five minutes and try again; your passkey works at once.")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; what people read is ours."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account is closed. Ask the person who manages posts in your office."),
        "username_password_mismatch": _WRONG,
        "email_password_mismatch": _WRONG,
        "invalid_login": _WRONG,
        "incorrect_password": gettext_lazy("This password is not right. Look at it once more; capitals count."),
        "enter_current_password": gettext_lazy("This is not your password of now."),
        "incorrect_code": _CODE,
        "invalid_password_reset": gettext_lazy("This link was used already or is too old. Ask for a new one."),
        "same_as_current": gettext_lazy("This is your password of now. Choose another one."),
        "too_many_login_attempts": _STRAIN,
        "rate_limited": _STRAIN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: residents need no account, staff get theirs from an administrator."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where this person's work begins, in the language of the page."""
        assert isinstance(request.user, Account)
        return first_page(reads.posts_of(request.user.pk, moments.now()), _lang())

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The public front page, in the language of the page."""
        return f"/{_lang()}/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the page of one's own sign-in."""
        return f"/{_lang()}/accounts/2fa/"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of a reset mail: always the county's own address, whatever Host header the request had."""
        return f"{settings.ORIGIN}/{_lang()}/accounts/password/reset/key/{key}/"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A failed try on an account that exists is a fact; a name nobody has leaves no trace of what was typed."""
        name = str(credentials.get("username") or credentials.get("email") or "").strip().lower()
        known = Account.objects.filter(Q(username=name) | Q(email__iexact=name)).values_list("id", flat=True).first()
        if name and known:
            about = f"account:{known.hex}"
            writing.write(kind="account.sign_in_failed", about=about, by=BY_NOBODY, at=moments.now())

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse:
        """Who signed in, when and how is a fact (GB/T 22239-2019 §8.1.4.3)."""
        response = super().post_login(request, user, **more)
        methods = [record["method"] for record in request.session.get("account_authentication_methods", [])]
        details = {"method": "+".join(methods)[:60]}
        ref = f"account:{user.pk.hex}"
        writing.write(kind="account.signed_in", about=ref, by=ref, at=moments.now(), details=details)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Only the reset mail leaves, through the outbox. To an address nobody has, nothing is sent."""
        if template_prefix != RESET_MAIL:
            return
        account = context["user"]
        outbox.put(
            at=moments.now(),
            adapter="email",
            address=email,
            about=f"account:{account.pk.hex}",
            template="people/messages/password_reset",
            context=_signature(account),
            language=get_language() or settings.LANGUAGE_CODE,
            key=f"password-reset:{uuid7().hex}",
            sealed={"link": context["password_reset_url"]},
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A changed password, passkey or code is a fact; the person hears of it when an address is known."""
        assert isinstance(user, Account)
        at, change, about = moments.now(), template_prefix.rpartition("/")[2], f"account:{user.pk.hex}"
        writing.write(kind="account.secured", about=about, by=about, at=at, details={"change": change})
        if not user.email:
            return
        outbox.put(
            at=at,
            adapter="email",
            address=user.email,
            about=about,
            template="people/messages/secured",
            context={**_signature(user), "change": change},
            language=get_language() or settings.LANGUAGE_CODE,
            key=f"secured:{uuid7(at).hex}",
        )


class MFAAdapter(DefaultMFAAdapter):
    """Passkeys and one-time codes: secrets sealed under the master key, names people understand."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _CODE,
        "cannot_generate_recovery_codes": gettext_lazy("Set up an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        """Seals the secret of the authenticator app and the seed of the recovery codes."""
        return base64.b64encode(sealing.seal(key_for("people.mfa"), text.encode(), b"mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opens what `encrypt` sealed."""
        return sealing.open_sealed(key_for("people.mfa"), base64.b64decode(encrypted_text), b"mfa").decode()

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows above the code: the county, so that two counties stay apart."""
        return _county()

    def build_totp_svg(self, url: str) -> str:
        """The QR code of the set-up page, dark on white in every mode, since phones read it."""
        drawn = BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", scale=4, dark="#000", light="#fff", xmldecl=False)
        return drawn.getvalue().decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        """A first name for a key; people rename it."""
        number = user.authenticator_set.filter(type=type).count() + 1  # type: ignore[attr-defined]
        return _("Key %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site a passkey belongs to; the id is the host alone (WebAuthn Level 3 §5.1.2)."""
        return {**super().get_public_key_credential_rp_entity(), "name": _county()}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """What the person's device shows for the passkey."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user)}

    def _get_site_name(self) -> str:
        return _county()


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _county() -> str:
    """The county's name in the language of the page."""
    card = places.county_or_none()
    if card is None:
        return _("Gongzhi")
    return (_lang() == "en" and card.name_en) or card.name_zh


def _signature(account: Account) -> dict[str, str | int | bool | list[str | int | bool | None] | None]:
    return {"name": str(account), "county": _county()}
