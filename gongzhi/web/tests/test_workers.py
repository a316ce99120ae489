"""An old worker's door: new callers are led to the youngest socket of the port, and spread again when it is gone."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from collections import Counter

import pytest

from gongzhi.web import workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux leads callers: SO_ATTACH_REUSEPORT_CBPF")


def listening(port: int = 0) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind(("127.0.0.1", port))
    one.listen(64)
    return one


def callers(doors: list[socket.socket], count: int = 60) -> Counter[int]:
    """At which door each of so many callers arrived."""
    found: Counter[int] = Counter()
    for _caller in range(count):
        with socket.create_connection(doors[0].getsockname()):
            (ready,), _, _ = select.select(doors, [], [], 10)
            ready.accept()[0].close()
            found[doors.index(ready)] += 1
    return found


def test_no_other_file_is_held_open_by_it() -> None:
    begin, end = os.pipe()
    kept = sorted(os.listdir("/proc/self/fd"))
    workers.leave_door()
    assert sorted(os.listdir("/proc/self/fd")) == kept
    os.close(end)
    assert os.read(begin, 1) == b"", "the pipe has ended"
    os.close(begin)


def test_who_leaves_leads_every_caller_to_the_youngest_and_later_all_are_spread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FRONT_WORKERS", "2")
    with contextlib.ExitStack() as open_doors:
        old = open_doors.enter_context(listening())
        doors = [old, *(open_doors.enter_context(listening(old.getsockname()[1])) for _ in range(2))]
        assert len(callers(doors)) == 3

        workers.leave_door()

        assert callers(doors) == {2: 60}
        old.close()
        assert len(callers(doors[1:])) == 2
        youngest = open_doors.enter_context(listening(doors[1].getsockname()[1]))
        assert callers([*doors[1:], youngest]) == {2: 60}, "the next worker that is replaced needs no second word"
