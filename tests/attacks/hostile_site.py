"""A site whose authors, editor and readers are enemies, taken all the way by the commands: scan, draft, approve, send."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attacks import corpus
from PIL import Image

from publisher.cli.main import run
from publisher.text import clean

NOW = "2025-06-30T08:00:00+08:00"
DAY = "2025-06-30"
DESIGNS = ("cards", "list", "text")
CHUNK = 15
"""Hostile stories of an issue: with a few harmless ones it stays below what providers cut off."""
CONFIG = """
site: {{title: 'Tide <script>1</script> {{{{7*7}}}}', url: "https://tide.example.org", language: zh-CN, timezone: Asia/Shanghai,
  copyright: '© <b> </style> -->', postal_address: "3 Harbour Street <i>\\n.\\nFrom Quanzhou"}}
topics: {{chips: {{title: 'Chips "><img src=x onerror=1>'}}}}
theme: {{logo: /logo.png}}
newsletters:
{newsletters}
delivery: {{transport: folder, folder: outbox, encoding: {encoding}}}
web: {{url: "https://news.tide.example.org"}}
"""
LETTER = """  {name}:
    title: '{name} </title><script>1</script> "q" \\'
    from: '"Tide, =?utf-8?q?x=0ABcc:_victim@evil.example?= \\\\" <news@tide.example.org>'
    subject: "{{title}}: {{first_title}}"
    design: {design}
    schedules: {{weekly: "mon 08:00"}}
    select: {{max: 18, per_topic: 18, near_duplicate: 1, where: {{section: {name}}}}}
"""
TYPES: Mapping[str, Any] = {
    "list": {"title": ["<b>", {"x": "<i>"}], "tags": {"a": "<b>"}, "authors": {"name": "</td>"}, "summary": ["<b>", ["<i>"]]},
    "number": {"title": 7, "tags": 3.5, "topics": [-1, "chips"], "lang": 9, "summary": 1e300},
    "bool": {"title": True, "tags": False, "topics": [True, "chips"], "summary": False, "image": True, "image_alt": "<!--page-->"},
    "none": {"title": None, "tags": [None, ""], "topics": [None, [], "chips"], "authors": None, "summary": None, "lang": None},
    "nested": {"title": {"a": {"b": ["x"] * 50}}, "params": {"summary": "<script>"}, "image": {"url": '/p.jpg" onerror=1 x=".jpg'}},
    "lang": {"title": "Language", "lang": '"><script>1</script>', "language": "../../etc"},
    "lang-long": {"title": "Long language", "lang": "x-" * 5000},
    "picture": {"title": "Picture", "image": "../../../etc/passwd", "image_alt": "x<!--page-->\"'"},
    "pixel": {"title": "Pixel", "image": 'https://evil.example/p.gif" onload="x', "image_alt": "<!--page-head-->"},
    "address": {"title": "Address", "url": "javascript:document.title='pwned'", "slug": '"><script>', "link": "javascript:1"},
    "elsewhere": {"title": "Elsewhere", "link": 'https://tide.example.org@evil.example/"onclick=1', "guid": "x\r\nBcc: y"},
    "weight": {"title": "Weight", "weight": "1e999", "featured": "<b>", "minor": [], "expires": "9999-12-31T23:59:59-12:00"},
}  # fmt: skip
BODY = f"""
{corpus.MARKUP["script"]} <a href="javascript:1" onclick="{corpus.PWNED}">x</a> {{{{7*7}}}} <!--mail-->

![<!--page-->](x.png)
"""


def build(folder: Path, encoding: str, turn: int) -> Path:
    """The path of a site's config; ``turn`` (0, 1, 2) decides which third of the articles it has."""
    chunks = sections(turn)
    letters = [LETTER.format(name=name, design=DESIGNS[(2 * at + turn) % 3]) for at, name in enumerate(chunks)]
    folder.mkdir()
    (folder / "static").mkdir()
    for name in ("logo.png", "p.jpg", 'p" onerror=1 x=".jpg'):
        Image.new("RGB", (320, 180), "#0f5f6e").save(
            folder / "static" / name, format="PNG" if "png" in name else "JPEG"
        )
    for section, heads in chunks.items():
        place = folder / "content" / section
        place.mkdir(parents=True)
        for name, head in {**heads, **{f"plain{number}": plain(section, number) for number in range(2)}}.items():
            written = json.dumps(head, ensure_ascii=False) if "\ud83d" not in str(head) else json.dumps(head)
            (place / f"{name}.md").write_bytes((written + "\n\n" + BODY).encode("utf-8", "surrogatepass"))
    with (folder / "readers.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("email", "name", "status", "topics", "language", "format", "consent_at", "consent_text"))
        rows.writerows(readers())
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(newsletters="".join(letters), encoding=encoding), encoding="utf-8")
    (folder / "intro.md").write_text(INTRO, encoding="utf-8")
    return config


INTRO = "\n\n".join(
    corpus.INTROS[name] for name in ("name", "name-script", "name-attribute", "attributes", "raw", "link", "stray")
)


def sections(turn: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Heads of articles by file name, by the section that is a newsletter's own."""
    names = [name for name in corpus.SHORT if name != "zalgo"]
    found = {
        f"s{start // CHUNK}": {name: head(corpus.SHORT[name]) for name in names[start : start + CHUNK]}
        for start in range(turn * CHUNK, len(names), 3 * CHUNK)
    }
    if turn == 0:
        found["types"] = {
            name: {"date": "2025-06-29T10:00:00+08:00", "topics": ["chips"], **values} for name, values in TYPES.items()
        }
    return found


def head(text: str) -> dict[str, Any]:
    """An article that says one text wherever an author can say something."""
    return {
        "title": text, "date": "2025-06-29T10:00:00+08:00", "summary": f"S {text}", "tags": [text, "x"], "topics": [text, "chips"],
        "authors": [text], "lang": "en", "image": "/p.jpg", "image_alt": f"x{text}",
    }  # fmt: skip


def plain(section: str, number: int) -> dict[str, Any]:
    return {
        "title": f"Harmless {section} {number}", "date": "2025-06-29T09:00:00+08:00", "summary": "A summary.", "topics": ["chips"],
        "lang": ("en", "zh-CN")[number], "tags": ["x"], "image": "/p.jpg",
    }  # fmt: skip


def readers() -> list[tuple[str, ...]]:
    """Rows of a list: hostile names with plain addresses, and hostile addresses."""
    consent = ("2025-01-12T09:14:05+08:00", "I agree")
    names = ("script", "word-q", "braces", "rlo", "mark-page-end", "backslash")
    rows = [
        (f"r{at}@example.org", clean(corpus.NAMES[name]), "active", "", ("en", "zh-CN")[at % 2], ("html", "html", "text")[at % 3], *consent)
        for at, name in enumerate(names)
    ]  # fmt: skip
    hostile = ("template", "path", "ampersand", "word-break", "unicode", "breaks", "script")
    return [*rows, *((corpus.ADDRESSES[name], "", "active", "", "en", "html", *consent) for name in hostile)]


def command(config: Path, *words: str, code: int | None = 0) -> str:
    """What a command says; it ends as expected, and never by a defect of the program."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        ended = run(["-c", str(config), "--now", NOW, *words])
    told = f"{' '.join(words)} ended with {ended}\n{out.getvalue()}\n{err.getvalue()}"
    assert "this is a defect" not in told, told
    assert code is None or ended == code, told
    return out.getvalue() + err.getvalue()


def moment() -> datetime:
    return datetime.fromisoformat(NOW)


def issue(section: str) -> str:
    return f"{section}-weekly-{DAY}"


def send(config: Path, turn: int) -> None:
    """Everything that the commands do from articles to mails; the last issue is looked at too."""
    command(config, "scan", code=None)
    command(config, "build")
    command(config, "subscribers", "import", str(config.parent / "readers.csv"), "--apply", code=None)
    for section in sections(turn):
        command(config, "issue", "draft", section)
        command(config, "issue", "edit", issue(section), "--intro", str(config.parent / "intro.md"))
        command(config, "issue", "approve", issue(section), "--by", corpus.MARKUP["script"])
        command(config, "issue", "send", issue(section), code=None)
    command(config, "issue", "preview", issue(section), "--to", str(config.parent / "preview"))
