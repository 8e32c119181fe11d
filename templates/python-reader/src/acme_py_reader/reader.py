"""The reader: what it reads, how it is checked, and where it goes on."""

from collections.abc import Iterator
from typing import Any, Optional

from dativo_ingest import BaseReader, ConnectionTestResult, DiscoveryResult, Page
from dativo_ingest.exceptions import ConfigurationError, DativoError
from dativo_ingest.validator import IncrementalStateManager

from acme_py_reader import __version__
from acme_py_reader.auth import sign_in
from acme_py_reader.client import ApiClient
from acme_py_reader.objects import OBJECTS


class AcmePyReader(BaseReader):
    """Named in the job as `src/acme_py_reader/reader.py:AcmePyReader`."""

    __version__ = __version__
    # Later runs read what is new and add to the target.
    incremental = True

    def __init__(self, source_config: Any) -> None:
        super().__init__(source_config)
        base_url = source_config.connection.get("base_url")
        if not isinstance(base_url, str):
            raise ConfigurationError("source.connection.base_url is missing.")
        options = source_config.engine.get("options", {})
        page_size = int(options.get("page_size", 100))
        self.client = ApiClient(base_url, sign_in(base_url, source_config.credentials), page_size)

    def check_connection(self) -> ConnectionTestResult:
        """Fails, with the reason, when the address or the credentials are wrong."""
        return ConnectionTestResult(True, f"API {self.client.version()}")

    def discover(self) -> DiscoveryResult:
        """Every object, with its columns."""
        return DiscoveryResult([item.describe() for item in OBJECTS.values()])

    def extract(self, state_manager: Optional[IncrementalStateManager] = None) -> Iterator[Page]:
        """Yields pages, each with the position to go on from after it."""
        for name in self.source_config.objects or list(OBJECTS):
            if name not in OBJECTS:
                message = f"There is no object {name}; there are {', '.join(OBJECTS)}."
                raise DativoError(message, error_code="OBJECT_NOT_FOUND")
        for name in self.source_config.objects or list(OBJECTS):
            source = OBJECTS[name]
            left_at = (state_manager.get(name) if state_manager else None) or {}
            since = left_at.get("since")
            # Records that share the last value come again; those that were delivered are known by their keys.
            delivered = set(left_at.get("delivered", []))
            for records in self.client.pages(source.path, since):
                fresh = []
                for record in records:
                    key, changed = source.identity(record), record[source.cursor]
                    if changed != since:
                        since, delivered = changed, set()
                    if key not in delivered:
                        delivered.add(key)
                        fresh.append(source.row(record))
                yield Page(fresh, object=name, position={"since": since, "delivered": sorted(delivered)})
