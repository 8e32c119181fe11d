"""An opened reader: the operations of the contract on an instance of the plugin's class."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any, Dict, Generator, Iterator, List, Optional

from ..batches.row_json import restore_state
from ..config import SourceConfig
from ..exceptions import PluginError
from ..partitions import Partition, PartitionTools
from ..validator import IncrementalStateManager
from .batch_buffer import batch_bytes_of
from .dividing import DEFAULT_PARTITIONS, checked_partitions, partition_states, states_to_go_on_from
from .extracted_stream import ExtractedStream, OutFrame
from .instances import Instance, as_dict, wrong_shape
from .interruption import interruptible

_END = object()


class Reader(Instance):
    """An opened reader."""

    def __init__(self, type_: Any, config: SourceConfig, default_object: str) -> None:
        super().__init__(type_.__name__, "reader", lambda: type_(self._config))
        self._type = type_
        self._all = config
        self._config = config
        self._default_object = default_object

    def discover(self) -> Dict[str, Any]:
        """The objects that there are."""
        client = self.client()
        call = f"{self.name}.discover"
        with interruptible():
            result = client.discover()
        found = as_dict(result)
        objects = found.get("objects") if found is not None else None
        if not isinstance(objects, (list, tuple)) or not all(isinstance(o, dict) and "name" in o for o in objects):
            raise wrong_shape(call, "a DiscoveryResult of objects with names", result)
        metadata = (found or {}).get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        # What the guide's readers answer when their source could not be asked; no objects at all would read nothing.
        if not objects and metadata.get("error"):
            raise PluginError(f"It could not list the objects: {metadata['error']}")
        shown = [{"type": "object", **{k: v for k, v in o.items() if v is not None}} for o in objects]
        return {"objects": shown, "metadata": metadata}

    def estimate(self, request: Dict[str, Any]) -> Optional[int]:
        """Number of records, or None where the source cannot tell."""
        client = self._client_for(_partition_of(request))
        with interruptible():
            count = client.get_total_records_estimate()
        if count is None:
            return None
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise wrong_shape(f"{self.name}.get_total_records_estimate", "a number of records, or None", count)
        return int(count)

    def extract(self, request: Dict[str, Any]) -> Iterator[OutFrame]:
        """The frames of the objects that are asked for; plugin code runs while it is advanced."""
        objects: List[str] = list(request.get("objects") or [])
        accepts = request.get("accepts") or ["rows"]
        stream = ExtractedStream(
            f"{self.name}.extract",
            objects,
            bool(self._type.incremental),
            batch_bytes_of(self._all.engine),
            wants_arrow=next((form for form in accepts if form in ("arrow", "rows")), "rows") == "arrow",
        )
        for name in objects or [self._default_object]:
            if stream.has_read(name):
                continue
            stream.only = name
            # A reader sees the object that it is asked for and no other, its constructor included.
            self._ask_for([name] if objects else [])
            parts = self._parts(name, request) if objects and self._type.partitioned else []
            if parts:
                yield from self._extract_parts(stream, name, parts, request)
                continue
            yield from self._take(stream, name, _partition_of(request), request.get("state") or {})
            if stream.reads_all_at_once:
                break
        yield from stream.end()

    def partitions(self, request: Dict[str, Any]) -> List[Dict[str, Any]]:
        """The parts that the objects asked for are divided into."""
        return [
            {"object": name, "id": part.id, "params": part.params}
            for name in request["objects"]
            for part in self._divided(name, request)
        ]

    def _divided(self, name: str, request: Dict[str, Any]) -> List[Partition]:
        self._ask_for([name])
        call = f"{self.name}.partitions"
        known = list(partition_states((request.get("state") or {}).get(name)))
        tools = PartitionTools(name, max(1, int(request.get("count", DEFAULT_PARTITIONS))), call, known)
        client = self._client_for(None)
        with interruptible():
            found = client.partitions(tools)
        return checked_partitions(call, found)

    def _parts(self, name: str, request: Dict[str, Any]) -> List[Partition]:
        """The parts that an object is to be read by; none when it is whole, or a part of it is asked for."""
        return [] if request.get("partition") is not None else self._divided(name, request)

    def _extract_parts(
        self, stream: ExtractedStream, name: str, parts: List[Partition], request: Dict[str, Any]
    ) -> Iterator[OutFrame]:
        """Parts one after the other, as one object whose position is that of all of them, also of those now gone."""
        states = states_to_go_on_from(name, (request.get("state") or {}).get(name))
        for part in parts:
            own = {name: states[part.id]} if part.id in states else {}
            for frame in self._take(stream, name, part, own):
                if frame.name == "checkpoint":
                    states[part.id] = frame.header["state"]
                    joined = {**frame.header, "state": {"partitions": dict(states)}}
                    frame = frame._replace(header=joined)
                yield frame

    def _take(
        self, stream: ExtractedStream, name: str, part: Optional[Partition], state: Dict[str, Any]
    ) -> Iterator[OutFrame]:
        items = self._items(IncrementalStateManager(restore_state(state), name), part)
        try:
            for item in items:
                yield from stream.take(item)
                if part is not None and stream.reads_all_at_once:
                    raise PluginError(
                        f"{self.name}.extract yields records of another object than {name}, a part of which is read.",
                        "PLUGIN_WRONG_SHAPE",
                    )
        finally:
            items.close()

    def _client_for(self, part: Optional[Partition]) -> Any:
        client = self.client()
        if self._type.partitioned:
            client.partition = part
        return client

    def _ask_for(self, objects: List[str]) -> None:
        if self._config.objects == objects:
            return
        self.close()
        self._config = replace(self._all, objects=objects)

    def _items(self, state: IncrementalStateManager, part: Optional[Partition]) -> Generator[Any, None, None]:
        call = f"{self.name}.extract"
        client = self._client_for(part)
        with interruptible():
            extracted = client.extract(state) if _takes_argument(client.extract) else client.extract()
        if not hasattr(extracted, "__iter__") or isinstance(extracted, (dict, str, bytes)):
            error = wrong_shape(call, "something to iterate over, as a generator gives", extracted)
            if hasattr(extracted, "__aiter__") or hasattr(extracted, "__await__"):
                error.hint = "extract is called without an event loop: write def extract, not async def."
            raise error
        iterator = iter(extracted)
        try:
            while True:
                with interruptible():
                    item = next(iterator, _END)
                if item is _END:
                    return
                yield item
        finally:
            close = getattr(iterator, "close", None)
            if callable(close):
                with interruptible():
                    close()


def _partition_of(request: Dict[str, Any]) -> Optional[Partition]:
    partition = request.get("partition")
    return None if partition is None else Partition(partition["id"], dict(partition["params"]))


def _takes_argument(method: Any) -> bool:
    try:
        inspect.signature(method).bind(None)
    except TypeError:
        return False
    except ValueError:
        return True  # a callable without a signature that can be read
    return True
