"""Laws of the lint: it never raises, whatever an article, a template or an editor wrote."""

from dataclasses import replace
from pathlib import Path

import pytest
from digest.lint_page import HTML, STORY, TEXT, found
from digest.sample import make_config
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest.lint import headers

PIECES = st.sampled_from(
    ["<p>", "<a href='", "'>", "<style>", "{", "}", ";", "@media ", "(", ")", '"', "color:", "#fff", "background:rgb(",
     "url(", "<!--", "-->", "<table>", "<td style='", "https://", "[::1", "xn--", ":hover", ".a", ">", "font-size:9",
     "!important", "\x00", "\ud800", "\u202e", "汉", "<img src='", "<h6>", "%", "@", "://", "http:", "0", "/", "\n"]
)  # fmt: skip
ANY = st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return make_config(tmp_path_factory.mktemp("laws"))


@given(more=ANY)
@settings(max_examples=60, deadline=None)
def test_no_html_makes_it_raise(config, more):
    for html in (more, HTML.replace("<!--end-->", more), HTML.replace("@media screen{}", more)):
        for each in found(Path(), config=config, html=html):
            assert "; " in each.message
            assert "\n" not in str(each)


@given(text=ANY, subject=ANY, preheader=ANY, title=ANY, url=ANY)
@settings(max_examples=60, deadline=None)
def test_no_words_make_it_raise(config, text, subject, preheader, title, url):
    story = replace(STORY, title=title, summary=text, url=url)
    found(Path(), config=config, text=TEXT + text, subject=subject, preheader=preheader, stories=(story,))


@given(raw=st.binary(max_size=200) | ANY.map(lambda text: text.encode("utf-8", "replace")))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise(raw):
    assert isinstance(list(headers.rules(raw, (), "", "")), list)
