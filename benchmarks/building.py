"""Builds of the whole site as commands against Hugo: cold, nothing changed, one article changed, memory.

What Hugo does not make is left out of the figures that are judged: archives, landing pages, compressed forms. Two
sites are built: one without these (a driver, same as the command otherwise), and one as users have it.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import peer_hugo
import weighing
from figures import Pairs, Row

COUNTED = Path(__file__).with_name("counted.py")
NAMES = ("rss.xml", "atom.xml", "feed.json")
SETTLED = 2.1
"""Seconds after which a file's stamp can be trusted: a build looks again at younger files."""
STEPS = (
    ("cold", "{files} articles, cold build", 1.0),
    ("first", "nothing changed, for the first time", 0.12),
    ("again", "nothing changed, once more", 0.12),
    ("edited", "one article changed", 0.2),
)
"""Builds of one round by their names, what they are, and how many times Hugo's they may take."""


@dataclass(frozen=True)
class Site:
    """One site and the command that builds it."""

    folder: Path
    command: list[str]
    times: dict[str, list[weighing.Taken]] = field(default_factory=dict)

    def run(self, what: str) -> None:
        """Builds once and keeps what it took under that name."""
        self.times.setdefault(what, []).append(weighing.seconds(self.command))

    def clear(self) -> None:
        """Removes everything that a build makes."""
        for name in ("public", "var", "resources", ".hugo_build.lock"):
            path = self.folder / name
            path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)

    def edit(self, sample: corpus.Sample, word: str) -> None:
        """Adds a paragraph to the body of one article."""
        with (self.folder / "content" / sample.path).open("a", encoding="utf-8") as stream:
            stream.write(f"\n{word}\n")

    def feeds(self) -> dict[Path, bytes]:
        """Every feed by its path."""
        return {path: path.read_bytes() for path in (self.folder / "public").rglob("*") if path.name in NAMES}


def figures(folder: Path, source: Path, files: int, rounds: int) -> Iterator[Row]:
    """The rows of builds; ``source`` is a site of so many articles as ``corpus.write`` makes it."""
    sites = _sites(folder, source)
    newest = next(corpus.samples(files))
    exact = [_round(sites[:: -1 if number % 2 else 1], sites, newest, f"spindrift{number}") for number in range(rounds)]
    memory: list[list[float]] = [[] for _ in sites]
    for _ in range(rounds):
        for site, found in zip(sites, memory, strict=True):
            site.clear()
            found.append(weighing.peak(site.command))
    for name, what, most in STEPS:
        walls = [[each.wall for each in site.times[name]] for site in sites]
        yield from _rows(what.format(files=files), "{:.2f} s", walls, most)
        peer, own = (tuple(each.processor for each in site.times[name]) for site in sites[:2])
        yield Pairs(own, peer).row("  processor time, all cores", "{:.2f} s", "Hugo, RSS alone")
    yield from _rows("peak memory, cold", "{:.0f} MB", memory, 0.35)
    right, wrong = exact[-1]
    ok = not any(missed for _, missed in exact)
    yield Row("  documents changed by the edit", str(right), f"{wrong} wrong", "", "all, no other", ok)


def _round(turn: Sequence[Site], sites: Sequence[Site], sample: corpus.Sample, word: str) -> tuple[int, int]:
    """Each step for each site by turns; what ``_exact`` says of the edit."""
    hugo, counted, _ = sites
    for site in turn:
        site.clear()
        site.run("cold")
    _same_work(hugo, counted)
    for name in ("first", "again"):
        time.sleep(SETTLED)
        for site in turn:
            site.run(name)
    before = counted.feeds()
    for site in turn:
        site.edit(sample, word)
        site.run("edited")
    return _exact(before, counted.feeds(), word.encode(), sample)


def _sites(folder: Path, source: Path) -> tuple[Site, Site, Site]:
    """Hugo's, ours without what Hugo does not make, and ours as it is."""
    places = [folder / name for name in ("hugo", "counted", "whole")]
    for place in places:
        shutil.copytree(source, place)
    hugo, counted, whole = places
    peer_hugo.prepare(hugo)
    shutil.rmtree(hugo / "static", ignore_errors=True)  # Hugo would copy it
    for place, rest in ((counted, ", archive: false"), (whole, "")):
        with (place / "config.yaml").open("a", encoding="utf-8") as stream:
            stream.write(f"feeds: {{entries: 20, tags: 1{rest}}}\n")
    return (
        Site(hugo, peer_hugo.command(hugo)),
        Site(counted, [sys.executable, str(COUNTED), *_arguments(counted)]),
        Site(whole, [sys.executable, "-m", "publisher", *_arguments(whole)]),
    )


def _arguments(folder: Path) -> list[str]:
    return ["-c", str(folder / "config.yaml"), "--json", "build"]


def _rows(what: str, unit: str, taken: list[list[float]], most: float) -> Iterator[Row]:
    hugo, *ours = (tuple(each) for each in taken)
    for own, name, limit in zip(ours, (what, "  with archives, pages, gzip and br"), (most, None), strict=True):
        yield Pairs(own, hugo).row(name, unit, "Hugo, RSS alone", most=limit)


def _same_work(hugo: Site, counted: Site) -> None:
    """Ends the benchmark where one makes other feeds than the other, or where the driver leaves nothing out."""
    peer = sum(1 for _ in (hugo.folder / "public").rglob("*.xml"))
    made = [path.name for path in counted.feeds()]
    if not made.count("rss.xml") == made.count("atom.xml") == made.count("feed.json") == peer:
        raise SystemExit(f"Hugo made {peer} feeds, we made {made.count('rss.xml')}: not the same work")
    packed = [path for path in (counted.folder / "public").rglob("*") if path.suffix in {".gz", ".br"}]
    pages = list((counted.folder / "public").rglob("index.html"))
    if extra := [*packed, *pages]:
        raise SystemExit(f"the driver of the benchmark leaves out too little, for example {extra[0].name}")


def _exact(before: dict[Path, bytes], after: dict[Path, bytes], word: bytes, sample: corpus.Sample) -> tuple[int, int]:
    """How many feeds changed, and how many of all did so wrongly: those that hold the edited article, and no other.

    It is the newest, so it stands in the feed of all, and in one for each of its topics and tags.
    """
    changed = {path for path, body in after.items() if before.get(path) != body} | before.keys() - after.keys()
    holding = {path for path, body in after.items() if word in body}
    due = len(NAMES) * (1 + len(sample.topics) + len(sample.tags))
    return len(changed & holding), len(changed ^ holding) + abs(len(holding) - due)
