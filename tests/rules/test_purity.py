"""Pure modules say so, stand in the contract of pyproject.toml, and touch nothing but their arguments."""

from __future__ import annotations

import ast
import re

import pytest
from rules.source import CODE, Module, each, found, pure

CLAIM = re.compile(r"\bPure[.:]")
# What a pure function cannot do: the disk, the network, other processes, chance, the environment.
IMPURE = (
    "os.environ",
    "os.getenv",
    "os.listdir",
    "os.stat",
    "random.",
    "secrets.",
    "subprocess.",
    "shutil.",
    "tempfile.",
)
IMPURE_METHODS = {
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "exists",
    "is_file",
    "is_dir",
    "mkdir",
    "unlink",
}
PURE = [module for module in CODE if CLAIM.search(module.docstring)]


def test_what_claims_to_be_pure_is_what_the_contract_holds():
    claimed, listed = {module.dotted for module in PURE}, set(pure())
    assert not claimed - listed, f'say "Pure." but stand in no contract (pyproject.toml): {sorted(claimed - listed)}'
    assert not listed - claimed, (
        f'stand in the contract but are missing or do not say "Pure.": {sorted(listed - claimed)}'
    )


def test_the_contract_names_each_module_once():
    twice = [name for name in pure() if pure().count(name) > 1]
    assert not twice


@each(PURE)
def test_a_pure_module_touches_nothing(module: Module):
    touched = [(line, name) for line, name in module.uses if name == "open" or name.startswith(IMPURE)]
    touched += [
        (node.lineno, f".{node.func.attr}()")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE_METHODS
    ]
    assert not touched, f"{module.name} says it is pure:\n{found(module, touched)}"


@each(PURE)
def test_a_pure_module_has_no_global_that_changes(module: Module):
    changed = [(node.lineno, "global") for node in ast.walk(module.tree) if isinstance(node, ast.Global)]
    assert not changed, found(module, changed)


@pytest.mark.parametrize("claim", ["Pure.", "What it is. Pure: nobody here looks at a clock."])
def test_a_claim_is_seen(claim: str):
    assert CLAIM.search(claim)
    assert not CLAIM.search("Purely by luck")
