"""Writes requirements.lock: the version of every package that pyproject.toml asks for, as it is installed here.

What the project, its test, lint and dev groups need, and what those need in turn; nothing else that happens to be
installed. The file is a list of constraints: ``pip install -c requirements.lock -e .``. ``--check`` changes nothing and
fails where a package that is needed here is not in the file at its version (another Python may need fewer of them).
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
HEAD = """\
# The versions that the tests ran with, made by `make lock`.
# Constraints for pip: `pip install -c requirements.lock -e .`
"""


def wanted(pyproject: dict[str, Any]) -> Iterator[Requirement]:
    """Every requirement that pyproject.toml states: the project's and those of all groups."""
    yield from map(Requirement, pyproject["project"]["dependencies"])
    for extra in pyproject["project"].get("optional-dependencies", {}).values():
        yield from map(Requirement, extra)
    for group in pyproject["dependency-groups"].values():
        yield from (Requirement(line) for line in group if isinstance(line, str))


def closure(requirements: Iterable[Requirement]) -> dict[str, str]:
    """Name and installed version of the requirements and of all that they need here, by name.

    Requirements whose marker is false on this Python and platform are left out. ``SystemExit`` names what is missing.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    queue = [(requirement, "") for requirement in requirements]
    while queue:
        requirement, extra_of_parent = queue.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra_of_parent}):
            continue
        try:
            package = distribution(requirement.name)
        except PackageNotFoundError:
            raise SystemExit(f"{requirement} is not installed; run: make .venv/.dev") from None
        if not requirement.specifier.contains(package.version, prereleases=True):
            raise SystemExit(f"{requirement.name} {package.version} is installed, but {requirement} is asked for")
        found[canonicalize_name(requirement.name)] = package.version
        for extra in {"", *requirement.extras}:
            key = (canonicalize_name(requirement.name), extra)
            if key not in seen:
                seen.add(key)
                queue.extend((Requirement(line), extra) for line in package.requires or ())
    return found


def main() -> None:
    """Writes the file, or with ``--check`` says whether it is up to date."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    versions = closure(wanted(pyproject))
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    if "--check" in sys.argv[1:]:
        locked = set(LOCK.read_text("utf-8").splitlines(keepends=True)) if LOCK.exists() else set()
        if wrong := [line.strip() for line in lines if line not in locked]:
            raise SystemExit(f"requirements.lock does not hold {', '.join(wrong)}; run: make lock")
        return
    LOCK.write_text(HEAD + "".join(lines), "utf-8")
    print(f"{LOCK.name}: {len(versions)} packages")


if __name__ == "__main__":
    main()
