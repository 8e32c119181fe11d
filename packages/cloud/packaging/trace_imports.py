"""Finds the files of a project that a Python plugin imports: `python trace_imports.py FILE PROJECT_ROOT`.

Reads, and never runs, the plugin. Prints JSON: the project's files, and what is imported from elsewhere.
"""

import ast
import json
import os
import sys

GUARDS = (ast.Try, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.If)


class Trace:
    def __init__(self, folder, root):
        self.bases = list(dict.fromkeys([folder, root]))
        self.root = root
        self.files = {}
        self.foreign = {}

    def visit(self, path):
        if path in self.files:
            return
        self.files[path] = True
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
        self.walk(tree, path, False)

    def walk(self, node, path, guarded):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    self.absolute(alias.name, [], path, child.lineno, guarded)
            elif isinstance(child, ast.ImportFrom):
                names = [alias.name for alias in child.names]
                if child.level:
                    self.relative(child.module or "", child.level, names, path)
                else:
                    self.absolute(child.module, names, path, child.lineno, guarded)
            self.walk(child, path, guarded or isinstance(child, GUARDS))

    def relative(self, module, level, names, path):
        folder = os.path.dirname(path)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        if module:
            self.module(folder, module.split("."), names)
        else:
            self.members(folder, names)

    def absolute(self, module, names, path, line, guarded):
        parts = module.split(".")
        if any([self.module(base, parts, names) for base in self.bases]):
            return
        known = self.foreign.get(parts[0])
        if known is None or (known["optional"] and not guarded):
            place = "%s:%d" % (os.path.relpath(path, self.root), line)
            self.foreign[parts[0]] = {"place": place, "optional": guarded}

    def module(self, base, parts, names):
        """Takes the file of a module and those of the packages above it; says whether there is one."""
        folder = base
        for part in parts[:-1]:
            folder = os.path.join(folder, part)
            self.package(folder)
        target = os.path.join(folder, parts[-1])
        if os.path.isfile(target + ".py"):
            self.visit(os.path.realpath(target + ".py"))
            return True
        if os.path.isdir(target) and self.has_python(target):
            self.package(target)
            self.members(target, names)
            return True
        return False

    def members(self, folder, names):
        self.package(folder)
        for name in names:
            if name == "*":
                continue
            path = os.path.join(folder, name)
            if os.path.isfile(path + ".py"):
                self.visit(os.path.realpath(path + ".py"))
            elif os.path.isdir(path):
                self.package(path)

    def package(self, folder):
        path = os.path.join(folder, "__init__.py")
        if os.path.isfile(path):
            self.visit(os.path.realpath(path))

    @staticmethod
    def has_python(folder):
        return any(name.endswith(".py") for name in os.listdir(folder))


def main():
    file, root = (os.path.realpath(path) for path in sys.argv[1:3])
    trace = Trace(os.path.dirname(file), root)
    # Packages above the plugin are imported with it.
    folder = os.path.dirname(file)
    while folder.startswith(root + os.sep):
        trace.package(folder)
        folder = os.path.dirname(folder)
    trace.visit(file)
    standard = set(getattr(sys, "stdlib_module_names", ())) or None
    foreign = {
        name: found
        for name, found in trace.foreign.items()
        if name not in ("dativo_ingest", "__future__")
        and name not in sys.builtin_module_names
        and (standard is None or name not in standard)
    }
    if standard is None:
        # Python 3.9 does not know the names of its own modules.
        foreign = {name: dict(found, optional=True) for name, found in foreign.items()}
    json.dump({"files": sorted(trace.files), "foreign": foreign}, sys.stdout)


if __name__ == "__main__":
    main()
