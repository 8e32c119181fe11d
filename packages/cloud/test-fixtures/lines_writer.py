import json
import os
import uuid

from dativo_ingest.plugins import BaseWriter


class LinesWriter(BaseWriter):
    """Writes JSON lines: to a folder of its own, from which a commit moves them."""

    idempotent_commit = True

    def write_batch(self, records, file_counter):
        staged = os.path.join(self.output_base, "staged")
        os.makedirs(staged, exist_ok=True)
        path = os.path.join(staged, f"{self.asset_definition.name}-{file_counter}-{uuid.uuid4()}.jsonl")
        stored = 0
        with open(path, "w") as file:
            for at, record in enumerate(records):
                if record["id"] % 100 == self.target_config.connection.get("reject", -1):
                    self.reject(at, "not wanted")
                else:
                    file.write(json.dumps(record) + "\n")
                    stored += 1
        if any(record["id"] == self.target_config.connection.get("die_at") for record in records):
            os._exit(9)
        return [{"path": path, "record_count": stored}]

    def commit_files(self, file_metadata):
        target = os.path.join(self.output_base, "committed")
        os.makedirs(target, exist_ok=True)
        for metadata in file_metadata:
            if os.path.exists(metadata["path"]):
                os.rename(metadata["path"], os.path.join(target, os.path.basename(metadata["path"])))
        return {"status": "success", "files_added": len(file_metadata)}
