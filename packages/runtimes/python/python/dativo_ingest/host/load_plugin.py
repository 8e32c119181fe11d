"""Finds, imports and checks the class that a job names as `path.py:Name`."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import keyword
import logging
import os
import sys
from types import ModuleType
from typing import Any, Dict, List, NamedTuple, Optional, Type

from ..batches.arrow_frames import load_pyarrow
from ..contract import CONTRACT_VERSION
from ..exceptions import ConfigurationError, DativoError, PluginError
from ..plugins import BaseReader, BaseWriter
from .interruption import interruptible

_MODES = {"append", "replace", "merge"}
_FORMS = {"json": ["rows"], "python": ["rows"], "arrow": ["arrow"]}
_MAX_NAMES = 10


class LoadedClass(NamedTuple):
    """A plugin's class and what it says of itself."""

    type: Type[Any]
    kind: str
    spec: Dict[str, Any]
    sources: List[str]


class LoadFailure(Exception):
    """What the plugin's own code raised while it was imported."""


def load_class(reference: str, project_root: str, search_paths: List[str]) -> LoadedClass:
    """Loads the class of a reference.

    Raises errors with the codes PLUGIN_NOT_FOUND, PLUGIN_EXPORT_NOT_FOUND and PLUGIN_INVALID, and LoadFailure.
    """
    location, _, name = (part.strip() for part in reference.rpartition(":"))
    file = _locate(location, name, project_root, search_paths)
    module = _import(file, project_root)
    found = getattr(module, name, None)
    if found is None:
        raise _no_such_class(file, name, module)
    kind = _kind_of(found)
    if kind is None:
        raise _error(
            "PLUGIN_INVALID",
            f"{name} in {file} is {_what(found)}, not a reader or a writer.",
            "Make it a class that extends BaseReader or BaseWriter of dativo_ingest.plugins.",
        )
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    if missing:
        raise _error(
            "PLUGIN_INVALID", f"{name} in {file} does not define {', '.join(missing)}.", f"Define {missing[0]}."
        )
    return LoadedClass(found, kind, _spec(found, kind, file), _sources(file, project_root))


def _locate(location: str, name: str, root: str, search_paths: List[str]) -> str:
    folders = [] if os.path.isabs(location) else list(dict.fromkeys([*search_paths, root]))
    tried = [location] if os.path.isabs(location) else [os.path.join(folder, location) for folder in folders]
    for candidate in tried:
        if os.path.isfile(candidate):
            return os.path.realpath(candidate)
    existing: Dict[str, str] = {}
    for folder in dict.fromkeys(os.path.dirname(path) for path in tried):
        if os.path.isdir(folder):
            for entry in sorted(os.listdir(folder)):
                if entry.endswith(".py"):
                    existing.setdefault(entry, os.path.relpath(os.path.join(folder, entry), root))
    near = difflib.get_close_matches(os.path.basename(location), list(existing), 1)
    if near:
        hint = f"Did you mean {existing[near[0]]}:{name}?"
    elif existing:
        hint = f"There are {', '.join(list(existing.values())[:_MAX_NAMES])}."
    else:
        hint = f"Relative paths start at {root}."
    raise _error("PLUGIN_NOT_FOUND", f'There is no plugin "{location}". Looked for: {", ".join(tried)}.', hint)


def _import(file: str, root: str) -> ModuleType:
    """Imports a file under the name it has below the project, so that its tests and relative imports agree with it."""
    folder = os.path.dirname(file)
    for path in (folder, root):
        if path not in sys.path:
            sys.path.insert(0, path)
    name = _module_name(file, root)
    # The author's own debug records are wanted; those of libraries would bury them.
    logging.getLogger(name.partition(".")[0]).setLevel(logging.DEBUG)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise _error("PLUGIN_LOAD_FAILED", f"{file} is not a Python file.", "Name a file that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with interruptible():
            spec.loader.exec_module(module)
    except BaseException as thrown:
        sys.modules.pop(name, None)
        raise LoadFailure from thrown
    return module


def _module_name(file: str, root: str) -> str:
    below = os.path.relpath(file, os.path.realpath(root))[: -len(".py")]
    parts = below.split(os.sep)
    usable = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    name = ".".join(parts) if usable else os.path.basename(file)[: -len(".py")]
    # Python 3.9 cannot tell; a name of the standard library that was imported is known all the same.
    taken = getattr(sys, "stdlib_module_names", sys.builtin_module_names)
    return f"dativo_plugin_{parts[-1]}" if parts[0] in taken or name in sys.modules else name


def _kind_of(found: Any) -> Optional[str]:
    if not inspect.isclass(found):
        return None
    if issubclass(found, BaseReader) and found is not BaseReader:
        return "reader"
    if issubclass(found, BaseWriter) and found is not BaseWriter:
        return "writer"
    return None


def _no_such_class(file: str, name: str, module: ModuleType) -> DativoError:
    plugins = [key for key, value in vars(module).items() if _kind_of(value) is not None]
    near = difflib.get_close_matches(name, plugins, 1)
    if near:
        hint = f"Did you mean {near[0]}?"
    elif plugins:
        hint = f"It has: {', '.join(plugins[:_MAX_NAMES])}."
    else:
        hint = "It has no class that extends BaseReader or BaseWriter of dativo_ingest.plugins."
    return _error("PLUGIN_EXPORT_NOT_FOUND", f'{file} has no class "{name}".', hint)


def _spec(found: Type[Any], kind: str, file: str) -> Dict[str, Any]:
    spec: Dict[str, Any] = {
        "name": found.__name__,
        "kind": kind,
        "version": str(getattr(found, "__version__", "1.0.0")),
        "api": CONTRACT_VERSION,
    }
    description = inspect.getdoc(found) if found.__doc__ else None
    if description:
        spec["description"] = description.split("\n\n")[0].replace("\n", " ")
    if kind == "reader" and found.partitioned:
        spec["partitions"] = True
    if kind == "writer":
        spec["accepts"] = _accepts(found, file)
        spec["idempotent_commit"] = bool(found.idempotent_commit)
        spec["modes"] = list(found.modes)
        unknown = set(spec["modes"]) - _MODES
        if unknown:
            raise _invalid(found, file, f"modes has {sorted(unknown)}", "Use append, replace and merge.")
    return spec


def _accepts(found: Type[Any], file: str) -> List[str]:
    form = found.record_form
    if form not in _FORMS:
        raise _invalid(found, file, f"record_form is {form!r}", "Use json, python or arrow.")
    if form == "arrow" and load_pyarrow() is None:
        raise _error(
            "PLUGIN_LOAD_FAILED",
            f"{found.__name__} in {file} takes Arrow tables, and pyarrow is not installed for {sys.executable}.",
            f"Install it: {sys.executable} -m pip install pyarrow",
        )
    return _FORMS[form]


def _sources(file: str, root: str) -> List[str]:
    """The plugin's own files: those below the project that were imported."""
    base = os.path.join(os.path.realpath(root), "")
    files = {file}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and path.endswith(".py"):
            real = os.path.realpath(path)
            if real.startswith(base) and "site-packages" not in real:
                files.add(real)
    return sorted(files)


def _what(found: Any) -> str:
    return f"the class {found.__name__}" if inspect.isclass(found) else f"a {type(found).__name__}"


def _invalid(found: Type[Any], file: str, what: str, hint: str) -> DativoError:
    return _error("PLUGIN_INVALID", f"{found.__name__} in {file}: {what}.", hint)


def _error(code: str, message: str, hint: str) -> DativoError:
    kind = ConfigurationError if code == "PLUGIN_NOT_FOUND" else PluginError
    error = kind(message, code)
    error.hint = hint
    return error
