"""Content against its peers: reading, Markdown, memory and selection, each as a ratio within one run.

``python benchmarks/content.py [--quick]`` prints a table and ends with 1 where a figure is missed. The file cache is
warm; each pair runs three times by turns, garbage collected before each, and a ratio is taken within a round: what
else the machine does hits both. The best round counts.
"""

from __future__ import annotations

import argparse
import codecs
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urljoin

import bleach
import corpus
import frontmatter
from bleach.html5lib_shim import Filter
from figures import Row, table
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from publisher import selection
from publisher.config import Config, load
from publisher.content import frontmatter as publisher_front_matter
from publisher.content import heads, markdown, scan
from publisher.content.article import Article, Topic
from publisher.db import migrate
from publisher.db.engine import Database
from publisher.text import title_key

NOW = corpus.LAST + timedelta(minutes=30)
PAGE = "https://tides.example.org/posts/2025/06/30-000000/"
ROUNDS = 3
SETTLED = 2.1
"""Seconds after which a file's stamp can be trusted: ``scan`` reads younger files again."""
# The memory of a child includes that of the process it was forked from: a small one starts the build.
LAUNCH = """
import os, sys
child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ,
                       file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Sizes:
    """How much each benchmark takes."""

    files: int
    bodies: int
    small: int
    large: int
    candidates: int


FULL = Sizes(files=10_000, bodies=300, small=10_000, large=50_000, candidates=100_000)
QUICK = Sizes(files=1000, bodies=60, small=500, large=2500, candidates=10_000)


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, garbage collected before it."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def made(folder: Path, files: int) -> Config:
    """The site of so many articles in the folder, its files settled and read once."""
    corpus.write(folder, files)
    time.sleep(SETTLED)
    for path in folder.glob("content/**/*.md"):
        path.read_bytes()
    return load(folder / "config.yaml", {})


def front_matter(config: Config) -> int:
    """Walks, and does for every file what ``frontmatter.load`` does: its front matter, every value with its line."""
    found = 0
    walk = scan._Walk(config.content.path, scan._ignored(config.content.ignore))  # noqa: SLF001 # a step of the scan
    for file in walk.files():
        data, stat = heads.read(file.file)
        whole = len(data) >= stat.st_size
        text, _ = codecs.utf_8_decode(data, "strict", whole)
        found += len(publisher_front_matter.read(text, whole=whole).fields)
    return found


def reading(folder: Path, sizes: Sizes) -> tuple[list[Row], float]:
    """Walk, heads and front matter; a whole scan; one with nothing changed: against a loop of ``frontmatter.load``.

    The whole scan also types every field, makes addresses and ids, files topics, and writes the index: work that the
    loop does not do, so its ratio is told and not judged. And the seconds a file that the loop takes at its best.
    """
    config = made(folder, sizes.files)
    paths = [str(path) for path in sorted(folder.glob("content/**/*.md"))]
    rounds = []
    for number in range(ROUNDS):
        loop = seconds(lambda: [frontmatter.load(path).metadata for path in paths])
        database = Database(f"sqlite:///{folder / f'round{number}.db'}")
        migrate.upgrade(database)
        parsed = seconds(lambda: front_matter(config))
        cold = seconds(lambda: scan.scan(config, database, NOW))  # noqa: B023 # called here and now
        warm = seconds(lambda: scan.scan(config, database, NOW))  # noqa: B023
        database.close()
        rounds.append((loop, cold, warm, parsed))
    loop, _, _, parsed = max(rounds, key=lambda each: each[0] / each[3])
    read = Row(
        f"{sizes.files} files found, read and parsed",
        f"{sizes.files / parsed:,.0f}/s",
        f"{sizes.files / loop:,.0f}/s frontmatter.load",
        f"{loop / parsed:.2f}x",
        ">= 2.0x",
        loop / parsed >= 2.0,
    )
    loop, cold, *_ = max(rounds, key=lambda each: each[0] / each[1])
    first = Row(
        "the same into the index: a whole cold scan",
        f"{sizes.files / cold:,.0f}/s",
        f"{sizes.files / loop:,.0f}/s frontmatter.load",
        f"{loop / cold:.2f}x",
        "",
        ok=True,
    )
    loop, _, warm, _ = max(rounds, key=lambda each: each[0] / each[2])
    second = Row(
        "scan, nothing changed",
        f"{warm * 1000:,.0f} ms",
        f"{loop * 1000:,.0f} ms frontmatter.load",
        f"1/{loop / warm:.1f}",
        "<= 1/5",
        warm <= loop / 5,
    )
    return [read, first, second], min(each[0] for each in rounds) / sizes.files


class _Absolute(Filter):
    """bleach's place to change values: its attribute callables can only refuse them."""

    def __iter__(self) -> Iterator[dict]:
        for token in super().__iter__():
            attributes = token.get("data")
            if isinstance(attributes, dict):
                for name in ((None, "href"), (None, "src")):
                    if name in attributes:
                        attributes[name] = urljoin(PAGE, attributes[name])
            yield token


def rendering(sizes: Sizes) -> Row:
    """Markdown to safe HTML with absolute addresses: ours against markdown-it-py and bleach."""
    bodies = [sample.text.split("---\n", 2)[2] for sample in corpus.samples(sizes.bodies)]
    parser = MarkdownIt("gfm-like").use(footnote_plugin).use(tasklists_plugin).use(deflist_plugin)
    tags = set("a abbr b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img input li ol p pre s".split())  # noqa: SIM905
    tags |= set("section span strong sub sup table tbody td th thead tr ul".split())  # noqa: SIM905
    wanted = {"*": {"id", "class", "title"}, "a": {"href"}, "img": {"src", "alt"}, "input": {"type", "checked"}}
    cleaner = bleach.Cleaner(
        tags=tags,
        attributes=lambda tag, name, _: name in wanted["*"] or name in wanted.get(tag, ()),
        protocols={"http", "https", "mailto", "tel"},
        filters=[_Absolute],
    )
    ours = [markdown.render(body, PAGE, "a1-") for body in bodies[:5]]
    peers = [cleaner.clean(parser.render(body)) for body in bodies[:5]]
    for mark in ('href="https://notes.', 'href="https://tides.', 'src="https://tides.', "<table>", "<strong>"):
        # The peer leaves pictures with a space in their name, and bold beside CJK punctuation, as they were typed.
        if sum(text.count(mark) for text in ours) < sum(text.count(mark) for text in peers):
            raise SystemExit(f"ours does less than the peer: {mark}")
    rounds = []
    for _ in range(ROUNDS):
        peer = seconds(lambda: [cleaner.clean(parser.render(body)) for body in bodies])
        rounds.append((seconds(lambda: [markdown.render(body, PAGE, "a1-") for body in bodies]), peer))
    own, peer = max(rounds, key=lambda each: each[1] / each[0])
    return Row(
        "Markdown to safe absolute HTML",
        f"{len(bodies) / own:,.0f}/s",
        f"{len(bodies) / peer:,.0f}/s markdown-it-py + bleach",
        f"{peer / own:.1f}x",
        ">= 15x",
        peer / own >= 15,
    )


def peak(folder: Path, files: int) -> float:
    """Megabytes that ``publisher build`` needs at most for so many articles, on an empty database."""
    corpus.write(folder, files)
    command = ["-m", "publisher", "--now", NOW.isoformat(), "-c", str(folder / "config.yaml"), "--json", "build"]
    done = subprocess.run(
        [sys.executable, "-c", LAUNCH, *command], capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"publisher build failed:\n{done.stderr}")
    return int(done.stdout) / 1024


def memory(folder: Path, sizes: Sizes) -> Row:
    """How much more memory a build of five times the articles needs, topics and tags being the same."""
    small = peak(folder / "small", sizes.small)
    large = peak(folder / "large", sizes.large)
    return Row(
        f"peak memory of a build, {sizes.small} to {sizes.large} articles",
        f"{large:,.0f} MB",
        f"{small:,.0f} MB at {sizes.small}",
        f"{large - small:+,.0f} MB",
        "< +40 MB",
        large - small < 40,
    )


def candidates(number: int) -> list[Article]:
    """So many articles in memory."""
    topics = {title: Topic(f"t{place:02}", title) for place, title in enumerate(corpus.TOPICS)}
    places = count()
    return [
        Article(
            path=sample.path,
            guid=f"tag:tides.example.org,{sample.published:%Y-%m-%d}:{next(places)}",
            url=f"https://tides.example.org/{sample.path}",
            title=sample.title,
            published=sample.published,
            updated=sample.published,
            first_seen=sample.published,
            topics=tuple(topics[title] for title in sample.topics),
            tags=sample.tags,
            language="zh-CN",
            featured=bool(sample.image),
        )
        for sample in corpus.samples(number, bodies=False)
    ]


def choosing(sizes: Sizes, per_file: float) -> Iterator[Row]:
    """Selection against reading as many files; the reading is extrapolated from the loop measured before."""
    articles = candidates(sizes.candidates)
    reading_all = per_file * len(articles)
    history = selection.History(
        sent=frozenset(article.guid for article in articles[2000:4000]),
        last=NOW - timedelta(days=7),
        titles={title_key(article.title): article.title for article in articles[2000:2060]},
    )
    keys = tuple(f"t{place:02}" for place in range(len(corpus.TOPICS)))
    week = selection.Rule(topics=keys)
    ever = selection.Rule(topics=keys, window=timedelta(days=4000), max_age=timedelta(days=4000))
    for what, rule in (("a week", week), ("no limit of age", ever)):
        own = min(seconds(lambda: selection.select(articles, rule, history, NOW)) for _ in range(ROUNDS))  # noqa: B023
        yield Row(
            f"selection from {len(articles)}, {what}",
            f"{own * 1000:,.0f} ms",
            f"{reading_all * 1000:,.0f} ms frontmatter.load (extrapolated)",
            f"1/{reading_all / own:.1f}",
            "<= 1/5",
            own <= reading_all / 5,
        )


def main() -> int:
    """Measures, prints, and says whether all is as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the files: to see that it runs")
    parser.add_argument("--only", default="", help="names of benchmarks, with commas: reading, markdown, memory")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    only = set(filter(None, given.only.split(","))) or {"reading", "markdown", "memory"}
    start = datetime.now().astimezone()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        if "reading" in only:
            found, per_file = reading(folder / "reading", sizes)
            rows += [*found, *choosing(sizes, per_file)]
        if "markdown" in only:
            rows.append(rendering(sizes))
        if "memory" in only:
            rows.append(memory(folder, sizes))
    print(table(rows))
    print(f"{(datetime.now().astimezone() - start).seconds} s")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
