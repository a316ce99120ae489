"""Plain data as GeoReport's XML: no namespace, no attribute, a declaration with the encoding; and as its JSON.

Both are the same data: what is a list in JSON is a wrapper of equally named children in XML (the "Spark" mapping).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

# The name of one child by the name of its wrapper.
CHILDREN = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
    "photos": "photo",
    "service_request_updates": "request_update",
}
# Signs that XML 1.0 cannot hold, not even escaped (production Char).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def to_xml(root: str, data: Any) -> bytes:
    """`data` (dicts, lists, texts, numbers, None) under the element `root`, as UTF-8 with its declaration."""
    return (_DECLARATION + _element(root, data) + "\n").encode()


def to_json(data: Any) -> bytes:
    """`data` as JSON; a list stands at the top without a wrapper."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _element(name: str, value: Any) -> str:
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, Mapping):
        inner = "".join(_element(key, each) for key, each in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        inner = "".join(_element(CHILDREN[name], each) for each in value)
    else:
        inner = _text(value)
    return f"<{name}>{inner}</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_FORBIDDEN.sub("", str(value)))
