"""Each defect of feedgen 1.0.0 that rss_atom mends: every one of these fails with plain feedgen."""

from __future__ import annotations

import locale
import sys
from datetime import timedelta, timezone

import feedgen.feed
import pytest
from builders import AT, CHIPS
from feeds.material import BODY, PICTURE, make_channel, make_entry, make_feed
from lxml import etree

from publisher.content.article import Image
from publisher.feeds import rss_atom
from publisher.feeds.feed import Format

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML = (Format.RSS, Format.ATOM)


def document(form, *entries, html=BODY, **changes):
    feed = make_feed(*entries, **changes)
    head, tail = rss_atom.frame(feed.frame(form), form)
    return head + b"".join(rss_atom.entry(item, html)[form] for item in entries) + tail


def tree(form, *entries, **changes):
    return etree.fromstring(document(form, *entries, **changes), etree.XMLParser(resolve_entities=False))


def find(element, path):
    return element.xpath(path, namespaces=NAMES)


def one(element, path):
    (found,) = find(element, path)
    return found


@pytest.mark.parametrize("form", XML)
def test_frame_and_cut_entries_are_the_whole_feed_byte_for_byte(form):
    entries = [make_entry("a", image=PICTURE, tags=("R&D", "GPU")), make_entry("b", authors=("Ann",)), make_entry("c")]
    whole = rss_atom._generator(make_feed(*entries).frame(form), form)
    for item in entries:
        rss_atom._add(whole, item, BODY)
    assert document(form, *entries) == rss_atom._text(whole, form)


def test_atom_links_keep_rel_type_and_length():
    entry = one(tree(Format.ATOM, make_entry(image=PICTURE)), "a:entry")
    assert [dict(link.attrib) for link in find(entry, "a:link")] == [
        {"rel": "alternate", "type": "text/html", "href": "https://example.org/posts/one/"},
        {"rel": "enclosure", "type": "image/jpeg", "length": "1234", "href": "https://example.org/a%20b.jpg"},
    ]


def test_an_rss_enclosure_has_its_true_length_and_type():
    enclosure = one(tree(Format.RSS, make_entry(image=PICTURE)), "//enclosure")
    assert dict(enclosure.attrib) == {"url": "https://example.org/a%20b.jpg", "type": "image/jpeg", "length": "1234"}


@pytest.mark.parametrize("form", XML)
def test_a_picture_stands_in_the_entry_itself_with_its_size(form):
    root = tree(form, make_entry(image=PICTURE))
    assert not find(root, "//media:group")
    picture = one(root, "//item/media:content | //a:entry/media:content")
    assert dict(picture.attrib) == {
        "url": "https://example.org/a%20b.jpg", "medium": "image", "type": "image/jpeg", "fileSize": "1234",
        "width": "30", "height": "40",
    }  # fmt: skip
    thumbnail = one(root, "//item/media:thumbnail | //a:entry/media:thumbnail")
    assert dict(thumbnail.attrib) == {"url": "https://example.org/a%20b.jpg", "width": "30", "height": "40"}


@pytest.mark.parametrize("form", XML)
def test_a_remote_picture_is_shown_but_not_enclosed(form):
    root = tree(form, make_entry(image=Image(url="https://x.org/a.png")))
    assert dict(one(root, "//media:content").attrib) == {"url": "https://x.org/a.png", "medium": "image"}
    assert not find(root, "//enclosure | //a:link[@rel='enclosure']")


def test_the_site_link_of_rss_is_the_site_and_self_is_the_feed():
    channel = one(tree(Format.RSS, make_entry()), "/rss/channel")
    assert channel.findtext("link") == "https://example.org/"
    assert dict(one(channel, "a:link").attrib) == {
        "rel": "self", "type": "application/rss+xml", "href": "https://news.example.org/feeds/rss.xml",
    }  # fmt: skip
    links = find(tree(Format.ATOM, make_entry()), "a:link")
    assert [(link.get("rel"), link.get("type"), link.get("href")) for link in links] == [
        ("self", "application/atom+xml", "https://news.example.org/feeds/atom.xml"),
        ("alternate", "text/html", "https://example.org/"),
    ]


@pytest.mark.parametrize("form", XML)
def test_entries_keep_their_order(form):
    root = tree(form, make_entry("first"), make_entry("second"))
    assert [title.text for title in find(root, "//item/title | //a:entry/a:title")] == ["Story first", "Story second"]


def test_no_clock_shows():
    rss, atom = tree(Format.RSS), tree(Format.ATOM)
    assert one(rss, "//lastBuildDate").text == "Thu, 01 Jan 1970 00:00:00 +0000"
    assert one(atom, "a:updated").text == "1970-01-01T00:00:00+00:00"
    moment = AT - timedelta(hours=2)
    rss, atom = (tree(form, make_entry(updated=moment)) for form in XML)
    assert one(rss, "//lastBuildDate").text == "Mon, 30 Jun 2025 06:00:00 +0000"
    assert [item.text for item in find(atom, "//a:updated")] == ["2025-06-30T06:00:00+00:00"] * 2
    assert [item.text for item in find(atom, "//a:published")] == ["2025-06-29T08:00:00+00:00"]


def test_dates_leave_the_locale_alone(monkeypatch):
    monkeypatch.setattr(locale, "setlocale", lambda *arguments: pytest.fail("setlocale was called"))
    shanghai = timezone(timedelta(hours=8))
    item = one(tree(Format.RSS, make_entry(published=AT.astimezone(shanghai), updated=AT)), "//item")
    assert item.findtext("pubDate") == "Mon, 30 Jun 2025 08:00:00 +0000"


def test_plain_feedgen_would_call_setlocale():
    assert feedgen.feed.formatRFC2822.__module__ == "publisher.times"
    assert sys.modules["feedgen.util"].formatRFC2822.__module__ == "feedgen.util"


def test_names_are_dc_creators_in_rss_and_authors_in_atom():
    entry = make_entry(authors=("Ann", "安"))
    rss, atom = tree(Format.RSS, entry), tree(Format.ATOM, entry)
    assert [name.text for name in find(rss, "//item/dc:creator")] == ["Ann", "安"]
    assert not find(rss, "//item/author")
    assert [name.text for name in find(atom, "a:entry/a:author/a:name")] == ["Ann", "安"]
    assert not find(atom, "//dc:creator")


def test_every_feed_has_an_author():
    assert one(tree(Format.ATOM), "a:author/a:name").text == "Ed"
    assert one(tree(Format.RSS), "//managingEditor").text == "ed@example.org (Ed)"
    nobody = make_channel(author="", email="")
    assert one(tree(Format.ATOM, channel=nobody), "a:author/a:name").text == "Tide & <Line>"
    assert not find(tree(Format.RSS, channel=nobody), "//managingEditor")


def test_titles_are_plain_and_summaries_are_html():
    entry = make_entry(title="R&D <update> 1<2", summary="R&D <b>1<2</b>")
    rss, atom = tree(Format.RSS, entry), tree(Format.ATOM, entry)
    assert one(rss, "//item/title").text == one(atom, "a:entry/a:title").text == "R&D <update> 1<2"
    assert one(atom, "a:entry/a:title").get("type", "text") == "text"
    assert one(rss, "//item/description").text == "R&amp;D &lt;b&gt;1&lt;2&lt;/b&gt;"
    summary = one(atom, "a:entry/a:summary")
    assert (summary.get("type"), summary.text) == ("html", "R&amp;D &lt;b&gt;1&lt;2&lt;/b&gt;")


def test_content_is_html_and_follows_the_description():
    entry = make_entry(summary="S")
    item = one(tree(Format.RSS, entry), "//item")
    order = [etree.QName(child).localname for child in item]
    assert order.index("description") + 1 == order.index("encoded")
    assert one(item, "content:encoded").text == BODY
    content = one(tree(Format.ATOM, entry), "a:entry/a:content")
    assert (content.get("type"), content.text) == ("html", BODY)


@pytest.mark.parametrize("form", XML)
def test_a_feed_of_summaries_has_no_content(form):
    root = tree(form, make_entry(summary="S"), html="")
    assert not find(root, "//content:encoded | //a:content")
    assert one(root, "//item/description | //a:entry/a:summary").text == "S"


def test_ids_are_no_permalinks():
    guid = one(tree(Format.RSS, make_entry()), "//guid")
    assert (guid.get("isPermaLink"), guid.text) == ("false", "tag:example.org,2025-06-29:posts/one")
    assert one(tree(Format.ATOM, make_entry()), "a:entry/a:id").text == guid.text


def test_categories_have_schemes():
    entry = make_entry(topics=(CHIPS,), tags=("R&D",))
    assert [(c.get("domain"), c.text) for c in find(tree(Format.RSS, entry), "//item/category")] == [
        ("https://example.org/feeds/topics/", CHIPS.title),
        ("https://example.org/feeds/tags/", "R&D"),
    ]
    assert [dict(c.attrib) for c in find(tree(Format.ATOM, entry), "a:entry/a:category")] == [
        {"term": "chips", "scheme": "https://example.org/feeds/topics/", "label": CHIPS.title},
        {"term": "R&D", "scheme": "https://example.org/feeds/tags/", "label": "R&D"},
    ]


def test_languages_stand_on_the_feed_and_on_the_entry():
    entry = make_entry(language="en-GB")
    assert one(tree(Format.RSS, entry), "//language").text == "zh-CN"
    atom = tree(Format.ATOM, entry)
    assert (atom.get(LANG), one(atom, "a:entry").get(LANG)) == ("zh-CN", "en-GB")


@pytest.mark.parametrize("form", XML)
def test_nothing_speaks_of_feedgen(form):
    body = document(form, make_entry()).lower()
    assert b"feedgen" not in body
    assert b"<docs" not in body


@pytest.mark.parametrize("form", XML)
def test_rights_and_refresh_time(form):
    root = tree(form, channel=make_channel(copyright="© 2025 Ed", minutes=20))
    assert one(root, "//copyright | //a:rights").text == "© 2025 Ed"
    assert [ttl.text for ttl in find(root, "//ttl")] == (["20"] if form is Format.RSS else [])


@pytest.mark.parametrize("form", XML)
def test_text_that_looks_like_the_end_of_an_entry_cuts_nothing(form):
    entry = make_entry(title="</item></entry></channel></feed> ]]>", summary="</entry><item>")
    root = tree(form, entry, html="<p>&lt;/item&gt;</p></item></entry></feed></channel>")
    assert one(root, "//item/title | //a:entry/a:title").text == "</item></entry></channel></feed> ]]>"


HUBS = ("https://hub.example.org/", "https://other.example.org/?a=1&b=2")


@pytest.mark.parametrize("form", XML)
def test_hubs_and_archives_are_linked(form):
    channel = make_channel(hubs=HUBS)
    feed = make_feed(make_entry(), channel=channel, total=9, months=("2025-06", "2025-05"))
    head, tail = rss_atom.frame(feed.frame(form), form)
    links = find(etree.fromstring(head + tail), "/rss/channel/a:link | /a:feed/a:link[@rel!='alternate']")
    assert [(link.get("rel"), link.get("href"), link.get("type")) for link in links] == [
        ("self", feed.url(form), form.media_type),
        ("hub", HUBS[0], None),
        ("hub", HUBS[1], None),
        ("prev-archive", feed.archive_url("2025-06", form), form.media_type),
    ]


@pytest.mark.parametrize("form", XML)
def test_archives_and_whole_feeds_say_so(form):
    feed = make_feed(make_entry(), total=9, months=("2025-06",))
    frames = {
        "": feed.frame(form),
        "complete": make_feed(make_entry()).frame(form),
        "archive": feed.archive_frame("2025-06", feed.members, form),
    }
    for name, frame in frames.items():
        root = etree.fromstring(b"".join(rss_atom.frame(frame, form)))
        found = find(root, "/rss/channel/fh:* | /a:feed/fh:*")
        assert [etree.QName(element).localname for element in found] == [name] * bool(name)
    assert one(root, "//a:link[@rel='current']").get("href") == feed.url(form)
    assert one(root, "//a:link[@rel='self']").get("href") == feed.archive_url("2025-06", form)


@pytest.mark.parametrize("form", XML)
def test_a_browser_finds_a_style_sheet_and_no_script(form):
    body = document(form, make_entry())
    assert b'<?xml-stylesheet type="text/css" href="https://news.example.org/feeds/entries.css"?>' in body[:200]
    assert body.count(b"<?") == 2
