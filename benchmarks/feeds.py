"""Feeds against their peers: builds, joining of stored entries, serving, each as a ratio within one run.

``python benchmarks/feeds.py [--quick] [--only builds,join,serving]`` prints a table and ends with 1 where a figure is
missed. Ours and the peer run by turns, a ratio is taken within a round, and the median of the rounds counts. All is on
loopback and in a temporary folder. Needs Linux.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import building
import corpus
import joining
import serving
from figures import Row, table

FILES = 4096
"""Open files that a thousand connections need, on both sides."""
PARTS = ("builds", "join", "serving")


@dataclass(frozen=True)
class Sizes:
    """How much each benchmark takes."""

    files: int
    rounds: int
    served: int
    """Rounds of throughput: short ones, for what else the machine does comes and goes."""
    seconds: float
    """Length of one of these; the quiet time before a rebuild is five of them."""


FULL = Sizes(files=10_000, rounds=3, served=9, seconds=1)
QUICK = Sizes(files=400, rounds=1, served=1, seconds=0.6)


def figures(folder: Path, sizes: Sizes, only: set[str]) -> Iterator[Row]:
    """The rows of these parts as they come, each part in a folder of its own."""
    source = folder / "source"
    corpus.write(source, sizes.files)
    time.sleep(building.SETTLED)
    if "builds" in only:
        yield from building.figures(folder / "builds", source, sizes.files, sizes.rounds)
    if "join" in only:
        yield from joining.figures(folder / "join", source, sizes.files, sizes.rounds)
    if "serving" in only:
        yield from serving.figures(folder / "serving", source, sizes.served, sizes.rounds, sizes.seconds)


def main() -> int:
    """Measures, prints, and says whether all is as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="400 articles, one round: to see that it runs")
    parser.add_argument("--only", default="", help=f"names of benchmarks, with commas: {', '.join(PARTS)}")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    only = set(filter(None, given.only.split(","))) or set(PARTS)
    if unknown := only - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    # A run that is ended still ends its servers and removes its folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    start = time.monotonic()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        for row in figures(Path(name), sizes, only):
            rows.append(row)
            print(f"  {row.what}: {row.ratio or row.ours}", file=sys.stderr)
    print(table(rows))
    print(f"{time.monotonic() - start:.0f} s")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
