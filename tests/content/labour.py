"""Work for the children of a crew: functions of a module that any interpreter can import."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Task(NamedTuple):
    """What is to be done: ``parent`` is the process that hands it out, ``folder`` where it is noted."""

    parent: int
    folder: str = ""


def squares(batch: Sequence[int], task: Task) -> list[tuple[int, int]]:
    """The number squared, and the process that did it."""
    del task
    return [(number * number, os.getpid()) for number in batch]


def raising(batch: Sequence[int], task: Task) -> list[int]:
    """The numbers; in a child an error where one of them is odd."""
    if os.getpid() != task.parent and any(number % 2 for number in batch):
        raise ValueError("odd")
    return list(batch)


def refusing(batch: Sequence[int], task: Task) -> list[int]:
    """An error, whoever does it, where one of them is 7."""
    del task
    if 7 in batch:
        raise ValueError("seven")
    return list(batch)


def dying(batch: Sequence[int], task: Task) -> list[int]:
    """The numbers; a child is killed over the first that it is handed."""
    if os.getpid() != task.parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(batch)


def noting(batch: Sequence[int], task: Task) -> list[int]:
    """The numbers, and a file for every process that did some."""
    Path(task.folder, str(os.getpid())).touch()
    return list(batch)


def unspeakable(batch: Sequence[int], task: Task) -> list[object]:
    """The numbers; of a child what cannot be sent."""
    return list(batch) if os.getpid() == task.parent else [lambda: None]


def stopping(batch: Sequence[int], task: Task) -> list[int]:
    """The numbers; a child stops for ever over the first that it is handed."""
    if os.getpid() != task.parent:
        os.kill(os.getpid(), signal.SIGSTOP)
    return list(batch)
