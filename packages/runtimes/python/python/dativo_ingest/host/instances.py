"""Instances of a plugin's class: constructed when they are first needed, closed once."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from ..config import AssetDefinition, SourceConfig, TargetConfig
from ..exceptions import DativoError, PluginError
from .field_type_text import format_field_type
from .interruption import interruptible


class Instance:
    """An opened reader or writer."""

    def __init__(self, name: str, kind: str, construct: Callable[[], Any]) -> None:
        self.name = name
        self.kind = kind
        self._construct = construct
        self._made: Any = None

    def client(self) -> Any:
        """The object of the plugin's class; its constructor runs at the first call."""
        if self._made is None:
            try:
                with interruptible():
                    self._made = self._construct()
            except Exception as thrown:
                raise ConstructionFailed from thrown
        return self._made

    def check(self) -> Dict[str, Any]:
        """Tests the connection; what fails on the way is a failed check, not a failed call."""
        client = self.client()
        with interruptible():
            result = client.check_connection()
        return check_result(f"{self.name}.check_connection", result)

    def close(self) -> None:
        """Calls the plugin's `close`, when it has one."""
        made, self._made = self._made, None
        close = getattr(made, "close", None)
        if callable(close):
            with interruptible():
                close()


class ConstructionFailed(Exception):
    """The constructor of a plugin raised what this exception was raised from."""


def wrong_shape(call: str, expected: str, got: Any) -> DativoError:
    """The error of a plugin's method that gave something else than it should."""
    return PluginError(f"{call} should give {expected}, and gave {describe(got)}.", "PLUGIN_WRONG_SHAPE")


def describe(value: Any) -> str:
    """What a value is, without showing what it holds."""
    if value is None:
        return "None"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {describe(value[0])}" if value else f"an empty {type(value).__name__}"
    if isinstance(value, dict):
        keys = ", ".join(str(key) for key in list(value)[:5])
        return f"a dict with {keys}" if value else "an empty dict"
    return f"a {type(value).__name__}"


def as_dict(value: Any) -> Optional[Dict[str, Any]]:
    """A result as a dict: its own, or what its `to_dict` gives."""
    if isinstance(value, dict):
        return value
    to_dict = getattr(value, "to_dict", None)
    result = to_dict() if callable(to_dict) else None
    return result if isinstance(result, dict) else None


def check_result(call: str, result: Any) -> Dict[str, Any]:
    """A connection test result as it travels."""
    found = as_dict(result)
    if found is None or not isinstance(found.get("success"), bool):
        raise wrong_shape(call, "a ConnectionTestResult", result)
    shown: Dict[str, Any] = {
        "success": found["success"],
        "message": str(found.get("message") or ("Connection successful" if found["success"] else "Connection failed")),
    }
    if found.get("error_code"):
        shown["error_code"] = str(found["error_code"])
    if isinstance(found.get("details"), dict) and found["details"]:
        shown["details"] = found["details"]
    return shown


def source_config(config: Dict[str, Any]) -> SourceConfig:
    """The source of a job as a reader receives it."""
    known = SourceConfig.__dataclass_fields__
    return SourceConfig(**{key: value for key, value in config.items() if key in known})


def target_config(config: Dict[str, Any]) -> TargetConfig:
    """The target of a job as a writer receives it."""
    known = TargetConfig.__dataclass_fields__
    extra = dict(config.get("extra") or {})
    values = {key: value for key, value in config.items() if key in known and key != "extra"}
    for key in [key for key in extra if key in known and key not in values]:
        values[key] = extra.pop(key)
    return TargetConfig(**values, extra=extra)


def asset_definition(asset: Dict[str, Any]) -> AssetDefinition:
    """The asset definition of a job as a writer receives it, column types as text."""
    known = AssetDefinition.__dataclass_fields__
    values = {key: value for key, value in asset.items() if key in known and key != "schema"}
    columns = [
        {**field, "type": format_field_type(field["type"])} for field in (asset.get("schema") or {}).get("fields", [])
    ]
    return AssetDefinition(**values, schema=columns)
