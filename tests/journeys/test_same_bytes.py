"""The same articles give the same bytes: on any machine, in any folder, language and time zone, at any hour."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from journeys.walk import ARTICLE, NOW, PICTURE, TITLE, Site, draw

DAY = "2025-06-{:02d}T07:00:00+08:00"
CONFIG = """site:
  title: "潮信 & <Tideline>"
  url: https://example.org
  language: zh-CN
  timezone: Asia/Shanghai
  author: {name: 编辑部, email: news@example.org}
topics:
  energy: {title: 能源与气候, match: {topic: [能源与气候]}}
  chips: {title: Chips, match: {topic: [Chips, 算力与芯片]}}
feeds: {tags: 2, entries: 5}
"""
HEADS: Mapping[str, Mapping[str, str]] = {
    "posts/one": {"date": DAY.format(1), "tags": "[GPU, 潮汐能, C#]", "featured_image": "/pictures/a.png"},
    "posts/two": {"date": DAY.format(2), "tags": "[GPU, R&D]", "guid": "urn:x:two", "lastmod": DAY.format(12)},
    "posts/三": {"date": DAY.format(3), "tags": "[潮汐能, R&D]", "lastmod": DAY.format(13), "minor": "true"},
    "posts/naive": {"date": "2025-06-04 23:30:00", "tags": "[C#]"},
    "posts/day": {"date": "2025-06-05", "tags": "[C#]"},
    "深处/目录/tie": {"date": DAY.format(6), "tags": "[GPU]"},
    "posts/tie": {"date": DAY.format(6), "tags": "[GPU]"},
    "posts/same-title": {"date": DAY.format(6), "title": "Tie", "tags": "[数据中心]"},
    "posts/draft": {"date": DAY.format(7), "draft": "true"},
    "posts/future": {"date": "2031-01-01T00:00:00Z"},
    "posts/expired": {"date": DAY.format(8), "expiryDate": DAY.format(20)},
    "posts/broken": {"date": DAY.format(9), "title": "[unclosed"},
}


def files() -> dict[str, str]:
    """Every text of the site by its path."""
    made = {"config.yaml": CONFIG, "content/posts/潮汐.md": ARTICLE}
    for name, values in HEADS.items():
        title = name.rpartition("/")[2].capitalize()
        head = {"title": title, "topics": "[Chips]", "summary": f"About {title}."} | dict(values)
        lines = "".join(f"{key}: {value}\n" for key, value in head.items())
        body = f"Text of {title} with a note[^1], a [link](/x/?a=1&b=2) and ![a picture](/pictures/a.png).\n\n[^1]: Noted.\n"
        made[f"content/{name}.md"] = f"---\n{lines}---\n\n{body}"
    return made


def machine(folder: Path, environ: dict[str, str], *, backwards: bool, clock: int, umask: int, now: str = NOW) -> Site:
    """A site built there from an empty database: in its own order of files, with its own stamps on them."""
    site = Site(folder, now=now)
    for path, text in sorted(files().items(), reverse=backwards):
        site.write(path, text)
    for picture, size in sorted({PICTURE: (320, 180), "/pictures/a.png": (64, 48)}.items(), reverse=backwards):
        draw(site, picture, size)
    for number, file in enumerate(sorted(folder.rglob("*.*"), reverse=backwards)):
        os.utime(file, (clock + number, clock + number))
    built = site.process("build", "--json", env=environ, umask=umask).data
    assert (built["articles"], built["hidden"], built["problems"]) == (9, 3, 1)
    return site


UNDATED = {"manifest.json", ".lock"}
"""What no reader asks for: its time stamp means nothing."""


def output(site: Site) -> dict[str, tuple[bytes, float]]:
    """Bytes and time stamp (of which nginx makes Last-Modified) of each file that the build wrote."""
    root = site.folder / "public"
    return {
        str(file.relative_to(root)): (file.read_bytes(), 0 if file.name in UNDATED else file.stat().st_mtime)
        for file in root.rglob("*")
        if file.is_file()
    }


@pytest.fixture(scope="session", params=["UTF-8", "GB18030"])
def chinese(tmp_path_factory: Any, request: Any) -> dict[str, str]:
    """The environment of a Chinese locale, made for this run where the system can; else the plainest one."""
    name = f"zh_CN.{request.param}"
    folder = tmp_path_factory.mktemp("locale")
    tool = shutil.which("localedef")
    if (
        tool
        and not subprocess.run(
            [tool, "-i", "zh_CN", "-f", request.param, str(folder / name)], capture_output=True, check=False
        ).returncode
    ):
        return {"LOCPATH": str(folder), "LC_ALL": name, "LANG": name}
    return {"LC_ALL": "POSIX", "LANG": "POSIX"}


FAR = {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}


@pytest.fixture(scope="session")
def here(tmp_path_factory: Any) -> Site:
    """What the first machine made; nobody may change it."""
    return machine(tmp_path_factory.mktemp("here"), FAR, backwards=False, clock=1_700_000_000, umask=0o022)


def different(one: Site, other: Site) -> list[str]:
    first, second = output(one), output(other)
    return sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))


def test_two_machines_make_the_same_bytes(here: Site, tmp_path: Path, chinese: dict[str, str]):
    near = chinese | {"TZ": "America/St_Johns", "PYTHONHASHSEED": "2"}
    folder = tmp_path / "另一台" / "with a longer path"
    there = machine(folder, near, backwards=True, clock=1_750_000_000, umask=0o027)
    assert different(here, there) == []


def test_a_later_hour_makes_the_same_bytes(here: Site, tmp_path: Path):
    later = machine(tmp_path, FAR, backwards=False, clock=1_700_000_000, umask=0o022, now="2026-01-15T03:04:05Z")
    assert different(here, later) == []


def test_what_could_differ_stands_in_the_bytes(here: Site):
    made = output(here)
    for path in ("rss.xml", "atom.xml", "feed.json", "index.opml", "manifest.json", "tags/潮汐能/atom.xml"):
        assert f"feeds/{path}" in made
    items = {item["title"]: item for name in ("", "tags/gpu/") for item in here.items(name)}
    assert items["Two"]["id"] == "urn:x:two"
    assert items["Two"]["date_modified"].startswith("2025-06-11T23:00:00")
    assert items[TITLE]["image"].endswith(".jpg")
    assert not items.keys() & {"Draft", "Future", "Expired", "[unclosed"}
    for path, (body, _) in made.items():
        assert str(here.folder).encode() not in body, f"{path} holds a path of this machine"
