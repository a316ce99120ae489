"""Tests of this room start in the small county of `cases`, with the numerical packages at hand."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from gongzhi.cases.tests import cast

CLUSTER = "spark:local-cluster[2,1,512]"  # two workers, each a process of its own with one core and 512 MB
# The warehouse has no database: to start the cluster once more in the run on PostgreSQL would try nothing new.
ENGINES = ["duckdb"] if os.environ.get("GONGZHI_TEST_DB") == "postgres" else ["duckdb", "spark"]


@pytest.fixture
def county(db: None) -> None:
    """The cast's county, loaded."""
    cast.load_county()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Spark cluster of two workers for the whole session; the setting that names it.

    It is missing only where somebody left it out: under CI that is a failure."""
    missing = [name for name in ("pyspark",) if importlib.util.find_spec(name) is None]
    missing += [] if shutil.which("java") or os.environ.get("JAVA_HOME") else ["java"]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing} (the extra `spark`, openjdk-17-jre-headless)")
    from gongzhi.insight import engines

    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1"  # short lives: compiling thoroughly never pays
    backend = engines.spark(CLUSTER.partition(":")[2], tmp_path_factory.mktemp("cluster"))
    yield CLUSTER
    backend.disconnect()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Any) -> str:
    """Each engine in turn, chosen as a county chooses it: by the setting."""
    settings.ENGINE = request.getfixturevalue("cluster") if request.param == "spark" else "duckdb"
    return str(request.param)
