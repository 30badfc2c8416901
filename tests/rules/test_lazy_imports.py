"""The command line starts quickly: what is heavy is imported by the command that needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from rules.source import ROOT

from publisher import uptodate
from publisher.cli.main import MODULES, run
from publisher.content import library, scan

HEAVY = (
    "PIL", "alembic", "apscheduler", "babel", "cssutils", "feedgen", "jinja2", "lxml", "nh3", "premailer", "pydantic",
    "rich", "sqlalchemy", "starlette", "structlog", "uvicorn", "asyncio", "logging.config",
    "brotli", "comrak", "cryptography", "email_validator", "frontmatter", "httpx", "watchfiles", "yaml",
)  # fmt: skip
OURS = (
    "publisher.config", "publisher.content", "publisher.db", "publisher.delivery", "publisher.digest",
    "publisher.feeds", "publisher.issues", "publisher.templates", "publisher.explain", "publisher.schedule",
    "subscribers.store",
)  # fmt: skip
UNCHANGED = tuple({*HEAVY, *OURS} - {
    # A build that looks at articles and feeds reads config and database; SQLAlchemy brings asyncio.
    "pydantic", "yaml", "sqlalchemy", "asyncio", "publisher.config", "publisher.content", "publisher.db",
    "publisher.feeds", "publisher.issues", "publisher.templates",
    # Modules of the content read files with these; of what did not change none is read.
    "PIL", "comrak", "nh3", "frontmatter",
})  # fmt: skip
"""What a build has no use for where nothing changed, if it has to find that out."""
PROGRAM = """
import json, sys
sys.argv = ["publisher", *json.loads(sys.argv[1])]
ended = "returned"
try:
    from publisher.cli import main
    main()
except SystemExit as end:
    ended = end.code or 0
print("\\n" + json.dumps([ended, sorted(name for name in json.loads(%r) if name in sys.modules)]))
"""


def imported(heavy: Iterable[str], arguments: list[str], folder: Path = ROOT) -> list[str]:
    """Which of these a command imports. It must end well, and say something."""
    command = [sys.executable, "-c", PROGRAM % json.dumps([*heavy]), json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    ended, found = json.loads(done.stdout.splitlines()[-1])
    assert ended in {0, "returned"}, done.stdout + done.stderr
    assert done.stdout.strip(), "it printed nothing"
    return found


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments: list[str]):
    found = imported(HEAVY, arguments)
    assert not found, f"`publisher {' '.join(arguments)}` imports {', '.join(found)}: import it in the command"


def test_a_command_imports_no_other_command():
    others = [f"publisher.cli.{name}" for name in {*MODULES.values()} - {"build"}]
    assert not imported(others, ["build", "--help"])


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose last build had nothing to write."""
    for module, name in ((uptodate, "FINE_NS"), (uptodate, "COARSE_NS"), (scan, "RACY_NS"), (library, "RACY_NS")):
        monkeypatch.setattr(module, name, 0)  # its files are a moment old, and count as settled
    assert run(["init", str(tmp_path / "site")]) == 0
    for _ in range(2):
        assert run(["-c", str(tmp_path / "site" / "config.yaml"), "build"]) == 0
    assert (tmp_path / "site/var/build.json").is_file()
    return tmp_path / "site"


def test_a_build_of_what_did_not_change_imports_nothing(built: Path):
    found = imported((*HEAVY, *OURS), ["build"], built)
    assert not found, f"`publisher build` imports {', '.join(found)} before it knows whether there is anything to build"


def test_a_build_that_finds_nothing_changed_imports_no_more_than_it_needs(built: Path):
    (built / "var/build.json").unlink()
    found = imported(UNCHANGED, ["build"], built)
    assert not found, f"`publisher build` imports {', '.join(found)} though nothing changed"
