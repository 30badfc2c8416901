"""Fails where a pure module is not wholly covered, branches included, by the coverage data of the last test run.

Pure modules are those of the contract "The core is pure" in pyproject.toml.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def pure_modules() -> dict[str, str]:
    """File of each module in the contract of purity, by its dotted name."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(c for c in pyproject["tool"]["importlinter"]["contracts"] if "pure" in c["name"])
    paths = {name: name.replace(".", "/") for name in contract["source_modules"]}
    return {name: f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py" for name, path in paths.items()}


def gaps(report: dict[str, Any], modules: dict[str, str]) -> list[str]:
    """One line for each module of which a line or a branch was not run, or which no test imported."""
    told = []
    for name, path in modules.items():
        file = report["files"].get(path)
        if file is None:
            told.append(f"{path}: no test imports {name}")
            continue
        lines = spans(file["missing_lines"])
        missing = [(start, end) for start, end in file["missing_branches"] if start not in file["missing_lines"]]
        branches = [f"{start}->{'exit' if end < 0 else end}" for start, end in missing]
        if lines or branches:
            told.append(f"{path}: not covered: {', '.join(lines + branches)}")
    return told


def spans(numbers: list[int]) -> list[str]:
    """Neighbouring numbers told as one: ``3-5``, ``9``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ["-".join(map(str, span)) for span in found]


def main() -> None:
    """Prints what is missing, or that nothing is."""
    modules = pure_modules()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "--quiet", f"--include={','.join(modules.values())}"]
        if subprocess.run([*command, "-o", str(file)], cwd=ROOT, check=False).returncode:
            raise SystemExit("coverage of the pure modules: no data; run: make test")
        told = gaps(json.loads(file.read_text("utf-8")), modules)
    if told:
        print("pure modules must be wholly covered, branches included:", *told, sep="\n  ")
        sys.exit(1)
    print(f"pure modules: 100 % of the branches of {len(modules)} modules")


if __name__ == "__main__":
    main()
