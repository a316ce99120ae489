"""A PostgreSQL cluster of the tests' own: on a free port of the loopback, not as root, removed afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

VERSIONS = Path("/usr/lib/postgresql")


def binaries() -> Path | None:
    """The newest installed PostgreSQL's bin folder, or None."""
    found = sorted(VERSIONS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _as_user(words: list[str]) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def start(folder: Path) -> str:
    """Create a cluster under `folder` unless it stands there, and start it; returns its DATABASE_URL."""
    programs = binaries()
    if programs is None:
        raise SystemExit("PostgreSQL's programs are not installed: apt-get install postgresql")
    data = home(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not (data / "PG_VERSION").exists():
        words = ["-D", str(data), "-U", "gongzhi", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run(_as_user([str(programs / "initdb"), *words]), **quiet)
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c max_connections=60"
    command = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start"]
    subprocess.run(_as_user(command), **quiet)
    return f"postgres://gongzhi@127.0.0.1:{port}/postgres"


def halt(folder: Path, how: str = "fast") -> None:
    """Stop the cluster in good order and leave its data where it is."""
    programs = binaries()
    data = home(folder)
    if programs is not None and data.exists():
        command = [str(programs / "pg_ctl"), "-D", str(data), "-m", how, "-t", "300", "stop"]
        subprocess.run(_as_user(command), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop(folder: Path) -> None:
    """Stop the cluster and remove it."""
    halt(folder, "immediate")
    shutil.rmtree(home(folder), ignore_errors=True)


def home(folder: Path) -> Path:
    """Beside the run's folder (which only root may enter), owned by the user the cluster runs as."""
    data = folder.with_name(folder.name + "-pg")
    if not data.exists():
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(data, owner.pw_uid, owner.pw_gid)
    return data
