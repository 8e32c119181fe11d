"""Where incremental reading goes on."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

StatePath = Union[str, "os.PathLike[str]"]


class IncrementalStateManager:
    """The positions that the last run left, as the reader yielded them.

    A reader gets one as the argument of `extract`, and hands positions back by yielding `Page(records, position=…)`
    or `checkpoint(…)`; the engine keeps them once the records before them are committed.

    The static methods keep a file of one's own, as plugins written for the existing platform do.

    Example:
        since = state_manager.get(default={}).get("updated_at") if state_manager else None
    """

    def __init__(self, positions: Optional[Dict[str, Any]] = None, default_object: str = "") -> None:
        self._positions = dict(positions or {})
        self._default_object = default_object

    def get(self, object: Optional[str] = None, default: Any = None) -> Any:  # noqa: A002
        """The position that an object was left at, by default the one that is being read."""
        return self._positions.get(self._default_object if object is None else object, default)

    @property
    def objects(self) -> List[str]:
        """Names of the objects that have a position."""
        return list(self._positions)

    @staticmethod
    def read_state(state_path: StatePath) -> Dict[str, Any]:
        """The content of a state file; empty when there is none.

        Raises ValueError when the file is damaged: taking that for a first run would read everything again.
        """
        path = Path(state_path)
        if not path.exists():
            return {}
        state = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(state, dict):
            raise ValueError(f"{path} holds no state: it should be a JSON object.")
        return state

    @staticmethod
    def write_state(state_path: StatePath, state: Dict[str, Any]) -> None:
        """Replaces a state file as a whole, so that a crash leaves the old or the new one."""
        path = Path(state_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=str(path.parent), prefix=path.name + ".")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(state, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    @staticmethod
    def should_skip_file(
        file_id: str, current_modified_time: str, state_path: StatePath, lookback_days: int = 0
    ) -> bool:
        """Whether a file has not changed since its state was kept; never with `lookback_days`."""
        return _unchanged(f"file_{file_id}", current_modified_time, state_path, lookback_days)

    @staticmethod
    def update_file_state(file_id: str, modified_time: str, state_path: StatePath) -> None:
        """Keeps when a file was changed last."""
        _update(f"file_{file_id}", {"last_modified": modified_time, "file_id": file_id}, state_path)

    @staticmethod
    def should_skip_spreadsheet(
        spreadsheet_id: str, current_modified_time: str, state_path: StatePath, lookback_days: int = 0
    ) -> bool:
        """Whether a spreadsheet has not changed since its state was kept; never with `lookback_days`."""
        return _unchanged(f"spreadsheet_{spreadsheet_id}", current_modified_time, state_path, lookback_days)

    @staticmethod
    def update_spreadsheet_state(spreadsheet_id: str, modified_time: str, state_path: StatePath) -> None:
        """Keeps when a spreadsheet was changed last."""
        entry = {"last_modified": modified_time, "spreadsheet_id": spreadsheet_id}
        _update(f"spreadsheet_{spreadsheet_id}", entry, state_path)


def _unchanged(key: str, current_modified_time: str, state_path: StatePath, lookback_days: int) -> bool:
    last_modified = IncrementalStateManager.read_state(state_path).get(key, {}).get("last_modified")
    return bool(last_modified) and lookback_days == 0 and current_modified_time <= last_modified


def _update(key: str, entry: Dict[str, Any], state_path: StatePath) -> None:
    state = IncrementalStateManager.read_state(state_path)
    state[key] = entry
    IncrementalStateManager.write_state(state_path, state)
