"""What the author of a Dativo plugin imports.

Example:
    from dativo_ingest.plugins import BaseReader

    class Numbers(BaseReader):
        def extract(self, state_manager=None):
            yield [{"n": n} for n in range(3)]
"""

from __future__ import annotations

from .config import AssetDefinition, SourceConfig, TargetConfig
from .contract import PACKAGE_VERSION as __version__
from .extracted import Checkpoint, Page, checkpoint
from .partitions import Partition, PartitionTools
from .plugins import BaseReader, BaseWriter, ConnectionTestResult, DiscoveryResult
from .validator import IncrementalStateManager

__all__ = [
    "AssetDefinition",
    "BaseReader",
    "BaseWriter",
    "Checkpoint",
    "ConnectionTestResult",
    "DiscoveryResult",
    "IncrementalStateManager",
    "Page",
    "Partition",
    "PartitionTools",
    "SourceConfig",
    "TargetConfig",
    "__version__",
    "checkpoint",
]
