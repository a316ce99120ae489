"""Commands on a place that is not there: one line that says what is missing, never a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gongzhi.web import supervision


def gongzhi(*words: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_"))}
    command = [sys.executable, "-m", "gongzhi.cli", *words, "--dir", str(folder)]
    return subprocess.run(command, env=kept | more, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("words", [("people", "first"), ("cases", "erased"), ("backup",)])
def test_a_folder_without_a_county_is_said_in_a_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = gongzhi(*words, folder=tmp_path / "none")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"gongzhi: {tmp_path / 'none'} holds no county of this version; `gongzhi run` makes it ready."
    ]


def test_a_database_that_does_not_answer_is_said_in_a_line(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can answer there
        url = f"postgres://nobody@127.0.0.1:{free.getsockname()[1]}/none"
        done = gongzhi("cases", "erased", folder=tmp_path / "none", DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("gongzhi: the database does not answer (")
    assert "Traceback" not in done.stderr


def test_where_nobody_can_listen_the_reason_is_said() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        assert supervision._closed("127.0.0.1", port).startswith(f"127.0.0.1:{port} is in use by another program")
    assert supervision._closed("127.0.0.1", 99_999) == "99999 is no port; choose a --port from 1 to 65535."
    assert "nobody can listen on 192.0.2.1:8000" in supervision._closed("192.0.2.1", 8000)
    assert supervision._closed("127.0.0.1", port) == ""
