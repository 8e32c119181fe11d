"""Readers for the benchmark of Python plugins, and what they yield drained without an engine: generated.py MODE ARGUMENT."""

import os
import sys
import time
from datetime import datetime, timedelta, timezone

START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
CITIES = ["Berlin", "Ulm", "Köln", "Zürich", "Lyon", "Porto", "Gdańsk", "Oslo"]


def pages(total, size=1000):
    """Pages of records with the eight fields that every row benchmark uses."""
    for start in range(0, total, size):
        yield [
            {
                "id": n,
                "account_id": 9_000_000_000 + n * 7919 % 1_000_003,
                "amount": n * 31 % 100_000 / 100,
                "quantity": n % 97,
                "active": n % 3 == 0,
                "created_at": START + timedelta(seconds=n),
                "name": f"customer {n % 50_021}",
                "city": CITIES[n % 8],
            }
            for n in range(start, min(start + size, total))
        ]


def batches(path):
    """Record batches of a Parquet file."""
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(path).iter_batches(batch_size=131_072)


def drain(total):
    """Seconds to make all records and drop them."""
    started = time.perf_counter()
    for _ in pages(total):
        pass
    return time.perf_counter() - started


def copy(path, target):
    """Reads and writes a Parquet file with pyarrow alone."""
    import pyarrow.parquet as parquet

    found = batches(path)
    first = next(found)
    with parquet.ParquetWriter(target, first.schema) as writer:
        writer.write_batch(first)
        for batch in found:
            writer.write_batch(batch)


if __name__ == "__main__":
    if sys.argv[1] == "drain":
        print(drain(int(sys.argv[2])))
    else:
        copy(sys.argv[2], sys.argv[3])
else:
    from dativo_ingest import BaseReader

    class Records(BaseReader):
        """Records as dicts."""

        def extract(self, state_manager=None):
            return pages(int(os.environ["BENCH_TOTAL"]))

    class Batches(BaseReader):
        """Record batches."""

        def extract(self, state_manager=None):
            return batches(os.environ["BENCH_INPUT"])
