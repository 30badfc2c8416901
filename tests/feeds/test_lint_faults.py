"""Each fault, planted by one replacement in a well-made document, gives exactly its own finding."""

from __future__ import annotations

import re

import pytest
from feeds.lint_documents import ATOM, BODY, CLEAN, JSON, NOW, OPML, RSS, rss_item

from publisher.feeds import lint
from publisher.feeds.lint.finding import Finding

GUID = '<guid isPermaLink="false">tag:tide.example.org,2025:posts/1</guid>'
UPDATED = "<updated>2025-06-22T08:00:00.250+08:00"
SELF = '<atom:link rel="self" type="application/rss+xml" href="https://tide.example.org/rss.xml"/>'
HUB = '<atom:link rel="hub" href="https://hub.example.org/"/>'
ENCLOSURE = '<enclosure url="https://tide.example.org/i/a%20b.jpg" length="12345" type="image/jpeg"/>'
THUMBNAIL = '<media:thumbnail url="https://tide.example.org/i/a%20b.jpg"/>'
MEDIA = '<media:content url="https://tide.example.org/i/a%20b.jpg"'
ALTERNATE = '<link rel="alternate" type="text/html" href="https://tide.example.org/posts/1/"/>'

PLANTED = [  # the document, what stands there (in its last entry, where in several), the fault, the codes of the findings
    # RSS: identity and links
    ("no guid", RSS, GUID, "", "id-missing"),
    ("empty guid", RSS, GUID, "<guid/>", "id-missing"),
    ("guid called a permalink", RSS, GUID, "<guid>n-1</guid>", "guid-permalink"),
    ("duplicate guid", RSS, "2025:posts/1</guid>", "2025:posts/2</guid>", "id-duplicate"),
    ("relative link in content", RSS, "https://tide.example.org/r?", "/r?", "url-relative"),
    ("empty link in content", RSS, "https://tide.example.org/r?a=1&amp;amp;b=2", "", "url-relative"),
    ("anchor in content", RSS, "https://tide.example.org/r?a=1&amp;amp;b=2", "#fn:1", "url-fragment"),
    ("relative image", RSS, "src=&quot;https://tide.example.org/i/a%20b.jpg", "src=&quot;/i/a.jpg", "url-relative"),
    ("relative srcset", RSS, "alt=&quot;A pier", "srcset=&quot;/a.jpg 2x, /b.jpg&quot; alt=&quot;A", "url-relative url-relative"),
    ("blank in an image's address", RSS, "src=&quot;https://tide.example.org/i/a%20b", "src=&quot;https://tide.example.org/i/a b", "url-character"),
    ("letters beyond ASCII", RSS, "https://tide.example.org/r?", "https://tide.example.org/潮?", "url-not-ascii"),
    ("no host", RSS, "https://tide.example.org/r?a=1&amp;amp;b=2", "http://", "url-host"),
    ("mailto is absolute", RSS, "https://tide.example.org/r?a=1&amp;amp;b=2", "mailto:a@b.example", ""),
    ("blank in a media address", RSS, MEDIA, MEDIA.replace("%20", " "), "url-character"),
    ("bare percent", RSS, MEDIA, MEDIA.replace("%20", "%"), "url-character"),
    ("site link is the feed", RSS, "<link>https://tide.example.org/<", "<link>https://tide.example.org/rss.xml<", "link-is-self"),
    ("no self", RSS, SELF + "\n" + HUB, "", "self-missing archive-self"),
    ("hub without self", RSS, SELF, "", "hub-alone archive-self"),
    ("two selves", RSS, SELF, SELF + SELF.replace("rss.xml", "2.xml"), "self-many"),
    ("relative hub", RSS, 'href="https://hub.example.org/"', 'href="/hub"', "url-relative"),
    ("relative site link", RSS, "<link>https://tide.example.org/<", "<link>/<", "url-relative"),
    ("relative item link", RSS, "<link>https://tide.example.org/posts/1/", "<link>/posts/1/", "url-relative"),
    ("no item link", RSS, "<link>https://tide.example.org/posts/1/</link>", "", ""),
    ("author without e-mail", RSS, "<dc:creator>Mara Linden</dc:creator>", "<author>Mara</author>", "author-address"),
    ("editor without e-mail", RSS, "desk@tide.example.org (The desk)", "The desk", "author-address"),
    ("enclosure length None", RSS, 'length="12345"', 'length="None"', "enclosure-length"),
    ("enclosure length 0", RSS, 'length="12345"', 'length="0"', "enclosure-length"),
    ("enclosure without type", RSS, 'type="image/jpeg"/>\n<media:content', "/>\n<media:content", "enclosure-type"),
    ("enclosure without url", RSS, ENCLOSURE, ENCLOSURE.replace('url="https://tide.example.org/i/a%20b.jpg" ', ""), "url-relative"),
    ("two enclosures", RSS, ENCLOSURE, ENCLOSURE * 2, "enclosure-many"),
    # RSS: dates and order
    ("ISO date", RSS, "<pubDate>Sun, 22 Jun 2025 08:00:00 +0800", "<pubDate>2025-06-22T08:00:00+08:00", "date-invalid"),
    ("Chinese weekday", RSS, "<pubDate>Sun, 22", "<pubDate>周日, 22", "date-invalid"),
    ("wrong weekday", RSS, "<pubDate>Sun, 22", "<pubDate>Tue, 22", "date-weekday"),
    ("two-digit year", RSS, "22 Jun 2025", "22 Jun 25", "date-year"),
    ("no such day", RSS, "Sun, 22 Jun 2025", "31 Jun 2025", "date-invalid"),
    ("no such offset", RSS, "22 Jun 2025 08:00:00 +0800", "22 Jun 2025 08:00:00 +9900", "date-invalid"),
    ("zone by name", RSS, "22 Jun 2025 08:00:00 +0800", "22 Jun 2025 08:00 EDT", ""),
    ("no pubDate", RSS, "<pubDate>Sun, 22 Jun 2025 08:00:00 +0800</pubDate>", "", "date-missing"),
    ("bad lastBuildDate", RSS, "<lastBuildDate>Mon, 30", "<lastBuildDate>Mon 30", "date-invalid"),
    ("oldest first", RSS, rss_item(2, 30), rss_item(2, 15), "order date-build"),
    ("build time as lastBuildDate", RSS, "<lastBuildDate>Mon, 30 Jun 2025", "<lastBuildDate>Sun, 30 Nov 2025", "date-build"),
    ("entry from the future", RSS, "<pubDate>Mon, 30 Jun 2025", "<pubDate>Mon, 30 Jun 2031", "date-stale date-future"),
    ("ttl 1h", RSS, "<ttl>60", "<ttl>1h", "ttl"),
    # RSS: text and XML
    ("control character", RSS, "Summary 1", "Summary \x0b1", "xml-character"),
    ("control character written out", RSS, "Summary 1", "Summary &#11;1", "xml-character"),
    ("bare ampersand", RSS, "Summary 1", "R&D 1", "xml-escape"),
    ("bare less-than", RSS, "Summary 1", "1 < 2", "xml-escape"),
    ("entity of HTML", RSS, "Summary 1", "Summary&nbsp;1", "xml-escape"),
    ("Latin-1 bytes", RSS, "Summary 1", "caf\udce9", "encoding"),
    ("lost character", RSS, "Summary 1", "Summary \ufffd1", "replacement"),
    ("content escaped twice", RSS, BODY, BODY.replace("&amp;", "&").replace("&", "&amp;"), "escaped-twice"),
    ("some markup escaped twice", RSS, "潮水 ", "潮水 &amp;lt;p&amp;gt; ", "escaped-twice"),
    ("entity shown in title", RSS, "R&amp;D at the pier", "R&amp;amp;D at the pier", "title-entity"),
    ("HTML in title", RSS, "R&amp;D at", "&lt;b&gt;R&lt;/b&gt; at", "title-html"),
    ("line break in title", RSS, "D at the", "D\nat the", "title-lines"),
    ("empty title", RSS, "<title>Tide 1: R&amp;D at the pier</title>", "<title/>", "title-empty"),
    ("script", RSS, "潮水 ", "&lt;script&gt;if (a&lt;b) c()&lt;/script&gt; ", "html-script"),
    ("onclick", RSS, "&lt;strong&gt;", "&lt;strong onclick=x&gt;", "html-script"),
    ("javascript address", RSS, "https://tide.example.org/r?a=1&amp;amp;b=2", "javascript:a()", "html-script"),
    ("iframe", RSS, "潮水 ", "&lt;iframe src=&quot;https://v.example/&quot;&gt;&lt;/iframe&gt; ", "html-embedded"),
    ("style element", RSS, "潮水 ", "&lt;style&gt;p &gt; b {}&lt;/style&gt; ", "html-embedded"),
    ("Markdown bold left", RSS, "潮水 ", "潮水 **财富** ", "leftover"),
    ("footnote left", RSS, "潮水 ", "潮水 [^1] ", "leftover"),
    ("template tag left", RSS, "潮水 ", "潮水 {{ title }} ", "leftover"),
    ("Markdown link left", RSS, "潮水 ", "[潮水](https://a.example/) ", "leftover"),
    ("CDATA mark left", RSS, "潮水 ", "潮水 ]]&amp;gt; ", "leftover"),
    ("unclosed strong", RSS, "上涨&lt;/strong&gt;", "上涨", "html-unbalanced"),
    ("stray end", RSS, "&lt;strong&gt;上涨", "上涨", "html-unbalanced"),
    ("crossed", RSS, "上涨&lt;/strong&gt;", "&lt;i&gt;上涨&lt;/strong&gt;&lt;/i&gt;", "html-unbalanced html-unbalanced"),
    ("tag without its end", RSS, "&gt;&lt;/p&gt;</content:encoded>", "</content:encoded>", "html-unbalanced"),
    ("no alt", RSS, " alt=&quot;A pier&quot;", "", "image-alt"),
    ("no alt twice", RSS, "潮水 ", "&lt;img src=https://a.example/1&gt;&lt;img src='https://a.example/2'/&gt;", "image-alt"),
    ("zh_CN", RSS, "<language>zh-CN", "<language>zh_CN", "language-invalid"),
    ("language in words", RSS, "<language>zh-CN", "<language>中文", "language-invalid"),
    ("no language", RSS, "<language>zh-CN</language>", "", "language-missing"),
    ("undeclared prefix", RSS, "<ttl>60</ttl>", "<x:y>1</x:y>", "xml-prefix"),
    ("media width in px", RSS, 'width="800"', 'width="800px"', "media-number"),
    ("media medium", RSS, 'medium="image"', 'medium="photo"', "media-medium"),
    ("group of one", RSS, THUMBNAIL, f'<media:group>{MEDIA} medium="image"/></media:group>', "media-group"),
    ("group of two", RSS, THUMBNAIL, f"<media:group>{MEDIA}/>{MEDIA}/></media:group>", ""),
    ("comment in content", RSS, "潮水 ", "潮水 &lt;!-- &lt;b&gt; --&gt;&lt;/p&gt;&lt;/br&gt; ", ""),
    ("script that never ends", RSS, "潮水 ", "&lt;script&gt;**a** ", "html-script html-unbalanced"),
    ("thumbnail without url", RSS, THUMBNAIL, "<media:thumbnail/>", "media-url"),
    ("player in place of url", RSS, MEDIA, "<media:content", ""),
    ("XSLT", RSS, '<?xml-stylesheet type="text/css"', '<?xml-stylesheet type="text/xsl"', "xslt"),
    ("DOCTYPE", RSS, "<rss ", "<!DOCTYPE rss><rss ", "xml-doctype"),
    ("entities", RSS, "<rss ", '<!DOCTYPE rss [<!ENTITY a "b">]><rss ', "xml-entities"),
    ("not well-formed", RSS, "</item>", "", "xml"),
    ("unknown codec", RSS, 'encoding="UTF-8"', 'encoding="klingon"', "encoding xml"),
    ("elements of its own", RSS, "<ttl>60</ttl>", "<tagline>x</tagline>", "element-unknown"),
    ("elements of its own in an item", RSS, GUID, GUID + "<tags>x</tags>", "element-unknown"),
    ("two titles", RSS, "<ttl>60</ttl>", "<ttl>60</ttl><title>x</title>", "element-twice"),
    ("two links in an item", RSS, GUID, GUID + "<link>https://a.example/</link>", "element-twice"),
    ("obsolete", RSS, "<ttl>60</ttl>", "<textInput/>", "element-obsolete"),
    ("sy in the wrong case", RSS, "sy:updatePeriod>", "sy:UpdatePeriod>", "syndication"),
    ("sy with a wrong word", RSS, "hourly", "often", "syndication"),
    ("sy with another child", RSS, "<sy:updatePeriod>", "<sy:updateFrequency>1</sy:updateFrequency><sy:updatePeriod>", ""),
    ("description after content", RSS, "<description>Summary 1</description>", "", ""),
    ("content before description", RSS, "<dc:creator>Mara", "<description>x</description><dc:creator>Mara", "element-twice content-order"),
    ("no description", RSS, "<description>What the water does</description>", "", "element-missing"),
    ("empty description", RSS, "<description>What the water does<", "<description><", "element-empty"),
    ("empty channel title", RSS, "<title>潮信 Tideline<", "<title><", "element-empty"),
    ("no version", RSS, '<rss version="2.0"', "<rss", "version"),
    ("archive without current", RSS, "<ttl>", "<fh:archive/><ttl>", "archive-current"),
    ("archive and complete", RSS, "<ttl>", "<fh:archive/><fh:complete/><ttl>", "archive-complete archive-complete archive-current"),
    ("archive that is its own", RSS, "archive/2025-05.rss.xml", "rss.xml", "archive-loop"),
    # Atom
    ("no updated", ATOM, UPDATED + "</updated>", "", "date-missing"),
    ("no id", ATOM, "<id>tag:tide.example.org,2025:posts/1</id>", "", "id-missing"),
    ("no author", ATOM, "<author><name>The desk</name></author>", "", "author-missing author-missing"),
    ("author without name", ATOM, "<name>The desk</name>", "<uri>https://a.example/</uri>", "author-name"),
    ("naive time", ATOM, UPDATED, UPDATED.removesuffix("+08:00"), "date-naive"),
    ("space instead of T", ATOM, UPDATED, UPDATED.replace("T", " "), "date-invalid"),
    ("no such time", ATOM, UPDATED, UPDATED.replace("T08", "T25"), "date-invalid"),
    ("a leap second", ATOM, UPDATED, UPDATED.replace("08:00:00", "08:00:60"), ""),
    ("CDATA as type", ATOM, '<content type="html">', '<content type="CDATA">', "text-type"),
    ("HTML typed as text", ATOM, '<content type="html">', "<content>", "text-type"),
    ("elements in HTML", ATOM, "<summary>Summary 1", '<summary type="html"><b>x</b>', "text-type"),
    ("XHTML without div", ATOM, "<summary>Summary 1", '<summary type="xhtml"><b>x</b>', "text-xhtml"),
    ("XHTML with a relative link", ATOM, "<summary>Summary 1", '<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="&quot;/x">a<br/></a></div>', "url-relative"),
    ("Markdown as content", ATOM, '<content type="html">', '<content type="text/markdown; charset=utf-8">', ""),
    ("HTML title", ATOM, "<title>Tide 1: R&amp;D", '<title type="html">&lt;b&gt;R&lt;/b&gt;', ""),
    ("duplicate id", ATOM, "2025:posts/1</id>", "2025:posts/2</id>", "id-duplicate"),
    ("updated before published", ATOM, UPDATED, UPDATED.replace("-22T", "-21T"), "date-order"),
    ("enclosure lost its rel", ATOM, 'rel="enclosure" type="image/jpeg" length="12345"', 'type="text/html"', "link-duplicate"),
    ("enclosure length", ATOM, 'length="12345"', 'length="big"', "enclosure-length"),
    ("feed older than entries", ATOM, "-30T08:00:00.250+08:00</updated>\n<author>", "-01T08:00:00Z</updated>\n<author>", "date-stale"),
    ("unknown element", ATOM, "<subtitle>What the water does</subtitle>", "<tagline>x</tagline>", "element-unknown"),
    ("relative id", ATOM, "<id>tag:tide.example.org,2025:posts/1</id>", "<id>posts/1</id>", "id-relative"),
    ("zh_CN in Atom", ATOM, 'hub.example.org/"/>', 'hub.example.org/"/>', ""),
    ("bad xml:lang", ATOM, 'history/1.0" xml:lang="zh-CN"', 'history/1.0" xml:lang="zh_CN"', "language-invalid"),
    ("relative link", ATOM, 'href="https://tide.example.org/posts/1/"', 'href="/posts/1/"', "url-relative"),
    ("no href", ATOM, ' href="https://tide.example.org/posts/1/"', "", "link-href"),
    ("no link, but content", ATOM, ALTERNATE, "", ""),
    ("no title", ATOM, "<title>Tide 1: R&amp;D at the pier</title>", "", "element-missing"),
    ("category without term", ATOM, 'term="sea" ', "", "category-term"),
    ("two summaries", ATOM, "<summary>Summary 1</summary>", "<summary>1</summary><summary>2</summary>", "element-twice"),
    ("relative src", ATOM, '<content type="html">' + BODY, '<content type="text/html" src="/x">', "url-relative"),
    ("another namespace", ATOM, "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "namespace"),
    # JSON Feed
    ("id is a number", JSON, '"id": "tag:tide.example.org,2025:posts/1"', '"id": 1', "id-missing"),
    ("no id at all", JSON, '"id": "tag:tide.example.org,2025:posts/1", ', "", "id-missing"),
    ("no content", JSON, '"content_html": "<p>潮水 <strong>上涨</strong></p>",', "", "content-missing"),
    ("RFC 822 date", JSON, '"2025-06-22T08:00:00+08:00"', '"Sun, 22 Jun 2025 08:00:00 +0800"', "date-invalid"),
    ("tags as a string", JSON, '["海洋"]', '"海洋"', "json-type"),
    ("version 1", JSON, "version/1.1", "version/1", "version"),
    ("version 2", JSON, "version/1.1", "version/2", "version"),
    ("unknown key", JSON, '"expired"', '"expires"', "key-unknown"),
    ("unknown key of an item", JSON, '"summary": "S', '"excerpt": "S', "key-unknown"),
    ("author of version 1", JSON, '"expired": false', '"author": {}', "element-obsolete"),
    ("relative URL", JSON, '"url": "https://tide.example.org/posts/1/"', '"url": "/posts/1/"', "url-relative"),
    ("duplicate JSON id", JSON, "2025:posts/1", "2025:posts/2", "id-duplicate"),
    ("two commas", JSON, '"items": [', '"x":1,,"items": [', "json"),
    ("a key twice", JSON, '"expired": false', '"expired": false, "expired": false', "json-twice"),
    ("NaN", JSON, '"expired": false', '"expired": NaN', "json"),
    ("expired as text", JSON, '"expired": false', '"expired": "no"', "json-type"),
    ("title as a number", JSON, '"title": "潮信 Tideline"', '"title": 1', "element-missing json-type"),
    ("no home page", JSON, '"home_page_url": "https://tide.example.org/", ', "", "element-missing"),
    ("relative feed_url", JSON, '"https://tide.example.org/feed.json"', '"feed.json"', "url-relative"),
    ("relative JSON hub", JSON, '"url": "https://hub.example.org/"', '"url": "hub"', "url-relative"),
    ("hub without type", JSON, '"type": "WebSub", ', "", "hub-shape"),
    ("hub without feed_url", JSON, '"feed_url": "https://tide.example.org/feed.json", ', "", "element-missing hub-alone"),
    ("hubs as text", JSON, '[{"type": "WebSub", "url": "https://hub.example.org/"}]', '"x"', "hub-shape"),
    ("authors as text", JSON, '[{"name": "The desk"}]', '"The desk"', "json-type"),
    ("author without anything", JSON, '[{"name": "The desk"}]', "[{}]", "author-name"),
    ("size as text", JSON, '"size_in_bytes": 12345', '"size_in_bytes": "12345"', "attachment"),
    ("attachment without type", JSON, '"mime_type": "audio/mpeg", ', "", "attachment"),
    ("attachments as text", JSON, '"attachments": [', '"attachments": "x", "_old": [', "json-type"),
    ("items as text", JSON, '"items": [', '"items": "x", "_old": [', "element-missing entries-none"),
    ("an item that is text", JSON, '"items": [', '"items": ["x", ', "json-type"),
    ("a character nobody shows", JSON, '"Summary"', '"\\u0001"', "xml-character"),
    ("Latin-1 bytes in JSON", JSON, '"Summary"', '"\udce9"', "encoding"),
    ("a future JSON item", JSON, '"date_published": "2025-06-30', '"date_modified": "2031-06-30T08:00:00Z", "date_published": "2025-06-30', "date-future"),
    # OPML
    ("outline without text", OPML, 'text="Tide" ', "", "outline-text"),
    ("feed without xmlUrl", OPML, 'xmlUrl="https://tide.example.org/rss.xml" ', "", "outline-url"),
    ("empty folder", OPML, "</outline>", '</outline><outline text="x"/>', "outline-url"),
    ("relative xmlUrl", OPML, "https://tide.example.org/rss.xml", "rss.xml", "url-relative"),
    ("empty xmlUrl", OPML, "https://tide.example.org/rss.xml", "", "url-relative"),
    ("a feed twice", OPML, "</outline>", '</outline><outline text="x" xmlUrl="https://tide.example.org/rss.xml"/>', "id-duplicate"),
    ("OPML 3", OPML, 'version="2.0"', 'version="3"', "version"),
    ("bad dateCreated", OPML, "Mon, 30 Jun 2025 08:00:00 +0800", "2025-06-30", "date-invalid"),
    ("no head", OPML, "head>", "hat>", "element-missing"),
    ("no outlines", OPML, "outline", "entry", "element-missing"),
]  # fmt: skip


def planted(text: str, old: str, new: str) -> bytes:
    """The document with the fault in the last place where it can stand, so that what follows an entry is seen too."""
    assert old in text
    everywhere = old in {"sy:updatePeriod>", "head>", "outline", "http://www.w3.org/2005/Atom"}
    first = text.index(old) if "<item>" in old or everywhere else text.rindex(old)
    changed = text.replace(old, new) if everywhere else text[:first] + new + text[first + len(old) :]
    return changed.encode("utf-8", "surrogateescape")


def codes(findings: list[Finding]) -> list[str]:
    return [each.code for each in findings]


@pytest.mark.parametrize("name", CLEAN)
def test_a_well_made_document_has_no_fault(name: str):
    assert lint.document(CLEAN[name].encode(), now=NOW) == []


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"), [case[1:] for case in PLANTED], ids=[c[0] for c in PLANTED]
)
def test_a_planted_fault_is_found_and_nothing_else(text: str, old: str, new: str, expected: str):
    found = lint.document(planted(text, old, new), now=NOW)
    assert sorted(codes(found)) == sorted(expected.split()), [str(each) for each in found]
    for each in found:
        assert re.fullmatch(r"\S.*; \S.*[^.]", each.message), "what is wrong; what to write"
        assert each.place
        assert "\n" not in str(each)


def test_each_case_has_its_own_name():
    names = [case[0] for case in PLANTED]
    assert len(set(names)) == len(names)


def test_a_finding_says_where():
    found = lint.document(planted(RSS, GUID, ""), now=NOW)
    line = RSS.splitlines().index("<item>", RSS.splitlines().index("</item>")) + 1
    assert str(found[0]) == (
        f"line {line}, entry 2 'Tide 1: R&D at the pier': error: "
        "it has no <guid>, so that readers guess which entries are new; write one that never changes"
    )
    found = lint.document(planted(JSON, '["海洋"]', '"海洋"'), now=NOW)
    assert found[0].place == "entry 2 'Tide 1: R&D at the pier'"


def test_self_is_where_it_is_served():
    for text, own in ((RSS, "rss.xml"), (ATOM, "atom.xml"), (JSON, "feed.json")):
        assert lint.document(text.encode(), url=f"https://tide.example.org/{own}", now=NOW) == []
        found = lint.document(text.encode(), url="https://mirror.example.org/x", now=NOW)
        assert codes(found) == ["self-elsewhere"]


def test_without_a_clock_nothing_is_future():
    assert "date-future" not in codes(
        lint.document(planted(RSS, "<pubDate>Sun, 22 Jun 2025", "<pubDate>Mon, 30 Jun 2031"))
    )
