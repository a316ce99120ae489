"""Translations without GNU gettext: extract, list what is missing, set, compile. `python -m gongzhi.look.messages`

    extract [ROOM…]   collect msgids of Python and templates into the room's django.po, keeping translations
    missing [ROOM…]   print the untranslated as JSON: {"room": {"msgid": ""}}
    set ROOM          read {"msgid": "中文"} from standard input (plurals: a list) into the room's django.po
    compile [ROOM…]   write django.mo where the .po is newer

No ROOM means every room. A lock per room lets several people work at once. The file has a fixed header and
sorted entries without line numbers, so that a change shows as that change and nothing else.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = Path("locale/zh_Hans/LC_MESSAGES/django.po")
REFUSALS = ("Refusal", "NotAllowed", "NotFound", "Gone", "Stale")  # their sentence is the second argument
PLURALS = ("ngettext", "ngettext_lazy")
CONTEXTS = ("pgettext", "pgettext_lazy")
KEYWORDS = ("_", "N_", "gettext", "gettext_lazy", "gettext_noop", *REFUSALS, *PLURALS, *CONTEXTS)
HEADER = r"""# Chinese of the room {room}, kept by `python -m gongzhi.look.messages`; texts may be edited by hand.
msgid ""
msgstr ""
"Language: zh_Hans\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def rooms() -> list[str]:
    """Every room that may have texts."""
    return sorted(p.name for p in ROOT.iterdir() if (p / "__init__.py").exists())


@contextmanager
def _locked(room: str) -> Iterator[None]:
    """One writer at a time for a room's texts."""
    (ROOT / room / PO).parent.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(ROOT / room).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"gongzhi-texts-{os.getuid()}-{name}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sources(room: str) -> Iterator[tuple[Path, bytes]]:
    """Python code and templates (as the Python that `templatize` makes of them) of a room, tests left out."""
    for path in sorted((ROOT / room).rglob("*")):
        if {"tests", "migrations"} & set(path.parts) or not path.is_file():
            continue
        if path.suffix == ".py":
            yield path, path.read_bytes()
        elif path.suffix in (".html", ".txt", ".svg") and "templates" in path.parts:
            yield path, templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode()


MsgKey = tuple[str | None, str | tuple[str, ...]]


def found(room: str) -> dict[MsgKey, list[str]]:
    """(context, msgid) -> files it stands in; a plural msgid is the pair of its forms."""
    texts: dict[MsgKey, list[str]] = {}
    for path, source in _sources(room):
        where = str(path.relative_to(ROOT.parent))
        for _line, function, messages, _notes in extract_python(io.BytesIO(source), dict.fromkeys(KEYWORDS), [], {}):
            key = _key(str(function), messages)
            if key and where not in texts.setdefault(key, []):
                texts[key].append(where)
    return texts


def _key(function: str, messages: object) -> MsgKey | None:
    """What one call names, or None when its text is not a literal."""
    parts = list(messages) if isinstance(messages, tuple | list) else [messages]
    texts = [part if isinstance(part, str) else "" for part in parts] + ["", ""]
    if function in CONTEXTS:
        return (texts[0], texts[1]) if texts[0] and texts[1] else None
    if function in PLURALS:
        return (None, (texts[0], texts[1])) if texts[0] and texts[1] else None
    text = texts[1 if function in REFUSALS else 0]
    return (None, text) if text else None


def load(room: str) -> Catalog:
    """The room's catalogue as it stands; an empty one when there is none."""
    path = ROOT / room / PO
    if not path.exists():
        return Catalog(locale="zh_Hans", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def save(room: str, catalog: Catalog) -> None:
    """Write the catalogue with a stable header, sorted, atomically."""
    fresh = Catalog(locale="zh_Hans", fuzzy=False)
    for message in catalog:
        if message.id:
            fresh[message.id] = _copy(message)
    out = io.BytesIO()
    write_po(out, fresh, width=10_000, include_lineno=False, sort_output=True, omit_header=True)
    path = ROOT / room / PO
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(HEADER.format(room=room).encode() + out.getvalue())
    temporary.replace(path)


def _copy(message: Message) -> Message:
    return Message(
        message.id, message.string, locations=message.locations, flags=_flags(message), context=message.context
    )


def _flags(message: Message) -> set[str]:
    text = " ".join(message.id) if isinstance(message.id, tuple | list) else str(message.id)
    return {"python-format"} if re.search(r"%\(\w+\)", text) else set()


def extract(room: str) -> int:
    """Bring the room's .po up to date; returns the number of texts. Texts no longer used are dropped."""
    texts = found(room)
    with _locked(room):
        before, after = load(room), Catalog(locale="zh_Hans", fuzzy=False)
        for (context, msgid), files in sorted(texts.items(), key=lambda item: (str(item[0][1]), str(item[0][0]))):
            old = before.get(msgid[0] if isinstance(msgid, tuple) else msgid, context)
            string = old.string if old is not None else ""
            after.add(msgid, _shaped(string, msgid), locations=[(f, 0) for f in files], context=context)
        if texts or (ROOT / room / PO).exists():
            save(room, after)
    return len(texts)


def _shaped(string: object, msgid: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """The translation as its msgid needs it: one text, or a tuple of Chinese's one plural form."""
    texts = list(string) if isinstance(string, tuple | list) else [string or ""]
    return (str(texts[0]),) if isinstance(msgid, tuple) else str(texts[0])


def missing(room: str) -> dict[str, object]:
    """Untranslated msgids (by their first form) with an empty text to fill in."""
    rows: dict[str, object] = {}
    for message in load(room):
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(texts):
            plural = isinstance(message.id, tuple | list)
            rows[message.id[0] if plural else str(message.id)] = [""] if plural else ""
    return rows


def put(room: str, translations: dict[str, object]) -> list[str]:
    """Set translations by msgid; returns the complaints (unknown msgid, placeholders that do not match)."""
    complaints: list[str] = []
    with _locked(room):
        catalog = load(room)
        by_id = {m.id[0] if isinstance(m.id, tuple | list) else m.id: m for m in catalog if m.id}
        for msgid, text in translations.items():
            message = by_id.get(msgid)
            if message is None:
                complaints.append(f"unknown in {room} (extract first): {msgid}")
                continue
            texts = [str(t) for t in text] if isinstance(text, list) else [str(text)]
            if any(_misfits(t, message) for t in texts):
                complaints.append(f"placeholders differ: {msgid}")
                continue
            message.string = (texts[0],) if isinstance(message.id, tuple | list) else texts[0]
        save(room, catalog)
    return complaints


def _misfits(text: str, message: Message) -> bool:
    """Whether a translation names what its msgid does not, or lost the letter of a placeholder: %(days)天."""
    whole = sum(match.group().startswith("%") for match in _PLACEHOLDER.finditer(text))
    return text.count("%(") != whole or not _names(text) <= _names(*_ids(message))


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (str(message.id),)


def _names(*texts: str) -> set[str]:
    return {a or b for text in texts for a, b in _PLACEHOLDER.findall(text)}


def compile_room(room: str) -> bool:
    """Write the .mo when the .po is newer; says whether it wrote."""
    source = ROOT / room / PO
    target = source.with_suffix(".mo")
    if not source.exists() or (target.exists() and target.stat().st_mtime > source.stat().st_mtime):
        return False
    with _locked(room):
        out = io.BytesIO()
        write_mo(out, load(room))
        temporary = target.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(out.getvalue())
        temporary.replace(target)
    return True


def main(argv: Sequence[str]) -> int:
    """The command; returns the exit code (1 when `set` had complaints, 2 for wrong use)."""
    command, names = (argv[0] if argv else ""), list(argv[1:])
    unknown = set(names) - set(rooms())
    if command not in ("extract", "missing", "set", "compile") or unknown or (command == "set" and len(names) != 1):
        print(__doc__ if not unknown else f"no such room: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if command == "set":
        complaints = put(names[0], json.load(sys.stdin))
        print("\n".join(complaints), file=sys.stderr)
        return 1 if complaints else 0
    if command == "missing":
        gaps = {room: rows for room in names or rooms() if (rows := missing(room))}
        print(json.dumps(gaps, ensure_ascii=False, indent=1))
        return 0
    for room in names or rooms():
        if command == "extract":
            print(f"{room}: {extract(room)} texts")
        elif compile_room(room):
            print(f"{room}: compiled")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
