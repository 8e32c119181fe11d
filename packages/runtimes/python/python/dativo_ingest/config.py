"""What a job says of its source and its target, as plugins receive it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Dict, List, Optional


class _Config:
    def to_dict(self) -> Dict[str, Any]:
        """Everything as plain values; holds the credentials."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def model_dump(self) -> Dict[str, Any]:
        """The name that `to_dict` has in code written for the existing platform."""
        return self.to_dict()


@dataclass
class SourceConfig(_Config):
    """The `source` of a job, secrets and variables resolved.

    Example:
        SourceConfig(type="custom", connection={"base_url": "https://api.example.com"}, objects=["users"])
    """

    type: str
    connection: Dict[str, Any] = field(default_factory=dict)
    credentials: Dict[str, Any] = field(default_factory=dict, repr=False)
    objects: List[str] = field(default_factory=list)
    """Objects to read; while `extract` runs, those that are asked for."""
    files: List[Dict[str, Any]] = field(default_factory=list)
    tables: List[Dict[str, Any]] = field(default_factory=list)
    sheets: List[Dict[str, Any]] = field(default_factory=list)
    incremental: Dict[str, Any] = field(default_factory=dict)
    engine: Dict[str, Any] = field(default_factory=dict)
    rate_limits: Dict[str, Any] = field(default_factory=dict)
    dsn: Optional[str] = field(default=None, repr=False)
    description: Optional[str] = None
    custom_reader: Optional[str] = None


@dataclass
class TargetConfig(_Config):
    """The `target` of a job, secrets and variables resolved.

    Example:
        TargetConfig(type="custom", engine={"options": {"format": "jsonl"}})
    """

    type: str
    connection: Dict[str, Any] = field(default_factory=dict)
    credentials: Dict[str, Any] = field(default_factory=dict, repr=False)
    engine: Dict[str, Any] = field(default_factory=dict)
    file_format: Optional[str] = None
    partitioning: List[str] = field(default_factory=list)
    mode: str = "append"
    """What a commit does to records that are already there: append, replace or merge."""
    key: Optional[List[str]] = None
    """Columns that identify a record, for the mode merge."""
    parquet_target_size_mb: Optional[float] = None
    catalog: Any = None
    branch: Optional[str] = None
    warehouse: Optional[str] = None
    markdown_kv_storage: Optional[Dict[str, Any]] = None
    dsn: Optional[str] = field(default=None, repr=False)
    custom_writer: Optional[str] = None
    extra: Dict[str, Any] = field(default_factory=dict)
    """Every other key of the target, as written."""


@dataclass
class AssetDefinition(_Config):
    """What an asset definition (ODCS 3.0.2) says, or one made of an object's name and columns.

    Example:
        AssetDefinition(name="people", schema=[{"name": "id", "type": "integer", "required": True}])
    """

    name: str
    version: str = "1.0"
    source_type: Optional[str] = None
    object: Optional[str] = None
    schema: List[Dict[str, Any]] = field(default_factory=list)
    """Columns: name, type as text such as `decimal(10,2)`, and where given required, description, classification."""
    description: Any = None
    tags: List[str] = field(default_factory=list)
    extra: Dict[str, Any] = field(default_factory=dict)
    """Every other key of the definition, as written; also readable as attributes, such as `asset.team`."""

    def __getattr__(self, name: str) -> Any:
        extra = self.__dict__.get("extra", {})
        if name in extra:
            return extra[name]
        raise AttributeError(f"The asset definition has no {name!r}.")
