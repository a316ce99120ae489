"""Serving a kept picture: a cleaned photo whose name is its content, so it may be cached as long as it may be seen."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpResponse


def picture(path: Path, mime: str) -> HttpResponse:
    """The picture's bytes, with its own type and never as anything a browser would run."""
    response = HttpResponse(path.read_bytes(), content_type=mime)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
