"""Seeded, vectorised worlds to measure methods in; used by benchmarks and tests, never by product code."""
