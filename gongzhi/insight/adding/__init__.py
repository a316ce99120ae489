"""Tables that users add: a CSV or Parquet file of counts, levels or events becomes a table of the warehouse.

Keeps the file, how its columns are read, and the rows that could not be read with the reason (`GONGZHI_DIR/added/`).
Refuses a file without a column of times, and one of which more than half cannot be read.
"""
