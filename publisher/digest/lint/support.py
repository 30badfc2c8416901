"""What mail programs were found to support: caniemail.com's data, reduced by ``scripts/caniemail.py``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("caniemail.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The table: the newest version of each program, as it was tested."""

    updated: str
    """Day of the data, ``2026-05-13``."""
    clients: tuple[tuple[str, str], ...]
    """``family.platform`` and name of each program."""
    features: Mapping[str, tuple[str, str]]
    """Title, and a letter for each program in their order: y, a = partly, n, u = unknown."""

    def lacking(self, slug: str) -> tuple[str, ...]:
        """The programs, as ``family.platform``, that do not support a feature at all."""
        letters = self.features[slug][1]
        return tuple(client for (client, _), letter in zip(self.clients, letters, strict=True) if letter == "n")

    def title(self, slug: str) -> str:
        """The feature's name for people."""
        return self.features[slug][0].strip()


@cache
def support() -> Support:
    """The shipped table, read once."""
    data = json.loads(_TABLE.read_text(encoding="utf-8"))
    return Support(
        updated=data["updated"],
        clients=tuple(data["clients"].items()),
        features={slug: (title, letters) for slug, (title, letters) in data["features"].items()},
    )
