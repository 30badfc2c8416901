"""requirements.lock holds what pyproject.toml asks for, and nothing but names and versions."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rules.source import PYPROJECT, ROOT

from scripts.lock import closure, wanted

LINES = [line for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines() if not line.startswith("#")]
LOCKED = dict(line.split("==") for line in LINES)


def test_each_line_is_a_name_and_a_version():
    odd = [line for line in LINES if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.+!]*", line)]
    assert not odd
    assert sorted(LINES, key=lambda line: line.partition("==")[0]) == LINES


@pytest.mark.parametrize("requirement", sorted({str(one) for one in wanted(PYPROJECT)}))
def test_what_is_asked_for_is_locked(requirement: str):
    wish = Requirement(requirement)
    version = LOCKED.get(canonicalize_name(wish.name))
    assert version, f"{requirement} is not in requirements.lock; run: make lock"
    assert wish.specifier.contains(version, prereleases=True), f"{requirement}, but {version} is locked; run: make lock"


def test_a_package_that_is_missing_is_named():
    with pytest.raises(SystemExit, match="no-such-package-at-all"):
        closure([Requirement("no-such-package-at-all>=1")])


def test_a_requirement_for_another_platform_is_left_out():
    assert closure([Requirement("no-such-package-at-all; sys_platform == 'none'")]) == {}
