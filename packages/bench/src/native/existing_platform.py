"""What the existing platform does with a native reader and writer: ctypes, json.loads, a check of each record, json.dumps.

existing_platform.py <reader library> <writer library> <source config> <target config>: prints seconds.
"""

import ctypes
import json
import sys
import time

SCHEMA = [
    ("id", int, True), ("account", int, True), ("amount", float, True), ("quantity", int, True),
    ("active", bool, True), ("created_at", str, True), ("name", str, True), ("city", str, False),
]


def validate(records):
    """Each field of each record: there if required, and of its type; other fields are dropped."""
    valid = []
    for record in records:
        kept = {}
        for name, kind, required in SCHEMA:
            value = record.get(name)
            if value is None:
                if required:
                    raise ValueError(f"{name} is missing")
                kept[name] = None
            elif isinstance(value, kind):
                kept[name] = value
            else:
                kept[name] = kind(value)
        valid.append(kept)
    return valid


def main():
    reader_path, writer_path, source, target = sys.argv[1:5]
    reader, writer = ctypes.CDLL(reader_path), ctypes.CDLL(writer_path)
    for library, creator in ((reader, "create_reader"), (writer, "create_writer")):
        getattr(library, creator).restype = ctypes.c_void_p
        getattr(library, creator).argtypes = [ctypes.c_char_p]
        library.free_string.argtypes = [ctypes.c_void_p]
    reader.extract_batch.restype = ctypes.c_void_p
    reader.extract_batch.argtypes = [ctypes.c_void_p]
    writer.write_batch.restype = ctypes.c_void_p
    writer.write_batch.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    started = time.perf_counter()
    source_handle = reader.create_reader(source.encode())
    target_handle = writer.create_writer(target.encode())
    counter = 0
    while True:
        pointer = reader.extract_batch(source_handle)
        if not pointer:
            break
        text = ctypes.string_at(pointer).decode()
        reader.free_string(pointer)
        records = validate(json.loads(text))
        batch = json.dumps({"records": records, "file_counter": counter})
        written = writer.write_batch(target_handle, batch.encode())
        files = json.loads(ctypes.string_at(written).decode())
        writer.free_string(written)
        counter += len(files)
    print(json.dumps({"seconds": time.perf_counter() - started}))


main()
