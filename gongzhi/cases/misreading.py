"""What is wrong with a value that a program sent, in the reader's language: the schemas' own words are English only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.kit.refusal import N_

_NUMBER = N_("it must be a number")
_OBJECT = N_("it must be an object with named values")
_MOMENT = N_("it must be a moment such as 2026-11-21T08:00:00+08:00")
_REASONS: dict[str, str] = {
    "missing": N_("it is missing"),
    "extra_forbidden": N_("there is nothing of this name here"),
    "string_type": N_("it must be text"),
    "string_too_long": N_("it may have at most %(max_length)s signs"),
    "string_too_short": N_("it must have at least %(min_length)s signs"),
    "string_pattern_mismatch": N_("it is not written as it should be"),
    "int_type": N_("it must be a whole number"),
    "int_parsing": N_("it must be a whole number"),
    "int_from_float": N_("it must be a whole number"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": N_("it must be true or false"),
    "bool_parsing": N_("it must be true or false"),
    "less_than_equal": N_("it may be %(le)s at most"),
    "greater_than_equal": N_("it must be %(ge)s at least"),
    "literal_error": N_("it must be one of: %(expected)s"),
    "enum": N_("it must be one of: %(expected)s"),
    "uuid_type": N_("it must be an id such as 01977e2c-5f5b-7c3a-9d3e-1f2a3b4c5d6e"),
    "uuid_parsing": N_("it must be an id such as 01977e2c-5f5b-7c3a-9d3e-1f2a3b4c5d6e"),
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "list_type": N_("it must be a list"),
    "too_long": N_("it may hold at most %(max_length)s"),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
_OTHERWISE = N_("it is not what the description of this address says")


def reason(error: Mapping[str, Any]) -> str:
    """Why a schema refused a value, by the kind and the bounds its error tells."""
    given = dict(error.get("ctx") or {})
    if "expected" in given:  # "'a', 'b' or 'c'"
        given["expected"] = str(given["expected"]).replace("'", "").replace(" or ", ", ")
    try:
        return _(_REASONS.get(str(error.get("type")), _OTHERWISE)) % given
    except KeyError:  # a later version of the library may name its bounds otherwise
        return _(_OTHERWISE)
