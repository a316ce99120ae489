"""Reading `attribute[CODE]` of a POST: what a matter asks beyond the words, each judged by its datatype."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from gongzhi.cases import rules
from gongzhi.cases.models import Detail
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.look.templatetags.look import said

VALUES_MAX = 50
CHOICES_TOLD = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """One detail with the values told for it, as sent and as a reader sees them."""

    detail: Detail
    values: tuple[str, ...]
    label: str
    shown: str


def read(data: QueryDict, details: Sequence[Detail]) -> list[Answered]:
    """What was told for each detail, in order; refuses (400) a missing required one and a value that does not fit.

    An attribute that the service does not ask for is refused too: a misspelt one must not be silently lost."""
    codes = {detail.code for detail in details if detail.asked}
    for name in data:
        code = _code_of(name)
        if code is not None and code not in codes:
            raise Refusal(
                "attribute_unknown",
                N_("This service asks for no attribute “%(attribute)s”."),
                field=name[:60],
                attribute=code[:40],
            )
    found = [_read_one(data, detail) for detail in details if detail.asked]
    return [each for each in found if each is not None]


def _code_of(name: str) -> str | None:
    if not (name.startswith("attribute[") and "]" in name):
        return None
    return name.removeprefix("attribute[").partition("]")[0]


def _read_one(data: QueryDict, detail: Detail) -> Answered | None:
    sent = [*data.getlist(f"attribute[{detail.code}]"), *data.getlist(f"attribute[{detail.code}][]")]
    values = tuple(dict.fromkeys(value for text in sent[:VALUES_MAX] if (value := rules.clean(text))))
    label = said(detail, "name")
    if not values:
        if detail.required:
            raise Refusal(
                "attribute_missing",
                N_("The attribute “%(attribute)s” (%(name)s) is required."),
                field=f"attribute[{detail.code}]",
                attribute=detail.code,
                name=label,
            )
        return None
    if len(values) > 1 and detail.datatype != "multivaluelist":
        raise _odd(detail)
    return Answered(detail, values, label, ", ".join(_shown(detail, value) for value in values))


def _shown(detail: Detail, value: str) -> str:
    """The value as a reader sees it: the name of a choice; refuses what the datatype does not hold."""
    if len(value) > rules.DETAIL_MAX:
        raise _odd(detail)
    if detail.datatype in ("singlevaluelist", "multivaluelist"):
        names = {choice["key"]: said(choice, "name") for choice in detail.choices}
        if value not in names:
            raise _odd(detail)
        return names[value]
    if not _FITS.get(detail.datatype, bool)(value):
        raise _odd(detail)
    return value


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_FITS = {"number": _is_number, "datetime": _is_moment}


def _odd(detail: Detail) -> Refusal:
    """The refusal of a value; where there is a choice it names what can be chosen."""
    if detail.choices:
        return Refusal(
            "attribute_odd",
            N_("The attribute “%(attribute)s” is one of: %(choices)s."),
            field=f"attribute[{detail.code}]",
            attribute=detail.code,
            choices=", ".join(choice["key"] for choice in detail.choices[:CHOICES_TOLD]),
        )
    return Refusal(
        "attribute_odd",
        N_("The value of the attribute “%(attribute)s” does not fit its type %(datatype)s."),
        field=f"attribute[{detail.code}]",
        attribute=detail.code,
        datatype=detail.datatype,
    )
