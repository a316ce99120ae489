"""Loaded before Django: every test run has a county folder of its own, and the database it was asked for.

`GONGZHI_TEST_DB=postgres` runs the suite on a PostgreSQL cluster that this run starts for itself on a free port
(never as root) and removes afterwards; the default is SQLite in a file, as in service.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import cluster

os.environ.pop("DATABASE_URL", None)
if "PYTEST_XDIST_WORKER" in os.environ:
    _folder = tempfile.mkdtemp(prefix="gongzhi-test-", dir=os.environ.get("GONGZHI_TEST_ROOT"))
else:
    _folder = tempfile.mkdtemp(prefix="gongzhi-test-")
    os.environ["GONGZHI_TEST_ROOT"] = _folder
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["GONGZHI_DIR"] = _folder
# pytest's live server and Playwright's synchronous calls share a thread; Django takes its event loop for its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

if os.environ.get("GONGZHI_TEST_DB", "sqlite") == "postgres":
    if "GONGZHI_TEST_CLUSTER" not in os.environ:
        os.environ["GONGZHI_TEST_CLUSTER"] = cluster.start(Path(_folder))
        atexit.register(cluster.stop, Path(_folder))
    os.environ["DATABASE_URL"] = os.environ["GONGZHI_TEST_CLUSTER"]
