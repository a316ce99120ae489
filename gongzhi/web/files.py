"""Files the front serves by itself: printed pages and collected static files."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import re
import time
from collections import OrderedDict
from pathlib import Path

from gongzhi.look import printable

MEMORY = 48_000_000  # bytes of file contents kept per process
FOREVER = "public, max-age=31536000, immutable"
# Asked again each time, so a withdrawn page cannot live on in a browser's or a proxy's cache.
ASK_AGAIN = "no-cache"
STALE_AT_MOST = 30.0  # seconds an expired list may still be shown while one reader's request renews it
_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")  # the collector's mark: this content never changes under this name
COMPRESSED = (".css", ".js", ".svg", ".json", ".txt", ".html")


class Served:
    """One file as it will be answered; contents are compressed once."""

    __slots__ = ("etag", "gz", "gz_headers", "headers", "identity", "page", "size", "text")

    def __init__(
        self, page: bytes, gz: bytes | None, kind: str, caching: str, identity: tuple[int, int], etag: str = ""
    ) -> None:
        self.page = page if gz is None else b""
        self.gz = gz
        self.identity = identity
        self.size = len(gz if gz is not None else page)
        self.etag = etag or f'W/"{hashlib.blake2b(page, digest_size=12).hexdigest()}"'
        self.headers = [
            ("content-type", kind),
            ("etag", self.etag),
            ("cache-control", caching),
            ("vary", "Accept-Encoding"),
            *printable.HEADERS,
        ]
        self.gz_headers = [*self.headers, ("content-encoding", "gzip")]

    def plain(self) -> bytes:
        """The uncompressed content."""
        return self.page if self.gz is None else gzip.decompress(self.gz)


class Files:
    """Finds the file for a path; every hit is checked against the file system, every miss costs one or two stats."""

    def __init__(self, printed: Path, static: Path) -> None:
        self.printed = str(printed)
        self.static = str(static)
        self.kept: OrderedDict[str, Served] = OrderedDict()
        self.kept_bytes = 0
        self.renewing: dict[str, float] = {}

    def find(self, path: str) -> Served | None:
        """What to answer for a path, or None when Django must be asked."""
        if path.startswith("/static/"):
            return self._static(path)
        if not printable.is_printable(path):
            return None
        return self._page(f"{self.printed}/exact{path}index.html") or self._brief(path)

    def _page(self, file: str) -> Served | None:
        try:
            stat = os.stat(file)
        except OSError:
            return None
        return self._load(file, stat, "text/html; charset=utf-8", ASK_AGAIN)

    def _brief(self, path: str) -> Served | None:
        """A list that has expired is renewed by one request while others still get it for a few seconds."""
        file = f"{self.printed}/brief{path}index.html"
        try:
            stat = os.stat(file)
        except OSError:
            return None
        moment = time.time()
        if stat.st_mtime < moment:
            if stat.st_mtime < moment - STALE_AT_MOST or self.renewing.get(file, 0) < moment - 5:
                if len(self.renewing) > 1000:
                    self.renewing.clear()
                self.renewing[file] = moment
                return None
        else:
            self.renewing.pop(file, None)
        return self._load(file, stat, "text/html; charset=utf-8", ASK_AGAIN)

    def _static(self, path: str) -> Served | None:
        name = path.removeprefix("/static/")
        if ".." in name or name.startswith("/") or "\0" in name:
            return None
        file = f"{self.static}/{name}"
        try:
            stat = os.stat(file)
        except OSError:
            return None
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind.endswith("javascript"):
            kind += "; charset=utf-8"
        return self._load(file, stat, kind, FOREVER if _HASHED.search(name) else ASK_AGAIN)

    def _load(self, file: str, stat: os.stat_result, kind: str, caching: str) -> Served | None:
        identity = (stat.st_mtime_ns, stat.st_ino)
        served = self.kept.get(file)
        if served is not None and served.identity == identity:
            return served
        try:
            with open(file, "rb") as opened:
                content = opened.read()
        except OSError:
            return None
        gz = gzip.compress(content, 6, mtime=0) if file.endswith(COMPRESSED) and len(content) > 500 else None
        fresh = Served(content, gz, kind, caching, identity)
        self._remember(file, fresh, served)
        return fresh

    def _remember(self, file: str, fresh: Served, old: Served | None) -> None:
        self.kept_bytes += fresh.size - (old.size if old else 0)
        self.kept[file] = fresh
        while self.kept_bytes > MEMORY and self.kept:
            _, gone = self.kept.popitem(last=False)
            self.kept_bytes -= gone.size
