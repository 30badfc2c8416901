"""What a right config.yaml becomes."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from publisher.config import Config, Listen, Mailbox, QuietHours, load, parse
from publisher.config.site import FIELDS
from publisher.content.rules import SOURCES

REPOSITORY = Path(__file__).resolve().parents[2]
MINIMAL = "site: {title: X, url: https://x.example}\n"
WEEKLY = MINIMAL + 'newsletters:\n  weekly: {title: Weekly, from: "Weekly <news@x.example>"'
# Every default as INTERFACE.md shows it.
DEFAULTS = """
site:      {title: X, url: "https://x.example", description: "", language: en, timezone: UTC, copyright: "", postal_address: ""}
content:   {path: content, static: static, ignore: ["_index.md", "archetypes/**"], urls: hugo, quiet_alarm: 14d}
topics:    {}
featured:  {any: [{key: featured}, {image: true}]}
feeds:     {formats: [rss, atom, json], entries: 30, content: full, tags: 3, archive: true, hubs: [], max_age: 900, ids: stored, extra: [], moved: {}, delta: []}
output:    public
templates: templates
theme:     {logo: "", colour: "#1a56a8", width: 600}
newsletters:
  weekly:
    title: Weekly
    from: "Weekly <news@x.example>"
    reply_to: ""
    subject: "{title}: {first_title}"
    preheader: "{titles}"
    schedules: {weekly: "mon 08:00"}
    timezone: site
    draft_before: 24h
    late_ok: 12h
    approve: required
    approvals: 1
    select: {topics: all, where: {}, window: since_last_issue, max_age: 14d, featured: prefer, half_life: 3d, per_topic: 3, min: 1, max: 12, near_duplicate: 0.30}
    empty: skip
    notify: []
    quiet_hours: ""
    deadline: 48h
    canary: 0
subscribers: {confirm_within: 7d, languages: [en, zh-CN]}
delivery:
  transport: folder
  folder: outbox
  uncertain: hold
webhooks:  {in: {}, out: []}
database:  sqlite:///var/publisher.db
secrets:   {keys_file: var/keys}
web:       {listen: 127.0.0.1:8000, url: "", trusted_proxies: []}
tracking:  {clicks: false, opens: false}
"""


def read(text: str, environ: dict[str, str] | None = None, path: Path = Path("/site/config.yaml")) -> Config:
    return parse(text.encode(), path, environ or {})


def test_what_is_written_as_its_default_equals_what_is_left_out():
    written, left_out = read(DEFAULTS), read(WEEKLY + "}\n")
    assert written == left_out
    assert written.database == left_out.database
    assert written.later() == []


def test_the_sample_site_loads():
    config = load(REPOSITORY / "config.yaml", {})
    assert (config.site.title, config.site.language, config.site.timezone.key) == (
        "潮信 Tideline",
        "zh-CN",
        "Asia/Shanghai",
    )
    assert list(config.topics) == ["compute", "models", "energy", "cities", "open-source", "science"]
    assert config.topics["models"].match.topic == ("模型与算法", "Models & Methods")
    assert config.newsletters["weekly"].sender == Mailbox(name="潮信 Tideline", address="news@tideline.example.org")
    assert config.newsletters["weekly"].zone == ZoneInfo("Asia/Shanghai")
    assert config.web.url == "https://news.tideline.example.org"
    assert (REPOSITORY / "static" / config.theme.logo.lstrip("/")).is_file()
    assert config.later() == []


def test_paths_start_from_the_folder_of_the_file():
    config = read(MINIMAL + "output: ../out/\ntemplates: /abs/t\n")
    assert config.path == Path("/site/config.yaml")
    assert config.root == Path("/site")
    assert config.content.path == Path("/site/content")
    assert config.output == Path("/out")
    assert config.templates == Path("/abs/t")
    assert config.delivery.folder == Path("/site/outbox")
    assert config.secrets.keys_file == Path("/site/var/keys")
    assert config.database == "sqlite:////site/var/publisher.db"


def test_a_relative_name_of_the_file_still_gives_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(MINIMAL)
    assert load(Path("config.yaml"), {}).output == tmp_path / "public"


def test_nothing_can_be_changed():
    config = read(MINIMAL)
    with pytest.raises(ValidationError):
        config.site.title = "Y"


def test_values_have_their_types():
    config = read(
        MINIMAL
        + """
content: {urls: "/:year/:month/:slug/", quiet_alarm: 0, fields: {topics: [main_topics, categories], tags: keywords}}
topics:
  投融资: {title: 投融资与市场洞察, match: {topic: [投融资*], tag: IPO, title: [融资]}}
feeds: {hubs: ["https://hub.x.example/?a=1"], extra: [{name: a, topics: [投融资], not: {tags: [b]}, lang: zh, content: summary}]}
theme: {colour: "#15A"}
newsletters:
  daily:
    title: Daily
    from: news@x.example
    reply_to: desk@x.example
    schedules: {early: 06:30, weekly: "mon,thu 08:00", custom: {cron: "0 8 * * mon"}}
    timezone: Europe/Berlin
    draft_before: 0
    approve: auto
    select: {topics: [投融资], window: 7d, where: {lang: zh_cn, section: posts, tag: x}, near_duplicate: 45%}
    quiet_hours: "22:00-7:00"
    canary: 5%
    notify: [desk@x.example]
delivery: {domains: {qq.com: {connections: 2, per_connection: 20, rate: 5}}}
web: {listen: "[::1]:9000", trusted_proxies: [10.0.0.0/8, "::1"]}
""".replace("zh_cn", "zh-cn")
    )
    daily = config.newsletters["daily"]
    assert config.content.fields == {"topics": ("main_topics", "categories"), "tags": ("keywords",)}
    assert config.content.quiet_alarm == timedelta()
    assert config.topics["投融资"].match.tag == ("IPO",)
    assert config.feeds.extra[0].exclude.tags == ("b",)
    assert config.theme.colour == "#1155aa"
    assert (daily.name, daily.sender, daily.reply_to) == ("daily", Mailbox(address="news@x.example"), "desk@x.example")
    assert list(daily.schedules) == ["early", "weekly", "custom"]
    assert daily.schedules["early"].fields == {"hour": "6", "minute": "30"}
    assert daily.schedules["custom"].fields["day_of_week"] == "mon"
    assert daily.zone == ZoneInfo("Europe/Berlin")
    assert (daily.draft_before, daily.deadline) == (timedelta(), timedelta(hours=48))
    assert (daily.select.topics, daily.select.window) == (("投融资",), timedelta(days=7))
    assert (daily.select.where.lang, daily.select.near_duplicate, daily.canary) == ("zh-CN", 0.45, 0.05)
    assert daily.quiet_hours == QuietHours(start=time(22), end=time(7))
    assert config.delivery.domains["qq.com"].per_connection == 20
    assert config.web.listen == Listen(host="::1", port=9000)
    assert config.web.url == "http://[::1]:9000"


def test_a_reader_s_clock_falls_back_to_the_site_s():
    config = read(WEEKLY.replace("title: X,", "title: X, timezone: Asia/Tokyo,") + ", timezone: reader}\n")
    assert config.newsletters["weekly"].zone == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("yaml", "title"),
    [
        ("no", "no"),
        ("2024", "2024"),
        ("1.10", "1.10"),
        ("08:00", "08:00"),
        ("yes", "yes"),
        ("0x1F", "0x1F"),
        ('"~"', "~"),
    ],
)
def test_text_stays_what_was_written(yaml, title):
    assert read(f"site: {{title: {yaml}, url: https://x.example}}").site.title == title


def test_norwegian_is_a_language():
    assert read("site: {title: X, url: https://x.example, language: no}").site.language == "no"


def test_a_key_with_nothing_behind_it_has_its_default():
    assert read(MINIMAL + "newsletters:\nweb:\ntopics: ~\nfeeds: {entries: null}\n") == read(MINIMAL)


def test_a_byte_order_mark_and_windows_line_ends_are_read():
    text = b"\xef\xbb\xbf" + WEEKLY.replace("\n", "\r\n").encode() + b"}\r\n"
    assert parse(text, Path("/site/config.yaml"), {}) == read(WEEKLY + "}\n")


def test_an_address_is_kept_without_its_last_slash_and_encoded():
    config = read("site: {title: X, url: https://x.example/潮信/}\nweb: {url: https://n.x.example/}\n")
    assert config.site.url == "https://x.example/%E6%BD%AE%E4%BF%A1"
    assert config.web.url == "https://n.x.example"


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:80"])
def test_the_public_address_may_be_plain_http_on_this_machine(url):
    assert read(f'{WEEKLY}}}\nweb: {{url: "{url}"}}').web.url == url


def test_without_a_newsletter_nobody_needs_a_public_address():
    assert read(MINIMAL + "web: {listen: 0.0.0.0:80}").web.url == ""


def test_postgresql_keeps_its_address():
    config = read(MINIMAL + "database: ${DATABASE}\n", {"DATABASE": "postgresql://u:geheim@db/publisher"})
    assert config.database == "postgresql://u:geheim@db/publisher"


def test_the_environment_fills_values_in():
    environ = {"HOST": "mail.x.example", "PORT": "25", "PASSWORD": "geheim\n", "EMPTY": ""}
    config = read(
        "site: {title: 'a $${b} ${EMPTY}c', url: https://x.example}\n"
        "delivery: {transport: smtp, smtp: {host: '${HOST}', port: '${PORT}', user: u, password: '${PASSWORD}'}}\n",
        environ,
    )
    assert config.site.title == "a ${b} c"
    assert read("site: {title: '$${b}', url: https://x.example}").site.title == "${b}"
    smtp = config.delivery.smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security, smtp.connections, smtp.rate) == (
        "mail.x.example",
        25,
        "starttls",
        8,
        0,
    )
    assert smtp.password == "geheim\n"


def test_a_file_holds_a_secret_without_its_last_line_break(tmp_path):
    (tmp_path / "secret").write_bytes(b"a b \r\n")
    (tmp_path / "key.pem").write_text("-----BEGIN\nx\n")
    config = read(
        MINIMAL
        + "delivery: {smtp: {host: x.example, user: u, password_file: secret}, "
        + "dkim: [{domain: x.example, selector: s1, key_file: key.pem}]}\n"
        + "webhooks: {in: {mailgun: {secret_file: secret}}, out: [{url: https://y.example, secret_file: secret, events: sent}]}\n",
        path=tmp_path / "config.yaml",
    )
    assert config.delivery.smtp is not None
    assert config.delivery.smtp.password == "a b "
    assert config.delivery.dkim[0].key_file.text == "-----BEGIN\nx"
    assert config.webhooks.incoming["mailgun"].secret == "a b "
    assert config.webhooks.outgoing[0].events == ("sent",)


def test_no_secret_is_shown(tmp_path):
    (tmp_path / "secret").write_text("geheim")
    config = read(
        MINIMAL
        + "delivery: {smtp: {host: x.example, user: u, password: '${P}'}, "
        + "dkim: [{domain: x.example, selector: s1, key_file: secret}]}\n"
        + "webhooks: {in: {mailgun: {secret_file: secret}}}\ndatabase: postgresql://u:${P}@db/x\n",
        {"P": "geheim"},
        tmp_path / "config.yaml",
    )
    for shown in (repr(config), str(config), config.model_dump_json(), repr(config.delivery.smtp)):
        assert "geheim" not in shown


def test_the_first_of_several_relays_stands_in_for_smtp():
    config = read(MINIMAL + "delivery: {transport: smtp, relays: [{host: a.example, weight: 3}, {host: b.example}]}\n")
    assert config.delivery.smtp is config.delivery.relays[0]
    assert config.later() == ["delivery.relays is not followed: its first entry sends all in this version"]


def test_what_is_not_in_this_version_is_said():
    config = read(
        WEEKLY
        + ", timezone: reader, canary: 5%, notify: [a@x.example], quiet_hours: 22:00-07:00}\n"
        + "feeds: {hubs: [https://hub.example], extra: [{name: a}]}\n"
        + "delivery: {domains: {qq.com: {rate: 1}}, bounces: {address: b@x.example, maildir: returned}}\n"
        + "webhooks: {out: [{url: https://y.example}]}\ntracking: {clicks: true, opens: true}\n"
    )
    sentences = config.later()
    assert [sentence.partition(" ")[0] for sentence in sentences] == [
        "newsletters.weekly.timezone",
        "newsletters.weekly.notify",
        "newsletters.weekly.quiet_hours",
        "newsletters.weekly.canary",
        "delivery.domains",
        "webhooks.out",
    ]
    assert all(re.fullmatch(r"[\w.]+ is (not used|not followed|not built): .+[^.]", sentence) for sentence in sentences)


def test_every_fact_about_an_article_can_be_looked_for_under_other_keys():
    assert set(FIELDS) >= set(SOURCES.table) - {"appears"}


@pytest.mark.parametrize("where", ["pipe: true", "maildir: returned", "imap: {host: imap.example.org}"])
def test_returned_mail_is_read_where_a_place_is_named(where: str):
    assert read(MINIMAL + f"delivery: {{bounces: {{address: b@x.example, {where}}}}}\n").delivery.bounces.is_read
    unread = read(MINIMAL + "delivery: {bounces: {address: b@x.example, pipe: false}}\n").delivery.bounces
    assert not unread.is_read
