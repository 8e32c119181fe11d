"""A writer of JSON lines that stages below a folder named for its run, and moves at commit."""

import json
import os
import shutil
import uuid
from pathlib import Path
from urllib.parse import quote

from dativo_ingest import BaseWriter, ConnectionTestResult


class LinesWriter(BaseWriter):
    __version__ = "1.2.3"
    idempotent_commit = True

    def __init__(self, asset_definition, target_config, output_base):
        super().__init__(asset_definition, target_config, output_base)
        self.base = Path(output_base)
        self.object = safe(asset_definition.object or asset_definition.name)

    def check_connection(self):
        try:
            self.base.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return ConnectionTestResult(success=False, message=str(error), error_code="TARGET_UNWRITABLE")
        return ConnectionTestResult(success=True, message="The target can be written to.")

    def write_batch(self, records, file_counter):
        if not records:
            return []
        folder = self.staging(self.run_id)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.object}-{file_counter:06d}-{uuid.uuid4().hex}.jsonl"
        with open(path, "w", encoding="utf-8") as file:
            for record in records:
                file.write(json.dumps(record) + "\n")
        return [{"path": str(path), "size_bytes": path.stat().st_size, "record_count": len(records)}]

    def commit_files(self, file_metadata, token=None):
        for metadata in file_metadata:
            path = Path(metadata["path"])
            visible = self.base / path.name
            if not visible.exists():
                os.replace(path, visible)
        self.tidy()
        return {"status": "success", "files_added": len(file_metadata)}

    def abort_files(self, file_metadata, run_id=None):
        for metadata in file_metadata:
            Path(metadata["path"]).unlink(missing_ok=True)
        if run_id is not None:
            shutil.rmtree(self.staging(run_id), ignore_errors=True)
        self.tidy()

    def staging(self, run_id):
        return self.base / "_staging" / safe(run_id) / self.object

    def tidy(self):
        """Removes the folders that are empty now, from the inside out."""
        folder = self.staging(self.run_id)
        for path in (folder, folder.parent, folder.parent.parent):
            try:
                path.rmdir()
            except OSError:
                break


def safe(name):
    """A name that stays in its folder, is not hidden, and is not too long."""
    return quote(name, safe="").replace(".", "%2E").replace("_", "%5F")[:120]
