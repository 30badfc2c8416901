"""Well-made documents in the four languages: each fault of the lint's tests is one replacement in one of them."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)

BODY = (
    "&lt;p&gt;潮水 &lt;strong&gt;上涨&lt;/strong&gt; 🌊 and &lt;code&gt;**{{ x }}**&lt;/code&gt; "
    "&lt;a href=&quot;https://tide.example.org/r?a=1&amp;amp;b=2&quot;&gt;more&lt;/a&gt; "
    "&lt;img src=&quot;https://tide.example.org/i/a%20b.jpg&quot; alt=&quot;A pier&quot;&gt;&lt;/p&gt;"
)


def rss_item(number: int, day: int) -> str:
    return f"""<item>
<title>Tide {number}: R&amp;D at the pier</title>
<link>https://tide.example.org/posts/{number}/</link>
<description>Summary {number}</description>
<content:encoded>{BODY}</content:encoded>
<dc:creator>Mara Linden</dc:creator>
<category domain="https://tide.example.org/topics/">海洋</category>
<guid isPermaLink="false">tag:tide.example.org,2025:posts/{number}</guid>
<pubDate>{"Mon" if day == 30 else "Sun"}, {day} Jun 2025 08:00:00 +0800</pubDate>
<enclosure url="https://tide.example.org/i/a%20b.jpg" length="12345" type="image/jpeg"/>
<media:content url="https://tide.example.org/i/a%20b.jpg" type="image/jpeg" medium="image" width="800" height="600"/>
<media:thumbnail url="https://tide.example.org/i/a%20b.jpg"/>
</item>"""


RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/css" href="https://tide.example.org/feeds/entries.css"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:fh="http://purl.org/syndication/history/1.0">
<channel>
<title>潮信 Tideline</title>
<link>https://tide.example.org/</link>
<description>What the water does</description>
<language>zh-CN</language>
<atom:link rel="self" type="application/rss+xml" href="https://tide.example.org/rss.xml"/>
<atom:link rel="hub" href="https://hub.example.org/"/>
<atom:link rel="prev-archive" href="https://tide.example.org/archive/2025-05.rss.xml"/>
<lastBuildDate>Mon, 30 Jun 2025 08:00:00 +0800</lastBuildDate>
<managingEditor>desk@tide.example.org (The desk)</managingEditor>
<ttl>60</ttl>
<sy:updatePeriod>
 hourly
</sy:updatePeriod>
{rss_item(2, 30)}
{rss_item(1, 22)}
</channel>
</rss>
"""


def atom_entry(number: int, day: int) -> str:
    return f"""<entry xml:lang="zh-CN">
<id>tag:tide.example.org,2025:posts/{number}</id>
<title>Tide {number}: R&amp;D at the pier</title>
<link rel="alternate" type="text/html" href="https://tide.example.org/posts/{number}/"/>
<link rel="enclosure" type="image/jpeg" length="12345" href="https://tide.example.org/i/a%20b.jpg"/>
<published>2025-06-{day}T08:00:00+08:00</published>
<updated>2025-06-{day}T08:00:00.250+08:00</updated>
<category term="sea" scheme="https://tide.example.org/topics/" label="海洋"/>
<summary>Summary {number}</summary>
<content type="html">{BODY}</content>
</entry>"""


ATOM = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="zh-CN">
<id>tag:tide.example.org,2025:feed</id>
<title>潮信 Tideline</title>
<subtitle>What the water does</subtitle>
<link rel="self" type="application/atom+xml" href="https://tide.example.org/atom.xml"/>
<link rel="alternate" type="text/html" href="https://tide.example.org/"/>
<link rel="hub" href="https://hub.example.org/"/>
<updated>2025-06-30T08:00:00.250+08:00</updated>
<author><name>The desk</name></author>
{atom_entry(2, 30)}
{atom_entry(1, 22)}
</feed>
"""


def json_item(number: int, day: int) -> str:
    return f"""{{"id": "tag:tide.example.org,2025:posts/{number}", "url": "https://tide.example.org/posts/{number}/",
"title": "Tide {number}: R&D at the pier", "content_html": "<p>潮水 <strong>上涨</strong></p>", "summary": "Summary",
"date_published": "2025-06-{day}T08:00:00+08:00", "tags": ["海洋"], "image": "https://tide.example.org/i/a%20b.jpg",
"authors": [{{"name": "Mara Linden"}}],
"attachments": [{{"url": "https://tide.example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12345}}]}}"""


JSON = f"""{{"version": "https://jsonfeed.org/version/1.1", "title": "潮信 Tideline", "_own": 1,
"home_page_url": "https://tide.example.org/", "feed_url": "https://tide.example.org/feed.json", "language": "zh-CN",
"authors": [{{"name": "The desk"}}], "hubs": [{{"type": "WebSub", "url": "https://hub.example.org/"}}],
"expired": false,
"items": [{json_item(2, 30)}, {json_item(1, 22)}]}}
"""

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
<head><title>Feeds</title><dateCreated>Mon, 30 Jun 2025 08:00:00 +0800</dateCreated></head>
<body>
<outline text="Water">
<outline text="Tide" type="rss" xmlUrl="https://tide.example.org/rss.xml" htmlUrl="https://tide.example.org/"/>
</outline>
</body>
</opml>
"""

CLEAN = {"rss": RSS, "atom": ATOM, "json": JSON, "opml": OPML}
