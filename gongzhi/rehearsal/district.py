"""Enlarges the practice county to a district: 807 organs with 30,000 posts, to see how the house bears weight."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

KINDS = (
    ("committee", "居民（村民）委员会", "Residents' Committee", "association"),
    ("owners", "业主委员会", "Owners' Committee", "association"),
    ("clinic", "卫生服务站", "Health Station", "department"),
    ("school", "学校", "School", "department"),
    ("property", "物业服务中心", "Property Services", "company"),
    ("volunteers", "志愿服务队", "Volunteers", "association"),
)


class Wanted(Protocol):
    """How many organs and posts there shall be; 0 leaves the county as it is."""

    @property
    def organs(self) -> int: ...

    @property
    def posts(self) -> int: ...


def enlarge(folder: Path, size: Wanted) -> None:
    """Append organs and posts to the files of a county's folder until it has what `size` wants."""
    if not size.organs:
        return
    organs, posts, villages = _rows(folder / "organs.csv"), _rows(folder / "posts.csv"), _villages(folder)
    towns = {row["division"]: row["code"] for row in organs if row["kind"] == "town"}
    fresh = [row for _, row in zip(range(size.organs - len(organs)), _organs(villages, towns), strict=False)]
    _append(folder / "organs.csv", fresh)
    each, left = divmod(size.posts - len(posts), len(fresh))
    staff = [row for nth, organ in enumerate(fresh) for row in _posts(organ, each + (nth < left))]
    _append(folder / "posts.csv", staff)


def _organs(villages: list[dict[str, str]], towns: dict[str, str]) -> Iterator[dict[str, str]]:
    for slug, zh, en, kind in KINDS:
        for village in villages:
            code = f"{slug}-{village['code']}"
            yield {
                "code": code,
                "parent": towns[village["parent"]],
                "name_zh": village["name_zh"] + zh,
                "name_en": f"{village['name_en']} {en}",
                "kind": kind,
                "division": village["code"],
                "phone": "",
                "head": f"{code}-head",
            }


def _posts(organ: dict[str, str], many: int) -> Iterator[dict[str, str]]:
    base = {"organ": organ["code"], "place": organ["division"]}
    yield base | {
        "code": f"{organ['code']}-head", "role": "head", "title_zh": "负责人", "title_en": "Head"
    }  # fmt: skip
    for nth in range(1, many):
        role = "handler" if nth <= 3 else "grid_worker"
        title = ("承办", "Case officer") if nth <= 3 else ("网格联络员", "Grid contact")
        yield base | {
            "code": f"{organ['code']}-{nth}",
            "role": role,
            "title_zh": f"{title[0]} {nth}",
            "title_en": f"{title[1]} {nth}",
        }


def _villages(folder: Path) -> list[dict[str, str]]:
    return [row for row in _rows(folder / "divisions.csv") if row["level"] == "village"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        head = next(csv.reader(lines))
    with path.open("a", encoding="utf-8", newline="") as out:
        csv.DictWriter(out, head, restval="", lineterminator="\n").writerows(rows)
