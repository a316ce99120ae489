"""`gongzhi verify RECEIPT [--head F] [--key F]`: check a receipt on any computer, offline.

Exit codes: 0 proved (a promise or inclusion), 1 false, 2 wrong words or unreadable files, 3 nothing proved.
Sentences are Chinese when LC_ALL, LC_MESSAGES or LANG begins with zh, else English. Django is not started.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gongzhi.kit.moments import now
from gongzhi.ledger import strips
from gongzhi.ledger.verifying import Result, Verdict, verify_receipt

CODES = {Result.inclusion: 0, Result.promise: 0, Result.false: 1, Result.nothing: 3}
LARGEST = 1_000_000  # bytes of a file worth reading: a receipt has about two thousand

TITLES: dict[Result, tuple[str, str]] = {
    Result.inclusion: ("PROVED: it is in the ledger.", "已证明：这件事在账本里。"),
    Result.promise: ("PROVED: it was promised to be sealed.", "已证明：确有封存的承诺。"),
    Result.nothing: ("NOTHING PROVED YET.", "尚未证明任何事。"),
    Result.false: ("FALSE: this receipt does not hold.", "不成立：这张回执经不起核对。"),
}
SENTENCES: dict[str, tuple[str, str]] = {
    "in_given_signed_head": (
        "The fact “%(kind)s” about %(about)s, noted %(noted_at)s, is one of the %(size)s facts under the head you "
        "gave, and the key you gave signed that head on %(head_at)s.",
        "关于 %(about)s 的事实“%(kind)s”记于 %(noted_at)s，是您给出的树头所含 %(size)s 条事实之一；"
        "该树头由您给出的密钥于 %(head_at)s 签名。",
    ),
    "in_given_head": (
        "The fact “%(kind)s” about %(about)s, noted %(noted_at)s, is one of the %(size)s facts under the head you "
        "gave. How much that is worth depends on where you got the head; with --key its signature is checked too.",
        "关于 %(about)s 的事实“%(kind)s”记于 %(noted_at)s，是您给出的树头所含 %(size)s 条事实之一。"
        "这份证明的分量取决于树头的来处；加上 --key 可一并核对签名。",
    ),
    "in_signed_head": (
        "The fact “%(kind)s” about %(about)s, noted %(noted_at)s, is one of the %(size)s facts under a head that the "
        "key you gave signed on %(head_at)s. Compare it with the published head (--head) to be sure that everybody "
        "is shown the same tree.",
        "关于 %(about)s 的事实“%(kind)s”记于 %(noted_at)s，是由您给出的密钥于 %(head_at)s 签名的树头所含 %(size)s "
        "条事实之一。用 --head 与公开发布的树头比对，可确认给所有人看的是同一本账。",
    ),
    "in_other_signed_head": (
        "The fact “%(kind)s” about %(about)s, noted %(noted_at)s, is one of the %(size)s facts under a head that the "
        "key you gave signed on %(head_at)s. The head you gave covers %(given_size)s facts and could not be compared.",
        "关于 %(about)s 的事实“%(kind)s”记于 %(noted_at)s，是由您给出的密钥于 %(head_at)s 签名的树头所含 %(size)s "
        "条事实之一。您给出的树头含 %(given_size)s 条事实，未能比对。",
    ),
    "promised": (
        "The key you gave signed the promise that the fact “%(kind)s” about %(about)s, noted %(noted_at)s, is sealed "
        "by %(sealed_by)s. It is not yet shown to be in the ledger: fetch the receipt again from its link later.",
        "您给出的密钥签名承诺：关于 %(about)s 的事实“%(kind)s”（记于 %(noted_at)s）最迟于 %(sealed_by)s 封存。"
        "这还不能证明它已入账：请稍后从原链接重新下载回执。",
    ),
    "promise_late": (
        "The key you gave signed the promise that the fact “%(kind)s” about %(about)s is sealed by %(sealed_by)s. That "
        "moment has passed and this receipt holds no proof. Fetch it again from its link; if there is still no "
        "proof, the promise was broken and this receipt shows it.",
        "您给出的密钥签名承诺：关于 %(about)s 的事实“%(kind)s”最迟于 %(sealed_by)s 封存。期限已过，而这张回执没有证明。"
        "请从原链接重新下载；如仍无证明，承诺即已落空，这张回执就是凭据。",
    ),
    "no_trust": (
        "The receipt fits itself, but anybody could write such a file. Give the county's public key (--key) or a "
        "head it has published (--head), from a place you trust. The key inside a receipt proves nothing.",
        "回执自身没有矛盾，但这样的文件谁都能写。请给出您信得过的来处取得的县公钥（--key）或已发布的树头（--head）。"
        "回执里自带的密钥不能证明什么。",
    ),
    "no_proof_for_head": (
        "This receipt holds only a promise, no proof, so a head cannot be compared with it. Fetch it again from its "
        "link, or give the county's public key (--key) to check the promise.",
        "这张回执只有承诺，没有证明，无法与树头比对。请从原链接重新下载，或用 --key 给出县公钥来核对承诺。",
    ),
    "other_head": (
        "The head you gave covers %(given_size)s facts, the proof was made for a head of %(size)s. Neither contradicts "
        "the other, but they cannot be compared: take the head of that size, or fetch the receipt again.",
        "您给出的树头含 %(given_size)s 条事实，而证明对应含 %(size)s 条的树头。两者并不矛盾，但无法比对："
        "请换用同样大小的树头，或重新下载回执。",
    ),
    "malformed": (
        "The file is not a whole receipt, or the head is not a whole head.",
        "文件不是一张完整的回执，或树头文件不完整。",
    ),
    "unknown_version": (
        "The receipt or head is of a kind this program does not know. A newer Gongzhi may read it.",
        "这种回执或树头本程序不认识，较新的版本也许可以读取。",
    ),
    "fact_changed": (
        "What the receipt tells is not what was sealed: something in the fact was changed afterwards.",
        "回执所述与封存的内容不符：事实在事后被改动过。",
    ),
    "promise_forged": (
        "The promise was not signed by the key you gave, or was changed afterwards.",
        "承诺不是由您给出的密钥签名的，或事后被改动过。",
    ),
    "path_broken": (
        "The proof does not lead from the fact to the root of its head.",
        "证明无法从这件事实推到树头的根。",
    ),
    "other_root": (
        "The head you gave has another root: you and the receipt were shown different ledgers. Keep both files and "
        "tell the auditor.",
        "您给出的树头根值不同：您看到的与回执所依的不是同一本账。请保存这两个文件并告知审计人员。",
    ),
    "head_forged": (
        "The head was not signed by the key you gave, or was changed afterwards.",
        "树头不是由您给出的密钥签名的，或事后被改动过。",
    ),
    "other_key": (
        "The receipt or head names another key than the one you gave.",
        "回执或树头所用的密钥与您给出的不是同一把。",
    ),
}
_UNREADABLE = (
    "gongzhi verify: %(file)s cannot be read (%(why)s).",
    "gongzhi verify：无法读取 %(file)s（%(why)s）。",
)


def verify(argv: Sequence[str]) -> int:
    """Check a receipt and say in plain words which of the two it proved; returns the exit code."""
    parser = argparse.ArgumentParser(prog="gongzhi verify", description="Check a receipt offline.")
    parser.add_argument("receipt", type=Path, help="the receipt: a JSON file, or the text of its printed QR code")
    parser.add_argument("--head", type=Path, help="a head the county has published, a JSON file")
    parser.add_argument("--key", type=Path, help="the county's public key, a PEM file")
    try:
        words = parser.parse_args(list(argv))
    except SystemExit as end:  # argparse ends the process; a command returns its code
        return int(end.code or 0)
    language = 1 if _language().startswith("zh") else 0
    try:
        receipt = _json(words.receipt)
        head = _json(words.head) if words.head else None
        key = _key(words.key) if words.key else None
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        file = getattr(error, "filename", None) or words.receipt
        print(_UNREADABLE[language] % {"file": file, "why": why}, file=sys.stderr)
        return 2
    verdict = verify_receipt(receipt, head, key, now=now())
    print(sentence(verdict, language))
    return CODES[verdict.result]


def sentence(verdict: Verdict, language: int) -> str:
    """The verdict in words: 0 English, 1 Chinese. Moments are shown in UTC, as they are in the receipt."""
    shown = {
        name: value.strftime("%Y-%m-%d %H:%M:%S UTC") if isinstance(value, datetime) else value
        for name, value in verdict.params.items()
    }
    return f"{TITLES[verdict.result][language]}\n{SENTENCES[verdict.code][language] % shown}"


def _language() -> str:
    return next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "en")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(27, "larger than a receipt can be", str(path))
    return data


def _json(path: Path) -> dict[str, Any]:
    try:
        read = _read(path).decode()
        plain = strips.from_strip(read) if read.startswith(strips.MARK) else read  # a QR code of a printed receipt
        value = json.loads(plain, object_pairs_hook=_once)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise OSError(22, "it is not JSON", str(path)) from error
    if not isinstance(value, dict):
        raise OSError(22, "it is not a JSON object", str(path))
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: with two of one name, two readers may see two receipts."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(_read(path))
    except ValueError as error:
        raise OSError(22, "it is not a public key in PEM", str(path)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise OSError(22, "it is not an Ed25519 key", str(path))
    return key
