"""Single texts of config.yaml, and laws that hold for any text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import value
from publisher.config.collision import collisions
from publisher.config.problem import Problem, closest, dotted, render
from publisher.config.value import Listen, Mailbox


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("news@example.org", Mailbox(address="news@example.org")),
        ("<news@example.org>", Mailbox(address="news@example.org")),
        (" 潮信 Tideline  <news@example.org> ", Mailbox(name="潮信 Tideline", address="news@example.org")),
        ('"Tide, Inc." <a+b@x-y.example>', Mailbox(name="Tide, Inc.", address="a+b@x-y.example")),
        ("News <a@潮信.example>", Mailbox(name="News", address="a@潮信.example")),
        ("News <a@localhost>", Mailbox(name="News", address="a@localhost")),
    ],
)
def test_mailboxes(text, mailbox):
    assert value.mailbox(text) == mailbox


@pytest.mark.parametrize(
    "text",
    ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "ä@x.example", "a.@x.example", ".a@x.example", "a..b@x.example", "<>", "N <>",
     "a@-x.example", "a@x-.example", "a@x..example", f"a@{'x' * 64}.example", f"{'a' * 250}@x.example", "N <a@x.example> M",
     "a@x.example <b@y.example", "a@[127.0.0.1]", "N <a@x.example>, M <b@x.example>", "a@\ud800.example"],
)  # fmt: skip
def test_what_is_no_mailbox(text):
    with pytest.raises(ValueError, match=r"; write "):
        value.mailbox(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("ZH-cn", "zh-CN"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("sl-rozaj-1994", "sl-rozaj-1994"),
    ],
)
def test_languages_have_their_usual_capitals(text, tag):
    assert value.language(text) == tag


@pytest.mark.parametrize(("text", "tag"), [("en_US.UTF-8", "en-US"), ("pt_br", "pt-BR")])
def test_a_locale_is_no_language_but_tells_one(text, tag):
    with pytest.raises(ValueError, match=f"write {tag}$"):
        value.language(text)


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:8000", "127.0.0.1"),
        ("localhost:80", "localhost"),
        ("[::1]:65535", "::1"),
        (" 0.0.0.0:1 ", "0.0.0.0"),
    ],
)
def test_addresses_to_listen_at(text, listen):
    assert value.listen(text).host == listen
    assert str(value.listen(text)) == text.strip()


@pytest.mark.parametrize("text", ["", "8000", ":8000", "::1:8000", "[x]:1", "[127.0.0.1:1", "a:b", "a:65536", "a b:1"])
def test_where_nothing_can_listen(text):
    with pytest.raises(ValueError, match=r"host:port; write"):
        value.listen(text)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("x.example", False),
    ],
)
def test_loopback(host, loopback):
    assert value.loopback(host) is loopback


@pytest.mark.parametrize(
    "url",
    ["", "x", "//x.example", "ftp://x.example", "https://", "https://:80", "https://x.example?q", "https://x.example#f",
     "https://u@x.example", "https://:p@x.example", "https://x.example:0", "https://x.example:x", "https://[", "https://a b.example",
     "https://x..example", f"https://{'ä' * 70}.example"],
)  # fmt: skip
def test_what_is_no_address_of_a_site(url):
    with pytest.raises(ValueError, match=r"is not an absolute http\(s\) address; write"):
        value.url(url)


def test_addresses_of_sites_and_hubs():
    assert value.url("https://x.example/a b") == "https://x.example/a%20b"
    assert value.url("http://[::1]:80/") == "http://[::1]:80/"
    assert value.url("https://潮信.example") == "https://xn--vuqz28e.example"
    assert value.base("https://x.example//") == "https://x.example"
    assert value.hub("https://x.example/?a=1") == "https://x.example/?a=1"
    with pytest.raises(ValueError, match="absolute"):
        value.hub("x?a=1")


def test_hosts_and_networks():
    assert value.host(" smtp.x.example ") == "smtp.x.example"
    assert value.host("::1") == "::1"
    assert value.network("10.1.2.3/8") == "10.1.2.3/8"
    assert not value.hostname("x" * 64)
    assert not value.hostname(".".join(["x" * 60] * 5))


@pytest.mark.parametrize(
    ("text", "share"), [("0", 0), ("1", 1), ("0.30", 0.3), ("5%", 0.05), ("100 %", 1), ("0.5%", 0.005)]
)
def test_shares(text, share):
    assert value.share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "%", "1.1", "101%", "-1", "5 per cent", "1e-1", "nan", "٣%"])
def test_what_is_no_share(text):
    with pytest.raises(ValueError, match="is not a share; write"):
        value.share(text)


def test_numbers_and_flags():
    assert (value.whole("+7"), value.whole(" 12 "), value.flag("True"), value.flag("false")) == (7, 12, True, False)
    for text in ("", "1.0", "1_000", "٣", "9" * 5000):
        with pytest.raises(ValueError, match="whole number"):
            value.whole(text)


def test_spans_end_at_ten_years():
    assert value.duration("0") == timedelta()
    assert value.some_time("3660d") == timedelta(days=3660)
    with pytest.raises(ValueError, match="ten years"):
        value.some_time("3661d")


def test_quiet_hours_may_be_none_at_all():
    assert value.quiet_hours(" ") is None


def test_keys_of_topics_are_their_own_slugs():
    assert [value.topic(key) for key in ("chips", "投融资", "open-source", "c++")] == [
        "chips",
        "投融资",
        "open-source",
        "c++",
    ]
    for key in ("", "Chips", "a b", "a/b", ".a", "-a", "_a", "🎉", "投融资 "):
        with pytest.raises(ValueError, match="; write "):
            value.topic(key)


def test_names_are_plain():
    assert [value.name(text) for text in ("a", "best_of", "2025-x")] == ["a", "best_of", "2025-x"]
    for text in ("", "-a", "A", "a b", "周报", "a" * 65):
        with pytest.raises(ValueError, match="cannot stand in addresses; write "):
            value.name(text)


def test_patterns_of_addresses():
    for pattern in ("hugo", "/:slug/", "/:year/:month/:day/:title", "/a/:section/:filename.html"):
        assert value.url_pattern(pattern) == pattern
    for pattern in ("", "hugoo", "/x/", "/:slug /", "/:slug?x", "//:slug", "/../:slug", "/:", "/:Slug/"):
        with pytest.raises(ValueError, match=r"; (write|add|did you mean)"):
            value.url_pattern(pattern)


READERS: list[Callable[[str], object]] = [
    value.address,
    value.colour,
    value.duration,
    value.flag,
    value.host,
    value.hub,
    value.language,
    value.line,
    value.lines,
    value.listen,
    value.mailbox,
    value.name,
    value.network,
    value.quiet_hours,
    value.share,
    value.some_time,
    value.subject,
    value.topic,
    value.url,
    value.base,
    value.url_pattern,
    value.whole,
    value.zone,
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(READERS), st.text(max_size=40) | st.text(alphabet="0123456789:/.-@<>[]{}#%hdmw abzh", max_size=20)
)
def test_any_text_has_a_meaning_or_is_told_in_two_parts(reader, text):
    try:
        reader(text)
    except ValueError as error:
        what, _, fix = str(error).partition("; ")
        assert what
        assert fix or "; " in repr(text)
        assert "\n" not in str(error)


@given(st.text(max_size=30))
def test_a_key_that_is_accepted_is_read_again_as_itself(text):
    for reader in (value.topic, value.name, value.language, value.colour, value.base, value.subject):
        try:
            read = reader(text)
        except ValueError:
            continue
        assert reader(read) == read


def test_problems_are_told_once_and_in_the_order_of_lines():
    late, early = Problem(line=10, place=("b", 0, "c"), text="x"), Problem(line=9, text="y; z")
    assert render("f", [late, early, late]) == "f:9: y; z\nf:10: b[0].c: x"
    assert dotted((0, "a", "b\nc")) == "[0].a.b\\nc"
    assert (closest("COLOR", ["colour", "width"]), closest("x", ["colour"])) == ("colour", "")


SCALARS = st.none() | st.text(max_size=5)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "schedules", "path", "static", "a", "b", "a-b"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["topics", "newsletters", "content", "output"]), TREES))
def test_collisions_are_looked_for_in_any_file(file):
    for place, text in collisions(file):
        assert place[0] in {"topics", "newsletters", "output"}
        assert "; " in text


def test_folders_that_collide():
    assert [place for place, _ in collisions({"output": "x/../static"})] == [("output",)]
    assert [place for place, _ in collisions({"output": "a", "content": {"path": "./a/"}})] == [("output",)]
    assert not [*collisions({"content": {"path": "public/../content"}})]


def test_a_newsletter_without_schedules_has_the_weekly_one():
    assert [
        place for place, _ in collisions({"newsletters": {"a": {}, "a-weekly": {"schedules": {"a-weekly": "x"}}}})
    ] == [("newsletters", "a-weekly", "schedules", "a-weekly")]


def test_a_port_is_shown_beside_its_host():
    assert str(Listen(host="::1", port=80)) == "[::1]:80"
