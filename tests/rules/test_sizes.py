"""Files, functions, docstrings and names keep the measure of the house."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rules.source import CODE, SCRIPTS, TESTS, Module, each, found

MAX_FILE, MAX_FUNCTION = 500, 60
# Words that name no thing of the field: such a class or module collects whatever has no home.
EMPTY_NAMES = re.compile(r"(Manager|Helpers?|Utils?|Utilities|Service|Base)$")
EMPTY_MODULES = {"helpers", "helper", "utils", "util", "common", "misc", "base", "manager", "services", "service"}


@each([*CODE, *TESTS, *SCRIPTS])
def test_files_are_short(module: Module):
    lines = len(module.text.splitlines())
    assert lines <= MAX_FILE, f"{module.name} has {lines} lines, {MAX_FILE} are allowed: which two things does it know?"


@each([*CODE, *SCRIPTS])
def test_functions_are_short(module: Module):
    long = [(node.lineno, node.name) for node in module.functions if lines_of(node) > MAX_FUNCTION]
    assert not long, f"longer than {MAX_FUNCTION} lines:\n{found(module, long)}"


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@each([*CODE, *SCRIPTS])
def test_public_things_have_docstrings(module: Module):
    assert module.docstring or not module.tree.body, f"{module.name} has no docstring"
    bare = [(node.lineno, name) for name, node in public(module.tree) if not ast.get_docstring(node)]
    assert not bare, f"public, without a docstring:\n{found(module, bare)}"


def public(
    parent: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Classes, functions and methods that others may use; not what stands inside a function."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            overload = any("overload" in ast.dump(decorator) for decorator in node.decorator_list)
            if not node.name.startswith("_") and not overload:
                yield prefix + node.name, node
                if isinstance(node, ast.ClassDef):
                    yield from public(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from public(node, prefix)


@each([*CODE, *SCRIPTS])
def test_names_are_the_fields_own(module: Module):
    empty = [(node.lineno, node.name) for node in module.classes if EMPTY_NAMES.search(node.name)]
    assert not empty, f"a name that says nothing:\n{found(module, empty)}"
    assert PurePosixPath(module.name).stem not in EMPTY_MODULES, f"{module.name}: a name that says nothing"


def test_each_test_file_has_its_own_name():
    names = [PurePosixPath(module.name).name for module in TESTS if PurePosixPath(module.name).name.startswith("test_")]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"two test files of one name: {', '.join(twice)}"
