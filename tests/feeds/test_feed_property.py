"""Any articles with any text give three well-formed feeds that say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from builders import AT, make_article
from feeds.material import PICTURE, listed, make_card, make_channel, newest_first, read, strictly
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Image, Topic
from publisher.feeds import jsonfeed, make, mould, rss_atom
from publisher.feeds.feed import Contents, Feed, Format, content
from publisher.feeds.fill import entry, layouts
from publisher.feeds.lint import Gate
from publisher.urls import slug

# Every code point, with lone surrogates, controls and non-characters; and the marks that mean something to a format.
ANY = st.text(st.characters() | st.sampled_from("<>&\"'\r\n\t\x00\x85\u2028\ud800\ufffe😀淘"), max_size=25)
MARKS = st.sampled_from(["]]>", "</item>", "</entry>", "&amp;", "<![CDATA[", "R&D <x>", "{{ x }}", " ", ""])
TEXT = st.tuples(ANY, MARKS, ANY).map("".join)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.timezones() | st.just(UTC))
PICTURES = (
    Image(url="https://example.org/a.png"),
    Image(url='https://example.org/a"&b.png', width=3, height=4),
    Image(url="https://example.org/a.png", file="a.png", media_type="image/png", length=9),
)
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
    contents = Contents.FULL if full else Contents.SUMMARY
    channel = make_channel(contents=contents)
    htmls = {f"posts/{n}.md": f"<p>{escape(text)}</p>" if full else "" for n, (_, text) in enumerate(rows)}
    articles = [make_article(str(n), **changes) for n, (changes, _) in enumerate(rows)]
    items = {article.path: entry(article, channel) for article in articles}
    for feed in feeds(channel, articles, items):
        expected = [
            (item.id, item.title, item.url, item.published, [c.label for c in item.categories])
            for item in (items[card.key] for card in feed.members)
        ]
        for form in Format:
            seen = strictly(form, document(feed, form, items, htmls))
            assert [(e.id, e.title, e.url, e.published, e.tags) for e in seen] == expected


@given(ROWS, TEXT, st.sampled_from([None, PICTURE, *PICTURES]))
@settings(max_examples=150)
def test_a_filled_mould_is_what_feedgen_writes(row, html, image):
    item = entry(make_article(**row, image=image), make_channel())
    for body in ("", content(html)):
        assert mould.entry(item, body) == rss_atom.entry(item, body)


def feeds(channel, articles, items):
    laid, _ = layouts(channel, map(listed, newest_first(articles)))
    return [
        Feed(
            channel=channel,
            kind=each.kind,
            key=each.key,
            name=each.name,
            members=tuple(make_card(items[p]) for p in each.paths),
        )
        for each in laid
    ]


def document(feed, form, items, htmls):
    frame = feed.frame(form)
    head, tail = jsonfeed.frame(frame) if form is Format.JSON else rss_atom.frame(frame, form)
    done = [make.made(items[card.key], htmls[card.key], Contents.FULL, "s", Gate()) for card in feed.members]
    comma = b"," if form is Format.JSON else b""
    return head + comma.join(each.stored.bodies[form] for each in done) + tail


def test_the_reader_sees_what_was_written():
    channel = make_channel()
    article = make_article(title="T", summary="1<2", published=AT, updated=AT, tags=("GPU",))
    items = {article.path: entry(article, channel)}
    feed = feeds(channel, [article], items)[0]
    for form in Format:
        (seen,) = read(form, document(feed, form, items, {"posts/one.md": "<p>x</p>"}))
        assert (seen.title, seen.html, seen.published, seen.tags) == ("T", "<p>x</p>", AT, ["算力与芯片", "GPU"])
        assert seen.summary == ("1<2" if form is Format.JSON else "1&lt;2")
