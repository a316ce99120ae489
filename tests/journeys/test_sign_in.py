"""A new colleague: account and post by the administrator, password by link, then passkey, app and recovery code."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from typing import Any
from uuid import uuid4


def authenticator(page: Any) -> None:
    """Gives the browser a phone-like authenticator that answers by itself (CDP WebAuthn)."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def app_code(secret: str, at: float) -> str:
    """What an authenticator app shows (RFC 6238 with SHA-1, 30 s, six figures)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def new_colleague(admin: Any) -> tuple[str, str]:
    """The administrator makes an account, gives it a post, and hands out the link. → (sign-in name, link)."""
    name = f"new.{uuid4().hex[:8]}"
    admin.goto("/zh/desk/people/accounts/")
    admin.fill("input[name=username]", name)
    admin.fill("input[name=display_name]", "新同事")
    admin.click("main form[method=post] button[type=submit]")
    admin.click("button[value=link]")
    link = admin.input_value("#link")
    admin.goto("/zh/desk/people/new/")
    admin.select_option("select[name=organ]", index=0)
    admin.select_option("select[name=role]", "handler")
    admin.fill("input[name=title_zh]", f"见习岗 {name}")
    admin.click("main button[type=submit]")
    admin.fill("input[name=account]", name)
    admin.click("button[value=fill]")
    assert "新同事" in admin.inner_text("dl.summary-list")
    return name, link


def set_password(page: Any, link: str, password: str) -> None:
    page.goto(link)
    page.fill("input[name=password1]", password)
    page.fill("input[name=password2]", password)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/password/reset/key/done/")


def sign_in(page: Any, name: str, password: str) -> None:
    page.goto("/zh/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")


def sign_out(page: Any) -> None:
    page.goto("/zh/accounts/logout/")
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"/zh/$"))


def prove(page: Any, password: str) -> None:
    """Show once more that it is oneself, when the page asks."""
    if "/reauthenticate/" in page.url:
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")


def test_a_new_colleague_signs_in_by_passkey_without_a_password(signed_in: Any, page: Any) -> None:
    name, link = new_colleague(signed_in("administrator"))
    password = "lantern-bridge-9"
    set_password(page, link, password)
    sign_in(page, name, password)
    page.wait_for_url("**/zh/desk/**")

    authenticator(page)
    page.goto("/zh/accounts/2fa/webauthn/add/")
    prove(page, password)
    page.fill("input[name=name]", "我的手机")
    assert page.is_checked("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    page.goto("/zh/accounts/2fa/webauthn/")
    assert "我的手机" in page.inner_text("main")

    sign_out(page)
    page.goto("/zh/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/zh/desk/**")


def test_a_refused_passkey_is_said_in_words(page: Any) -> None:
    page.goto("/en/accounts/login/")
    assert page.locator("[data-passkey-failed]").is_hidden()
    refusing = "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }"
    page.evaluate(refusing)
    page.click("#passkey_login")
    page.wait_for_selector("[data-passkey-failed]:visible")
    assert "another way" in page.inner_text("[data-passkey-failed]")


def test_an_app_and_its_recovery_codes_are_a_second_step(signed_in: Any, page: Any) -> None:
    name, link = new_colleague(signed_in("administrator"))
    password = "river-lantern-3"
    set_password(page, link, password)
    sign_in(page, name, password)
    page.wait_for_url("**/zh/desk/**")

    page.goto("/zh/accounts/2fa/totp/activate/")
    prove(page, password)
    page.click("details summary:has-text('扫不了')")
    secret = page.inner_text("code.number")
    page.fill("input[name=code]", app_code(secret, time.time()))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/recovery-codes/**")
    codes = page.locator("main li code").all_inner_texts()
    assert len(codes) == 10

    sign_out(page)
    sign_in(page, name, password)
    page.wait_for_url("**/2fa/authenticate/")
    page.fill("input[name=code]", codes[0])
    page.click("main button[type=submit]")
    page.wait_for_url("**/zh/desk/**")
