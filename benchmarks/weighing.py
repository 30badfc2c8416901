"""Runs a command and says how long it took, or how much memory its whole tree of processes held at most."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.02
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Taken:
    """What a command took, in seconds."""

    wall: float
    processor: float
    """Of the process and all children that it waited for, on all cores."""


def seconds(command: list[str]) -> Taken:
    """How long a command takes, what earlier ones wrote being on the disk. Ends the benchmark where it fails."""
    os.sync()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    wall = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{Path(command[0]).name} … {command[-1]} failed:\n{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def peak(command: list[str]) -> float:
    """Megabytes that the process and its children held at most at one moment.

    Pages that several of them share count once (PSS). Looking costs them time: not for runs that are timed.
    """
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_held, tree(process.pid))))
            time.sleep(EVERY)
    if process.returncode != 0:
        raise SystemExit(f"{Path(command[0]).name} … {command[-1]} failed")
    return most / 1024


def tree(process: int) -> list[int]:
    """The process and all that it started, and they started."""
    found = [process]
    with suppress(OSError):  # it ended meanwhile
        for file in Path(f"/proc/{process}/task").glob("*/children"):
            with suppress(OSError):
                for child in file.read_text(encoding="ascii").split():
                    found += tree(int(child))
    return found


def _held(process: int) -> int:
    """Kilobytes of a process; 0 once it ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
