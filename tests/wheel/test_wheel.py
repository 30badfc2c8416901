"""The wheel is whole: built, looked into, installed into a new environment, and the demo run from it elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent.parent
SITE = ("content", "static", "config.yaml", "readers.csv", "scripts/demo.py")
"""What the demo needs beside the installed program: a site."""
SECONDS = 400


@pytest.mark.wheel
def test_the_wheel_alone_runs_the_demo(tmp_path: Path):
    wheel = build(tmp_path / "dist")
    check_contents(wheel)
    python = install(wheel, tmp_path / "venv")

    site = tmp_path / "site"
    for name in SITE:
        copy(ROOT / name, site / name)
    run(str(python), "scripts/demo.py", folder=site)

    messages = list((site / "outbox").rglob("*.eml"))
    feeds = [site / "public" / "feeds" / name for name in ("rss.xml", "atom.xml", "feed.json")]
    assert messages, "the demo wrote no message"
    assert all(message.stat().st_size for message in messages)
    assert all(feed.stat().st_size for feed in feeds)
    where = run(str(python), "-c", "import publisher; print(publisher.__file__)", folder=site).strip()
    assert Path(where).is_relative_to(tmp_path), f"the demo ran {where}, not the wheel"


def build(folder: Path) -> Path:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), folder=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    names = {PurePosixPath(name) for name in zipfile.ZipFile(wheel).namelist()}
    tops = {name.parts[0] for name in names if not name.parts[0].endswith(".dist-info")}
    assert tops == {"publisher", "subscribers"}, f"the wheel installs {sorted(tops)}"
    assert any(name.name == "LICENSE" for name in names)
    for source in ("publisher", "subscribers", "templates"):
        inside = "publisher/templates" if source == "templates" else source
        for path in (ROOT / source).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = PurePosixPath(inside, path.relative_to(ROOT / source).as_posix())
                assert name in names, f"{name} is not in the wheel"
    assert PurePosixPath("publisher/config.schema.json") in names
    strays = [str(name) for name in names if name.suffix == ".pyc"]
    assert not strays


def install(wheel: Path, folder: Path) -> Path:
    """Python of a new environment that holds the wheel and the locked versions of what it needs, nothing else."""
    run(sys.executable, "-m", "venv", str(folder), folder=folder.parent)
    python = folder / "bin" / "python"
    pip = (str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install")
    run(*pip, "--constraint", str(ROOT / "requirements.lock"), str(wheel), folder=folder.parent)
    return python


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def run(*command: str, folder: Path) -> str:
    """What the command printed; where it fails, the test fails with all that it said."""
    # Nothing of this environment reaches the new one: neither the checkout nor the measuring of coverage.
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    environ = {name: value for name, value in os.environ.items() if name not in ours} | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout
