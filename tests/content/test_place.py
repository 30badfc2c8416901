from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from content.shelf import SHANGHAI

from publisher.content import place

JUNE = datetime(2025, 6, 3, tzinfo=SHANGHAI)


def page(path: str, **changes: Any) -> str:
    values = {
        "site": "https://example.org",
        "site_language": "en",
        "pattern": "hugo",
        "title": "A Title",
        "published": JUNE,
        "slug": "",
        "url": "",
    }
    return place.page(path, **(values | changes)).removeprefix("https://example.org")


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("A B, c.md", "/a-b-c/"),
        ("posts/One.md", "/posts/one/"),
        ("posts/two/index.md", "/posts/two/"),
        ("index.md", "/"),
        ("About.markdown", "/about/"),
        ("posts/2016--x_-_y.md", "/posts/2016--x_-_y/"),
        ("新闻/算力.md", "/%E6%96%B0%E9%97%BB/%E7%AE%97%E5%8A%9B/"),
        ("posts/C#.md", "/posts/c%23/"),
        ("posts/a.en.md", "/posts/a/"),
        ("posts/a.zh.md", "/zh/posts/a/"),
        ("posts/a/index.zh-cn.md", "/zh-cn/posts/a/"),
        ("posts/node.js.md", "/posts/node.js/"),
    ],
)
def test_by_hugos_rule(path: str, url: str):
    assert page(path) == url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"slug": "New Name"}, "/posts/new-name/"),
        ({"slug": "index"}, "/posts/"),
        ({"url": "/blog/x"}, "/blog/x/"),
        ({"url": "blog/x.html"}, "/blog/x.html"),
        ({"url": "/blog/A b/"}, "/blog/A%20b/"),
        ({"url": "/v1.2"}, "/v1.2"),
        ({"url": "/x/index.html"}, "/x/"),
        ({"url": "/"}, "/"),
        ({"url": "/a%b/"}, "/a%25b/"),
        ({"url": "/a?b#c"}, "/a%3Fb%23c/"),
        ({"url": "/a:b+c/"}, "/a:b+c/"),
        ({"url": "/../../etc/"}, "/etc/"),
        ({"url": "/a\x00b/"}, "/ab/"),
        ({"url": "/\ud800/"}, "/%3F/"),
        ({"url": "/:year/:month/:day/:title/"}, "/2025/06/03/a-title/"),
    ],
)
def test_slug_and_url_override(given: dict[str, str], url: str):
    assert page("posts/one.md", **given) == url
    assert page("posts/one/index.md", **given) == url


@pytest.mark.parametrize(
    ("path", "url"), [("_index.md", "/"), ("posts/_index.md", "/posts/"), ("posts/Index.md", "/posts/")]
)
def test_index_files_have_the_address_of_their_folder(path: str, url: str):
    assert page(path) == url


def test_a_whole_address_is_taken_as_it_is():
    assert page("a.md", url="https://other.org/a b") == "https://other.org/a%20b"


@pytest.mark.parametrize(
    ("path", "given", "message"),
    [
        ("a.md", {"url": "https://[x/"}, "'https://[x/' is no http address with a host; write a path such as /posts/one/"),
        ("a.md", {"url": "/{{ title }}/"}, "'/{{ title }}/' is a template; write the path itself, such as /posts/one/"),
        ("a.md", {"url": "/" + "x" * 2000}, "the address is longer than 2000 characters; write a shorter url or slug"),
        ("p/🚀.md", {}, "'🚀' leaves nothing for an address; rename the file, or write slug: my-story"),
        ("p/a.md", {"slug": "🚀"}, "'🚀' leaves nothing for an address; write letters or digits, for example slug: my-story"),
        ("p/a.md", {"slug": ".."}, "'..' leaves nothing for an address; write letters or digits, for example slug: my-story"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_to_write(path: str, given: dict[str, str], message: str):
    with pytest.raises(ValueError) as caught:
        page(path, **given)
    assert str(caught.value) == message


@pytest.mark.parametrize("url", ["/:unknown/x", "/:sections[last]/x"])
def test_an_unknown_part_is_told(url: str):
    with pytest.raises(ValueError, match=r"^'.*' is not part of an address; write some of :year, "):
        page("a.md", url=url)


def test_below_a_path():
    assert page("a.md", site="https://example.org/blog/") == "/blog/a/"


@pytest.mark.parametrize(
    ("path", "key", "section"),
    [
        ("a.md", "a", ""),
        ("p/a.md", "p/a", "p"),
        ("p/a/index.md", "p/a", "p"),
        ("a/index.md", "a", ""),
        ("index.md", "index", ""),
    ],
)
def test_key_and_section(path: str, key: str, section: str):
    assert (place.key(path), place.section(path)) == (key, section)


@pytest.mark.parametrize(("path", "bundled"), [("p/a/index.md", True), ("p/a/index.zh.md", True), ("p/a.md", False)])
def test_bundles(path: str, bundled: bool):
    assert place.bundled(path) is bundled


@pytest.mark.parametrize(
    ("tag", "bcp47"),
    [("zh_cn", "zh-CN"), ("EN", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("de_DE.UTF-8", "de-DE"), ("es-419", "es-419"), ("", ""), ("中", ""), ("x", ""), ("english!", "")],
)  # fmt: skip
def test_bcp47(tag: str, bcp47: str):
    assert place.bcp47(tag) == bcp47


def test_words():
    assert place.words("posts/2025-06-30-a_new--thing.zh.md") == "a new thing"
    assert place.words("posts/2025-06-30.md") == ""
