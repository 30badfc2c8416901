"""A small site, served by a process of its own behind a proxy that takes notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journeys.walk import ARTICLE, Site, draw, serving
from readers.newsstand import FIRST, TODAY, Newsstand
from readers.recording import recording

CONFIG = """site: {title: Tideline, url: "https://example.org", language: zh-CN, timezone: Asia/Shanghai}
feeds: {formats: [rss, atom, json]%s}
"""


@pytest.fixture
def stand(
    request: pytest.FixtureRequest, tmp_path: Path, eventually: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Newsstand]:
    """Three articles: one with markup in its title, one in Chinese with a picture and notes, a plain one.

    An indirect parameter is one more rule of ``feeds`` in the config.
    """
    for name in ("NO_PROXY", "no_proxy"):  # clients in this process obey it
        monkeypatch.setenv(name, "*")
    rule = getattr(request, "param", "")
    site = Site(tmp_path / "site")
    site.write("config.yaml", CONFIG % (f", {rule}" if rule else ""))
    site.article("first", TODAY, title=f"'{FIRST[0]}'")
    site.write("content/posts/潮汐.md", ARTICLE)
    draw(site, size=(160, 90))
    site.article("third", TODAY, title=FIRST[2])
    with serving(site, eventually) as origin, recording(origin) as proxy:
        made = Newsstand(site, origin, proxy, eventually)
        made.until(lambda items: len(items) == len(FIRST))
        yield made
