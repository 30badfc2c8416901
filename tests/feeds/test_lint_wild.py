"""Feeds as other programs write them: nothing but warnings that are true, and no document makes the lint fall over."""

from __future__ import annotations

import gzip

import pytest
from feeds.lint_documents import ATOM, CLEAN, JSON, NOW, RSS
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.feeds import lint
from publisher.feeds.lint.finding import Language

WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:atom="http://www.w3.org/2005/Atom"
	xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
	xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel>
	<title>Harbour notes</title>
	<atom:link href="https://blog.example.com/feed/" rel="self" type="application/rss+xml" />
	<link>https://blog.example.com</link>
	<description>Just another site</description>
	<lastBuildDate>Sat, 28 Jun 2025 16:04:11 +0000</lastBuildDate>
	<language>en-US</language>
	<sy:updatePeriod>
	hourly	</sy:updatePeriod>
	<sy:updateFrequency>
	1	</sy:updateFrequency>
	<generator>https://wordpress.org/?v=6.8.1</generator>
<image><url>https://blog.example.com/i.png</url><title>Harbour notes</title><link>https://blog.example.com</link></image>
	<item>
		<title>Cranes &#038; tides</title>
		<link>https://blog.example.com/2025/06/cranes-tides/</link>
					<comments>https://blog.example.com/2025/06/cranes-tides/#respond</comments>
		<dc:creator><![CDATA[admin]]></dc:creator>
		<pubDate>Sat, 28 Jun 2025 15:00:00 +0000</pubDate>
				<category><![CDATA[Uncategorized]]></category>
		<guid isPermaLink="false">https://blog.example.com/?p=42</guid>
					<description><![CDATA[<p>Six cranes [&#8230;]</p>
<p>The post <a href="https://blog.example.com/2025/06/cranes-tides/">Cranes &#038; tides</a> appeared first.</p>
]]></description>
		<content:encoded><![CDATA[
<p class="wp-block-paragraph">Six cranes <em>stand</em> &#8212; we counted<br />twice.</p>
<figure class="wp-block-image size-large"><img fetchpriority="high" decoding="async" width="1024" height="683" src="https://blog.example.com/a.jpg" alt="" srcset="https://blog.example.com/a.jpg 1024w, https://blog.example.com/b.jpg 300w" sizes="(max-width: 1024px) 100vw, 1024px" /></figure>
<ul><li>one<li>two</ul>
<script type="text/plain" hidden></script>
]]></content:encoded>
					<wfw:commentRss>https://blog.example.com/2025/06/cranes-tides/feed/</wfw:commentRss>
			<slash:comments>0</slash:comments>
			</item>
	</channel>
</rss>
"""
HUGO = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
  <channel>
    <title>Notes</title>
    <link>https://hugo.example.net/</link>
    <description>Recent content on Notes</description>
    <generator>Hugo</generator>
    <language>en-us</language>
    <lastBuildDate>Mon, 30 Jun 2025 00:00:00 +0000</lastBuildDate>
    <atom:link href="https://hugo.example.net/index.xml" rel="self" type="application/rss+xml" />
    <item>
      <title>First</title>
      <link>https://hugo.example.net/posts/first/</link>
      <pubDate>Mon, 30 Jun 2025 00:00:00 +0000</pubDate>
      <guid>https://hugo.example.net/posts/first/</guid>
      <description>&lt;p&gt;It is &lt;strong&gt;here&lt;/strong&gt;.&lt;/p&gt;</description>
    </item>
  </channel>
</rss>
"""
GHOST = """<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title><![CDATA[Ghostly]]></title><description><![CDATA[Thoughts]]></description><link>https://ghost.example.com/</link><image><url>https://ghost.example.com/favicon.png</url><title>Ghostly</title><link>https://ghost.example.com/</link></image><generator>Ghost 5.120</generator><lastBuildDate>Tue, 01 Jul 2025 08:00:00 GMT</lastBuildDate><atom:link href="https://ghost.example.com/rss/" rel="self" type="application/rss+xml"/><ttl>60</ttl><item><title><![CDATA[Boo]]></title><description><![CDATA[A short one]]></description><link>https://ghost.example.com/boo/</link><guid isPermaLink="false">66f0c0ffee</guid><category><![CDATA[News]]></category><dc:creator><![CDATA[Casper]]></dc:creator><pubDate>Sun, 29 Jun 2025 09:30:00 GMT</pubDate><media:content url="https://ghost.example.com/boo.jpg" medium="image"/><content:encoded><![CDATA[<img src="https://ghost.example.com/boo.jpg" alt="Boo"><p>Text with <code>{{ghost_head}}</code></p><figure class="kg-card kg-embed-card"><iframe width="200" height="113" src="https://video.example.com/embed/1" allowfullscreen></iframe></figure>]]></content:encoded></item></channel></rss>"""
BLOGGER = """<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href="https://www.blogger.example.com/styles/atom.css" type="text/css"?><feed xmlns='http://www.w3.org/2005/Atom' xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/' xmlns:gd='http://schemas.google.com/g/2005' xmlns:thr='http://purl.org/syndication/thread/1.0'><id>tag:blogger.example.com,1999:blog-1</id><updated>2025-06-30T04:00:00.123-07:00</updated><category term="sea"/><title type='text'>Blog</title><subtitle type='html'>A &lt;i&gt;blog&lt;/i&gt;</subtitle><link rel='http://schemas.google.com/g/2005#feed' type='application/atom+xml' href='https://b.example.com/feeds/posts/default'/><link rel='self' type='application/atom+xml' href='https://b.example.com/feeds/posts/default'/><link rel='alternate' type='text/html' href='https://b.example.com/'/><link rel='hub' href='https://pubsubhubbub.example.com/'/><author><name>Ann</name><email>noreply@blogger.example.com</email></author><generator version='7.00' uri='https://www.blogger.example.com'>Blogger</generator><openSearch:totalResults>1</openSearch:totalResults><entry><id>tag:blogger.example.com,1999:blog-1.post-2</id><published>2025-06-30T03:00:00.000-07:00</published><updated>2025-06-30T04:00:00.123-07:00</updated><title type='text'>Post</title><content type='html'>&lt;p&gt;Hello&lt;br/&gt;there&lt;/p&gt;</content><link rel='replies' type='application/atom+xml' href='https://b.example.com/feeds/2/comments/default' title='Post Comments'/><link rel='alternate' type='text/html' href='https://b.example.com/2025/06/post.html' title='Post'/><author><name>Ann</name></author><thr:total>0</thr:total></entry></feed>"""
XHTML = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://x.example.org/"><id>urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">T</div></title><updated>2025-06-30T04:00:00Z</updated><link rel="self" href="/atom"/><entry><id>urn:x:1</id><title>A</title><updated>2025-06-30T04:00:00Z</updated><source><author><name>B</name></author></source><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a &amp; b <a href="rel">c</a><hr/><!-- no --> &lt;d&gt;</div></content></entry></feed>"""
PODCAST = """<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Pod</title><link>https://p.example.org/</link><description>d</description><language>de</language><atom:link rel="self" href="https://p.example.org/rss"/><itunes:explicit>false</itunes:explicit><item><title>One</title><guid>https://p.example.org/1</guid><pubDate>Mon, 30 Jun 2025 00:00:00 PDT</pubDate><enclosure url="https://p.example.org/1.mp3" length="123" type="audio/mpeg"/></item></channel></rss>"""


@pytest.mark.parametrize(
    ("text", "warned", "wrong"),
    [
        pytest.param(WORDPRESS.replace('<script type="text/plain" hidden></script>', ""), "", "", id="WordPress"),
        pytest.param(WORDPRESS, "", "html-script", id="WordPress-with-a-plugin"),
        pytest.param(HUGO, "", "", id="Hugo"),
        pytest.param(GHOST, "date-build html-embedded language-missing", "", id="Ghost"),
        pytest.param(BLOGGER, "language-missing", "", id="Blogger"),
        pytest.param(XHTML, "url-relative", "", id="XHTML-with-xml-base"),
        pytest.param(PODCAST, "", "", id="podcast"),
    ],
)
def test_what_others_write_gets_warnings_that_are_true(text: str, warned: str, wrong: str):
    found = lint.document(text.encode(), now=NOW)
    by_severity = {name: {each.code for each in found if each.severity == name} for name in ("warning", "error")}
    assert by_severity == {"warning": set(warned.split()), "error": set(wrong.split())}, [str(each) for each in found]


def test_the_address_beside_xml_base_is_read():
    found = [str(each) for each in lint.document(XHTML.encode(), now=NOW)]
    assert found == [
        "line 1, entry 1 'A': warning: content: 'rel' is relative, and readers are elsewhere; write https://… in full"
    ]


def test_a_link_lacks_only_where_nobody_can_open_the_item():
    bare = PODCAST.replace("<guid>https://p.example.org/1<", '<guid isPermaLink="false">1<')
    assert lint.document(bare.encode(), now=NOW) == [], "the enclosure can be opened"
    start, end = bare.index("<enclosure"), bare.index("</item>")
    found = lint.document((bare[:start] + bare[end:]).encode(), now=NOW)
    assert [each.code for each in found] == ["link-missing"]
    untitled = (bare[:start] + bare[end:]).replace("<title>One</title>", "<link>https://p.example.org/1</link>")
    assert [each.code for each in lint.document(untitled.encode(), now=NOW)] == ["element-missing"]


def test_an_entry_of_nothing_is_named_by_its_number():
    data = PODCAST.split("<item>")[0] + "<item/></channel></rss>"
    found = lint.document(data.encode(), now=NOW)
    assert {each.code for each in found} == {"id-missing", "link-missing", "element-missing", "date-missing"}
    assert {each.place for each in found} == {"line 1, entry 1"}


def test_an_atom_entry_needs_content_or_a_link():
    entry = BLOGGER.replace(
        " rel='alternate' type='text/html' href='https://b.example.com/2025",
        " rel='via' href='https://b.example.com/2025",
    )
    entry = entry.replace("<content type='html'>&lt;p&gt;Hello&lt;br/&gt;there&lt;/p&gt;</content>", "")
    assert [each.code for each in lint.document(entry.encode())] == ["link-missing", "language-missing"]


def test_all_entries_of_one_build_are_told():
    days = ("30", "22", "15")
    entries = "".join(
        f"<entry><id>urn:x:{day}</id><title>{day}</title><updated>2025-06-30T04:00:00Z</updated><content>x</content>"
        f"<published>2025-06-{day}T04:00:00Z</published></entry>"
        for day in days
    )
    start = XHTML.index("<entry>")
    text = XHTML[:start].replace("<updated>", "<author><name>B</name></author><updated>") + entries + "</feed>"
    assert [each.code for each in lint.document(text.encode(), now=NOW)] == ["date-churn"]


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", "empty", "it is empty; write a feed"),
        (b" \n", "empty", "it is empty; write a feed"),
        (b"<!doctype html><p>x", "format", "it is an HTML page; give the address of a feed"),
        (b"<!-- <rss> --><html><body/></html>", "format", "it is an HTML page; give the address of a feed"),
        (b'<rdf:RDF xmlns:rdf="x"/>', "format", "RSS 1.0"),
        (b"<note/>", "format", "its root is <note>"),
        (b"hello <b>", "format", "its bytes begin otherwise"),
        (b"\x89PNG", "format", "its bytes begin otherwise"),
        (b"[]", "json-object", "no object"),
        (b'{"a": 1}', "format", "no JSON Feed"),
        (b'{"a": ' + b"[" * 200_000, "json", "nested too deep"),
        (b"<rss>" + b"<a>" * 300 + b"</a>" * 300 + b"</rss>", "xml-limit", "Excessive depth"),
        (b'<rss version="2.0"><channel>', "xml", "not well-formed"),
        (b'<?xml version="1.0" encoding="utf-16"?><rss/>', "xml", "not well-formed"),
        (b'<x:rss xmlns:x="https://x.example/"/>', "namespace", "write it in the namespace of RSS"),
        (b" " * ((64 << 20) + 1), "too-large", "more than 64 MiB"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_what_is_no_feed_is_told_in_a_sentence(data: bytes, code: str, said: str):
    found = [each for each in lint.document(data) if each.severity == "error"]
    assert [each.code for each in found] == [code]
    assert said in found[0].message


def test_an_rss_without_a_channel():
    assert [each.code for each in lint.document(b'<rss version="2.0"/>')] == ["element-missing"]


def test_a_feed_without_entries_gets_a_warning():
    for name, start, end in (("rss", "<item>", "</item>"), ("atom", "<entry ", "</entry>")):
        text = CLEAN[name]
        text = text[: text.index(start)] + text[text.rindex(end) + len(end) :]
        found = lint.document(text.encode(), now=NOW)
        assert [(each.severity.value, each.code) for each in found] == [("warning", "entries-none")]


def test_other_encodings_are_read_and_warned_of():
    chinese = RSS.replace('encoding="UTF-8"', 'encoding="gb18030"').encode("gb18030")
    wide = b"\xff\xfe" + RSS.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16-le")
    for data in (chinese, wide):
        assert [each.code for each in lint.document(data, now=NOW)] == ["encoding"]
    bomb = RSS.replace('encoding="UTF-8"', 'encoding="UTF-16"').replace("<rss ", '<!DOCTYPE r [<!ENTITY a "b">]><rss ')
    found = lint.document(b"\xff\xfe" + bomb.encode("utf-16-le"), now=NOW)
    assert [each.code for each in found] == ["encoding", "xml-entities"]


def test_a_byte_order_mark_and_a_large_feed_get_a_warning():
    assert [each.code for each in lint.document(b"\xef\xbb\xbf" + RSS.encode(), now=NOW)] == ["bom"]
    assert [each.code for each in lint.document(b"\xef\xbb\xbf" + JSON.encode(), now=NOW)] == ["bom"]
    large = ATOM.replace("Summary 1", "water " * 100_000)
    assert [each.code for each in lint.document(large.encode(), now=NOW)] == ["large"]


def test_entities_are_never_resolved():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{laughs}]><rss version="2.0"><channel><title>&a9;</title></channel></rss>'
    stolen = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>'
    for text in (bomb, stolen):
        assert [each.code for each in lint.document(text.encode())] == ["xml-entities"]


def test_an_article_may_quote_a_prologue():
    quoted = '<pre>&lt;?xml-stylesheet type="text/xsl"?><!DOCTYPE html [<!ENTITY a "b">]></pre>'
    text = HUGO.replace("&lt;p&gt;It is", f"<![CDATA[{quoted}]]>&lt;p&gt;It is")
    assert lint.document(text.encode(), now=NOW) == []


def test_comments_and_unknown_entities_end_no_text():
    odd = HUGO.replace(' standalone="yes"', "").replace(
        "<rss ", '<!DOCTYPE rss SYSTEM "https://x.example/rss.dtd"><rss '
    )
    odd = odd.replace("<title>First<", "<title>A<!-- c -->B<?pi d?>C&unknown;<").replace("</title>", "<i/>tail</title>")
    found = lint.document(odd.encode(), now=NOW)
    assert [each.code for each in found] == ["xml-doctype"]
    found = lint.document(odd.replace("<guid>https:", "<guid><!-- none -->").encode(), now=NOW)
    assert found[1].place == "line 11, entry 1 'ABC&unknown;'"


def test_the_language_is_told_by_the_bytes():
    told = [lint.language_of(text.encode()) for text in CLEAN.values()]
    assert told == [Language.RSS, Language.ATOM, Language.JSON, Language.OPML]
    assert lint.language_of(gzip.compress(b"x", mtime=0)) is None


def test_a_hub_is_seen_in_every_language():
    assert all(lint.names_hub(CLEAN[name].encode()) for name in ("rss", "atom", "json"))
    for data in (CLEAN["opml"].encode(), HUGO.encode(), b"{", b"<rss>", b"", b'{"items": []}'):
        assert not lint.names_hub(data)


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_make_it_raise(data: bytes):
    for start in (b"", b"<rss>", b'<feed xmlns="http://www.w3.org/2005/Atom">', b'{"items": [', b"<opml>"):
        assert lint.document(start + data, now=NOW)


@settings(max_examples=150)
@given(st.sampled_from(sorted(CLEAN)), st.data())
def test_no_mutation_makes_it_raise(name: str, data: st.DataObject):
    body = bytearray(CLEAN[name].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = min(len(body), start + data.draw(st.integers(0, 40)))
        body[start:end] = data.draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"<", b'"', b"&#x0;", b"null", b"[]"]))
        )
    for each in lint.document(bytes(body), url="https://x.example/", now=NOW):
        assert "; " in each.message


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=4,
    ),
    st.data(),
)
def test_no_value_of_a_json_feed_makes_it_raise(value: object, data: st.DataObject):
    import json

    feed = json.loads(JSON)
    target = data.draw(st.sampled_from([feed, feed["items"][0], feed["items"][0]["attachments"][0], feed["hubs"][0]]))
    target[data.draw(st.sampled_from(sorted(target)))] = value
    lint.document(json.dumps(feed).encode(), now=NOW)
