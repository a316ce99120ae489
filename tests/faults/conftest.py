"""Both databases for every fault: SQLite in the county's folder, PostgreSQL in a cluster of this run's own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import cluster
from tests.faults.house import House, new_database

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a cluster in which databases can be made."""
    if cluster.binaries() is None:
        pytest.skip("PostgreSQL's programs are not installed: apt-get install postgresql")
    if os.environ.get("GONGZHI_TEST_CLUSTER"):
        yield os.environ["GONGZHI_TEST_CLUSTER"]
        return
    folder = tmp_path_factory.mktemp("cluster")
    folder = Path("/tmp") / f"gongzhi-faults-{os.getpid()}-{folder.name}"  # the cluster's user may enter it
    try:
        yield cluster.start(folder)
    finally:
        cluster.stop(folder)


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which database the houses of a test stand on."""
    return str(request.param)


@pytest.fixture(scope="session")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the county all houses of this run are loaded from."""
    return tmp_path_factory.mktemp("files") / "county"


@pytest.fixture
def house(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """`house()` gives an empty place to build, restore or serve a county in; all are wiped afterwards."""
    made: list[House] = []

    def new(**more: str) -> House:
        number = next(_NUMBERS)
        url = ""
        if engine == "postgres":
            url = new_database(request.getfixturevalue("postgres"), f"house_{os.getpid()}_{number}")
        made.append(House(tmp_path / f"house{number}", url, extra=more))
        return made[-1]

    yield new
    for one in made:
        one.wipe()
