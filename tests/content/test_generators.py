"""Addresses as the site generators make them by default, and the parts of patterns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from content.shelf import SHANGHAI
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import value
from publisher.content import permalink, place

MOMENT = datetime(2025, 1, 5, 9, 7, 3, tzinfo=SHANGHAI)


def page(path: str, pattern: str, **changes: Any) -> str:
    values = {"title": "A Title", "published": MOMENT, "slug": "", "url": ""} | changes
    address = place.page(path, site="https://example.org", site_language="en", pattern=pattern, **values)
    return address.removeprefix("https://example.org")


@pytest.mark.parametrize(
    ("path", "given", "url"),
    [
        ("_posts/2014-01-02-Hello_World.md", {}, "/2025/01/05/Hello_World.html"),
        ("_posts/2014-01-02-a b, c.md", {}, "/2025/01/05/a-b,-c.html"),
        ("2014-01-02-name.md", {}, "/2025/01/05/name.html"),
        ("_posts/2014-01-02.md", {}, "/2025/01/05/2014-01-02.html"),
        ("news/Deep/_posts/2014-01-02-x.md", {}, "/news/deep/2025/01/05/x.html"),
        ("news/_posts/sub/2014-01-02-x.md", {"categories": ("News", "Two Words")}, "/news/two%20words/2025/01/05/x.html"),
        ("_drafts/x.md", {"slug": "New Name!"}, "/2025/01/05/New-Name!.html"),
        ("_posts/2014-01-02-新闻.md", {}, "/2025/01/05/%E6%96%B0%E9%97%BB.html"),
        ("About Us.md", {}, "/About%20Us.html"),
        ("docs/index.md", {}, "/docs/"),
        ("index.md", {}, "/"),
        ("_posts/2014-01-02-x.md", {"url": "/about"}, "/about"),
        ("_posts/2014-01-02-x.md", {"url": "/:categories/:title/"}, "/x/"),
    ],
)  # fmt: skip
def test_jekyll(path: str, given: dict[str, Any], url: str):
    assert page(path, "jekyll", **given) == url


def test_jekyll_pretty_and_patterns_of_its_own():
    post = "news/_posts/2014-01-02-Hello_World.md"
    assert page(post, "jekyll-pretty") == "/news/2025/01/05/Hello_World/"
    assert page("docs/about.md", "jekyll-pretty") == "/docs/about/"
    assert page(post, "jekyll /blog/:year-:i_month-:i_day/:slug:output_ext") == "/blog/2025-1-5/hello-world.html"
    assert page(post, "jekyll /:slugified_categories/:title", categories=("R & D",)) == "/news/r-d/Hello_World"


@pytest.mark.parametrize(
    ("path", "given", "url"),
    [
        ("posts/2018-10-10-hello_world.md", {}, "/posts/hello-world/"),
        ("posts/2018-10-10-hello/index.md", {}, "/posts/hello/"),
        ("Some Section/Été.md", {}, "/Some%20Section/ete/"),
        ("index.md", {}, "/"),
        ("2018-10-10.md", {}, "/2018-10-10/"),
        ("a.md", {"slug": "My Slug"}, "/my-slug/"),
        ("a.md", {"url": "2014/09/15/x.y"}, "/2014/09/15/x.y/"),
        ("新闻.md", {}, "/%E6%96%B0%E9%97%BB/"),
    ],
)
def test_zola(path: str, given: dict[str, Any], url: str):
    assert page(path, "zola", **given) == url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"title": "Hello, World - Two!"}, "/hello-world-two.html"),
        ({"title": "Un été <em>à</em> Paris"}, "/un-ete-a-paris.html"),
        ({"slug": "my-slug"}, "/my-slug.html"),
        ({"url": "pages/x"}, "/pages/x"),
    ],
)
def test_pelican(given: dict[str, Any], url: str):
    assert page("cat/2014-01-02-file.md", "pelican", **given) == url


@pytest.mark.parametrize(
    ("path", "given", "url"),
    [
        ("posts/My Post.md", {}, "/posts/My%20Post/"),
        ("posts/2018-01-01-x.md", {}, "/posts/2018-01-01-x/"),
        ("posts/x/x.md", {}, "/posts/x/"),
        ("posts/x/index.md", {}, "/posts/x/"),
        ("x/x/index.md", {}, "/x/x/"),
        ("index.md", {}, "/"),
        ("a.md", {"url": "/x/y.html"}, "/x/y.html"),
    ],
)
def test_eleventy(path: str, given: dict[str, Any], url: str):
    assert page(path, "eleventy", **given) == url


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("/:year/:month/:slug/", "/2025/01/a-title/"),
        ("/:section/:filename", "/posts/2014-01-02-one/"),
        ("/:sections/:contentbasename.html", "/posts/sub/2014-01-02-one.html"),
        ("/:year_:month/:title/", "/2025_01/a-title/"),
        ("/:short_year/:short_month-:long_month/:i_month.:i_day/:title/", "/25/jan-january/1.5/a-title/"),
        ("/:y_day-:yearday/:week-:w_year-:w_day/:title/", "/005-5/01-2025-7/a-title/"),
        ("/:weekday:weekdayname:short_day:long_day/:title/", "/0sundaysunsunday/a-title/"),
        ("/:hour:minute:second/:slugorfilename/:slugorcontentbasename/", "/090703/2014-01-02-one/2014-01-02-one/"),
        ("/:categories/:slugified_categories/:title:output_ext", "/a-b/a-b/a-title.html"),
        ("/A & b/:title/", "/a-b/a-title/"),
    ],
)
def test_patterns(pattern: str, url: str):
    assert page("posts/sub/2014-01-02-one.md", pattern, categories=("A B",)) == url


def test_a_slug_takes_the_place_of_the_title():
    assert page("a.md", "/:slug/:slugorfilename/", slug="New Name") == "/new-name/new-name/"


def test_config_knows_the_same_parts():
    assert set(value.URL_PARTS) == set(permalink.TOKENS)


PATHS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(PATHS, PATHS, st.sampled_from([*value.URL_RULES, "/:slug/", "jekyll /:categories/:title"]), st.just("") | PATHS)
def test_every_address_is_ascii_below_the_site_or_told(path: str, title: str, pattern: str, slug: str):
    try:
        url = place.page(
            path + ".md",
            site="https://example.org/blog",
            site_language="en",
            pattern=pattern,
            title=title,
            published=MOMENT,
            slug=slug,
            url="",
        )
    except ValueError as error:
        assert "; " in str(error)
    else:
        assert url.startswith("https://example.org/blog/")
        assert url.isascii()
        assert not {".", ".."} & set(url.split("/"))
