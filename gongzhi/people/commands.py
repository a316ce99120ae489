"""`gongzhi people first` and `gongzhi people link`: the only ways to an account without an administrator."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.people import accounts, listing

BY = "account:setup"


def people(argv: Sequence[str]) -> int:
    """Run one word; 0 done, 1 refused. Whoever can run it on the machine is trusted like its owner."""
    words = _words().parse_args(list(argv))
    at = moments.now()
    try:
        if words.word == "first":
            made = accounts.first(at=at, username=words.username, display_name=words.name, organ=words.organ)
            account = made.id
        else:
            found = listing.account_id(words.username)
            if found is None:
                return 1
            account = found
        link = accounts.set_up_link(by=BY, at=at, account=account, lang=words.lang)
    except Refusal as refusal:
        print(f"gongzhi people: {refusal}", file=sys.stderr)
        return 1
    print("Open this link once, within three days, to set the password:")
    print(link)
    if _is_this_machine(settings.ORIGIN):
        print(f"It leads to {settings.ORIGIN}. If the county is served at another address, passkeys and links need it:")
        print(f"  GONGZHI_ORIGIN=https://ADDRESS gongzhi people link {words.username}")
        print("Set GONGZHI_ORIGIN and GONGZHI_HOSTS for the service too (docs/operating.md).")
    return 0


def _is_this_machine(origin: str) -> bool:
    """Whether an address leads only to the machine it is opened on."""
    host = urlsplit(origin).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongzhi people", description="The first administrator, and a new link.")
    actions = parser.add_subparsers(dest="word", required=True)
    first = actions.add_parser("first", help="make the first administrator; refused when there is one")
    first.add_argument("--username", default="admin", help="sign-in name (admin)")
    first.add_argument("--name", default="", help="how colleagues see it")
    first.add_argument("--organ", default="", help="code of the organ of the post (the uppermost one)")
    link = actions.add_parser("link", help="a new one-time link for an account that cannot sign in")
    link.add_argument("username")
    for action in (first, link):
        action.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the page (zh)")
    return parser
