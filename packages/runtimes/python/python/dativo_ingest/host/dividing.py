"""Partitions as they travel, and the position of an object that has them."""

from __future__ import annotations

from typing import Any, Dict, List

from ..exceptions import PluginError
from ..partitions import Partition
from .instances import wrong_shape

DEFAULT_PARTITIONS = 16
"""Partitions of an object that is read whole, when nothing says how many there should be."""


def checked_partitions(call: str, found: Any) -> List[Partition]:
    """What a class answered, when it is partitions with names of their own."""
    if not isinstance(found, (list, tuple)) or not all(isinstance(item, Partition) for item in found):
        raise wrong_shape(call, "a list of Partition(id, params)", found)
    seen = set()
    for partition in found:
        if not isinstance(partition.id, str) or not partition.id:
            raise wrong_shape(call, "partitions with an id, which is a text", partition.id)
        if partition.id in seen:
            raise PluginError(f'{call} gives two partitions the id "{partition.id}".', "PLUGIN_WRONG_SHAPE")
        seen.add(partition.id)
    return list(found)


def partition_states(state: Any) -> Dict[str, Any]:
    """The positions of an object's partitions, by their ids; none when it is not that of a divided object."""
    if isinstance(state, dict) and list(state) == ["partitions"] and isinstance(state["partitions"], dict):
        return dict(state["partitions"])
    return {}


def states_to_go_on_from(name: str, state: Any) -> Dict[str, Any]:
    """The positions of the partitions of an object that is to be read whole."""
    states = partition_states(state)
    if state is not None and not states:
        error = PluginError(
            f"The position that {name} was left at is from before it was divided into partitions.", "POSITION_INVALID"
        )
        error.hint = "Read it again with --full-refresh, or forget its position with dativo state reset."
        raise error
    return states
