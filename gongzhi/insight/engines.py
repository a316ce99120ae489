"""The engines that answer the warehouse's questions: DuckDB inside this process, or Spark where a county outgrew it.

A question is an Ibis expression and knows nothing of this module. The setting GONGZHI_ENGINE chooses: `duckdb`, `spark`
(two threads of this machine) or `spark:MASTER`, as in `spark:local-cluster[2,1,512]` or `spark:spark://10.0.0.5:7077`.
Neither opens a door to the network that was not asked for: DuckDB fetches no extension, Spark's driver and workers
listen on the loopback and show no pages unless the master is another machine.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from django.conf import settings
from ibis.expr.types import Table

from gongzhi.kit.refusal import N_, Refusal

MEMORY = "1GB"  # what DuckDB may hold; it spills to the warehouse's own folder beyond it
THREADS = 2
HEAP = "512m"  # of Spark's driver and of each of its workers
LOOPBACK = "127.0.0.1"
SPILL = ".spill"  # the folder of both engines for what does not fit into memory


def chosen(folder: Path) -> Any:
    """The Ibis connection of the setting GONGZHI_ENGINE, spilling to a folder of the warehouse.

    Refuses `engine_unknown` for another word and `engine_missing` where Spark or Java is not installed."""
    name, _colon, master = str(settings.ENGINE).partition(":")
    if name == "duckdb" and not master:
        return duckdb(folder)
    if name == "spark":
        return spark(master or f"local[{THREADS}]", folder)
    raise Refusal(
        "engine_unknown",
        N_("There is no engine %(engine)s. It is duckdb, spark, or spark: with the address of its master."),
        engine=settings.ENGINE,
    )


def duckdb(folder: Path | None = None) -> Any:
    """A DuckDB of this process with bounded memory; it fetches no extension."""
    options: dict[str, Any] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if folder is not None and folder.is_dir():
        options["temp_directory"] = str(folder / SPILL)
    return ibis.duckdb.connect(**options)


def spark(master: str, folder: Path) -> Any:
    """A Spark session of this process (there is one; the first call decides its master) with bounded memory."""
    try:
        import pyspark
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise _missing() from missing
    spill = folder / SPILL
    spill.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_WORKER_DIR", str(spill))
    builder = SparkSession.builder.master(master).appName("gongzhi")
    for key, value in _options(master, spill).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except (RuntimeError, OSError) as missing:  # PySpark tells a JVM that does not start by RuntimeErrors of its own
        raise _missing() from missing
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


def _missing() -> Refusal:
    return Refusal("engine_missing", N_("The engine Spark needs the extra `spark` of Gongzhi, and Java 17 or newer."))


def _options(master: str, spill: Path) -> dict[str, str]:
    """What a session is begun with: small heaps, few tasks for small files, the loopback where all of it is here."""
    options = {
        "spark.driver.memory": HEAP,
        "spark.executor.memory": HEAP,
        "spark.local.dir": str(spill),
        "spark.sql.warehouse.dir": str(spill / "tables"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.files.openCostInBytes": "65536",  # daily partitions are small: many to a task
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",  # the manifest lists them already
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):
        os.environ |= {"SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_HOSTNAME": LOOPBACK}
        options |= {"spark.driver.bindAddress": LOOPBACK, "spark.driver.host": LOOPBACK}
    return options


def read(backend: Any, files: Sequence[str], schema: pa.Schema) -> Table:
    """Parquet files of one schema as a table of the backend; none are an empty table."""
    if not files:
        return ibis.memtable(schema.empty_table())
    name = "t" + hashlib.sha256("\n".join(files).encode()).hexdigest()[:24]  # the same files are the same table
    if backend.name != "pyspark":
        return backend.read_parquet(files, table_name=name)
    from ibis.backends.pyspark.datatypes import PySparkSchema

    session = backend._session
    if not session.catalog.tableExists(name):
        typed = PySparkSchema.from_ibis(ibis.schema(schema))
        session.read.schema(typed).parquet(*files).createOrReplaceTempView(name)
    return backend.table(name)
