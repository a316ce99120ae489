"""schemathesis over the whole OpenAPI description, against a served county: whatever is sent, nothing breaks (no 5xx).

Twice: with every parameter made up, and with a number, a link, a place and a version that exist, so that what lies
behind them is reached. Bounded in time and examples, with a fixed seed; by hand deeper with GONGZHI_TEST_EXAMPLES=200.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.house import House

RELEASE = Path(__file__).parent / "releases" / "0.1.0-sqlite"
EXAMPLES = int(os.environ.get("GONGZHI_TEST_EXAMPLES", "6"))
SECONDS = int(os.environ.get("GONGZHI_TEST_SECONDS", "30" if EXAMPLES < 50 else "1200"))
PROGRAM = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
TOKEN = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
django.setup()
from gongzhi.kit.moments import now
from gongzhi.people import reads, tokens
from gongzhi.people.cards import Actor
post = reads.post_by_code("gov-handler-1", now())
print(tokens.make(by=post.doer, at=now(), actor=Actor(post.account, (post,), post), post=post.id, label="x", days=1)[1])
"""


@pytest.fixture
def place(tmp_path: Path) -> House:
    house = House(tmp_path / "county")
    assert house.cli("restore", f"{RELEASE}.tar").returncode == 0
    return house


@pytest.mark.parametrize("known", [False, True], ids=["made up", "known"])
def test_nothing_in_the_description_can_be_sent_that_breaks_the_house(
    place: House, tmp_path: Path, known: bool
) -> None:
    if PROGRAM is None:
        pytest.fail("schemathesis is not installed: tools/install.sh .venv dev")
    made = subprocess.run([sys.executable, "-c", TOKEN], env=place.env, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    config = tmp_path / "schemathesis.toml"
    config.write_text(_known() if known else "")
    place.start()
    try:
        found = subprocess.run(
            [
                *(PROGRAM, "--config-file", str(config), "run", f"http://127.0.0.1:{place.port}/api/v1/openapi.json"),
                *("--checks", "not_a_server_error", "--max-examples", str(EXAMPLES), "--seed", "20261121"),
                *("--max-time", str(SECONDS), "--no-shrink", "--workers", "1", "--warnings", "off"),
                *("--phases", "examples,fuzzing" if EXAMPLES < 50 else "examples,coverage,fuzzing"),
                *("--suppress-health-check", "all", "--continue-on-failure", "--request-timeout", "60"),
                *("-H", "X-Forwarded-Proto: https", "-H", f"Authorization: Bearer {made.stdout.strip()}"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    finally:
        log = place.log.read_text()
        place.wipe()
    assert found.returncode == 0, found.stdout[-6000:]
    assert "Traceback" not in log, log[-4000:]


def _known() -> str:
    receipts = json.loads(Path(f"{RELEASE}.json").read_text())["receipts"]
    return (
        "[parameters]\n"
        f'"path.number" = "{receipts[0]["number"]}"\n'
        f'"path.case" = "{receipts[1]["number"]}"\n'
        f'"path.token" = "{receipts[1]["token"]}"\n'
        '"path.code" = "990199000000"\n'
    )
