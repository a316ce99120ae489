"""The one refusal of the text methods."""

from __future__ import annotations


class TextRefusal(ValueError):
    """Input that cannot be used: one sentence that names file, row and column where there are any."""
