"""Digests against the libraries they stand on: readers, editions and sizes, each as a ratio within one run.

``python benchmarks/digest.py [--quick]`` prints a table and ends with 1 where a figure is missed. The peer renders
nothing that ours does not: its template is filled once, and per reader it replaces the marks, inlines with premailer,
composes with ``email.message.EmailMessage`` and signs with dkimpy. Times are processor time, ours and the peer's by
turns, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import gc
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

import corpus
import dkim as dkimpy
from figures import Pairs, Row, table

from publisher.app import App
from publisher.config import Newsletter
from publisher.content import scan
from publisher.content.article import Topic
from publisher.content.library import Library
from publisher.digest import dkim, html, press, render, wire
from publisher.digest.edition import Edition, Wish
from publisher.digest.wire import Slots, Wire
from publisher.issues import compose
from publisher.issues.issue import Issue, Stream
from publisher.selection import Pick

LARGEST, PICTURED, ENOUGH = 60, 12, 60_000
"""Cards of the master document, of a usual digest, and the bytes that this may have."""
ADDRESS = "reader{}@example.net"
NEWSLETTER = """
newsletters: {weekly: {title: 潮汐周报, from: "潮汐 <news@tideline.example.org>", select: {max: 12}}}
"""


@dataclass(frozen=True)
class Sizes:
    """How much each benchmark takes."""

    rounds: int
    readers: int
    naive: int
    """Readers of the peer in a round: it takes hundreds of times as long."""
    editions: int
    alone: int
    """Editions that are rendered one by one in a round."""


FULL = Sizes(rounds=5, readers=2000, naive=20, editions=1000, alone=10)
QUICK = Sizes(rounds=1, readers=200, naive=4, editions=100, alone=2)


@dataclass(frozen=True)
class Desk:
    """An issue of sixty stories, and what its editions are made with."""

    app: App
    letter: Newsletter
    issue: Issue

    def edition(self, *topics: str, most: int = 12) -> Edition:
        """One edition, with so many stories at most."""
        studio = press.studio(self.app.post.press, self.issue)
        select = self.letter.select.model_copy(update={"max": most})
        wide = replace(studio, newsletter=self.letter.model_copy(update={"select": select}))
        (made,) = render.editions(self.issue, [Wish(topics=topics, language="zh-CN")], wide).values()
        return made

    def editions(self, wishes: Sequence[Wish]) -> int:
        """Makes the editions of these wishes, joined and ready to be encoded; how many there are."""
        made = render.editions(self.issue, wishes, press.studio(self.app.post.press, self.issue))
        for edition in made.values():
            edition.html()
            edition.text()
        return len(made)


def desk(folder: Path) -> Desk:
    """A site of made-up articles, the newest sixty of them an issue."""
    corpus.write(folder, LARGEST)
    config = folder / "config.yaml"
    config.write_text(config.read_text("utf-8") + NEWSLETTER, "utf-8")
    app = App.open(config, start=corpus.LAST + timedelta(hours=1), environ={})
    now = app.clock.now()
    scan.scan(app.config, app.database, now)
    library = Library(app.config, app.database)
    paths = [head.path for head in library.heads(now)]
    articles = library.articles(paths, now)
    stories = []
    for path in paths:
        article = articles[path]
        topic = article.topics[0] if article.topics else Topic("", "")
        stories.append(compose.story(Pick(article=article, topic=topic, score=1.0), article))
    letter = app.config.newsletters["weekly"]
    issue = Issue(
        id="weekly-2025-06-30",
        serial=1,
        stream=Stream("weekly", "weekly"),
        slot=now,
        stories=tuple(stories),
        created=now,
    )
    return Desk(app, letter, compose.worded(issue, letter))


def slots(number: int, made: Desk) -> Slots:
    """The values of a reader."""
    token = f"{number:036d}"
    base = "https://news.tideline.example.org"
    return Slots(
        to=ADDRESS.format(number),
        unsubscribe=f"{base}/u/{token}",
        preferences=f"{base}/p/{token}",
        view=f"{base}/i/{token}",
        message_id=f"<{token}@tideline.example.org>",
        date=made.issue.slot,
    )


@dataclass(frozen=True)
class Naive:
    """How a mail is made where nothing is compiled."""

    subject: str
    page: str
    """Not yet inlined, the first reader's values in it."""
    inlined: str
    text: str
    first: Slots
    pem: bytes

    def filled(self, words: str, mine: Slots) -> str:
        """The words with the values of another reader."""
        pairs = [
            (getattr(self.first, name), getattr(mine, name)) for name in ("to", "unsubscribe", "preferences", "view")
        ]
        for old, new in pairs:
            words = words.replace(old, new)
        return words

    def composed(self, mine: Slots, page: str) -> bytes:
        """The message by the standard library."""
        message = EmailMessage(policy=SMTP)
        message["From"] = "潮汐 <news@tideline.example.org>"
        message["To"] = mine.to
        message["Subject"] = self.subject
        message["Date"] = mine.date
        message["Message-ID"] = mine.message_id
        message["List-Unsubscribe"] = f"<{mine.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["List-Id"] = "<weekly.tideline.example.org>"
        message.set_content(self.filled(self.text, mine))
        message.add_alternative(page, subtype="html")
        return message.as_bytes()

    def unsigned(self, mine: Slots) -> bytes:
        """Composed of what is inlined already."""
        return self.composed(mine, self.filled(self.inlined, mine))

    def signed(self, mine: Slots) -> bytes:
        """Inlined, composed and signed for one reader."""
        raw = self.composed(mine, html.inline(self.filled(self.page, mine)))
        return dkimpy.sign(raw, b"s1", b"tideline.example.org", self.pem) + raw


def naive(made: Desk, edition: Edition, compiled: Wire, pem: bytes) -> Naive:
    """The same edition for the peer: the page as it was before it was inlined."""
    seen: list[str] = []
    real = html.inline
    render.master.html.inline = lambda page: seen.append(page) or real(page)
    try:
        made.edition()
    finally:
        render.master.html.inline = real
    first = slots(0, made)
    return Naive(edition.subject, seen[0], compiled.html(first), compiled.text(first), first, pem)


def _cost(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time for each of so many."""
    gc.collect()
    start = time.process_time()
    work()
    return (time.process_time() - start) / times


def readers(made: Desk, sizes: Sizes) -> Iterator[Row]:
    """One more reader of an edition: composed, and composed and signed."""
    pem = dkim.make(dkim.Algorithm.RSA)
    key = dkim.load("tideline.example.org", "s1", pem)
    edition = made.edition()
    compiled = wire.compile(edition, made.letter, made.app.config)
    peer = naive(made, edition, compiled, pem)
    many, few = (
        [slots(number, made) for number in range(sizes.readers)],
        [slots(number, made) for number in range(sizes.naive)],
    )
    sign = partial(dkim.sign, (key,))
    if not dkimpy.verify(compiled.fill(few[0], sign), dnsfunc=lambda *_, **__: dkim.public_record(key).encode()):
        raise SystemExit("a signature of ours does not verify")
    signed, unsigned = [], []
    for _ in range(sizes.rounds):
        ours = _cost(lambda: [compiled.fill(mine, sign) for mine in many], sizes.readers)
        signed.append((1e6 * ours, 1e6 * _cost(lambda: [peer.signed(mine) for mine in few], sizes.naive)))
        ours = _cost(lambda: [compiled.fill(mine) for mine in many], sizes.readers)
        unsigned.append((1e6 * ours, 1e6 * _cost(lambda: [peer.unsigned(mine) for mine in few], sizes.naive)))
    libraries = "EmailMessage + premailer + dkimpy"
    yield Pairs(*zip(*signed, strict=True)).row(
        "one more reader, signed (RSA-2048)", "{:,.0f} us", libraries, most=1 / 50
    )
    yield Pairs(*zip(*unsigned, strict=True)).row(
        "one more reader, not signed", "{:,.0f} us", "EmailMessage", most=1 / 25
    )


def editions(made: Desk, sizes: Sizes) -> Iterator[Row]:
    """Editions of one master document against each rendered and inlined by itself."""
    chance = random.Random(7)
    keys = list(made.app.config.topics)
    sets = {tuple(sorted(chance.sample(keys, chance.randint(1, 12)))) for _ in range(3 * sizes.editions)}
    wishes = [Wish(topics=topics, language="zh-CN") for topics in sorted(sets)[: sizes.editions]]
    pairs = []
    for _ in range(sizes.rounds):
        ours = _cost(lambda: made.editions(wishes), len(wishes))
        alone = chance.sample(wishes, sizes.alone)
        pairs.append((1e3 * ours, 1e3 * _cost(lambda: [made.editions([wish]) for wish in alone], sizes.alone)))  # noqa: B023
    what = f"an edition of {len(wishes)} from a master of {LARGEST} cards"
    yield Pairs(*zip(*pairs, strict=True)).row(what, "{:.2f} ms", "rendered and inlined alone", most=1 / 50)


def weights(made: Desk) -> Iterator[Row]:
    """How large a digest of twelve cards is."""
    stories = [story for story in made.issue.stories if story.image][:PICTURED]
    pictured = replace(made, issue=replace(made.issue, stories=tuple(stories)))
    edition = pictured.edition(most=PICTURED)
    compiled = wire.compile(edition, made.letter, made.app.config)
    page = compiled.html(slots(0, made))
    if page.count("<img") < PICTURED:
        raise SystemExit("not every card has its picture")
    size, whole = len(page.encode()), len(compiled.fill(slots(0, made)))
    yield Row(
        f"HTML of {PICTURED} cards with pictures",
        f"{size:,} B",
        "",
        f"{size / ENOUGH:.2f}",
        f"<= {ENOUGH:,} B",
        size <= ENOUGH,
    )
    yield Row("  the whole message", f"{whole:,} B", "", "", "", ok=True)


def main() -> int:
    """Measures, prints, and says whether all is as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few readers, one round: to see that it runs")
    sizes = QUICK if parser.parse_args().quick else FULL
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        made = desk(Path(name) / "site")
        try:
            rows = [*readers(made, sizes), *editions(made, sizes), *weights(made)]
        finally:
            made.app.close()
    print(table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
