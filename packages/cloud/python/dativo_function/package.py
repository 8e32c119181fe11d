"""The package of the function: which plugins it holds."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict

from dativo_ingest.exceptions import ConfigurationError
from dativo_ingest.host.operations import Operations


class Package:
    """The plugins of this function; each is imported once, however often the function is invoked."""

    def __init__(self, top: str) -> None:
        with open(os.path.join(top, "dativo.json"), encoding="utf-8") as file:
            self._manifest = json.load(file)
        self._top = top
        self.project_root = os.path.join(top, self._manifest["project"])
        self._loaded: Dict[str, Any] = {}
        libraries = os.path.join(top, "lib")
        if os.path.isdir(libraries) and libraries not in sys.path:
            sys.path.insert(0, libraries)

    def load(self, params: Dict[str, Any]) -> Any:
        """What a `load` call is answered with, and the operations of the plugin."""
        plugin = self._plugin(params)
        entry = plugin["entry"]
        if entry not in self._loaded:
            operations = Operations()
            reference = f"{os.path.join(self._top, entry)}:{plugin['name']}"
            try:
                answer = operations.load({"reference": reference, "project_root": self.project_root})
            except BaseException as thrown:
                raise LoadingFailed(operations) from thrown
            self._loaded[entry] = (operations, answer)
        return self._loaded[entry]

    def _plugin(self, params: Dict[str, Any]) -> Dict[str, Any]:
        plugins = self._manifest["plugins"]
        for plugin in plugins:
            if plugin["reference"] == params.get("reference") and params.get("kind") in (None, plugin["kind"]):
                return dict(plugin)
        held = " and ".join(plugin["reference"] for plugin in plugins)
        raise ConfigurationError(
            f"The function holds {held}, and was asked for {params.get('reference')}.", "PLUGIN_NOT_FOUND"
        )


class LoadingFailed(Exception):
    """Loading a plugin raised what this exception was raised from."""

    def __init__(self, operations: Operations) -> None:
        super().__init__()
        self.operations = operations
