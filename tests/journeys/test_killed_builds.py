"""SIGKILL at fifty moments of a build: every file is a whole old or a whole new one, and the next build finishes."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest
from journeys.walk import Site

KILLS = 50
ARTICLES = 60
OLD, NEW = "2025-06-30T08:00:00+00:00", "2025-06-30T09:00:00+00:00"
CONFIG = """site: {title: Tideline, url: "https://example.org", language: en, timezone: UTC}
topics:
  chips: {title: Chips, match: {topic: [Chips]}}
  cities: {title: Cities, match: {topic: [Cities]}}
feeds: {tags: 3, entries: 20}
"""
UNPACKED: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".br": brotli.decompress}


def write(site: Site, edition: str) -> None:
    """Every article, in one of two editions that differ in titles, texts, topics and in some tags."""
    for number in range(ARTICLES):
        topic = ("Chips", "Cities")[(number + (edition == "new")) % 2]
        text = f"Text {number} of the {edition} edition, [a link](/x/{number}/), **bold** and a note[^1].\n\n" * 2
        site.write(
            f"content/posts/a{number:02}.md",
            f"---\ntitle: {edition.capitalize()} {number}\ndate: 2025-{4 + number % 2:02}-{1 + number % 28:02}\n"
            f"topics: [{topic}]\ntags: [t{number % 3}, {edition}]\nsummary: Of the {edition} edition.\n"
            f"---\n\n{text}\n[^1]: Noted.\n",
        )


def files(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@dataclass
class Doomed:
    """Builds of one site, each in a process group of its own."""

    process: subprocess.Popen[str]

    def build(self, life: float | None = None) -> dict[str, Any]:
        """How a build ended that may spend so many seconds, and how many it had spent by then."""
        assert self.process.stdin
        self.process.stdin.write(f"{'-' if life is None else life}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())


@contextmanager
def builds(site: Site, moment: str) -> Iterator[Doomed]:
    """The program that builds and kills, warm: its first build is done."""
    command = [sys.executable, str(Path(__file__).with_name("doomed.py")), str(site.folder / "config.yaml"), moment]
    with (
        (site.folder / "builds.err").open("wb") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
        ) as process,
    ):
        made = Doomed(process)
        try:
            made.answer()
            yield made
        finally:
            process.kill()


@dataclass(frozen=True)
class State:
    """A site's output and database, kept aside."""

    site: Site
    aside: Path

    @classmethod
    def keep(cls, site: Site, aside: Path) -> State:
        for name in ("public", "var"):
            shutil.copytree(site.folder / name, aside / name)
        return cls(site, aside)

    def restore(self) -> None:
        for name in ("public", "var"):
            shutil.rmtree(self.site.folder / name)
            shutil.copytree(self.aside / name, self.site.folder / name)

    def files(self) -> dict[str, bytes]:
        return files(self.aside / "public")


def unfinished(path: str) -> bool:
    """Whether it is what a build was writing, or its lock: names that nobody asks for."""
    return path.endswith((".part", "/.lock"))


def broken(found: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    """What is wrong with an output folder in which a build was killed: nothing."""
    wrong = [f"{path} is gone" for path in old.keys() & new.keys() - found.keys()]
    for path, body in found.items():
        whole = {state.get(path) for state in (old, new)} - {None}
        if body in whole or unfinished(path):
            continue
        unpack = UNPACKED.get(Path(path).suffix)
        plain = path.rpartition(".")[0]
        if unpack is None or unpack(body) not in {state.get(plain) for state in (old, new)}:
            wrong.append(f"{path} is neither the old nor the new one")
    documents = json.loads(found["feeds/manifest.json"])["documents"]
    return wrong + [f"{path} stands in the manifest and is gone" for path in documents.keys() - found.keys()]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells how long another process has worked")
def test_a_killed_build_leaves_whole_files_and_the_next_one_finishes(tmp_path: Path):
    site = Site(tmp_path / "site")
    site.write("config.yaml", CONFIG)
    write(site, "old")
    with builds(site, OLD):
        before = State.keep(site, tmp_path / "before")
    write(site, "new")
    public, chance = site.folder / "public", random.Random(4)
    with builds(site, NEW) as doomed:
        old, new = before.files(), files(public)
        assert old.keys() - new.keys(), "some feeds go"
        assert new.keys() - old.keys(), "some feeds come"
        kept = [path for path in old.keys() & new.keys() if path.endswith((".xml", ".json"))]
        assert [path for path in kept if old[path] == new[path]] == []
        whole = sorted(_unkilled(doomed, before, new) for _ in range(3))[1]
        killed = mixed = 0
        for place in chance.sample(range(KILLS), KILLS):
            before.restore()
            life = (place + chance.random()) / KILLS * whole
            moment = f"a kill after {life:.3f} s of {whole:.3f}"
            killed += doomed.build(life)["ended"] == -signal.SIGKILL
            found = files(public)
            mixed += found not in (old, new)
            assert broken(found, old, new) == [], moment
            assert doomed.build()["ended"] == 0, (moment, (site.folder / "builds.err").read_text(encoding="utf-8"))
            assert different(files(public), new) == [], moment
    assert killed > KILLS / 2, "most kills met a build at work"
    assert mixed, "some met it while it wrote"


def _unkilled(doomed: Doomed, before: State, new: dict[str, bytes]) -> float:
    before.restore()
    seconds = doomed.build()["seconds"]
    assert different(files(before.site.folder / "public"), new) == []
    return float(seconds)


def different(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    return sorted(path for path in found.keys() | expected.keys() if found.get(path) != expected.get(path))
