import hashlib
import json
import os
import time

from dativo_ingest.extracted import checkpoint
from dativo_ingest.plugins import BaseReader


class NumbersReader(BaseReader):
    """Yields numbered records; what it reads is counted in the file `connection.ledger`, one line a batch."""

    incremental = True

    def extract(self, state_manager=None):
        connection = self.source_config.connection
        credentials = self.source_config.credentials
        if "key_hash" in connection:
            known = json.dumps([connection.get("url"), credentials], separators=(",", ":"))
            if hashlib.sha256(known.encode()).hexdigest() != connection["key_hash"]:
                raise ValueError("The secrets are not there.")
        records = connection.get("records", 1000)
        batch = connection.get("batch", 100)
        for name in self.source_config.objects:
            position = (state_manager.get(name) if state_manager else None) or 0
            print(f"{name} from {position}")
            while position < records:
                time.sleep(connection.get("slow_ms", 0) / 1000)
                if position >= connection.get("die_at", records):
                    os._exit(9)
                count = min(batch, records - position)
                if "ledger" in connection:
                    with open(connection["ledger"], "a") as ledger:
                        ledger.write(f"{name} {position} {count}\n")
                padding = {"pad": "x" * connection["pad"]} if "pad" in connection else {}
                yield [{"id": position + at, "name": f"{name}-{position + at}", **padding} for at in range(count)]
                position += count
                if connection.get("checkpoint_every", 1):
                    yield checkpoint(position, name)
