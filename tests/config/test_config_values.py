"""What single values of config.yaml are told when they are wrong: each form of error, word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import parse
from publisher.errors import ConfigError

SITE = "site: {title: X, url: https://x.example}\n"


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), Path("config.yaml"), {"P": "geheim"})
    return [line.removeprefix("config.yaml:") for line in str(caught.value).split("\n")]


def newsletter(keys: str) -> str:
    return f'{SITE}newsletters:\n  weekly:\n    title: W\n    from: "W <w@x.example>"\n    {keys}\n'


VALUES = {
    "site: {title: X, url: x.example}": (
        "site.url: 'x.example' is not an absolute http(s) address; write for example https://example.org"
    ),
    "site: {title: X, url: 'https://u:p@x.example/?q'}": (
        "site.url: 'https://u:p@x.example/?q' is not an absolute http(s) address; write for example https://example.org"
    ),
    "site: {title: X, url: 'https://x.example:99999'}": (
        "site.url: 'https://x.example:99999' is not an absolute http(s) address; write for example https://example.org"
    ),
    'site: {title: "X\\nY", url: https://x.example}': (
        "site.title: has a line break or control character; write it on one line"
    ),
    'site: {title: X, url: https://x.example, postal_address: "X\\0"}': (
        "site.postal_address: has a control character; remove it"
    ),
    "site: {title: X, url: https://x.example, language: zh_cn}": (
        "site.language: 'zh_cn' is not a language tag; write zh-CN"
    ),
    "site: {title: X, url: https://x.example, language: chinese}": (
        "site.language: 'chinese' is not a language tag; write for example en, zh-CN or pt-BR"
    ),
    "site: {title: X, url: https://x.example, timezone: Asia/Shanghia}": (
        "site.timezone: 'Asia/Shanghia' is not a time zone; did you mean Asia/Shanghai? "
        "write a name such as Asia/Shanghai, Europe/Berlin or UTC"
    ),
    "site: {title: X, url: https://x.example, timezone: Tokyo}": (
        "site.timezone: 'Tokyo' is not a time zone; did you mean Asia/Tokyo? "
        "write a name such as Asia/Shanghai, Europe/Berlin or UTC"
    ),
    "site: {title: X, url: https://x.example, timezone: ../x}": (
        "site.timezone: '../x' is not a time zone; write a name such as Asia/Shanghai, Europe/Berlin or UTC"
    ),
    "site: {title: X, url: https://x.example, author: {email: x}}": (
        "site.author.email: 'x' is not a mail address; write for example news@example.org"
    ),
    "content: {quiet_alarm: 14 days}": (
        "content.quiet_alarm: '14 days' is not a duration; write a number and a unit, for example 12h, 7d or 2w"
    ),
    "content: {quiet_alarm: 9999w}": (
        "content.quiet_alarm: '9999w' is longer than ten years; write a shorter time, for example 14d"
    ),
    "content: {urls: '/:yaer/:slug/'}": (
        "content.urls: ':yaer' is not part of an address; did you mean :year? "
        "write some of :year, :month, :day, :slug, :title, :filename, :section, :categories, or others of docs/reference/config.md"
    ),
    "content: {urls: ':slug'}": (
        "content.urls: ':slug' is not a path; write one of hugo, jekyll, jekyll-pretty, zola, pelican, eleventy, or for example /:year/:month/:slug/"
    ),
    "content: {urls: jekyl}": (
        "content.urls: 'jekyl' is not a path; did you mean jekyll? "
        "write one of hugo, jekyll, jekyll-pretty, zola, pelican, eleventy, or for example /:year/:month/:slug/"
    ),
    "content: {urls: jekyll /:categories/:titel/}": (
        "content.urls: ':titel' is not part of an address; did you mean :title? "
        "write some of :year, :month, :day, :slug, :title, :filename, :section, :categories, or others of docs/reference/config.md"
    ),
    "content: {urls: '/:year/:section/'}": (
        "content.urls: '/:year/:section/' gives many articles one address; add :slug, :filename or :title"
    ),
    "content: {fields: {topic: [a]}}": (
        "content.fields.topic: is not a fact about an article; did you mean topics? write one of title, date, updated, "
        "expires, draft, topics, tags, authors, image, image_alt, summary, lang, link, url, slug, id, guid, weight, minor"
    ),
    "content: {fields: {tags: []}}": (
        "content.fields.tags: names no front-matter key; write at least one, or remove the line"
    ),
    "topics: {Funding Now: {title: F}}": (
        "topics.Funding Now: 'Funding Now' cannot stand in addresses; "
        "write 'funding-now', and the name people read as its title"
    ),
    "topics: {'.a': {title: F}}": (
        "topics..a: '.a' cannot stand in addresses; write 'a', and the name people read as its title"
    ),
    "topics: {'': {title: F}}": (
        "topics.: '' cannot stand in addresses; write for example 'chips', and the name people read as its title"
    ),
    "topics: {funding: }": "topics.funding.title: is missing; write title: Compute & Chips",
    "topics: {a: {title: Chips}, b: {title: ＣＨＩＰＳ }}": (
        "topics.b.title: 'ＣＨＩＰＳ' is the title of a too; give each topic its own"
    ),
    "topics: {a: {title: B}, b: {title: C}}": (
        "topics.a.title: 'B' is the key of another topic, b; choose another title"
    ),
    "featured: {any: [{}]}": "featured.any[0]: asks for nothing; write key: featured or image: true",
    "featured: {any: [{key: x, not_image: [y]}]}": (
        "featured.any[0].not_image: has no effect without image: true; write both"
    ),
    "featured: {any: [{image: yes}]}": ("featured.any[0].image: 'yes' is neither true nor false; write true or false"),
    "feeds: {formats: [rss, atmo]}": (
        "feeds.formats[1]: 'atmo' is not one of its values; did you mean atom? write rss, atom or json"
    ),
    "feeds: {formats: []}": "feeds.formats: names no format; write one or more of rss, atom, json",
    "feeds: {entries: 0}": "feeds.entries: 0 is too small; write 1 to 200",
    "feeds: {entries: 201}": "feeds.entries: 201 is too large; write 1 to 200",
    "feeds: {entries: many}": "feeds.entries: 'many' is not a whole number; write digits only",
    "feeds: {tags: -1}": "feeds.tags: -1 is too small; write 0 or more",
    "feeds: {ids: permalinks}": (
        "feeds.ids: 'permalinks' is not one of its values; did you mean permalink? write stored or permalink"
    ),
    "feeds: {hubs: [x]}": (
        "feeds.hubs[0]: 'x' is not an absolute http(s) address; write for example https://example.org"
    ),
    "feeds: {extra: [{name: a}, {name: a}]}": "feeds.extra[1].name: 'a' stands twice; give each feed a name of its own",
    "feeds: {extra: [{}]}": "feeds.extra[0].name: is missing; write name: chips-not-funding",
    "output: content/": "output: is the folder of the articles or their files; write another one, for example public",
    "output: ''": "output: is empty; write some text",
    "theme: {width: 900}": "theme.width: 900 is too large; write 320 to 800",
    "theme: {colour: teal}": 'theme.colour: \'teal\' is not a colour; write it with quotes as "#1a56a8" or "#15a"',
    "newsletters: {Weekly: {title: W, from: w@x.example}}": (
        "newsletters.Weekly: 'Weekly' cannot stand in addresses; write 'weekly' (a-z, 0-9, - and _; at most 64)"
    ),
    "newsletters: {周报: {title: W, from: w@x.example}}": (
        "newsletters.周报: '周报' cannot stand in addresses; write for example 'weekly' (a-z, 0-9, - and _; at most 64)"
    ),
    "newsletters: {a: {title: W}}": "newsletters.a.from: is missing; write from: Name <news@example.org>",
    "newsletters: {a: {title: A, from: a@x.example, schedules: {b-c: '08:00'}}, "
    "a-b: {title: B, from: b@x.example, schedules: {c: '08:00'}}}": (
        "newsletters.a-b.schedules.c: its issues would be named a-b-c-… like those of newsletters.a.schedules.b-c; "
        "rename one of the two"
    ),
    "subscribers: {languages: []}": "subscribers.languages: names no language; write for example [en]",
    "subscribers: {confirm_within: 0}": (
        "subscribers.confirm_within: '0' is no time at all; write for example 12h, 7d or 2w"
    ),
    "delivery: {transport: smpt}": (
        "delivery.transport: 'smpt' is not one of its values; did you mean smtp? write folder or smtp"
    ),
    "delivery: {transport: smtp}": (
        "delivery.smtp: is missing for transport: smtp; write smtp: {host: smtp.example.org}"
    ),
    "delivery: {smtp: {host: a.example}, relays: [{host: b.example}]}": (
        "delivery.smtp: stands beside relays; keep one of the two"
    ),
    "delivery: {smtp: {host: 'a b'}}": (
        "delivery.smtp.host: 'a b' is not a host; write a name such as smtp.example.org"
    ),
    "delivery: {smtp: {host: a.example, port: 65536}}": "delivery.smtp.port: 65536 is too large; write 1 to 65535",
    "delivery: {smtp: {host: a.example, security: ssl}}": (
        "delivery.smtp.security: 'ssl' is not one of its values; write none, starttls or tls"
    ),
    "delivery: {smtp: {host: a.example, user: u}}": (
        "delivery.smtp.password: is missing for this user; write ${NAME}, or password_file: with the path of a file"
    ),
    "delivery: {smtp: {host: a.example, password: '${P}'}}": "delivery.smtp.password: has no user; write user: too",
    "delivery: {smtp: {host: a.example, user: u, password: geheim}}": (
        "delivery.smtp.password: a secret must not stand in this file; write ${NAME}, or name a file in password_file"
    ),
    "delivery: {domains: {qq.com: {rate: -1}}}": "delivery.domains.qq.com.rate: -1 is too small; write 0 or more",
    "delivery: {relays: [{host: a.example, weight: 0}]}": "delivery.relays[0].weight: 0 is too small; write 1 to 1000",
    "delivery: {relays: [{hots: a.example, host: b.example}]}": (
        "delivery.relays[0].hots: unknown key; did you mean host?"
    ),
    "delivery: {bounces: {address: b@x.example, imap: {host: a.example, prot: 1}}}": (
        "delivery.bounces.imap.prot: unknown key; did you mean port?"
    ),
    "webhooks: {out: [{url: https://y.example, events: [Sent]}]}": (
        "webhooks.out[0].events[0]: 'Sent' is not an event; write for example sent or unsubscribed"
    ),
    "database: mysql://x": (
        "database: is no database that works here; write sqlite:///var/publisher.db or postgresql://host/name"
    ),
    "database: 'sqlite:///:memory:'": (
        "database: is no database that works here; write sqlite:///var/publisher.db or postgresql://host/name"
    ),
    "web: {listen: '8000'}": "web.listen: '8000' is not host:port; write for example 127.0.0.1:8000",
    "web: {listen: '127.0.0.1:0'}": "web.listen: '127.0.0.1:0' is not host:port; write for example 127.0.0.1:8000",
    "web: {url: http://news.x.example}": (
        "web.url: 'http://news.x.example' is not https, and mail programs call no other; write https://news.x.example"
    ),
    "newsletters: {a: {title: A, from: a@x.example}}\nweb: {listen: 0.0.0.0:80}": (
        "web.url: is missing: links in mails begin with it; write url: https://news.example.org"
    ),
    "web: {trusted_proxies: [x]}": (
        "web.trusted_proxies[0]: 'x' is not an IP address or network; write for example 127.0.0.1 or 10.0.0.0/8"
    ),
    "tracking: {clicks: on}": "tracking.clicks: 'on' is neither true nor false; write true or false",
}


@pytest.mark.parametrize("text", VALUES, ids=repr)
def test_what_a_value_can_have_wrong(text):
    head = "" if text.startswith("site:") else SITE
    line = (head + text).count("\n") + 1
    assert problems(head + text) == [f"{line}: {VALUES[text]}"]


PLACEHOLDERS = "write one of {title}, {first_title}, {titles}, {date}, {count}, {number}"
FORMS = 'write "08:00", "mon 08:00", "mon,thu 08:00", "15 08:00", "1st mon 09:00" or {cron: "0 8 * * mon"}'
NEWSLETTER = {
    "subject: '{titel}'": f"subject: '{{titel}}' is not a placeholder; did you mean {{title}}? {PLACEHOLDERS}",
    "subject: '{{ title }}'": f"subject: '{{' is not a placeholder; {PLACEHOLDERS}",
    "subject: 'a } b'": f"subject: '}}' is not a placeholder; {PLACEHOLDERS}",
    "preheader: '{}'": f"preheader: '{{}}' is not a placeholder; {PLACEHOLDERS}",
    'subject: "a\\r\\nBcc: b@x.example"': "subject: has a line break or control character; write it on one line",
    "reply_to: Name <a@x.example>": "reply_to: 'Name <a@x.example>' is not a mail address; write for example news@example.org",
    "schedules: {}": 'schedules: names no schedule; write for example {weekly: "mon 08:00"}',
    "schedules: {weekly: }": "schedules.weekly: is empty; write a value",
    "schedules: {weekly: montag}": f"schedules.weekly: 'montag' is not a schedule; {FORMS}",
    "schedules: {weekly: {crom: x}}": (
        'schedules.weekly: is not a schedule; write "mon 08:00" or {cron: "0 8 * * mon"}'
    ),
    "schedules: {weekly: {cron: '0 8 1 * mon'}}": (
        "schedules.weekly: '0 8 1 * mon' names a day of the month and a weekday; write two schedules"
    ),
    "schedules: {weekly: {cron: '0 8 * * montag'}}": (
        "schedules.weekly: 'montag' is not a name that cron's day_of_week knows; "
        "write five fields as cron has them, such as 0 8 * * mon"
    ),
    "schedules: {Weekly Mail: '08:00'}": (
        "schedules.Weekly Mail: 'Weekly Mail' cannot stand in addresses; "
        "write 'weekly-mail' (a-z, 0-9, - and _; at most 64)"
    ),
    "timezone: sites": (
        "timezone: 'sites' is not a time zone; write a name such as Asia/Shanghai, Europe/Berlin or UTC"
    ),
    "draft_before: 0": (
        "approve: leaves no time to approve with draft_before: 0; write draft_before: 24h, or approve: auto"
    ),
    "approvals: 0": "approvals: 0 is too small; write 1 to 9",
    "select: {topics: []}": "select.topics: names no topic; write all, or the keys of some topics",
    "select: {topics: [a, a]}": "select.topics[1]: 'a' stands twice; keep one of them",
    "select: {window: since_last}": (
        "select.window: 'since_last' is not a duration; write a number and a unit, for example 12h, 7d or 2w"
    ),
    "select: {min: 20}": "select.max: 12 is below min, 20; write at least 20, or a smaller min",
    "select: {max: 0, min: 0}": "select.max: 0 is too small; write 1 or more",
    "select: {near_duplicate: 2}": (
        "select.near_duplicate: '2' is not a share; write a number from 0 to 1, or per cent as 5%"
    ),
    "canary: 5": "canary: '5' is not a share; write a number from 0 to 1, or per cent as 5%",
    "quiet_hours: 22-7": "quiet_hours: '22-7' is not a span of hours; write for example 22:00-07:00",
    "quiet_hours: 7:00-07:00": "quiet_hours: '7:00-07:00' begins when it ends; write for example 22:00-07:00",
    "notify: [desk]": "notify[0]: 'desk' is not a mail address; write for example news@example.org",
}


@pytest.mark.parametrize("keys", NEWSLETTER, ids=repr)
def test_what_a_newsletter_can_have_wrong(keys):
    line = 3 if "draft_before" in keys else 6
    assert problems(newsletter(keys)) == [f"{line}: newsletters.weekly.{NEWSLETTER[keys]}"]


SENDERS = {
    "news": "'news' is not a mail address; write for example news@example.org",
    "a@x.example, b@x.example": "'a@x.example, b@x.example' is not a mailbox; write 'Name <news@example.org>', and \"…\" around a name with a comma",
    "Tide, Inc <a@x.example>": "'Tide, Inc <a@x.example>' is not a mailbox; write 'Name <news@example.org>', and \"…\" around a name with a comma",
    "N <a@x..example>": "'a@x..example' is not a mail address; write for example news@example.org",
    "N <a b@x.example>": "'a b@x.example' is not a mail address; write for example news@example.org",
}


@pytest.mark.parametrize("sender", SENDERS)
def test_what_a_sender_can_have_wrong(sender):
    text = f"{SITE}newsletters: {{weekly: {{title: W, from: '{sender}'}}}}\n"
    assert problems(text) == [f"2: newsletters.weekly.from: {SENDERS[sender]}"]


def test_a_sender_cannot_smuggle_a_header():
    text = SITE + 'newsletters: {weekly: {title: W, from: "N\\r\\nBcc: x@y.example <a@x.example>"}}\n'
    assert problems(text) == ["2: newsletters.weekly.from: has a line break or control character; write it on one line"]


def test_an_address_for_bounces_leaves_room_for_the_mark():
    text = SITE + "delivery: {bounces: {address: %s@example.org}}\n"
    kept = parse((text % ("b" * 36)).encode(), Path("config.yaml"), {}).delivery.bounces
    assert kept is not None
    assert len(kept.address) == 48
    (problem,) = problems(text % ("b" * 37))
    assert problem.endswith("leaves no room for the mark of each mail; write at most 36 characters before the @")
