"""A site in a folder, driven from outside alone: files in, what ``check``, ``articles`` and the feeds say out."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from publisher.cli.main import run

NOW = "2025-07-01T00:00:00Z"
HEAD = "---\ntitle: One\ndate: 2025-06-30\nsummary: What it is about.\n---\n"
"""A head that nothing is wrong with; the body begins in line 6."""

CONFIG = """\
site: {{title: S, url: "https://example.org", language: {language}, timezone: Asia/Shanghai, postal_address: Quay 1}}
web: {{url: "https://news.example.org"}}
feeds: {{entries: 200}}
newsletters:
  weekly:
    title: Weekly
    from: "Weekly <weekly@example.org>"
    schedules: {{weekly: "mon 08:00"}}
    select: {{{select}}}
"""


class Site:
    """A site and its command line; every command must end as expected and never with a traceback."""

    def __init__(self, folder: Path, extra: str = "", *, language: str = "en", select: str = "max: 12") -> None:
        self.folder = folder
        (folder / "content").mkdir(parents=True, exist_ok=True)
        self.put("config.yaml", CONFIG.format(language=language, select=select) + extra)

    def put(self, path: str, data: str | bytes) -> Path:
        """Writes a file below the site's folder, exactly these bytes."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return file

    def write(self, path: str, data: str | bytes) -> Path:
        """Writes a file below the content folder."""
        return self.put(f"content/{path}", data)

    def write_all(self, files: Mapping[str, str | bytes]) -> None:
        for path, data in files.items():
            self.write(path, data)

    def run(self, *words: str, now: str = NOW, code: int | None = 0) -> str:
        """What a command prints."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = run(["-c", str(self.folder / "config.yaml"), "--now", now, *words])
        told = f"{' '.join(words)} ended with {ended}\n{out.getvalue()}\n{err.getvalue()}"
        assert "Traceback" not in told, told
        assert "this is a defect" not in told, told
        assert code is None or ended == code, told
        return out.getvalue()

    def json(self, *words: str, now: str = NOW, code: int | None = 0) -> Any:
        return json.loads(self.run(*words, "--json", now=now, code=code))

    def findings(self, now: str = NOW) -> list[dict[str, Any]]:
        """What ``check`` finds in the articles; what it says of config.yaml is another matter."""
        found = self.json("check", now=now, code=None)
        return [each for each in found if each["path"] not in {"config.yaml", "content"}]

    def told(self, now: str = NOW) -> list[str]:
        """The same as the lines that people read, sorted."""
        return sorted(line(each) for each in self.findings(now))

    def articles(self, now: str = NOW) -> dict[str, dict[str, Any]]:
        """What ``articles`` lists, by path."""
        return {each["path"]: each for each in self.json("articles", now=now)}

    def build(self, now: str = NOW) -> dict[str, dict[str, Any]]:
        """Builds, and gives the entries of the JSON feed by the path of their article."""
        self.run("build", now=now)
        items = {each["id"]: each for each in json.loads(self.feed("feed.json"))["items"]}
        return {path: items[each["guid"]] for path, each in self.articles(now).items() if each["guid"] in items}

    def feed(self, name: str) -> bytes:
        return (self.folder / "public" / "feeds" / name).read_bytes()

    def rss(self) -> dict[str, Any]:
        """The items of rss.xml by their title."""
        tree = etree.fromstring(self.feed("rss.xml"))
        return {item.findtext("title"): item for item in tree.iter("item")}


def line(finding: Mapping[str, Any]) -> str:
    """``path:line: severity: message``; a finding without a line shows that it has none."""
    return f"{finding['path']}:{finding['line']}: {finding['severity']}: {finding['message']}"
