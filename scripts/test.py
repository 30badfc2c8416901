"""Runs every test, then says in one line what passed: the main run on all cores, the browser's in its own process.

Sync Playwright leaves an event loop running, so its tests share no process with others. With ``--cover`` the coverage
(with branches) of both runs and of the programs they start is one report, and the pure modules must reach 100 % of
their branches; that takes nearly twice as long. Arguments that are not ours go to pytest, and then only the tests they
name run.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "var" / "test"
NO_TESTS = 5
"""Pytest's exit code where nothing was collected."""


@dataclass
class Counts:
    """How many tests had which end."""

    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0

    def add(self, report: Path) -> None:
        """Adds the counts of one of pytest's JUnit files, if it was written."""
        if report.exists():
            suite = ET.parse(report).getroot().find("testsuite")
            if suite is not None:
                for field in fields(self):
                    setattr(self, field.name, getattr(self, field.name) + int(suite.get(field.name, "0")))

    def line(self) -> str:
        """``812 passed, 3 skipped``, with what failed first."""
        parts = {"failed": self.failures, "error": self.errors}
        told = [f"{count} {name}" for name, count in parts.items() if count]
        told.append(f"{self.tests - self.failures - self.errors - self.skipped} passed")
        told += [f"{self.skipped} skipped"] if self.skipped else []
        return ", ".join(told)


def pytest(*arguments: str, report: Path | None = None) -> int:
    """Runs pytest with these arguments on this terminal; its exit code, 0 also where there was no test."""
    written = [f"--junitxml={report}"] if report else []
    code = subprocess.run([sys.executable, "-m", "pytest", *arguments, *written], cwd=ROOT, check=False).returncode
    return 0 if code == NO_TESTS else code


def coverage(*arguments: str) -> int:
    """Runs coverage with these arguments on this terminal; its exit code."""
    return subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=False).returncode


def everything(jobs: str, *, cover: bool) -> int:
    """The whole suite; 0 when all passed and, with ``cover``, the pure modules are covered."""
    started = time.monotonic()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    counts, codes = Counts(), []
    runs = {"main": ("tests", "--ignore=tests/browser", "-n", jobs, "--dist=worksteal"), "browser": ("tests/browser",)}
    for name, arguments in runs.items():
        if name == "browser" and not list((ROOT / "tests" / "browser").glob("test_*.py")):
            continue
        report = RESULTS / f"{name}.xml"
        covering = ("--cov", "--cov-append", "--cov-report=") if cover else ()
        codes.append(pytest("--quiet", *covering, *arguments, report=report))
        counts.add(report)
    print()
    if cover:
        coverage("report", "--skip-covered", "--show-missing")
        codes.append(subprocess.run([sys.executable, "scripts/coverage_pure.py"], cwd=ROOT, check=False).returncode)
    words = f" {counts.line()} in {time.monotonic() - started:.1f}s "
    if not counts.failures and not counts.errors and any(codes):
        words = f" FAILED (see above):{words}"
    print(words.center(shutil.get_terminal_size().columns, "="), flush=True)
    return int(any(codes))


def main() -> None:
    """Parses the arguments and ends with 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default="2", help="processes of the main run")
    parser.add_argument("--cover", action="store_true", help="measure coverage too")
    options, rest = parser.parse_known_args()
    sys.exit(pytest(*rest) if rest else everything(options.jobs, cover=options.cover))


if __name__ == "__main__":
    main()
