"""A small site in two languages whose first issue was sent, one of its articles hostile; made by the commands."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from publisher.app import App
from publisher.cli.main import run
from subscribers import store as readers
from subscribers.tokens import Purpose, mac, sign

NOW = datetime.fromisoformat("2025-06-30T08:00:00+08:00")
ISSUE = "weekly-2025-06-30"
CONFIG = """
site: {title: 潮信 & Tide, url: "https://tide.example.org", language: zh-CN, timezone: Asia/Shanghai,
  description: 讲技术, copyright: © 2025, postal_address: "3 Harbour Street\\nQuanzhou"}
topics: {energy: {title: 能源 & Grid}, chips: {title: Chips}}
theme: {logo: /logo.png, colour: "#0f5f6e"}
feeds: {tags: 1, max_age: 600}
newsletters:
  weekly: {title: 潮信周报, from: "Tide <news@tide.example.org>",
    schedules: {weekly: "mon 08:00", daily: "07:30", work: {cron: "0 18 * * 1-5"}, monthly: "15 09:00", last: "last fri 10:00", odd: {cron: "*/5 8 * * *"}}}
delivery: {transport: folder, folder: outbox}
web: {url: "https://news.tide.example.org"}
"""
HOSTILE = """---
title: '<script>alert(1)</script></title></style>"><img src=x onerror=alert(2)>'
date: 2025-06-29T10:00:00+08:00
summary: '</style><script>alert(3)</script><img src="https://evil.example/pixel.gif"> [x](javascript:alert(4))'
topics: [chips]
tags: ['"><script>alert(5)</script>', 'javascript:alert(6)']
authors: ['<svg onload=alert(7)>']
featured_image: https://evil.example/pixel.gif
---
<script>alert(8)</script><iframe src="https://evil.example"></iframe> <a href="javascript:alert(9)" onclick="alert(10)">x</a>
![](https://evil.example/pixel.gif)
"""
ARTICLES = {
    "batteries": ("Cranes that charge while they wait", "energy", "en", "Four terminals put batteries under their cranes."),
    "wind": ("风停的那四天", "energy", "zh-CN", "五月中旬，北方海岸连续四天几乎无风。"),
    "fab": ("The quiet fab", "chips", "en", "What a factory sounds like at night."),
}  # fmt: skip
READERS = """email,name,status,topics,newsletter,schedule,language,format,consent_at,consent_text
li@example.org,李明,active,,weekly,,zh-CN,html,2025-01-12T09:14:05+08:00,我同意
mara@example.org,Mara Lind,active,energy,weekly,,en,html,2025-01-12T09:14:05+08:00,I agree
tom@example.org,Tom,active,,weekly,,en,text,2025-01-12T09:14:05+08:00,I agree
gone@example.org,Gone,active,,weekly,,en,html,2025-01-12T09:14:05+08:00,I agree
new@example.org,New,pending,,weekly,,en,html,,
"""


def build(root: Path) -> Path:
    """The site in ``root``, built, its issue sent to four readers; the path of its config."""
    (root / "content/posts").mkdir(parents=True)
    (root / "static").mkdir()
    Image.new("RGB", (96, 96), "#0f5f6e").save(root / "static/logo.png")
    Image.new("RGB", (640, 360), "#336699").save(root / "static/wind.jpg")
    for name, (title, topic, lang, summary) in ARTICLES.items():
        head = f"---\ntitle: {title}\ndate: 2025-06-28T10:00:00+08:00\nlang: {lang}\nsummary: {summary}\ntopics: [{topic}]\ntags: [Harbour]\n"
        picture = "featured_image: /wind.jpg\n" if name == "wind" else ""
        (root / f"content/posts/{name}.md").write_text(f"{head}{picture}---\nText of {name}.\n", encoding="utf-8")
    (root / "content/posts/hostile.md").write_text(HOSTILE, encoding="utf-8")
    (root / "readers.csv").write_text(READERS, encoding="utf-8")
    config = root / "config.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    for words in (
        ["build"],
        ["subscribers", "import", str(root / "readers.csv"), "--apply"],
        ["issue", "draft", "weekly"],
        ["issue", "preview", ISSUE, "--to", str(root / "preview")],
        ["issue", "approve", ISSUE, "--by", "test"],
        ["issue", "send", ISSUE],
    ):
        assert run(["-c", str(config), "--now", NOW.isoformat(), *words]) == 0, words
    return config


def links(config: Path, address: str) -> dict[str, str]:
    """The paths of the links in the reader's mail: ``i`` and ``u``."""
    file = next((config.parent / "outbox").glob(f"{address}.*.eml"))
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    found = {name: re.search(rf"https://news\.tide\.example\.org(/{name}/[\w-]{{36}})\s", text) for name in "iu"}
    return {name: match[1] for name, match in found.items() if match}


def token(app: App, purpose: Purpose, address: str, days: int = 7) -> str:
    """A token for the reader; ``days`` below zero: one that has expired."""
    with app.database.read() as connection:
        reader = readers.by_address(connection, address)
    assert reader is not None
    return sign(app.keys, purpose, reader.id, NOW + timedelta(days=days))


def erase(app: App, address: str) -> None:
    """Takes the reader off the list."""
    with app.database.write() as connection:
        reader = readers.by_address(connection, address)
        assert reader is not None
        readers.erase(connection, reader.id, mac=lambda text: mac(app.keys, text), now=NOW)
