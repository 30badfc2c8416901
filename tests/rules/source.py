"""The code under the rules, read once: each module with its text, its syntax tree and what its names stand for."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("publisher", "subscribers")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Module:
    """One Python file of the project."""

    name: str
    """Path in the repository, with forward slashes."""
    text: str = field(repr=False)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @cached_property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""

    @property
    def dotted(self) -> str:
        """``publisher.feeds.feed``; a package by its folder."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def within(self, homes: set[str]) -> bool:
        """Whether it is one of these files, or lies in one of these folders (written with a slash at the end)."""
        return any(self.name == home or (home.endswith("/") and self.name.startswith(home)) for home in homes)

    @cached_property
    def imports(self) -> list[tuple[int, str]]:
        """Line and dotted name of every import, those inside functions too."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        return found

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What each imported name stands for: ``sleep`` -> ``time.sleep``."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return found

    @cached_property
    def uses(self) -> list[tuple[int, str]]:
        """Line and full dotted name of everything that is read: ``datetime.datetime.now``, ``print``, ``issue.state``."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute) and (dotted := self.name_of(node)):
                found.append((node.lineno, dotted))
        return found

    def name_of(self, node: ast.expr) -> str:
        """The dotted name of an expression, imports resolved; empty for what is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.aliases.get(node.id, node.id), *reversed(parts)])

    @cached_property
    def strings(self) -> list[tuple[int, str]]:
        """Line and text of every string that the program can see: docstrings are none."""
        prose = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                prose.add(id(node.value))  # docstrings, also those of attributes
        return [
            (node.lineno, node.value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        ]

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]


def read(*folders: str) -> list[Module]:
    """The modules under these folders, by path."""
    return [
        Module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


CODE = read(*PACKAGES)
TESTS = read("tests")
SCRIPTS = read("scripts", "benchmarks")


def each(modules: list[Module]) -> pytest.MarkDecorator:
    """Runs a test once for each module, under its path."""
    return pytest.mark.parametrize("module", modules, ids=lambda module: module.name)


def found(module: Module, lines: Iterator[tuple[int, str]] | list[tuple[int, str]]) -> str:
    """``path:line: what`` for a failure; empty where there is nothing."""
    return "\n".join(f"{module.name}:{line}: {what}" for line, what in lines)


def pure() -> list[str]:
    """Dotted names in the contract of purity."""
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    return list(next(contract for contract in contracts if "pure" in contract["name"])["source_modules"])


@cache
def tracked() -> tuple[str, ...]:
    """Path of every file that git keeps or would keep; outside a repository, all but what runs and tools make."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode("utf-8").split("\0")
    else:
        made = {".git", ".venv", "public", "outbox", "var", "dist", "build", "__pycache__"}
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [
            path.as_posix() for path in paths if not made & set(path.parts) and not path.parts[0].endswith("_cache")
        ]
    return tuple(sorted(name for name in names if name and (ROOT / name).is_file()))
