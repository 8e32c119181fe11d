"""Carries out the operations of the host with the plugin that one of them loads."""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterator, Optional

from ..exceptions import PluginError
from .extracted_stream import OutFrame
from .faults import fault
from .instances import ConstructionFailed, Instance, asset_definition, source_config, target_config
from .load_plugin import LoadedClass, LoadFailure, load_class
from .reading import Reader
from .writing import Writer


class Operations:
    """The plugin of this process and its open instances."""

    def __init__(self) -> None:
        self.name = "plugin"
        """Name of the plugin, for messages; its reference until it is loaded."""
        self.root = ""
        self._loaded: Optional[LoadedClass] = None
        self._instances: Dict[int, Instance] = {}

    def load(self, params: Dict[str, Any]) -> Dict[str, Any]:
        """Loads the plugin that this process is for."""
        self.name = params["reference"]
        self.root = params["project_root"]
        self._loaded = load_class(params["reference"], self.root, params.get("search_paths") or [])
        self.name = self._loaded.spec["name"]
        return {"spec": self._loaded.spec, "sources": self._loaded.sources}

    def run(self, call: int, name: str, params: Dict[str, Any], batch: Optional[Any]) -> Any:
        """The answer of an operation that does not stream."""
        if name == "load":
            return self.load(params)
        if name in ("open_reader", "open_writer"):
            self._instances[call] = self._open(name, params)
            return None
        if name == "close":
            instance = self.instance(params)
            self._instances.pop(params["instance"], None)
            return instance.close()
        if name == "check":
            return self._check(self.instance(params))
        return self._of_instance(self.instance(params), name, params, batch)

    def extract(self, params: Dict[str, Any]) -> Iterator[OutFrame]:
        """The frames of an extraction."""
        instance = self.instance(params)
        if not isinstance(instance, Reader):
            raise _protocol_error("A writer was asked for what only readers do.")
        return instance.extract(params)

    def instance(self, params: Dict[str, Any]) -> Instance:
        """The instance that a call names."""
        found = self._instances.get(params.get("instance", -1))
        if found is None:
            raise _protocol_error(f"There is no open instance {params.get('instance')}.")
        return found

    def close(self) -> None:
        """Closes what is open."""
        for instance in list(self._instances.values()):
            try:
                instance.close()
            except Exception as thrown:
                print(f"{self.name}: close failed: {thrown}", file=sys.stderr)
        self._instances.clear()

    def error(self, thrown: BaseException, call: str) -> Dict[str, Any]:
        """The serialised form of what was raised in a call."""
        kind = self._loaded.kind if self._loaded is not None else None
        if isinstance(thrown, ConstructionFailed) and thrown.__cause__ is not None:
            return fault(thrown.__cause__, self.name, "__init__", kind, self.root)
        if isinstance(thrown, LoadFailure) and thrown.__cause__ is not None:
            return self._load_error(thrown.__cause__)
        error = fault(thrown, self.name, call, kind, self.root)
        if call == "load":
            # What loading raises itself names the file, and has nothing of a plugin in it.
            error["message"] = getattr(thrown, "message", error["message"])
        return error

    def _load_error(self, cause: BaseException) -> Dict[str, Any]:
        error = fault(cause, self.name, "load", None, self.root)
        error.update(error_code="PLUGIN_LOAD_FAILED", error_type="PluginError", retryable=False)
        at = error["details"].get("at")
        place = f" ({at})" if at else ""
        error["message"] = f"{self.name} could not be loaded: {type(cause).__name__}: {cause}{place}"
        error["hint"] = "Mend the error in the plugin at the place named."
        if isinstance(cause, ModuleNotFoundError) and cause.name and cause.name.startswith("dativo_ingest."):
            error["hint"] = "dativo_ingest has the modules plugins, config, validator and exceptions for plugins."
        elif isinstance(cause, ModuleNotFoundError) and cause.name:
            package = cause.name.partition(".")[0]
            error["hint"] = (
                f"Install it for the interpreter that runs the plugin, {sys.executable} -m pip install {package}, "
                "or name another interpreter under engine.options.python."
            )
        return error

    def _open(self, name: str, params: Dict[str, Any]) -> Instance:
        if self._loaded is None:
            raise _protocol_error("A plugin was called before it was loaded.")
        if name == "open_reader":
            self._assert_kind("reader")
            return Reader(self._loaded.type, source_config(params["config"]), params["default_object"])
        self._assert_kind("writer")
        return Writer(
            self._loaded.type,
            asset_definition(params["asset"]),
            target_config(params["config"]),
            params["output_base"],
            (params.get("run") or {}).get("id", ""),
        )

    def _assert_kind(self, kind: str) -> None:
        if self._loaded is not None and self._loaded.kind != kind:
            raise PluginError(f"{self.name} is a {self._loaded.kind}, not a {kind}.", "PLUGIN_INVALID")

    def _check(self, instance: Instance) -> Dict[str, Any]:
        try:
            return instance.check()
        except Exception as thrown:
            if getattr(thrown, "error_code", None) == "PLUGIN_WRONG_SHAPE":
                raise
            error = self.error(thrown, "check_connection")
            details = {key: value for key, value in error["details"].items() if key not in ("plugin", "call", "stack")}
            if "hint" in error:
                details["hint"] = error["hint"]
            return {
                "success": False,
                "message": error["message"],
                "error_code": error["error_code"],
                "details": details,
            }

    def _of_instance(self, instance: Instance, name: str, params: Dict[str, Any], batch: Optional[Any]) -> Any:
        if isinstance(instance, Reader):
            if name == "discover":
                return instance.discover()
            if name == "estimate":
                return instance.estimate(params)
            if name == "partitions":
                return instance.partitions(params)
        elif isinstance(instance, Writer):
            if name == "write" and batch is not None:
                return instance.write(params, batch.header, batch.payload)
            if name == "flush":
                return {"files": []}  # a writer class keeps nothing back
            if name == "commit":
                return instance.commit(params)
            if name == "abort":
                return instance.abort(params)
        raise _protocol_error(f'A {instance.kind} has no operation "{name}".')


def _protocol_error(message: str) -> PluginError:
    return PluginError(message, "ABI_VIOLATION")
