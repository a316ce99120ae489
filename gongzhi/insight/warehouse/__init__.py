"""The warehouse: Parquet by grain and day under one manifest that is swapped as a whole."""
