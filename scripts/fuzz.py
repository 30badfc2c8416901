"""Feeds mutated files to ``parse(bytes)`` and to everything behind it, and keeps what breaks a law, made small.

The laws: nothing raises; each problem has its path, its line and words on what to write; no text takes 2 s; HTML is
balanced, of allowed tags, with absolute addresses and prefixed ids, and no others when it is read again; a feed entry
made of it is well-formed XML and JSON. Equal seeds, equal runs. A mutant that behaves like none before becomes a seed
itself. Exit code 1 where a law was broken: ``var/fuzz/`` then holds each finding's bytes and reason.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import nh3
from lxml import etree

from publisher.content import images, markdown, parse, reading, script
from publisher.content.article import Article, Html, Problem
from publisher.content.images import Roots
from publisher.content.parse import Draft
from publisher.content.rules import Rules
from publisher.content.topic import Rule
from publisher.feeds import fill, jsonfeed, lint, make, rss_atom
from publisher.feeds.feed import Channel, Contents, Feed, Format, Kind, content
from scripts.fuzz_input import HOSTILE, PATHS, SEEDS, mutate

T = TypeVar("T")

SLOW = 2.0
"""Seconds of this process's own time that one file may take to parse, and one body to render."""
HANGS = 120
SMALL, LARGE = 48 * 1024, 700 * 1024
SHRINK_SECONDS = 20.0
TELLS = 10.0
RARE = 0.01
MAX_POOL = 3000
PREFIX = "a1-"
NOW = datetime(2025, 6, 30, tzinfo=UTC)
SITE = "https://example.org"
RULES = Rules(
    site=SITE,
    zone=ZoneInfo("Asia/Shanghai"),
    language="zh-CN",
    topics=(Rule(key="chips", title="算力与芯片", topics=("算力与芯片", "chips*"), tags=("GPU",), words=("芯片",)),),
)
CHANNEL = Channel(title="Fuzz", home_url=f"{SITE}/", base_url=f"{SITE}/", language="zh-CN")

TAGS = (nh3.ALLOWED_TAGS - {"center", "area", "map", "nav", "hgroup", "h1"}) | {"section", "picture", "source"}
VOID = frozenset({"br", "col", "hr", "img", "source", "wbr"})
ATTRIBUTES = frozenset(
    "id class title lang dir href hreflang src alt width height srcset type start reversed datetime rel decoding "  # noqa: SIM905
    "loading".split()
)
# A browser may move misplaced elements, as HTML has it; it must not find others than those that were cleaned.
_REREAD = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"*": set(ATTRIBUTES) - {"rel"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener",
)
_PIECE = re.compile(r"<([/]?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"]*\")*)>|([^<>]+)|([<>])", re.DOTALL)
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp);)")
_CONTENT = {
    # Without a summary the text of RSS is the description.
    Format.RSS: ("{http://purl.org/rss/1.0/modules/content/}encoded", "description"),
    Format.ATOM: ("{http://www.w3.org/2005/Atom}content",),
}
_XML = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
FRAMES = {form: rss_atom.frame(Feed(channel=CHANNEL, kind=Kind.ALL).frame(form), form) for form in _CONTENT}
ROOTS = Roots(content=Path("content"), static=Path("static"), assets=Path("assets"), site=SITE)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A broken law: ``kind`` is the same for all that break it alike."""

    kind: str
    detail: str = ""


@dataclass(slots=True)
class Examined:
    """What came of one file."""

    flaws: list[Flaw] = field(default_factory=list)
    seconds: float = 0.0
    """The longest of its steps."""
    marks: tuple[str, ...] = ()
    """What it did, in words that other files may share."""

    def run(self, step: str, work: Callable[[], T], refusal: type[Exception] | None = None) -> T | None:
        """What the work gives; none where it raised, which is a flaw unless it is the refusal that is foreseen."""
        start = time.process_time()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 # whatever it is, it is the finding
            if refusal is None or not isinstance(error, refusal):
                self.flaws.append(Flaw(f"{step} raises {_place(error)}", str(error)[:200]))
            return None
        finally:
            spent = time.process_time() - start
            self.seconds = max(self.seconds, spent)
            if spent > SLOW:
                self.flaws.append(Flaw(f"{step} is slow", f"{spent:.1f} s"))


def _place(error: BaseException) -> str:
    """The kind of exception and the function of ours that it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "publisher" in Path(frame.filename).parts]
    return f"{type(error).__name__} in {Path(frames[-1].filename).name} {frames[-1].name}" if frames else repr(error)


def examine(data: bytes, path: str) -> Examined:
    """Puts one file through the laws."""
    seen = Examined()
    parsed = seen.run("parse", lambda: parse.parse(data, path, RULES))
    if parsed is None:
        return seen
    lines = data.count(b"\n") + data.count(b"\r") + 2
    for problem in parsed.problems:
        seen.flaws += problem_flaws(problem, path, lines)
    marks = {f"{problem.severity} {problem.code}" for problem in parsed.problems}
    if parsed.draft is not None:
        marks |= _body(seen, parsed.draft)
    seen.marks = tuple(sorted(marks))
    return seen


def problem_flaws(problem: Problem, path: str, lines: int) -> list[Flaw]:
    """What a problem lacks to be of use to an author."""
    flaws = []
    if problem.path != path:
        flaws.append(Flaw(f"problem {problem.code} without its path", problem.path))
    if problem.line is None or not 1 <= problem.line <= lines:
        flaws.append(Flaw(f"problem {problem.code} without a line of the file", f"{problem.line}: {problem.message}"))
    what, _, hint = problem.message.partition(";")
    if not what.strip() or not hint.strip():
        flaws.append(Flaw(f"problem {problem.code} does not say what to write", problem.message))
    if _ILLEGAL.search(problem.message) or "\n" in problem.message:
        flaws.append(Flaw(f"problem {problem.code} is no clean line", repr(problem.message)))
    return flaws


def _body(seen: Examined, draft: Draft) -> set[str]:
    made = seen.run("convert", lambda: markdown.convert(draft.body, draft.url, PREFIX), markdown.MarkdownError)
    if made is None:
        return {"refused"}
    rows = draft.body.count("\n") + 1
    for code, message, line in made.warnings:
        if not message.partition(";")[2].strip():
            seen.flaws.append(Flaw(f"warning {code} does not say what to write", message))
        if line is not None and not 1 <= line <= rows:
            seen.flaws.append(Flaw(f"warning {code} names a line that is not there", f"{line} of {rows}"))
    seen.flaws += html_flaws(made.html)
    if new := _elements(_REREAD.clean(made.html)) - _elements(made.html):
        seen.flaws.append(Flaw("html becomes other elements when it is read", " ".join(sorted(new))[:200]))
    article = seen.run("article", lambda: article_of(draft, made.html))
    if article is not None:
        seen.flaws += seen.run("feed entry", lambda: list(feed_flaws(article, made.html))) or []
    return {*(warning[0] for warning in made.warnings), *(piece[2] for piece in _PIECE.finditer(made.html) if piece[2])}


def html_flaws(html: str) -> list[Flaw]:
    """Where the HTML is not well-formed, or holds what it may not."""
    flaws = []
    if found := _ILLEGAL.search(html):
        flaws.append(Flaw("html holds a character that XML forbids", repr(found[0])))
    if found := _ENTITY.search(html):
        flaws.append(Flaw("html holds a bare &", html[found.start() : found.start() + 40]))
    opened: list[str] = []
    for piece in _PIECE.finditer(html):
        closing, name, attributes, _, stray = piece.groups()
        near = html[max(0, piece.start() - 40) : piece.end() + 40]
        if stray:
            flaws.append(Flaw(f"html holds a bare {stray}", near))
        elif not name:
            continue
        elif name not in TAGS:
            flaws.append(Flaw(f"html holds <{name}>", near))
        elif not closing:
            flaws += _attribute_flaws(name, attributes)
            if name not in VOID:
                opened.append(name)
        elif not opened or opened.pop() != name:
            flaws.append(Flaw("html closes what is not open", near))
            break
    else:
        if opened:
            flaws.append(Flaw("html leaves elements open", " ".join(opened[-5:])))
    return flaws


def _attribute_flaws(tag: str, attributes: str) -> Iterator[Flaw]:
    for name, value in _ATTRIBUTE.findall(attributes):
        if name not in ATTRIBUTES:
            yield Flaw(f"html holds the attribute {name}", f"{tag} {value[:80]}")
        elif name == "id" and not value.startswith(PREFIX):
            yield Flaw("html holds an id without its prefix", value[:80])
        elif name in {"href", "src"} and not _is_absolute(value, tag):
            yield Flaw(f"html holds a {name} that is not absolute", value[:120])
        elif name == "srcset":
            for candidate in value.split(", "):
                if not _is_absolute(candidate.split(" ")[0], tag):
                    yield Flaw("html holds a srcset that is not absolute", value[:120])


def _is_absolute(value: str, tag: str) -> bool:
    try:
        parts = urlsplit(value.replace("&amp;", "&"))
    except ValueError:
        return False
    if parts.scheme in {"mailto", "tel"}:
        return tag == "a"
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and value.isascii() and " " not in value


def _elements(html: str) -> set[str]:
    """Start tags with their attributes, but those that HTML lets a parser add by itself."""
    return {piece[2] + piece[3] for piece in _PIECE.finditer(html) if piece[2] and not piece[1]} - {"p", "br", "tbody"}


def article_of(draft: Draft, html: Html) -> Article:
    """The article of a draft, as the index would hold it."""
    published = draft.published or NOW
    picture = None
    if draft.image:
        found = images.locate(ROOTS, draft.path, draft.url, draft.image)
        picture = images.inspect(found, draft.image, draft.image_alt).image
    text = reading.prose(html)
    return Article(
        path=draft.path,
        guid=f"tag:example.org,2025-06-30:{quote(draft.guid or draft.path)}",
        url=draft.url,
        title=draft.title,
        published=published,
        updated=max(draft.updated or published, published),
        first_seen=published,
        expires=draft.expires,
        summary=reading.summary(draft.summary, draft.body, html),
        topics=draft.topics,
        tags=draft.tags,
        authors=draft.authors,
        image=picture,
        language=draft.language or script.language(text[:3000], RULES.language),
        reading_minutes=reading.minutes(text),
        revision="r",
    )


def feed_flaws(article: Article, html: Html) -> Iterator[Flaw]:
    """Where the article's entry is no XML or JSON, or is not the article any more."""
    entry = fill.entry(article, CHANNEL)
    wanted = content(html)
    written = rss_atom.entry(entry, wanted)
    done = make.made(entry, html, Contents.FULL, "", lint.Gate())
    if done.stored is None:
        yield Flaw("the lint refuses an entry of ours", done.fault)
    elif any(done.stored.bodies[form] != body for form, body in written.items()):
        yield Flaw("a filled mould is not what feedgen writes", "")
    for form, body in written.items():
        head, tail = FRAMES[form]
        try:
            root = etree.fromstring(head + body + tail, _XML)
        except etree.XMLSyntaxError as error:
            yield Flaw(f"{form} is not well-formed", str(error))
            continue
        texts = [node.text or "" for name in _CONTENT[form] for node in root.iterfind(f".//{name}")]
        if wanted and wanted not in texts:
            yield Flaw(f"{form} does not hold the text as it is", (texts or ["nothing"])[0][:120])
    try:
        item = json.loads(jsonfeed.item(entry, wanted).decode("utf-8"))
    except ValueError as error:
        yield Flaw("the JSON of an entry cannot be read", str(error))
        return
    if wanted and item.get("content_html") != wanted:
        yield Flaw("JSON does not hold the text as it is", str(item.get("content_html"))[:120])


@dataclass(slots=True)
class Fuzzer:
    """A run: its chance, the files it mutates, and what it found."""

    chance: random.Random
    out: Path
    """Folder of the findings."""
    running: BinaryIO | None = None
    """Holds what is being examined, its path first."""
    armed: float = 0.0
    pool: list[bytes] = field(default_factory=lambda: list(SEEDS))
    known: set[tuple[str, ...]] = field(default_factory=set)
    found: dict[str, Path] = field(default_factory=dict)
    runs: int = 0
    slowest: tuple[float, str] = (0.0, "")

    def once(self, data: bytes, path: str) -> None:
        """Examines one file; keeps its findings, and the file itself if it is of a new kind."""
        if self.running:
            self._guard(self.running, path.encode() + b"\0" + data)
        seen = examine(data, path)
        self.runs += 1
        if seen.seconds > self.slowest[0]:
            self.slowest = (seen.seconds, f"run {self.runs}, {len(data)} bytes")
        for flaw in seen.flaws:
            # Slow once is the machine's doing, slow twice is the text's.
            if flaw.kind not in self.found and (not flaw.kind.endswith("is slow") or breaks(flaw.kind, data, path)):
                self.found[flaw.kind] = self._keep(flaw, data, path)
        if len(data) <= SMALL and seen.marks not in self.known:
            self.known.add(seen.marks)
            self._plant(data)

    def _plant(self, data: bytes) -> None:
        """Makes the file a seed; in a full pool it takes the place of a mutant."""
        if len(self.pool) < MAX_POOL:
            self.pool.append(data)
        else:
            self.pool[self.chance.randrange(len(SEEDS), MAX_POOL)] = data

    def _guard(self, running: BinaryIO, data: bytes) -> None:
        """Leaves the file behind where examining it ends the process, and ends the process where it hangs."""
        running.seek(0)
        running.truncate()
        running.write(data)
        running.flush()
        if time.monotonic() > self.armed + 1:  # arming starts a thread: not for each of a thousand a second
            self.armed = time.monotonic()
            faulthandler.dump_traceback_later(HANGS, exit=True)

    def _keep(self, flaw: Flaw, data: bytes, path: str) -> Path:
        small = shrink(data, lambda part: breaks(flaw.kind, part, path))
        name = re.sub(r"[^a-z0-9]+", "-", flaw.kind.lower()).strip("-")[:80]
        file = self.out / f"{name}.bin"
        file.write_bytes(small)
        reason = (
            f"{flaw.kind}\n{flaw.detail}\npath: {path}\nrun: {self.runs}\nwhole: {len(data)} bytes\n{small[:2000]!r}\n"
        )
        file.with_suffix(".txt").write_text(reason, encoding="utf-8")
        file.with_suffix(".whole").write_bytes(data)
        print(f"FOUND {flaw.kind}: {flaw.detail[:120]!r}\n      {file}: {small[:160]!r}", flush=True)
        return file

    def mutant(self) -> bytes:
        """A new file: one of the pool, or now and then one that is meant to be slow, changed a few times."""
        if self.chance.random() < RARE:
            return mutate(self.chance.choice(HOSTILE)(), self.pool, self.chance, LARGE)
        return mutate(self.chance.choice(self.pool), self.pool, self.chance, SMALL)


def breaks(kind: str, data: bytes, path: str) -> bool:
    """Whether the file has a flaw of this kind."""
    return any(flaw.kind == kind for flaw in examine(data, path).flaws)


def shrink(data: bytes, still: Callable[[bytes], bool]) -> bytes:
    """A smaller file that still breaks the same law: halves, quarters, … are left out while it does."""
    end = time.monotonic() + SHRINK_SECONDS
    size = len(data) // 2
    while size:
        start = 0
        while start < len(data) and time.monotonic() < end:
            part = data[:start] + data[start + size :]
            if still(part):
                data = part
            else:
                start += size
        size //= 2
    return data


def main() -> int:
    """Runs for a time, prints what happens, and says whether every law held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("var/fuzz"), help="folder of the findings")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    fuzzer = Fuzzer(random.Random(given.seed), given.out)  # noqa: S311 # it must repeat itself
    start = time.monotonic()
    with (given.out / "running").open("wb") as fuzzer.running:
        _run(fuzzer, start, given.seconds)
    (given.out / "running").unlink()
    print(_progress(fuzzer, time.monotonic() - start))
    for kind, file in sorted(fuzzer.found.items()):
        print(f"  {kind}: {file}")
    return 1 if fuzzer.found else 0


def _run(fuzzer: Fuzzer, start: float, seconds: float) -> None:
    for data in [*SEEDS, *(hostile() for hostile in HOSTILE)]:
        fuzzer.once(data, PATHS[0])
    said = start
    while (moment := time.monotonic()) - start < seconds:
        fuzzer.once(fuzzer.mutant(), fuzzer.chance.choice(PATHS))
        if moment - said >= TELLS:
            said = moment
            print(_progress(fuzzer, moment - start), flush=True)
    faulthandler.cancel_dump_traceback_later()


def _progress(fuzzer: Fuzzer, seconds: float) -> str:
    worst, what = fuzzer.slowest
    return (
        f"{seconds:4.0f} s: {fuzzer.runs} runs, {fuzzer.runs / seconds:.0f}/s, {len(fuzzer.pool)} seeds, "
        f"slowest {worst:.2f} s ({what}), {len(fuzzer.found)} findings"
    )


if __name__ == "__main__":
    sys.exit(main())
