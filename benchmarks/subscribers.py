"""Readers against the libraries they stand on: import, export, selection and tokens, each as a ratio within one run.

``python benchmarks/subscribers.py [--rows N]`` prints a table and ends with 1 where a figure is missed. Every part is a
process of its own, so that its memory is its own; times are processor time. The peer of an import checks the same
addresses with ``validate_email`` and does nothing else, half of them before the import and half after it; the peer of a
token is ``itsdangerous``. Databases lie in memory (/dev/shm) where there is such a place.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from figures import Row, table

del sys.path[0]  # this folder: in it, ``subscribers`` is this file and not the package

ROWS, QUICK = 1_000_000, 20_000
MEMORY = 200
"""Megabytes that an import may take at its peak."""
NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
TOPICS = [f"topic-{number}" for number in range(24)]
SEGMENT = "topic:topic-3 and schedule:daily and language:zh"
HEAD = "email,name,status,topics,newsletter,schedule,language,timezone,format,consent_at,consent_ip,consent_text"
TOKENS = 20_000


def write(file: Path, rows: int) -> None:
    """A list of made-up readers: six of ten at twenty providers, the others at one domain for every seven."""
    chance = random.Random(7)
    great = [f"mail{number}.example.com" for number in range(20)]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD.split(","))
        for number in range(rows):
            domain = (
                chance.choice(great) if chance.random() < 0.6 else f"host-{chance.randrange(rows // 7)}.example.org"
            )
            topics = ";".join(chance.sample(TOPICS, chance.choice((0, 0, 1, 1, 2, 3))))
            writer.writerow(
                [
                    f"{chance.choice(('Ann', 'lee', 'wang.fang', 'm_mueller'))}.{number}@{domain}",
                    chance.choice(("", "Ann Lee", "王芳", "María Müller")),
                    chance.choices(("active", "unsubscribed", "paused", "bounced"), (90, 7, 1, 2))[0],
                    topics,
                    "",
                    chance.choice(("", "daily", "weekly")),
                    chance.choice(("", "zh-CN", "en")),
                    chance.choice(("", "Asia/Shanghai")),
                    chance.choice(("html", "html", "text")),
                    (NOW - timedelta(minutes=chance.randrange(1_000_000))).isoformat(),
                    f"192.0.2.{number % 250}",
                    "I want the digest",
                ]
            )


# ---- the parts, each in a process of its own


def validate(file: str, half: str) -> dict[str, object]:
    """The peer: the addresses alone, every other one."""
    from email_validator import validate_email

    with Path(file).open(encoding="utf-8", newline="") as stream:
        addresses = [row[0] for number, row in enumerate(csv.reader(stream)) if number and number % 2 == int(half)]
    start = time.process_time()
    for address in addresses:
        validate_email(address, check_deliverability=False)
    return {"seconds": time.process_time() - start}


def import_(database: str, file: str) -> dict[str, object]:
    """The whole import, as the command does it."""
    from publisher.db.engine import Database
    from subscribers import store, transfer
    from subscribers.intake import Choices
    from subscribers.tokens import Keys, mac

    opened = Database(f"sqlite:///{database}")
    with opened.write() as connection:
        store.metadata.create_all(connection)
    choices = Choices(
        topics=frozenset(TOPICS), newsletters={"news": ("weekly", "daily")}, languages=frozenset({"en", "zh"})
    )
    task = store.Intake(now=NOW, apply=True, mac=partial(mac, Keys((b"k" * 32,))), choices=choices)
    new = 0
    start = time.process_time()
    with transfer.opened(Path(file)) as listing:
        for result in store.import_stream(opened.read, opened.write, listing.rows, task):
            new += result.outcome == "new"
    seconds = time.process_time() - start
    opened.close()
    return {"seconds": seconds, "rows": new}


def export(database: str, file: str) -> dict[str, object]:
    """All readers as CSV."""
    from publisher.db.engine import Database
    from subscribers import store, transfer

    opened = Database(f"sqlite:///{database}")
    start = time.process_time()
    with opened.read() as connection, Path(file).open("w", encoding="utf-8", newline="") as stream:
        rows = transfer.write_csv(store.export(connection), stream)
    return {"seconds": time.process_time() - start, "rows": rows}


def select(database: str) -> dict[str, object]:
    """The readers of a topic, rhythm and language, page by page; and the wishes of a whole stream."""
    from publisher.db.engine import Database
    from subscribers import store
    from subscribers.segments.language import parse
    from subscribers.segments.tree import Defaults, Segment

    opened = Database(f"sqlite:///{database}")
    defaults = Defaults(language="en", zone=ZoneInfo("UTC"), first={"news": "weekly"})
    where = Segment(expression=parse(SEGMENT), now=NOW, defaults=defaults)

    def pages():
        after = 0
        with opened.read() as connection:
            while page := store.page(connection, where=where, after=after):
                yield page
                after = page[-1].id

    start = time.process_time()
    found = sum(1 for _ in chain.from_iterable(pages()))
    seconds = time.process_time() - start
    start = time.process_time()
    with opened.read() as connection:
        wishes = store.wishes(connection, newsletter="news", schedule="weekly", first=True, default_language="en")
    return {"seconds": seconds, "rows": found, "wishes": time.process_time() - start, "kinds": len(wishes)}


def tokens() -> dict[str, object]:
    """Seconds a token: made and checked, ours and the peer's, by turns."""
    from itsdangerous import URLSafeTimedSerializer

    from subscribers.tokens import Keys, Purpose, sign, verify

    keys = Keys((b"k" * 32,))
    peer = URLSafeTimedSerializer(b"k" * 32, salt="unsubscribe")
    token, theirs = sign(keys, Purpose.UNSUB, 7, None), peer.dumps(7)

    def cost(work: Callable[[], object]) -> float:
        start = time.process_time()
        for _ in range(TOKENS):
            work()
        return (time.process_time() - start) / TOKENS

    rounds = [
        (
            cost(lambda: sign(keys, Purpose.UNSUB, 7, None)),
            cost(lambda: peer.dumps(7)),
            cost(lambda: verify(keys, Purpose.UNSUB, token, NOW)),
            cost(lambda: peer.loads(theirs)),
        )
        for _ in range(5)
    ]
    return {"rounds": rounds}


PARTS: dict[str, Callable[..., dict[str, object]]] = {
    "validate": validate,
    "import": import_,
    "export": export,
    "select": select,
    "tokens": tokens,
}


def part(name: str, *arguments: object) -> dict[str, float]:
    """What a part measured, its peak of memory in megabytes with it."""
    command = [sys.executable, __file__, "--part", name, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"  {name}: {done.stdout.strip()}", file=sys.stderr)
    return json.loads(done.stdout)


# ---- the figures


def moved(folder: Path, rows: int) -> list[Row]:
    """Import, selection, export, and the way there and back."""
    source, first, out, second, again = (folder / name for name in ("in.csv", "1.db", "1.csv", "2.db", "2.csv"))
    write(source, rows)
    alone = part("validate", source, 0)["seconds"]
    taken = part("import", first, source)
    alone += part("validate", source, 1)["seconds"]
    if taken["rows"] != rows:
        raise SystemExit(f"{taken['rows']} of {rows} rows were taken")
    ratio = alone / taken["seconds"]
    chosen = part("select", first)
    share = chosen["seconds"] / taken["seconds"]
    given = part("export", first, out)
    part("import", second, out)
    part("export", second, again)
    same = filecmp.cmp(out, again, shallow=False)
    rate, peer = rows / taken["seconds"], rows / alone
    what = f"import of {rows:,} rows"
    return [
        Row(what, f"{rate:,.0f}/s", f"{peer:,.0f}/s validate_email", f"{ratio:.2f}x", ">= 0.3x", ratio >= 0.3),
        _memory(taken),
        Row(
            f"selecting {chosen['rows']:,.0f} of them by topic, schedule, language",
            f"{chosen['seconds']:.2f} s",
            f"{taken['seconds']:.1f} s import",
            f"1/{1 / share:,.0f}",
            "<= 1/50",
            share <= 1 / 50,
        ),
        Row(f"  wishes of a stream ({chosen['kinds']:,.0f})", f"{chosen['wishes']:.2f} s", "", "", "", ok=True),
        Row("export of all", f"{rows / given['seconds']:,.0f}/s", "", "", "", ok=True),
        _memory(given),
        Row("imported, exported and compared", "equal" if same else "NOT EQUAL", "", "", "equal", same),
    ]


def _memory(measured: dict[str, float]) -> Row:
    peak = measured["memory"]
    return Row("  memory at the peak", f"{peak:.0f} MB", "", "", f"<= {MEMORY} MB", peak <= MEMORY)


def signed() -> list[Row]:
    """Tokens."""
    rounds = part("tokens")["rounds"]
    found = []
    for name, place in (("made", 0), ("checked", 2)):
        ours, theirs = median(each[place] for each in rounds), median(each[place + 1] for each in rounds)
        ratio = median(each[place + 1] / each[place] for each in rounds)
        cells = (f"{1e6 * ours:.1f} us", f"{1e6 * theirs:.1f} us itsdangerous", f"{ratio:.1f}x faster")
        found.append(Row(f"a token {name}", *cells, ">= 10x", ratio >= 10))
    return found


def main() -> int:
    """Measures, prints, and says whether all is as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS, help=f"readers ({ROWS:,} if not given)")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} readers: to see that it runs")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        measured = PARTS[given.part[0]](*given.part[1:])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(measured | {"memory": peak}))
        return 0
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="bench", dir=memory if memory.is_dir() else None) as name:
        rows = [*signed(), *moved(Path(name), QUICK if given.quick else given.rows)]
    print(table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
