"""Which versions of the contract this package speaks; read as text too, before anything is imported.

Generated from the schemas of @dativo/protocol by scripts/generate-contract.mjs; npm run generate refreshes it.
"""

from __future__ import annotations

CONTRACT_VERSION = 1
"""The version of the plugin contract."""

FRAME_PROTOCOL_VERSION = 1
"""The version of the frames between a plugin's process and its host."""

PACKAGE_VERSION = "0.1.0"
"""The version of this package."""
