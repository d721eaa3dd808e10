#!/usr/bin/env python3
"""Reads a CSV file of numbers with pyarrow on one core. Prints one JSON object."""
import json, sys, time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

pa.set_cpu_count(1)
pa.set_io_thread_count(1)
start = time.perf_counter()
table = pyarrow.csv.read_csv(sys.argv[1], read_options=pyarrow.csv.ReadOptions(use_threads=False))
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "rows": table.num_rows, "sum": sum(pc.sum(c).as_py() for c in table.columns)}))
