"""Django's SQLite backend with one change: writers wait in line (see base)."""
