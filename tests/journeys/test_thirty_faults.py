"""A folder of 3 000 files, 30 of them faulty in 20 ways: ``check`` reports the 30, each with path, line and fix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from content.oddities.odd import Site
from content.shelf import picture

FILES, FAULTS, KINDS = 3000, 30, 20
BODY = "The tide comes twice a day, the bill of the server room once a month.\n\n> **好。**字 and [a link](/x y)[^1].\n\n[^1]: Note\n"
WORDS = "tide basalt copper ferry lantern orchard quartz saddle thistle umbra violet walnut".split()  # noqa: SIM905


class Fault(NamedTuple):
    """A faulty file: ``PAD`` in its text may be a row of comment, which moves the line of the fault."""

    code: str
    severity: str
    line: int
    fix: str
    text: str


def head(*rows: str, body: str = BODY) -> str:
    """An article about N; ``PAD`` stands in line 4, ``rows`` from line 4 on."""
    return "\n".join(
        ["---", "title: About N", "date: 2025-06-01", "PAD" + "\n".join(["summary: S", *rows]), "---", body]
    )


ONCE = [
    Fault("front-matter", "error", 1, "write --- on a line of its own below the last key", "---\ntitle: About N\ndate: 2025-06-01\n\nText.\n"),
    Fault("front-matter", "error", 2, "write 'key: value' on each line", "---\n- a\n- b\n---\nText.\n"),
    Fault("front-matter", "error", 2, "close it with --- above the text, or shorten its values", f"---\nx: {'y' * 70_000}\n---\n"),
    Fault("front-matter", "error", 3, 'write key = "value" (TOML)', '+++\ntitle = "About N"\ndate = \n+++\nText.\n'),
    Fault("front-matter", "error", 3, "check quotes, commas and braces", '{\n"title": "About N"\n"date": "2025-06-01"\n}\nText.\n'),
    Fault("front-matter", "error", 1, "write YAML between --- lines", "---js\n{title: 'About N'}\n---\nText.\n"),
    Fault("too-long", "error", 1, "split it", head(body="x" * 1_100_000)),
    Fault("not-utf-8", "error", 3, "save the file as UTF-8", "---\ntitle: About N\nauthor: \udce9\ndate: 2025-06-01\n---\nText.\n"),
    Fault("date-missing", "error", 1, "write for example 2025-06-30T08:00:00+08:00 as date", "---\ntitle: About N\nsummary: S\n---\nText.\n"),
    Fault("empty", "warning", 5, "write some, or draft: true", "---\ntitle: About N\ndate: 2025-06-01\n---\n"),
]  # fmt: skip
TWICE = [
    Fault("front-matter", "error", 5, "put the value in quotes", head("author: A: B")),
    Fault("front-matter", "error", 5, "write the value out", head("author: *a")),
    Fault("date-invalid", "error", 5, "write for example 2025-06-30T08:00:00+08:00", head("expiryDate: 2025-02-30")),
    Fault("key-repeated", "warning", 5, "delete the other", head("summary: T")),
    Fault("key-unknown", "warning", 5, "write tags", head("tasg: [a]")),
    Fault("draft-unclear", "warning", 5, "write draft: true or draft: false", head("draft: ture")),
    Fault("image-missing", "warning", 5, "put the file into the static folder or beside the article", head("image: /none.jpg")),
    Fault("image-lies", "warning", 5, "replace it by a JPEG, PNG, GIF, WebP or AVIF", head("image: /pictures/lies.jpg")),
    Fault("footnote-undefined", "warning", 6, "add [^1]: … or delete them", head(body="Text[^9] of it.\n")),
]  # fmt: skip
COLLISION = Fault("url-collision", "error", 5, "give one of them another slug or url", head("slug: same"))

FORMS: list[tuple[str, Callable[[str, str, str], str]]] = [
    ("posts/{name}.md", lambda title, day, own: f"---\ntitle: {title}\ndate: {day}T08:00:00+08:00\ndraft: false\ntags: [a, b]\nimage: /pictures/a b.jpg\nsummary: S\n---\n{BODY}"),
    ("posts/{name}/index.md", lambda title, day, own: f"---\ntitle: {title}\ndate: {day}\ncover:\n  image: own.jpg\nparams: {{toc: true}}\nshow_lastmod: 1\ndescription: S\n---\n{BODY}"),
    ("posts/toml/{name}.md", lambda title, day, own: f'+++\ntitle = "{title}"\ndate = {day}T08:00:00Z\ndescription = "S"\n[extra]\nteam = "T"\n+++\n{BODY}'),
    ("posts/json/{name}.md", lambda title, day, own: f'{{\n  "title": "{title}",\n  "date": "{day}",\n  "summary": "S"\n}}\n\n{BODY}'),
    ("_posts/{day}-{name}.md", lambda title, day, own: f"---\r\nlayout: post\r\ntitle: '{title}'\r\nauthor: A\r\npublished: true\r\n---\r\n{BODY}"),
    ("zola/{name}.md", lambda title, day, own: f'+++\ntitle = "{title}"\npath = "{day.replace("-", "/")}/{own}"\nauthors = ["A"]\n+++\n{BODY}'),
    ("blog/{name}.md", lambda title, day, own: f"\ufeff---\ntitle: \"  {title} \"\ndate: {day} 00:00:00 -5\nexcerpt: '**S**'\nimage:\nhero: false\ntags:\nauthor_bio: B\n---\n{BODY}"),
    ("新闻/{name}.md", lambda title, day, own: f'---\ntitle: "[日报] {title}"\ndate: {day}T08:00:00.999Z\nmain_topics: --\nfeatured_image: "/pictures/a b.jpg\\n"\nsource_url: ""\nword_count: 1200\n---\n{BODY}'),
    ("pelican/{name}.md", lambda title, day, own: f"Title: {title}\nDate: {day} 10:20\nTags: a, b\nSummary: What it is about\n    on two lines.\n\n{BODY}"),
]  # fmt: skip


def faulty() -> list[tuple[str, bytes, Fault]]:
    """Path, bytes and fault of each faulty file."""
    cases = [*ONCE, *TWICE, COLLISION, COLLISION]
    padded = [fault._replace(line=fault.line + 1, text=fault.text.replace("PAD", "# a note\nPAD")) for fault in TWICE]
    made = []
    for number, fault in enumerate([*cases, *padded]):
        text = fault.text.replace("PAD", "").replace("About N", f"Fault number {number}")
        made.append((f"faults/f{number:02}.md", text.encode("utf-8", "surrogateescape"), fault))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The 3 000 files; those without a fault differ in form, date and title."""
    site = Site(tmp_path_factory.mktemp("thirty"))
    site.put("static/pictures/a b.jpg", picture("PNG"))
    site.put("static/pictures/lies.jpg", b"<html>404")
    for number in range(FILES - FAULTS):
        path, text = FORMS[number % len(FORMS)]
        day = str(date(2025, 6, 30) - timedelta(days=number // 10))
        name = f"n{number}"
        file = path.format(name=name, day=day)
        words = " ".join(WORDS[(number // 12**place) % 12] for place in range(4))
        site.write(file, text(f"{words} {number}", day, name))
        if file.endswith("/index.md"):
            site.write(file.replace("index.md", "own.jpg"), picture())
    for path, data, _ in faulty():
        site.write(path, data)
    return site


def test_the_table_is_thirty_faults_of_twenty_kinds():
    assert (len(faulty()), len([*ONCE, *TWICE, COLLISION])) == (FAULTS, KINDS)


def test_check_reports_the_thirty_and_nothing_else(folder: Site):
    assert len(list((folder.folder / "content").rglob("*.md"))) == FILES
    found = folder.json("check", code=1)
    expected = {(path, fault.line, fault.severity, fault.code) for path, _, fault in faulty()}
    said = [(each["path"], each["line"], each["severity"], each["code"]) for each in found]
    assert sorted(expected - set(said)) == [], "not reported"
    assert [
        each for each in found if (each["path"], each["line"], each["severity"], each["code"]) not in expected
    ] == [], "reported without a fault"
    assert len(said) == FAULTS, "each once"
    fixes = {path: fault.fix for path, _, fault in faulty()}
    for each in found:
        what, _, fix = each["message"].partition("; ")
        assert what
        assert fixes[each["path"]] in fix, each
