"""Every setting of Gongzhi, read once from the environment and from files in GONGZHI_DIR.

| variable | meaning |
|---|---|
| GONGZHI_DIR | folder with county/, keys/, files/, printed/, the SQLite database (default ./data) |
| DATABASE_URL | postgres://user:password@host:port/name; empty means SQLite in GONGZHI_DIR |
| GONGZHI_HOSTS | comma list of host names the site answers to (default: loopback names) |
| GONGZHI_ORIGIN | public address, used in links of messages and by passkeys |
| GONGZHI_PROXIED | 1 behind a TLS proxy: secure cookies, HSTS, trust of X-Forwarded-Proto and -For |
| GONGZHI_SMTP | smtp://user:password@host:port[?tls=1] for outgoing e-mail; empty keeps e-mail in the letterbox |
| GONGZHI_EMAIL | sender address of outgoing e-mail |
| GONGZHI_MAILBOX | maildir:///folder or imaps://user:password@host/folder where residents' e-mail arrives |
| GONGZHI_SMS | TOML file that describes the provider of text messages; empty keeps them in the letterbox |
| GONGZHI_SMS_SECRET | the provider's secret, for the file's {secret} and for what the provider sends to us |
| GONGZHI_FONTS | folder with a Chinese font for printed sheets (default: the system's fonts-noto-cjk) |
| GONGZHI_MQTT | mqtt://user:password@host:1883/prefix where sensors speak; empty: readings by HTTP alone |
| GONGZHI_READINGS_DAYS | days single readings of sensors are kept before only their hours are (default 30) |
| GONGZHI_ENGINE | what answers the warehouse: duckdb (default), spark, or spark:MASTER (insight/engines.py) |
| GONGZHI_LOG | line (default) or json: how each line of the log is written |
| GONGZHI_DEBUG | 1 shows tracebacks; never on a served county |
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gongzhi.web import logs


def _flag(name: str) -> bool:
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise SystemExit(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def _days(name: str, default: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not value.isdecimal() or int(value) < 1:
        raise SystemExit(f"{name} must be a number of days, not {value!r}.")
    return int(value)


def _secret(path: Path) -> str:
    """The text of a secret file, made with owner-only rights when it does not exist."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        value = secrets.token_urlsafe(48)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(value)
        try:
            os.link(fresh, path)  # atomic and never over an existing key, also when two processes start at once
        except FileExistsError:
            value = path.read_text().strip()
        finally:
            fresh.unlink()
        return value


def _database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "gongzhi.web.sqlite",
            "NAME": GONGZHI_DIR / "db.sqlite3",
            "TEST": {"NAME": str(GONGZHI_DIR / "test.sqlite3")},  # a file: threads and processes meet as in service
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    # 6 MB a connection, of which there are ten: each commit of another process empties it, and the
                    # kernel keeps what is read often.
                    "PRAGMA cache_size=-6000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
                    "PRAGMA journal_size_limit=67108864;"  # a WAL that a long reader held up is cut back
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise SystemExit("DATABASE_URL must begin with postgres://; leave it empty for SQLite.")
    options: dict[str, Any] = {k: v[0] for k, v in parse_qs(parts.query).items()}
    # Statements are few and repeat: bound and planned once by the server instead of written out anew each time.
    options |= {"server_side_binding": True, "prepare_threshold": 3}
    # As with SQLite: who waits longer than this for a lock is told so, instead of keeping a thread for ever.
    options.setdefault("options", "-c lock_timeout=20s")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": options,
    }


GONGZHI_DIR = Path(os.environ.get("GONGZHI_DIR") or "data").resolve()
KEYS_DIR = GONGZHI_DIR / "keys"
FILES_DIR = GONGZHI_DIR / "files"
PRINTED_DIR = GONGZHI_DIR / "printed"
SPOOL_DIR = GONGZHI_DIR / "spool"
RUN_DIR = GONGZHI_DIR / "run"
LOG_DIR = GONGZHI_DIR / "log"
MASTER_KEY_FILE = KEYS_DIR / "master.key"
LEDGER_KEY_FILE = KEYS_DIR / "ledger.key"

DEBUG = _flag("GONGZHI_DEBUG")
PROXIED = _flag("GONGZHI_PROXIED")
SECRET_KEY = _secret(KEYS_DIR / "django.key")
ALLOWED_HOSTS = [h for h in os.environ.get("GONGZHI_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
ORIGIN = os.environ.get("GONGZHI_ORIGIN", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "gongzhi.ledger",
    "gongzhi.look",
    "gongzhi.places",
    "gongzhi.channels",
    "gongzhi.people",
    "gongzhi.procedures",
    "gongzhi.cases",
    "gongzhi.sensors",
    "gongzhi.insight",
    "gongzhi.web",
    "gongzhi.rehearsal",
    "allauth",  # after our rooms: the first template of a name wins, and sign-in pages are ours
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "gongzhi.web.middleware.Doorway",  # language from the path, security headers, refusals, printing
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",  # public pages never touch the session
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gongzhi.people.middleware.Acting",
]
ROOT_URLCONF = "gongzhi.web.urls"
WSGI_APPLICATION = "gongzhi.web.wsgi.application"
DATABASES = {"default": _database()}
CACHES = {"default": {"BACKEND": "gongzhi.people.strain.SharedCache"}}  # sign-in limits, seen by every process

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "gongzhi.web.context.house",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/zh/desk/"
ACCOUNT_ADAPTER = "gongzhi.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A whole office sits behind one address at half past eight, so an address may try often and a name may not.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "100/m/ip,5/300s/key"}
ACCOUNT_FORMS = {
    "login": "gongzhi.people.forms.LoginForm",
    "reauthenticate": "gongzhi.people.forms.ReauthenticateForm",
    "reset_password": "gongzhi.people.forms.ResetPasswordForm",
    "reset_password_from_key": "gongzhi.people.forms.ResetPasswordKeyForm",
    "change_password": "gongzhi.people.forms.ChangePasswordForm",
    "set_password": "gongzhi.people.forms.SetPasswordForm",
}
MFA_ADAPTER = "gongzhi.people.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_FORMS = {
    "authenticate": "gongzhi.people.forms.AuthenticateForm",
    "reauthenticate": "gongzhi.people.forms.ReauthenticateCodeForm",
    "activate_totp": "gongzhi.people.forms.ActivateTOTPForm",
    "add_webauthn": "gongzhi.people.forms.AddWebAuthnForm",
    "edit_webauthn": "gongzhi.people.forms.EditWebAuthnForm",
}
MFA_TOTP_ISSUER = "Gongzhi"
MFA_TOTP_TOLERANCE = 1  # RFC 6238 §5.2: a code typed as its half minute ends, on a slow line, is still good
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PROXIED
SESSION_ENGINE = "gongzhi.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PROXIED
CSRF_TRUSTED_ORIGINS = [ORIGIN]
CSRF_FAILURE_VIEW = "gongzhi.web.failures.stale_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "kit" / "locale"]  # kit is no application of Django's
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = GONGZHI_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gongzhi.web.assets.HashedFiles"},
}

_smtp = urlsplit(os.environ.get("GONGZHI_SMTP", ""))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _smtp.hostname or ""
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_TLS = parse_qs(_smtp.query).get("tls", ["0"])[0] == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("GONGZHI_EMAIL", "gongzhi@localhost")

MAILBOX = os.environ.get("GONGZHI_MAILBOX", "")
SMS_PROFILE = os.environ.get("GONGZHI_SMS", "")
SMS_SECRET = os.environ.get("GONGZHI_SMS_SECRET", "")
FONTS_DIR = os.environ.get("GONGZHI_FONTS", "")

MQTT = os.environ.get("GONGZHI_MQTT", "")
READINGS_DAYS = _days("GONGZHI_READINGS_DAYS", 30)

ENGINE = os.environ.get("GONGZHI_ENGINE") or "duckdb"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIED else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000  # texts; photos have their own limit at the front
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None

LOGGING = logs.configuration(os.environ.get("GONGZHI_LOG") or "line")
