"""What a first visit of each public page weighs, gzipped, and how many requests it makes, counted in Chromium."""

from __future__ import annotations

from typing import Any

from benchmarks import served
from benchmarks.pages import public_pages
from tests.journeys.conftest import CHROMIUM, QUIET

ASKED_BYTES = 50_000
ASKED_REQUESTS = 6


def measure() -> list[dict[str, Any]]:
    """Every public page as a new visitor gets it; the heaviest is the figure."""
    from playwright.sync_api import sync_playwright

    weights: dict[str, dict[str, int]] = {}
    with served.county(database="sqlite", size="small") as county, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        case = public_pages(county.url, 1)[0]
        for lang in ("zh", "en"):
            for path in ("", "speak/", "find/", "cases/", "week/", "how/", case[4:]):
                weights[f"/{lang}/{path}"] = _visit(browser, f"{county.url}/{lang}/{path}")
        browser.close()
    heaviest = max(weights, key=lambda p: weights[p]["bytes"])
    most = max(weights, key=lambda p: weights[p]["requests"])
    return [
        {
            "figure": "first visit of the heaviest public page, gzipped bytes",
            "asked": f"≤ {ASKED_BYTES:,}",
            "value": weights[heaviest]["bytes"],
            "met": weights[heaviest]["bytes"] <= ASKED_BYTES,
            "detail": {"page": heaviest, "pages": weights},
        },
        {
            "figure": "requests of a first visit, most",
            "asked": f"≤ {ASKED_REQUESTS}",
            "value": weights[most]["requests"],
            "met": weights[most]["requests"] <= ASKED_REQUESTS,
            "detail": {"page": most},
        },
    ]


def _visit(browser: Any, url: str) -> dict[str, int]:
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    total = {"bytes": 0, "requests": 0}

    def finished(event: dict[str, Any]) -> None:
        total["bytes"] += int(event["encodedDataLength"])
        total["requests"] += 1

    session.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="networkidle")
    context.close()
    return total
