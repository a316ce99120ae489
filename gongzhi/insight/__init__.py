"""Insight: what the whole says, from the county's own loop.

Keeps the warehouse: partitioned Parquet of case facts, events with dwell, and open states by day (`warehouse/`).
Lends Ibis tables over it (`asking`), the same on DuckDB and on Spark, to the cockpit and to whoever analyses.
Refuses texts, names, contacts, exact points and posts: rows speak of matters, places, times and organs only, and
what is about an officer never comes in. Follows the ledger; changes nothing below it. See docs/insight.md.
"""
