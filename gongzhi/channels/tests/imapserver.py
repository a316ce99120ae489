"""Dovecot on loopback with one account, started for a test and ended after it; None where it is not installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BINARY = shutil.which("dovecot") or next((p for p in ("/usr/sbin/dovecot",) if Path(p).exists()), None)

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
first_valid_uid = 1
{owner}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password=s3cret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
"""


@contextlib.contextmanager
def running() -> Iterator[str | None]:
    """The address of the account's folder, as the setting names it; None when Dovecot cannot be had."""
    if BINARY is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="gongzhi-imap-"))
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    root = os.getuid() == 0  # then Dovecot wants its own users, and mail of nobody in particular
    who = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
    own = f"default_internal_user = {who.pw_name}\ndefault_login_user = {who.pw_name}"
    if root:
        os.chown(folder / "mail", who.pw_uid, who.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    told = {"folder": folder, "port": port, "uid": who.pw_uid, "gid": who.pw_gid, "owner": "" if root else own}
    (folder / "conf").write_text(CONFIG.format(**told))
    server = subprocess.Popen([BINARY, "-F", "-c", str(folder / "conf")], stderr=subprocess.DEVNULL)
    try:
        yield f"imap://county:s3cret@127.0.0.1:{port}/INBOX" if _answers(port, server) else None
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    for _ in range(100):
        if server.poll() is not None:
            return False
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            if line.recv(100).startswith(b"* OK"):
                return True
        time.sleep(0.1)
    return False
