"""A new site: a commented config and two sample articles, nothing else."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.errors import StoreError
from publisher.templates import shipped

FILES = {
    "config.yaml": "config.yaml",
    "content/posts/hello.md": "hello.md",
    "content/posts/ni-hao.md": "ni-hao.md",
}
"""Where each file of ``templates/starter/`` goes."""


def write(directory: Path, *, now: datetime) -> list[Path]:
    """The files made. Raises ``StoreError`` where one of them is there already: nothing is overwritten or made."""
    source = shipped() / "starter"
    targets = {directory / place: source / name for place, name in FILES.items()}
    for target in targets:
        if os.path.lexists(target):  # a link to nowhere is there, too
            raise StoreError(f"{target} is there already", hint="choose another folder; nothing was changed")
    day = (now - timedelta(hours=1)).astimezone(UTC).isoformat(timespec="seconds")
    for target, template in targets.items():
        text = template.read_text(encoding="utf-8").replace("{{date}}", day)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise StoreError(f"{target} cannot be written: {error.strerror}", hint="choose another folder") from error
    return list(targets)
