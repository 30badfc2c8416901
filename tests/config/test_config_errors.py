"""What a wrong config.yaml is told: every problem at once, each with line, key, what is wrong and what to write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import Config, load, parse
from publisher.errors import ConfigError

SITE = "site: {title: X, url: https://x.example}\n"
TITLE, URL = "write title: My site", "write url: https://example.org"


def problems(text: str | bytes, environ: dict[str, str] | None = None, path: Path = Path("config.yaml")) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(ConfigError) as caught:
        parse(data, path, environ or {})
    return [line.removeprefix("config.yaml:") for line in str(caught.value).split("\n")]


FILES = {
    "": ["1: site: is missing; write site: {title: My site, url: https://example.org}"],
    "# only a comment\n": ["1: site: is missing; write site: {title: My site, url: https://example.org}"],
    "- a\n": ["1: the file is a list, not sections; write site: {title: My site, url: https://example.org}"],
    "site\n": ["1: the file is a text, not sections; write site: {title: My site, url: https://example.org}"],
    "site:\n": ["1: site: is missing; write site: {title: My site, url: https://example.org}"],
    "site: {}\nfeeds: {}\n": [f"1: site.title: is missing; {TITLE}", f"1: site.url: is missing; {URL}"],
    "site: X\n": ["1: site: must hold keys of its own; write {title: …, url: …}"],
    "site: [X]\n": ["1: site: must hold keys of its own; write {title: …, url: …}"],
    "site:\n  url: https://x.example\n  titel: X\n": [
        f"1: site.title: is missing; {TITLE}",
        "3: site.titel: unknown key; did you mean title?",
    ],
    "site:\n  url: https://x.example\n  title:\n": [f"3: site.title: is missing; {TITLE}"],
    "site: {title: ' ', url: https://x.example}\n": ["1: site.title: is empty; write some text"],
    SITE + "\n\nfeed: {}\n": ["4: feed: unknown key; did you mean feeds?"],
    SITE + "theme: {xyz: 1}\n": ["2: theme.xyz: unknown key; the keys here are logo, colour, width"],
    SITE + "'a\\b': 1\n\"c\\nd\": 1\n": [
        "2: a\\b: unknown key; the keys here are " + ", ".join(Config.model_fields),
        "3: c\\nd: unknown key; the keys here are " + ", ".join(Config.model_fields),
    ],
    SITE + "topics: [a]\n": ["2: topics: must hold names of your own, each with its value; write {name: …}"],
    SITE + "output: [a]\n": ["2: output: must be a single value, not a list; write one"],
    SITE + "output: {a: b}\n": ["2: output: must be a single value, not keys of its own; write one"],
    SITE + "feeds: {hubs: {a: b}}\n": [
        "2: feeds.hubs: must be a list; write [a, b], or each item on a line after a dash"
    ],
}


@pytest.mark.parametrize("text", FILES, ids=repr)
def test_what_the_whole_file_can_have_wrong(text):
    assert problems(text) == FILES[text]


YAML = {
    "site:\n\ttitle: X\n": ["2: a tab in the indentation; indent with spaces"],
    "site:\n  title: X\n\turl: y\n": ["3: a tab in the indentation; indent with spaces"],
    "site: {title: X\noutput: y\n": ["1: a bracket that is not closed before line 2; close it"],
    "site:\n  title: 'X\n  url: y\n": ["2: a quotation mark that is not closed; close it"],
    "site:\n  title: @x\n": ["2: a value cannot begin with '@'; put the value in quotes"],
    "site:\n  title: a: b\n": [
        "2: a colon where no key can stand; put the value in quotes, or correct the indentation"
    ],
    "- a\nb: 1\n": [
        "2: not YAML (did not find expected '-' indicator); compare the indentation with the lines around it"
    ],
    "a: 1\n---\nb: 1\n": ["2: a second document begins; remove the line ---"],
    "? [a]\n: b\n": ["1: a key must be text; write key: value"],
    SITE + "theme: {? {a: b} : c}\n": ["2: theme: a key must be text; write key: value"],
    SITE + "a: " + "[" * 100: ["2: more than 16 levels; no key lies so deep"],
    SITE + "output: a\x07b\n": ["2: a control character ('\\x07'); remove it"],
    SITE + "output: a\noutput: b\noutput: c\n": [
        "3: output: stands twice, first in line 2; keep one of them",
        "4: output: stands twice, first in line 2; keep one of them",
    ],
    SITE + "theme: {width: 700, width: {a: [b]}}\n": [
        "2: theme.width: stands twice, first in line 2; keep one of them"
    ],
    SITE + "output: &a b\ntemplates: *a\n": ["3: templates: *a is a YAML alias; write the value out"],
    SITE + "theme: &a {width: 700}\nweb:\n  <<: *a\n": [
        "4: web.<<: *a is a YAML alias; write the value out",
        "4: web.<<: unknown key; the keys here are listen, url, trusted_proxies",
    ][:1],
    "site: {title: !ENV X, url: https://x.example}\n": [
        "1: site.title: !ENV is a YAML tag; write the value alone, or ${NAME} for one from the environment"
    ],
    SITE + "web: !!map {}\n": [
        "2: web: tag:yaml.org,2002:map is a YAML tag; write the value alone, or ${NAME} for one from the environment"
    ],
}


@pytest.mark.parametrize("text", YAML, ids=repr)
def test_what_yaml_can_have_wrong(text):
    assert problems(text) == YAML[text]


def test_a_problem_of_yaml_does_not_hide_those_before_it():
    assert problems("a: 1\na: ${NO}\nb: 'x\n") == [
        "2: a: stands twice, first in line 1; keep one of them",
        "2: a: the environment variable NO is not set; set it, or write $${NO} for the text itself",
        "3: a quotation mark that is not closed; close it",
    ]


def test_bytes_that_are_no_text():
    assert problems(SITE.encode() + b"output: \xff\n") == ["2: the file is not UTF-8; save it as UTF-8"]
    assert problems(SITE.encode("utf-16")) == ["1: the file is not UTF-8; save it as UTF-8"]


def test_a_file_too_large_to_be_a_configuration():
    assert problems(b"#" * 1_000_001) == ["1: the file has 1,000,001 bytes; a configuration has less than 1,000,000"]


def test_chosen_topics_must_be_named_ones_where_any_is_named():
    text = (
        SITE + "topics: {chips: {title: C}, energy: {title: E}}\n" + "feeds: {extra: [{name: a, not: {topics: [x]}}]}\n"
    )
    text += "newsletters: {a: {title: A, from: a@x.example, select: {topics: [chip, energy]}}}\n"
    assert problems(text) == [
        "3: feeds.extra[0].not.topics[0]: 'x' is not a key of topics; write one of chips, energy",
        "4: newsletters.a.select.topics[0]: 'chip' is not a key of topics; did you mean chips? write one of chips, energy",
    ]


def test_all_problems_of_a_file_come_at_once_in_the_order_of_its_lines():
    text = """site:
  titel: X
  url: x
topics:
  a: {title: A}
  b: {title: a}
  B: {}
theme: {width: wide}
newsletters:
  weekly:
    title: ${TITLE}
    select: {topics: [c], max: 0}
output: content
output: x
"""
    assert [line.partition("; ")[0] for line in problems(text)] == [
        "1: site.title: is missing",
        "2: site.titel: unknown key",
        "3: site.url: 'x' is not an absolute http(s) address",
        "6: topics.b.title: 'a' is the title of a too",
        "7: topics.B: 'B' cannot stand in addresses",
        "7: topics.B.title: is missing",
        "8: theme.width: 'wide' is not a whole number",
        "10: newsletters.weekly.from: is missing",
        "11: newsletters.weekly.title: the environment variable TITLE is not set",
        "12: newsletters.weekly.select.max: 0 is too small",
        "12: newsletters.weekly.select.topics[0]: 'c' is not a key of topics",
        "13: output: is the folder of the articles or their files",
        "14: output: stands twice, first in line 13",
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("${NO_SUCH}", "the environment variable NO_SUCH is not set; set it, or write $${NO_SUCH} for the text itself"),
        ("a ${1X} b", "'${1X}' is not a variable; write ${NAME}, or $${ where the text ${ is meant"),
        ("${X:-y}", "'${X:-y}' is not a variable; write ${NAME}, or $${ where the text ${ is meant"),
        ("a ${X", "'${X' is not a variable; write ${NAME}, or $${ where the text ${ is meant"),
        ("${}", "'${}' is not a variable; write ${NAME}, or $${ where the text ${ is meant"),
    ],
)
def test_a_variable_that_cannot_be_filled_in(value, problem):
    assert problems(f"site: {{title: '{value}', url: https://x.example}}", {"X": "y"}) == [f"1: site.title: {problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("theme: {width: '${P}'}", "theme.width: '${P}' does not fit as the environment has it; write digits only"),
        (
            "topics: {a: {title: '${P}'}, b: {title: '${P}'}}",
            "topics.b.title: '${P}' does not fit as the environment has it; give each topic its own",
        ),
        (
            "newsletters: {a: {title: A, from: a@x.example, schedules: {b: {cron: '${P}'}}}}",
            "newsletters.a.schedules.b: '${P}' does not fit as the environment has it; cron has five: minute hour day month weekday",
        ),
        (
            "delivery: {smtp: {host: a.example, user: u, password_file: '${P}'}}",
            "delivery.smtp.password_file: '${P}' does not fit as the environment has it; make the file, or correct its path or owner",
        ),
        (
            "web: {url: 'http://${P}.example'}",
            "web.url: 'http://${P}.example' does not fit as the environment has it; compare it with the reference of config.yaml",
        ),
    ],
)
def test_a_problem_never_shows_what_the_environment_holds(text, problem):
    assert problems(SITE + text, {"P": "ge-heim"}) == [f"2: {problem}"]


def test_secret_files(tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "good").write_text("geheim")
    text = SITE + "\n".join(
        f"{key}"
        for key in (
            "delivery:",
            "  relays:",
            "    - {host: a.example, user: u, password_file: nope}",
            "    - {host: a.example, user: u, password_file: empty}",
            "    - {host: a.example, user: u, password_file: binary}",
            "    - {host: a.example, user: u, password_file: good, password: '${P}'}",
        )
    )
    lines = [line.partition("config.yaml:")[2] for line in problems(text, {"P": "x"}, tmp_path / "config.yaml")]
    missing, fix = "No such file or directory", "make the file, or correct its path or owner"
    assert lines == [
        f"4: delivery.relays[0].password_file: '{tmp_path}/nope' cannot be read ({missing}); {fix}",
        f"5: delivery.relays[1].password_file: '{tmp_path}/empty' is empty; write the secret into it",
        f"6: delivery.relays[2].password_file: '{tmp_path}/binary' is not text in UTF-8; write the secret into it as text",
        "7: delivery.relays[3].password: stands beside password_file; keep one of the two",
    ]


def test_of_a_hopeless_file_the_first_problems_are_told():
    lines = problems(SITE + "web: 1\n" * 300)
    assert len(lines) == 201
    assert lines[-1] == "202: 100 more problems from here; correct the first ones"


def test_the_error_carries_no_cause_that_holds_values():
    with pytest.raises(ConfigError) as caught:
        parse(b"site: {title: X, url: geheim}", Path("config.yaml"), {})
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml", {})
    text = f"{tmp_path}/config.yaml: no such file; make a new site with 'publisher init DIR', or name the file with -c"
    assert str(caught.value) == text


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    assert str(caught.value) == f"{tmp_path}: is a folder; name the file in it, such as {tmp_path}/config.yaml"


def test_a_file_behind_a_file(tmp_path):
    (tmp_path / "a").write_text(SITE)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "a" / "config.yaml", {})
    text = f"{tmp_path}/a/config.yaml: cannot be read (Not a directory); check its owner and permissions"
    assert str(caught.value) == text


PLACES = (
    "site: {title: §, url: https://x.example}",
    "site: {title: X, url: §, language: §, timezone: §, author: {email: §}, postal_address: §}",
    SITE + "content: {urls: §, quiet_alarm: §, ignore: §, fields: {tags: §}}",
    SITE + "topics: {§: {title: §, match: {tag: §}}}",
    SITE + "feeds: {formats: §, entries: §, archive: §, hubs: §}\ntheme: {colour: §, width: §}",
    SITE + "newsletters: {a: {title: §, from: §, reply_to: §, subject: §, schedules: {§: §}, timezone: §}}",
    SITE
    + "newsletters: {a: {title: A, from: a@x.example, schedules: {a: {cron: §}}, select: §, canary: §, quiet_hours: §}}",
    SITE + "delivery: {smtp: {host: §, port: §, user: §, password: §, password_file: §}, dkim: §, domains: {§: §}}",
    SITE + "database: §\noutput: §\nsecrets: {keys_file: §}\nweb: {listen: §, url: §, trusted_proxies: §}",
    SITE + "§: §",
)
PROBLEM = re.compile(r"config\.yaml:[1-9]\d*: (?:[^\n]+: )?[^\n]+(?:; [^\n]+|\?)")


def quoted(text: str) -> str:
    inner = "".join(f"\\U{ord(c):08X}" if not c.isprintable() or c in '"\\' else c for c in text)
    return f'"{inner}"'


words = st.one_of(
    st.text(max_size=30).map(quoted),
    st.text(alphabet="0123456789:/.-+@<>[]{}%#,&*!|'\"\\ \t\nabcxyz", max_size=20),
    st.sampled_from(
        ["~", "[a]", "{a: b}", "[[]]", "{a: {b: [c]}}", "${HOME}", "${", "1e999", "-0", "٣", "https://[", "http://a:b"]
    ),
    st.from_regex(r"[a-zé]{1,5}://[^\s]{0,12}", fullmatch=True).map(quoted),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PLACES), words)
def test_any_text_loads_or_is_told_with_its_line(place, word):
    try:
        config = parse(place.replace("§", word).encode("utf-8", "surrogatepass"), Path("config.yaml"), {"HOME": "\0\n"})
    except ConfigError as error:
        for line in str(error).split("\n"):
            assert PROBLEM.fullmatch(line), line
    else:
        repr(config)
        config.later()
        config.model_dump_json()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_load_or_are_told_with_their_line(data):
    for text in (data, SITE.encode() + data):
        try:
            parse(text, Path("config.yaml"), {})
        except ConfigError as error:
            assert all(PROBLEM.fullmatch(line) for line in str(error).split("\n"))
