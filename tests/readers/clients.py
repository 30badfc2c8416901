"""The feed readers that follow the site, each with its own memory; what is asked of them stands in newsstand.py."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import feedparser
import pytest
import reader


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips, loudly, where Debian's packages of these names are not installed."""
    missing = [name for name in programs if not shutil.which({"rss2email": "r2e"}.get(name, name))]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} missing; run: make system")


def run(home: Path, *command: str) -> None:
    """A client's process with a home of its own, no proxy, nothing of this Python's; it ends well and complains of nothing."""
    names = {"HOME": str(home), "LC_ALL": "C.UTF-8", "NO_PROXY": "*", "no_proxy": "*"}
    ended = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **names},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b""), (ended.stdout, ended.stderr)


class Aggregator:
    """feedparser, with the memory that its documentation tells every aggregator to keep."""

    def __init__(self, urls: list[str]) -> None:
        self._where = {url: url for url in urls}
        self._marks: dict[str, dict[str, Any]] = {url: {} for url in urls}
        self._held: dict[str, dict[str, str]] = {url: {} for url in urls}

    def poll(self) -> None:
        for url, where in self._where.items():
            found = feedparser.parse(where, **self._marks[url])
            assert not found.bozo, found.get("bozo_exception")
            if found.status == 304:
                assert not found.entries
                continue
            if found.status == 301:
                self._where[url] = found.href
            self._marks[url] = {"etag": found.etag, "modified": found.modified}
            self._held[url] |= {entry.id: entry.title for entry in found.entries}

    def entries(self) -> dict[str, dict[str, str]]:
        return {url: dict(held) for url, held in self._held.items()}


class Library:
    """reader, the library, over an SQLite file of its own. To be closed."""

    def __init__(self, home: Path, urls: list[str]) -> None:
        home.mkdir(parents=True)
        self.reader, self._urls = reader.make_reader(str(home / "reader.sqlite")), urls
        self.close = self.reader.close
        for url in urls:
            self.reader.add_feed(url)

    def poll(self) -> None:
        for url in self._urls:
            self.reader.update_feed(url)

    def entries(self) -> dict[str, dict[str, str]]:
        return {url: {each.id: each.title for each in self.reader.get_entries(feed=url)} for url in self._urls}


FILES = {"url": "urls", "cache": "cache.db", "config": "config"}


class Newsboat:
    """newsboat, headless, with one home for each feed: it holds a guid once, whatever number of feeds it stands in."""

    def __init__(self, home: Path, urls: list[str]) -> None:
        self._homes = {url: home / str(number) for number, url in enumerate(urls)}
        for url, folder in self._homes.items():
            folder.mkdir(parents=True)
            (folder / FILES["url"]).write_text(f"{url}\n", encoding="utf-8")
            (folder / FILES["config"]).write_text("download-retries 1\ndownload-timeout 10\n", encoding="utf-8")

    def poll(self) -> None:
        for home in self._homes.values():
            options = [f"--{name}-file={home / file}" for name, file in FILES.items()]
            run(home, "newsboat", *options, "--execute=reload")

    def rows(self) -> dict[str, list[tuple[str, str, str, str]]]:
        """Guid, title, address and text of each item, by feed."""
        found = {}
        for url, home in self._homes.items():
            with closing(sqlite3.connect(home / FILES["cache"])) as cache:
                found[url] = cache.execute("select guid, title, url, content from rss_item").fetchall()
        return found

    def entries(self) -> dict[str, dict[str, str]]:
        return {url: {guid: title for guid, title, _, _ in rows} for url, rows in self.rows().items()}


CONFIG = """[DEFAULT]
from = reader@example.net
email-protocol = sendmail
sendmail = {sendmail}
html-mail = True
verbose = error
"""


class Rss2email:
    """rss2email with a sendmail of ours: a mail for each entry that it takes for new."""

    def __init__(self, home: Path, urls: list[str]) -> None:
        self._home, self._urls = home, urls
        (home / "mails").mkdir(parents=True)
        sendmail = home / "sendmail"
        sendmail.write_text(f'#!/bin/sh\nexec cat > "$(mktemp {home}/mails/XXXXXXXX)"\n', encoding="utf-8")
        sendmail.chmod(0o755)
        text = CONFIG.format(sendmail=sendmail)
        text += "".join(f"\n[feed.f{number}]\nurl = {url}\nto = {self._to(url)}\n" for number, url in enumerate(urls))
        (home / "config").write_text(text, encoding="utf-8")

    def poll(self) -> None:
        files = ["--config", str(self._home / "config"), "--data", str(self._home / "data.json")]
        run(self._home, "r2e", *files, "run")

    def mails(self) -> list[EmailMessage]:
        files = sorted((self._home / "mails").iterdir())
        found = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        return [each for each in found if isinstance(each, EmailMessage)]

    def _to(self, url: str) -> str:
        """Each feed's mails go to an address of its own: the feed's own address changes where it moves."""
        return f"feed-{self._urls.index(url)}@example.net"

    def entries(self) -> dict[str, dict[str, str]]:
        mails = [(str(mail["To"]), str(mail["X-RSS-ID"]), str(mail["Subject"])) for mail in self.mails()]
        assert len({mail[:2] for mail in mails}) == len(mails), "no entry is mailed twice"
        return {url: {key: title for to, key, title in mails if to == self._to(url)} for url in self._urls}
