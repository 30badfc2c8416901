"""The command line starts quickly: what is heavy is imported by the command that needs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from rules.source import ROOT

HEAVY = (
    "PIL", "alembic", "apscheduler", "babel", "cssutils", "feedgen", "jinja2", "lxml", "nh3", "premailer", "pydantic",
    "rich", "sqlalchemy", "starlette", "structlog", "uvicorn", "asyncio", "logging.config",
)  # fmt: skip
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


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments: list[str]):
    homes = [ROOT / "publisher" / "cli.py", ROOT / "publisher" / "cli" / "__init__.py"]
    assert any(home.exists() for home in homes), "there is no publisher/cli.py"
    command = [sys.executable, "-c", PROGRAM % json.dumps(HEAVY), json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    ended, imported = json.loads(done.stdout.splitlines()[-1])
    assert ended in {0, "returned"}, done.stdout + done.stderr
    assert done.stdout.strip(), "it printed nothing"
    assert not imported, f"`publisher {' '.join(arguments)}` imports {', '.join(imported)}: import it in the command"
