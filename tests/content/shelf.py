"""A small site in a temporary folder, and what a scan and the library make of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image as Pillow

from publisher.config import Config, load
from publisher.content.article import Article, Html
from publisher.content.index import Index
from publisher.content.library import Library
from publisher.content.parse import Parsed, parse
from publisher.content.rules import Rules
from publisher.content.scan import ScanReport, scan
from publisher.db.engine import Database

NOW = datetime(2025, 7, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = Rules(site="https://example.org", zone=SHANGHAI, language="en")
HEAD = "---\ntitle: One\ndate: 2025-06-30\n"


def read(text: str | bytes, path: str = "posts/one.md", rules: Rules = RULES) -> Parsed:
    """What parsing makes of a file."""
    return parse(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, path, rules)


def complaints(parsed: Parsed) -> list[str]:
    """Each problem as the line that people see, without its path."""
    return [str(problem).removeprefix("posts/one.md") for problem in parsed.problems]


def picture(kind: str = "JPEG", size: tuple[int, int] = (8, 6), mode: str = "RGB", **how: Any) -> bytes:
    """The bytes of a plain picture."""
    stream = io.BytesIO()
    Pillow.new(mode, size, 0 if mode in {"L", "P"} else None).save(stream, kind, **how)
    return stream.getvalue()


class Shelf:
    """A site: ``config.yaml``, ``content/`` and ``static/`` below one folder."""

    def __init__(self, root: Path, database: Database, extra: str = "") -> None:
        self.root, self.database = root, database
        self.configure(extra)
        (root / "content").mkdir(exist_ok=True)

    def configure(self, extra: str = "", *, language: str = "en") -> Config:
        """Writes config.yaml anew; ``extra`` holds further top-level keys."""
        site = f"site: {{title: S, url: 'https://example.org', language: {language}, timezone: Asia/Shanghai}}\n"
        (self.root / "config.yaml").write_text(site + extra, encoding="utf-8")
        self.config = load(self.root / "config.yaml", {})
        return self.config

    def write(self, path: str, text: str | bytes) -> Path:
        """Writes a file below the content folder."""
        return self.put(f"content/{path}", text)

    def put(self, path: str, text: str | bytes) -> Path:
        """Writes a file below the site's folder."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def article(self, path: str = "posts/one.md", *, body: str = "Text.\n", **fields: str) -> Path:
        """Writes an article with a title and a date, unless ``fields`` say otherwise."""
        given = {"title": "One", "date": "2025-06-30"} | fields
        head = "".join(f"{key}: {value}\n" for key, value in given.items() if value)
        return self.write(path, f"---\n{head}---\n{body}")

    def scan(self, now: datetime = NOW, **how: Any) -> ScanReport:
        """Scans the site."""
        return scan(self.config, self.database, now, **how)

    @property
    def library(self) -> Library:
        """The library of the site as it is configured now."""
        return Library(self.config, self.database)

    def articles(self, now: datetime = NOW) -> dict[str, Article]:
        """The whole articles that are shown at ``now`` by path, newest first: rendered where they must be."""
        library = self.library
        return library.articles([head.path for head in library.heads(now)], now)

    def renewed(self, now: datetime = NOW, **how: Any) -> dict[str, Article]:
        """The articles after a scan at ``now``."""
        self.scan(now, **how)
        return self.articles(now)

    def html(self, path: str = "posts/one.md") -> Html:
        """The body of an article as it was last rendered."""
        return self.library.html([path])[path]

    def problems(self) -> list[str]:
        """What is wrong, as the lines that people see."""
        return [str(problem) for problem in Index(self.database).problems()]
