"""What people type on pages of sign-in and of posts. Labels and hints are ours, the checks are allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.utils.translation import gettext_lazy as _

CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}


def _say(form: Any, name: str, label: Any, hint: Any = "", **attrs: str) -> None:
    """Give a field our words and the attributes that help people type it; no text inside the field itself."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


class LoginForm(account_forms.LoginForm):
    """Sign-in name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "login", _("Sign-in name or e-mail"), autocomplete="username webauthn", autocapitalize="none")
        _say(self, "password", _("Password"), autocomplete="current-password")


class ReauthenticateForm(account_forms.ReauthenticateForm):
    """The password once more, before something about sign-in changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password", _("Password"), autocomplete="current-password")


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """The address to which the link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "email", _("E-mail address of your account"), autocomplete="email")


def _new_password(form: Any) -> None:
    hint = _("At least ten characters; several words in a row are easy to keep in mind.")
    _say(form, "password1", _("New password"), hint, autocomplete="new-password")
    _say(form, "password2", _("New password once more"), autocomplete="new-password")


class ResetPasswordKeyForm(account_forms.ResetPasswordKeyForm):
    """A new password, by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self)


class ChangePasswordForm(account_forms.ChangePasswordForm):
    """A new password, by the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "oldpassword", _("Password of now"), autocomplete="current-password")
        _new_password(self)


class SetPasswordForm(account_forms.SetPasswordForm):
    """A first password, for who signed in by passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self)


class AuthenticateForm(mfa_forms.AuthenticateForm):
    """The second step of sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            "code",
            _("Code"),
            _("Six figures from your authenticator app, or one of your recovery codes."),
            **CODE,
        )


class ReauthenticateCodeForm(mfa_forms.ReauthenticateForm):
    """A code, before something about sign-in changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            "code",
            _("Code"),
            _("Six figures from your authenticator app, or one of your recovery codes."),
            **CODE,
        )


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    """The first code proves that the app knows the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code from the app"), _("Six figures; they change every half minute."), **CODE)


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):
    """A passkey, or a key that is only the second step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self, "name", _("Name of the key"), _("So that you know it again, for example “My phone”."), maxlength="60"
        )
        hint = _("The key then asks for its PIN, your finger or your face. Without this it is only a second step.")
        _say(self, "passwordless", _("Sign in with this key alone, without a password"), hint)
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", _("Name of the key"), maxlength="60")
