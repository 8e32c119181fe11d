"""The writer: how batches are staged, published and given up."""

from typing import Any, Optional

from dativo_ingest import BaseWriter, ConnectionTestResult
from dativo_ingest.exceptions import ConfigurationError

from acme_py_writer import __version__
from acme_py_writer.auth import sign_in
from acme_py_writer.client import ApiClient


class AcmePyWriter(BaseWriter):
    """Named in the job as `src/acme_py_writer/writer.py:AcmePyWriter`."""

    __version__ = __version__
    # The API publishes what a token names once, however often it is asked to.
    idempotent_commit = True
    # = modes = [{{#each modes}}"{{name}}"{{#unless @last}}, {{/unless}}{{/each}}]
    modes = ["append"]
    # =

    def __init__(self, asset_definition: Any, target_config: Any, output_base: str) -> None:
        super().__init__(asset_definition, target_config, output_base)
        base_url = target_config.connection.get("base_url")
        if not isinstance(base_url, str):
            raise ConfigurationError("target.connection.base_url is missing.")
        self.client = ApiClient(base_url, sign_in(base_url, target_config.credentials))
        self.object = asset_definition.object or asset_definition.name
        self.mode = target_config.mode
        # Columns that identify a record, for the mode merge.
        self.key = target_config.key or [column["name"] for column in asset_definition.schema if column.get("primary_key")]

    def check_connection(self) -> ConnectionTestResult:
        """Fails, with the reason, when the address or the credentials are wrong."""
        return ConnectionTestResult(True, f"API {self.client.version()}")

    def write_batch(self, records: list[dict[str, Any]], file_counter: int) -> list[dict[str, Any]]:
        """Hands a batch over, where nobody sees it until it is published; the API may refuse single records."""
        if not records:
            return []
        receipt, rejected = self.client.stage(self.object, self.run_id, records)
        for rejection in rejected:
            self.reject(rejection["index"], rejection["reason"])
        return [{"path": receipt, "record_count": len(records) - len(rejected)}]

    def commit_files(self, file_metadata: list[dict[str, Any]], token: str = "", final: bool = True) -> dict[str, Any]:
        """Makes staged batches visible, once per token; `final` says that the object is complete."""
        publication = {
            "token": token,
            "run": self.run_id,
            "mode": self.mode,
            "final": final,
            "key": self.key,
            "receipts": [item["path"] for item in file_metadata],
        }
        self.client.publish(self.object, publication)
        return {"status": "success", "files_added": len(file_metadata)}

    def abort_files(self, file_metadata: list[dict[str, Any]], run_id: Optional[str] = None) -> None:
        """Forgets staged batches: those given, or all of a run."""
        receipts = [f"{run_id}/"] if run_id is not None else [item["path"] for item in file_metadata]
        for receipt in receipts:
            self.client.discard(self.object, receipt)
