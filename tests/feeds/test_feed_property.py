"""Any articles with any text give three well-formed feeds that say the same."""

from __future__ import annotations

from datetime import UTC, datetime

from builders import AT, make_article
from feeds.material import make_channel, newest_first, read, strictly
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Topic
from publisher.feeds import jsonfeed, rss_atom
from publisher.feeds.feed import Format, content
from publisher.feeds.fill import entry, filled, layouts
from publisher.urls import slug

# Every code point, with lone surrogates, controls and non-characters; and the marks that mean something to a format.
ANY = st.text(st.characters() | st.sampled_from("<>&\"'\r\n\t\x00\x85\u2028\ud800\ufffe😀淘"), max_size=25)
MARKS = st.sampled_from(["]]>", "</item>", "</entry>", "&amp;", "<![CDATA[", "R&D <x>", "{{ x }}", " ", ""])
TEXT = st.tuples(ANY, MARKS, ANY).map("".join)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.timezones() | st.just(UTC))
ROWS = st.fixed_dictionaries(
    {
        "title": TEXT,
        "summary": TEXT,
        "published": MOMENTS,
        "updated": MOMENTS,
        "topics": st.lists(TEXT, max_size=2).map(lambda names: tuple(Topic(slug(name), name) for name in names)),
        "tags": st.lists(TEXT, max_size=4).map(tuple),
        "authors": st.lists(TEXT, max_size=2).map(tuple),
        "language": st.sampled_from(["en", "zh-CN", "zh_CN", "x y", ""]),
    }
)


@given(st.lists(st.tuples(ROWS, TEXT), max_size=4), st.booleans())
@settings(max_examples=60)
def test_three_formats_parse_back_to_the_same(rows, full):
    channel = make_channel(full=full)
    bodies = {f"posts/{n}.md": content(html) if full else "" for n, (_, html) in enumerate(rows)}
    made = feeds(channel, [make_article(str(n), **changes) for n, (changes, _) in enumerate(rows)])
    for feed in made:
        expected = [
            (item.id, item.title, item.url, item.published, [c.label for c in item.categories]) for item in feed.entries
        ]
        for form in Format:
            seen = strictly(form, document(feed, form, bodies))
            assert [(e.id, e.title, e.url, e.published, e.tags) for e in seen] == expected


def feeds(channel, articles):
    laid, _ = layouts(channel, newest_first(articles))
    return filled(channel, laid, {article.path: entry(article, channel) for article in articles})


def document(feed, form, bodies):
    if form is Format.JSON:
        (head, tail), parts = jsonfeed.frame(feed), [jsonfeed.item(item, bodies[item.path]) for item in feed.entries]
        return head + b",".join(parts) + tail
    head, tail = rss_atom.frame(feed, form)
    return head + b"".join(rss_atom.entry(item, bodies[item.path])[form] for item in feed.entries) + tail


def test_the_reader_sees_what_was_written():
    channel = make_channel()
    made = feeds(channel, [make_article(title="T", summary="1<2", published=AT, updated=AT, tags=("GPU",))])
    for form in Format:
        (seen,) = read(form, document(made[0], form, {"posts/one.md": "<p>x</p>"}))
        assert (seen.title, seen.html, seen.published, seen.tags) == ("T", "<p>x</p>", AT, ["算力与芯片", "GPU"])
        assert seen.summary == ("1<2" if form is Format.JSON else "1&lt;2")
