"""Writers wait in line: none is turned away, the line is left on commit, on rollback and on a broken connection."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, connections, transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" not in connection.settings_dict["ENGINE"], reason="the line is SQLite's"),
]


def count() -> int:
    with connection.cursor() as cursor:
        return cursor.execute("SELECT n FROM tally").fetchone()[0]


@pytest.fixture
def tally():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tally (n INTEGER NOT NULL)")
        cursor.execute("INSERT INTO tally VALUES (0)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tally")


def add_one() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        n = cursor.execute("SELECT n FROM tally").fetchone()[0]
        cursor.execute("UPDATE tally SET n = %s", [n + 1])


def test_many_threads_lose_no_write(tally):
    def work():
        for _ in range(25):
            add_one()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count() == 200


def test_another_process_waits_until_the_commit(tally):
    code = (
        "import sqlite3, fcntl, sys, time\n"
        "line = open(sys.argv[1] + '.line'); fcntl.flock(line, fcntl.LOCK_EX); print(time.time(), flush=True)\n"
    )
    with transaction.atomic():
        add_one()
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(connection.settings_dict["NAME"])], stdout=subprocess.PIPE, text=True
        )
        time.sleep(0.5)
        left = time.time()
    entered = float(other.communicate(timeout=10)[0])
    assert entered >= left - 0.01


def test_the_line_is_left_on_rollback_and_on_errors(tally):
    with pytest.raises(RuntimeError), transaction.atomic():
        add_one()
        raise RuntimeError
    assert not connection._in_line
    assert count() == 0
    add_one()
    assert count() == 1


def test_a_closed_connection_leaves_the_line(tally):
    connection.ensure_connection()
    connection.set_autocommit(False)
    connection.set_autocommit(True)
    atomic = transaction.atomic()
    atomic.__enter__()
    assert connection._in_line
    connection.in_atomic_block = False
    connection.close()
    assert not connection._in_line
    connection.connect()
    add_one()
