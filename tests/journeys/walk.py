"""What every journey walks on: a site in a folder, its command line, its mails, its pages."""

from __future__ import annotations

import email
import email.policy
import html
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from PIL import Image

from publisher.cli.main import run

NOW = "2025-06-30T16:00:00+08:00"
ISSUE = "weekly-2025-06-30"
PICTURE = "/pictures/drawn on Jun 30, 2025_15-00.jpg"
PICTURE_URL = "https://example.org/pictures/drawn%20on%20Jun%2030,%202025_15-00.jpg"
TITLE = "潮汐算力：把数据中心搬到海边的人"
SUMMARY = "三座海边的机房用潮水冷却，也用潮水发电。账面很好看，盐雾和电网却各有各的脾气。"
TAGS = ["潮汐能", "数据中心", "GPU", "冷却", "电网", "盐雾", "海岸", "能源", "基础设施", "投资"]
TOPICS = ["能源与气候", "算力与芯片", "产业与商业"]
ARTICLE = f"""---
title: {TITLE}
date: 2025-06-30T15:10:04+08:00
draft: false
featured_image: "{PICTURE}"
summary: {SUMMARY}
tags:
{"".join(f"  - {tag}{chr(10)}" for tag in TAGS)}main_topics:
{"".join(f"  - {topic}{chr(10)}" for topic in TOPICS)}---

> 海水每天来两次，机房的账单每月来一次。

正文从**冷却**说起：水泵的电费占了四成[^1]，而潮水是免费的[^2]。

### 盐雾

换一块板子要等涨潮。

---

## 引用

[^1]: 电费单 · 观澜机房 (2025/6/1)
[^2]: 潮汐表 · 泉州港 (2025/6)
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


@dataclass
class Site:
    """A site; ``run`` is the command line in this process, ``process`` a process of its own."""

    folder: Path
    capsys: Any = None
    now: str = NOW

    def run(self, *words: str, now: str = "", code: int | None = 0) -> Done:
        if self.capsys is None:
            return self.process(*words, now=now, code=code)
        self.capsys.readouterr()
        line = ["-c", str(self.folder / "config.yaml"), "--now", now or self.now, *words]
        ended = run(line)
        captured = self.capsys.readouterr()
        return _checked(Done(ended, captured.out, captured.err), line, code)

    def json(self, *words: str, now: str = "", code: int | None = 0) -> Any:
        return self.run(*words, "--json", now=now, code=code).data

    def process(self, *words: str, now: str = "", code: int | None = 0, **options: Any) -> Done:
        line = ["--now", now or self.now, *words]
        return _checked(command(*line, cwd=self.folder, **options), line, code)

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def article(self, name: str, date: str, **head: str) -> None:
        """A small article; values stand in the head as they are."""
        values = {"title": name.capitalize(), "date": date, "topics": "[Chips]", "summary": f"What {name} is about."}
        lines = "".join(f"{key}: {value}\n" for key, value in (values | head).items() if value)
        self.write(
            f"content/posts/{name}.md",
            f"---\n{lines}---\n\nText of {name}, and enough of it to fill a line that tells something.\n",
        )

    def config(self, old: str, new: str) -> None:
        """Replaces a piece of the config; it must be there."""
        file = self.folder / "config.yaml"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def reader(self, address: str, **wishes: str) -> None:
        options = [word for name, value in wishes.items() for word in (f"--{name}", value)]
        self.run("subscribers", "add", address, "--confirmed", "--consent-text", "a test", *options)

    def mails(self) -> dict[str, EmailMessage]:
        """Each message in the outbox by its recipient; two of one recipient are an error here."""
        found: dict[str, EmailMessage] = {}
        for file in sorted((self.folder / "outbox").glob("*.eml")):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            assert message["To"] not in found, f"two mails to {message['To']}"
            found[message["To"]] = message
        return found

    def feed(self, name: str, format: str = "feed.json") -> bytes:
        return (self.folder / "public" / "feeds" / name / format).read_bytes()

    def items(self, name: str = "") -> list[dict[str, Any]]:
        return json.loads(self.feed(name))["items"]


def _checked(done: Done, line: list[str], code: int | None) -> Done:
    assert code is None or done.code == code, f"{' '.join(line)} ended with {done.code}\n{done.out}\n{done.err}"
    assert "Traceback" not in done.err
    return done


def command(*words: str, cwd: Path, env: dict[str, str] | None = None, **options: Any) -> Done:
    """The program as a shell runs it."""
    ended = subprocess.run(
        [sys.executable, "-m", "publisher", *words],
        cwd=cwd,
        env=os.environ | (env or {}),
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )
    return Done(ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))


def draw(site: Site, path: str = PICTURE, size: tuple[int, int] = (1600, 900)) -> Path:
    file = site.folder / "static" / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (15, 95, 110)).save(file)
    return file


def words_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def links(message: EmailMessage, start: str) -> set[str]:
    """Every address in a mail, header included, that begins so."""
    found: set[str] = set()
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = str(part.get_content())
            found |= set(re.findall(r"https?://[^\s\"'<>)]+", html.unescape(text)))
    for name in ("List-Unsubscribe", "List-Archive"):
        found |= set(re.findall(r"<(https?://[^>]+)>", str(message[name] or "")))
    return {link.rstrip(".,") for link in found if link.startswith(start)}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes


def ask(url: str, *, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """One HTTP request; a refusal is an answer, too."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return Answer(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


@contextmanager
def serving(site: Site, eventually: Callable[..., None], now: str = "") -> Iterator[str]:
    """``publisher serve`` in a process of its own; its address, without the last slash. SIGTERM ends it with 0."""
    told = site.folder / "serve.out"
    with told.open("wb") as out, (site.folder / "serve.err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "publisher", "serve", "--listen", "127.0.0.1:0", "--now", now or site.now],
            cwd=site.folder,
            stdout=out,
            stderr=err,
        )
    try:
        eventually(lambda: b"http://" in told.read_bytes() or process.poll() is not None)
        assert process.poll() is None, (site.folder / "serve.err").read_text(encoding="utf-8")
        found = re.search(r"http://127\.0\.0\.1:\d+", told.read_text(encoding="utf-8"))
        assert found, "the address is printed"
        yield found[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (site.folder / "serve.err").read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
