"""Printed public pages over 2,000 different addresses, with ETag and gzip; how soon a change is seen: fresh.py."""

from __future__ import annotations

import re
import urllib.request
from typing import Any

from benchmarks import machine, served, wrk

DIFFERENT = 2000
ASKED = 20_000  # pages a second
SCRIPT = """
local paths = {}
for line in io.lines(%s) do paths[#paths + 1] = line end
math.randomseed(%d)
local headers = {["Accept-Encoding"] = "gzip"}
request = function() return wrk.format("GET", paths[math.random(#paths)], headers) end
"""
SCRIPT_304 = """
local paths, tags = {}, {}
for line in io.lines(%s) do
  local path, tag = line:match("^(%%S+)\\t(.*)$")
  paths[#paths + 1] = path
  tags[#tags + 1] = tag
end
math.randomseed(%d)
request = function()
  local i = math.random(#paths)
  return wrk.format("GET", paths[i], {["Accept-Encoding"] = "gzip", ["If-None-Match"] = tags[i]})
end
"""


def public_pages(url: str, wanted: int, headers: dict[str, str] | None = None) -> list[str]:
    """Addresses of public case pages, found as a reader finds them: page by page of the list."""
    found: list[str] = []
    path: str | None = "/zh/cases/"
    while path and len(found) < wanted:
        asked = urllib.request.Request(url + path, headers=headers or {})
        text = urllib.request.urlopen(asked, timeout=20).read().decode()
        found += [p for p in re.findall(r'href="(/zh/cases/[0-9]{6}-[^"/]+/)"', text) if p not in found]
        following = re.search(r'href="([^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*)"', text)
        target = (following[1] or following[2]).replace("&amp;", "&") if following else None
        path = target if target is None or target.startswith("/") else "/zh/cases/" + target
    both = [p for path in found for p in (path, path.replace("/zh/", "/en/"))]
    return both[:wanted]


def measure() -> list[dict[str, Any]]:
    """Build, print, load."""
    with served.county(database="sqlite", size="small") as county:
        paths = public_pages(county.url, DIFFERENT)
        tags = []
        for path in paths:
            urllib.request.urlopen(county.url + path, timeout=20).read()  # prints it
            tags.append(urllib.request.urlopen(county.url + path, timeout=20).headers["ETag"])
        sizes = [len(_gzipped(county.url + path)) for path in paths[:100]]
        plain, conditional = county.folder / "paths", county.folder / "tags"
        plain.write_text("\n".join(paths) + "\n")
        conditional.write_text("".join(f"{p}\t{t}\n" for p, t in zip(paths, tags, strict=True)))
        rows = []
        for name, script, file in (
            ("whole page, gzip", SCRIPT, plain),
            ("unchanged page, 304 by ETag", SCRIPT_304, conditional),
        ):
            before = machine.cpu(county.processes())
            result = machine.median_of(
                lambda script=script, file=file: wrk.load(
                    county.url, seconds=10, connections=32, script=script % (wrk.lua_string(file), 5)
                )
            )
            after = machine.cpu(county.processes())
            used = sum(after.values()) - sum(before.values())
            total = sum(run["n"] for run in result["runs"])
            rows.append(
                {
                    "figure": f"printed public pages a second: {name}",
                    "asked": f"≥ {ASKED:,}",
                    "value": result["per_second"],
                    "met": result["per_second"] >= ASKED and len(paths) == DIFFERENT and result["refused"] == 0,
                    "detail": {
                        "different_pages": len(paths),
                        "cpu_ms_per_request": round(used / total * 1000, 4),
                        "mean_gzipped_bytes": round(sum(sizes) / len(sizes)),
                        **result,
                    },
                }
            )
        return rows


def _gzipped(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    return urllib.request.urlopen(request, timeout=20).read()
