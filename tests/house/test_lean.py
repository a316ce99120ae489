"""The served processes load only what they need, and product code knows nothing of test data."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.house.rooms import sources

HEAVY = ("numpy", "numba", "scipy", "sklearn", "duckdb", "ibis", "pandas", "pyarrow", "pyspark")


@pytest.mark.parametrize("module", ["gongzhi.web.wsgi", "gongzhi.web.clockwork", "gongzhi.web.front"])
def test_served_processes_load_no_heavy_library(module: str) -> None:
    code = (
        f"import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE','gongzhi.web.settings')\n"
        f"import sys, django; django.setup(); import {module}\n"
        f"from django.urls import get_resolver; get_resolver().url_patterns\n"
        f"print(sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True)
    assert done.stdout.strip() == "[]"


def test_the_supervisor_and_verify_start_without_django() -> None:
    for module in ("gongzhi.web.supervision", "gongzhi.ledger.commands", "gongzhi.cli"):
        code = f"import sys, {module}; print('django' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False", module


def test_product_code_names_no_data_set_and_reads_no_truth() -> None:
    names = re.compile(r"teddy_|boston311_|nyc_council_|known_bursts|pingshan_events|\.\./shared|shared/")
    wrong = [str(p) for p in sources() if names.search(p.read_text())]
    assert not wrong
    readers = [str(p) for p in sources() if re.search(r"[\"'/]truth\b", p.read_text()) and "rehearsal" not in p.parts]
    assert not readers
