"""Files whose head is odd: bytes, line ends, fences, YAML that says something else, bombs. One row, one oddity."""

from __future__ import annotations

import time
from itertools import pairwise
from string import ascii_lowercase

import pytest
from content.shelf import complaints, read

from publisher.content.parse import Draft

ROWS = "title: One\ndate: 2025-06-30\n"
HEAD = f"---\n{ROWS}"
QUOTE = 'put the value in quotes, for example title: "A: B"'
EXAMPLE = "write for example 2025-06-30T08:00:00+08:00"
PLAIN = "write plain keys and lists"
TOO_LONG = "front matter is longer than 64 KiB; close it with --- above the text, or shorten its values"
DEEP = f"nested deeper than 16 levels; {PLAIN}"
NO_DATE = f":1: error: no date; {EXAMPLE} as date, or begin the file's name with 2025-06-30-"


def good(data: str | bytes, path: str = "posts/one.md") -> Draft:
    """The draft of a file of which nothing is wrong."""
    parsed = read(data, path)
    assert complaints(parsed) == []
    assert parsed.draft is not None
    return parsed.draft


# ---- bytes and line ends


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(f"\ufeff{HEAD}---\nBody.\nNext.", id="BOM"),
        pytest.param(f"{HEAD}---\nBody.\nNext.".replace("\n", "\r\n"), id="CRLF"),
        pytest.param(f"{HEAD}---\nBody.\nNext.".replace("\n", "\r"), id="lone CR"),
        pytest.param(f"\ufeff{HEAD}---\nBody.\nNext.".replace("\n", "\r\n"), id="BOM and CRLF"),
        pytest.param(f"---\r\n{ROWS}---\r\nBody.\nNext.", id="mixed line ends"),
        pytest.param(f"---  \t\n{ROWS}--- \t\nBody.\nNext.", id="blanks behind the fences"),
        pytest.param(f"\n\n{HEAD}---\nBody.\nNext.", id="blank lines above the fence"),
        pytest.param(f"{HEAD}...\nBody.\nNext.", id="three dots close"),
        pytest.param(f"{HEAD}---\nBody.\nNext.\n\n\n", id="blank lines at the end"),
        pytest.param('+++\ntitle = "One"\ndate = 2025-06-30\n+++\nBody.\nNext.', id="TOML"),
        pytest.param('+++\r\ntitle = "One"\r\ndate = 2025-06-30\r\n+++\r\nBody.\r\nNext.', id="TOML with CRLF"),
        pytest.param('{\n  "title": "One",\n  "date": "2025-06-30"\n}\nBody.\nNext.', id="JSON block"),
        pytest.param('{"title": "One", "date": "2025-06-30"}\nBody.\nNext.', id="JSON inline"),
        pytest.param('\ufeff{"title": "One", "date": "2025-06-30"}\r\nBody.\r\nNext.', id="JSON with BOM and CRLF"),
        pytest.param('---json\n{"title": "One", "date": "2025-06-30"}\n---\nBody.\nNext.', id="11ty json fence"),
        pytest.param('---toml\ntitle = "One"\ndate = 2025-06-30\n---\nBody.\nNext.', id="11ty toml fence"),
        pytest.param(f"---yaml\n{ROWS}---\nBody.\nNext.", id="11ty yaml fence"),
        pytest.param("Title: One\nDate: 2025-06-30\n\nBody.\nNext.", id="Pelican, no fences"),
    ],
)
def test_however_it_is_written_it_is_the_same_article(data: str):
    found = good(data)
    assert (found.title, found.published.isoformat()) == ("One", "2025-06-30T00:00:00+08:00")
    assert found.body.rstrip("\n") == "Body.\nNext."
    assert data.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")[found.body_line - 1] == "Body."


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(HEAD.encode() + b"---\ncaf\xe9", [":5: error: byte 40 is not UTF-8; save the file as UTF-8"], id="Latin-1 in the body"),
        pytest.param(b"---\ntitle: caf\xe9\n---\n", [":2: error: byte 15 is not UTF-8; save the file as UTF-8"], id="Latin-1 in the head"),
        pytest.param(f"{HEAD}---\n中文".encode("gbk"), [":5: error: byte 37 is not UTF-8; save the file as UTF-8"], id="GBK"),
        pytest.param(HEAD.encode("utf-16"), [":1: error: byte 1 is not UTF-8; save the file as UTF-8"], id="UTF-16"),
        pytest.param(b"---\r" + b"title: caf\xe9\r---\r", [":2: error: byte 15 is not UTF-8; save the file as UTF-8"], id="Latin-1 with lone CR"),
        pytest.param("---\ntitle: a\0b\ndate: 2025-06-30\n---\n", [":2: warning: a control character was dropped; delete it"], id="NUL"),
        pytest.param(f"{HEAD}summary: a\x07b\n---\n", [":4: warning: a control character was dropped; delete it"], id="control character"),
        pytest.param(b"x" * (1024 * 1024 + 1), [":1: error: the file is longer than 1 MiB; split it"], id="over 1 MiB"),
        pytest.param("", [NO_DATE, ":1: warning: no title; its file name is used: write title: one"], id="empty file"),
        pytest.param("Just text.\n", [NO_DATE, ":1: warning: no title; its file name is used: write title: one"], id="no front matter"),
        pytest.param("---\n---\nText.\n", [NO_DATE, ":1: warning: no title; its file name is used: write title: one"], id="empty front matter"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_article(data: str | bytes, told: list[str]):
    assert complaints(read(data)) == told


# ---- fences


def test_two_rules_in_a_text_without_front_matter_lose_nothing():
    body = "Above.\n\n---\n\nBetween.\n\n---\n\nBelow.\n"
    assert read(body, "2025-06-30-two-rules.md").draft.body == body


def test_the_indentation_of_a_body_that_begins_with_code_stays():
    assert good(f"{HEAD}---\n    code()\n").body.startswith("    code()")


def test_a_fence_within_a_block_scalar_does_not_close():
    found = good(f"{HEAD}summary: |\n  Above.\n  ---\n  Below.\n---\nBody.")
    assert (found.summary, found.body) == ("Above. --- Below.", "Body.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(f"{HEAD}Body.", [":1: error: front matter is not closed with ---; write --- on a line of its own below the last key"], id="unclosed"),
        pytest.param(f"{HEAD}-----\nBody.", [":1: error: front matter is not closed with ---; write --- on a line of its own below the last key"], id="closed with five dashes"),
        pytest.param("---", [":1: error: front matter is not closed with ---; write --- on a line of its own below the last key"], id="nothing but a fence"),
        pytest.param('+++\ntitle = "One"\nBody.', [":1: error: front matter is not closed with +++; write +++ on a line of its own below the last key"], id="TOML unclosed"),
        pytest.param(f"-----\n{ROWS}-----\nBody.", [NO_DATE, ":1: warning: no title; its file name is used: write title: one"], id="opened with five dashes"),
        pytest.param("---\n- a\n- b\n---\n", [":2: error: front matter is not a set of keys; write 'key: value' on each line"], id="a list"),
        pytest.param("---\nSome words.\n---\nBody.", [":2: error: front matter is not a set of keys; write 'key: value' on each line"], id="a scalar: text between two rules"),
        pytest.param(f"{HEAD}--- x\n---\n", [":4: error: a second document begins here; keep one set of keys between the two ---"], id="two documents"),
        pytest.param("---js\n{title: 'One'}\n---\n", [":1: error: JavaScript front matter is not run; write YAML between --- lines"], id="11ty js fence"),
        pytest.param("---javascript\n{title: 'One'}\n---\n", [":1: error: JavaScript front matter is not run; write YAML between --- lines"], id="11ty javascript fence"),
        pytest.param('---json\n{"title": "One",\n"date": }\n---\n', [":3: error: JSON: Expecting value; check quotes, commas and braces"], id="11ty json fence, broken"),
        pytest.param('---toml\ntitle = "One"\nx = \n---\n', [':3: error: Invalid value; write key = "value" (TOML)'], id="11ty toml fence, broken"),
        pytest.param('{"title": "One"\n"date": "2025-06-30"}', [":2: error: JSON: Expecting ',' delimiter; check quotes, commas and braces"], id="JSON broken"),
        pytest.param("+++\ntitle = One\n+++\n", [':2: error: Invalid value; write key = "value" (TOML)'], id="TOML broken"),
        pytest.param('+++\ntitle = "One"\ndate = 2025-02-30\n+++\n', [f":3: error: Invalid date or datetime; {EXAMPLE}"], id="TOML 2025-02-30"),
    ],
)  # fmt: skip
def test_fences_that_do_not_hold(text: str, told: list[str]):
    assert complaints(read(text)) == told


# ---- keys and types


@pytest.mark.parametrize("key", ["content", "handler", "self", "2024", "on", "=", "<<", "'no'", "null"])
def test_keys_that_make_frontmatter_load_fail_are_keys(key: str):
    assert good(f"---\n{key}: x\n{ROWS}---\n").title == "One"


@pytest.mark.parametrize(
    "value",
    ["no", "on", "12:30", "010", "1.10", "0x1F", "1e3", "1_000", "2025-06-30", "=", "true", "9" * 5000, "🚀 to the moon"],
    ids=lambda value: value[:8],
)  # fmt: skip
def test_a_title_means_what_it_says(value: str):
    assert good(f"---\ntitle: {value}\ndate: 2025-06-30\n---\n").title == value


def test_a_language_no_is_norwegian():
    assert good(f"{HEAD}lang: no\n---\n").language == "no"


@pytest.mark.parametrize("null", ["", " ~", " null", " Null", " NULL", ' ""', " ''", " []", " {}"])
def test_a_key_without_a_value_is_as_if_it_were_not_there(null: str):
    keys = "summary tags categories image lang slug url weight draft lastmod expiryDate authors featured".split()  # noqa: SIM905
    found = good(HEAD + "".join(f"{key}:{null}\n" for key in keys) + "---\nBody.")
    assert found == good(f"{HEAD}{chr(10) * len(keys)}---\nBody.")


@pytest.mark.parametrize(
    ("row", "title"),
    [
        pytest.param('title: "  One  "', "One", id="blanks within quotes"),
        pytest.param('title: "One\\n"', "One", id="line break within quotes"),
        pytest.param('title: "One\n  two"', "One two", id="quoted over two lines"),
        pytest.param("title: >\n  One\n  two\n", "One two", id="folded"),
        pytest.param("title: |\n  One\n  two\n", "One two", id="literal"),
        pytest.param("title: One\n  two", "One two", id="plain over two lines"),
        pytest.param("title:\tOne", "One", id="a tab after the colon"),
        pytest.param('title: "\ufeffO\u200bn\u2060e\u202e"', "One", id="zero-width, BOM and bidirectional marks"),
        pytest.param('title: "O\\x07ne"', "One", id="a control character by escape"),
        pytest.param("title: !!python/object/apply:os.system One", "One", id="a Python tag runs nothing"),
        pytest.param("title: !mine One", "One", id="an unknown tag"),
        pytest.param("title: !!int One", "One", id="a tag that lies"),
        pytest.param("title: &anchor One", "One", id="an anchor without alias"),
        pytest.param('title: "O\\U0000006ee"', "One", id="an escape"),
        pytest.param('title: "A \\"B\\" 🚀"', 'A "B" 🚀', id="quotes and emoji"),
    ],
)
def test_a_title_is_one_clean_line(row: str, title: str):
    assert good(f"---\n{row}\ndate: 2025-06-30\n---\n").title == title


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("---\ntitle: Two\ndate: 2025-06-30\ntitle: One\n---\n", ":4: warning: title is there twice; the last one holds: delete the other", id="YAML"),
        pytest.param('{\n"title": "Two",\n"date": "2025-06-30",\n"title": "One"\n}\n', ":4: warning: title is there twice; the last one holds: delete the other", id="JSON"),
        pytest.param(f"{HEAD}cover:\n  alt: a\n  alt: b\n---\n", ":6: warning: alt is there twice; the last one holds: delete the other", id="nested"),
        pytest.param("Title: Two\nDate: 2025-06-30\nTitle: One\n\nBody.", ":3: warning: title is there twice; the last one holds: delete the other", id="Pelican"),
    ],
)  # fmt: skip
def test_a_key_that_is_there_twice(text: str, told: str):
    parsed = read(text)
    assert parsed.draft.title == "One"
    assert complaints(parsed) == [told]


def test_a_key_that_is_there_twice_in_toml_is_an_error_of_toml():
    told = complaints(read('+++\ntitle = "Two"\ntitle = "One"\n+++\n'))
    assert told == [':3: error: Cannot overwrite a value; write key = "value" (TOML)']


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param("x: {{ .Date }}", ":4: error: a template is not front matter; fill in the values, or ignore this file in config.yaml", id="Hugo template"),
        pytest.param("x: {% now %}", ":4: error: a template is not front matter; fill in the values, or ignore this file in config.yaml", id="Liquid template"),
        pytest.param("x: *name", ":4: error: aliases (*name) are not read; write the value out", id="alias"),
        pytest.param("x: &a {b: c}\ny:\n  <<: *a", ":6: error: aliases (*name) are not read; write the value out", id="merge key"),
        pytest.param("? [a]\n: b", ':4: error: a key must be text; put it in quotes, for example "[x]": y', id="a list as key"),
        pytest.param("? {a: b}\n: c", ':4: error: a key must be text; put it in quotes, for example "[x]": y', id="a map as key"),
    ],
)  # fmt: skip
def test_yaml_that_is_refused(rows: str, message: str):
    assert complaints(read(f"{HEAD}{rows}\n---\n")) == [message]


def test_a_template_within_quotes_is_no_date():
    told = complaints(read('---\ntitle: One\ndate: "{{ .Date }}"\n---\n'))
    assert told == [f":3: error: date: '{{{{ .Date }}}}' is a template, not a date; {EXAMPLE}"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param("title: One: two", f':2: error: a second ": " stands in this value; {QUOTE}', id="a colon in the value"),
        pytest.param("a: b: c", f':2: error: a second ": " stands in this value; {QUOTE}', id="a: b: c"),
        pytest.param("title：One", ":2: error: the colon is a Chinese one (：); write title: One", id="a Chinese colon"),
        pytest.param("title:One", ":2: error: no blank follows the colon; write title: One", id="no blank after the colon"),
        pytest.param("title", ":2: error: 'title' is no key with a value; write key: value, or --- above it if the text begins there", id="no colon at all"),
        pytest.param("title: One\n date: x", ":3: error: this key is indented; begin it at the start of its line", id="a key indented by a blank"),
        pytest.param("title: One\n\tdate: x", ":3: error: a tab indents this line; indent with spaces", id="a key indented by a tab"),
        pytest.param("title: @one", f":2: error: a value cannot begin with @; {QUOTE}", id="@ first"),
        pytest.param("title: `one`", f":2: error: a value cannot begin with `; {QUOTE}", id="` first"),
        pytest.param("title: %one", f":2: error: a value cannot begin with %; {QUOTE}", id="% first"),
        pytest.param("title: **One** two", f":2: error: a value cannot begin with *; {QUOTE}", id="Markdown first"),
        pytest.param('title: "One', ":2: error: a quote is opened here and never closed; close it", id="an open quote"),
        pytest.param("tags: [a, b", ":2: error: a [ is opened here and never closed; close it with ]", id="an open list"),
        pytest.param("params: {a: b", ":2: error: a { is opened here and never closed; close it with }", id="an open map"),
        pytest.param("title: [News] One", ":2: error: text follows the end of the value; put the whole value in quotes, for example title: '[A] \"B\"'", id="brackets first"),
        pytest.param('title: "One" two', ":2: error: text follows the end of the value; put the whole value in quotes, for example title: '[A] \"B\"'", id="quotes first"),
        pytest.param("title: 'It's'", ":2: error: text follows the end of the value; put the whole value in quotes, for example title: '[A] \"B\"'", id="an apostrophe within single quotes"),
        pytest.param('title: "C:\\dir"', ":2: error: a backslash stands within double quotes; write two of them, or use single quotes", id="a backslash"),
        pytest.param('title: "\\ud83d"', ":2: error: half a character (\\ud83d) is written; write the character itself", id="a lone surrogate"),
        pytest.param('title: "\\ud83d\\ude80"', ":2: error: half a character (\\ud83d) is written; write the character itself", id="JSON's pair of surrogates"),
    ],
)  # fmt: skip
def test_slips_are_told_in_words_that_are_not_the_parsers(rows: str, message: str):
    """libyaml's own words ("mapping values are not allowed in this context") help nobody; nor does its line always."""
    assert complaints(read(f"---\n{rows}\nauthor: A\n---\nBody.")) == [message]


def test_a_rule_far_down_does_not_pass_for_the_missing_fence():
    told = complaints(read(f"{HEAD}\nHere the text begins.\n\n---\n\nAnd goes on.\n"))
    assert told == [
        ":5: error: 'Here the text begins.' is no key with a value; write key: value, or --- above it if the text begins there"
    ]


# ---- bombs


def aliases() -> str:
    rows = [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise(ascii_lowercase[:10])]
    return f"a: &a [x, x]\n{''.join(rows)}"


def merges() -> str:
    rows = [f"{b}: &{b}\n  <<: [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise(ascii_lowercase[:7])]
    return f"a: &a {{x: 1}}\n{''.join(rows)}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(f"{HEAD}x: {'[' * 100_000}\n---\n", f":2: error: {TOO_LONG}", id="100 000 ["),
        pytest.param(f"{HEAD}x: {'[' * 60_000}\n---\n", f":4: error: {DEEP}", id="60 000 ["),
        pytest.param(f"{HEAD}x:\n  {'- ' * 30_000}\n---\n", f":5: error: {DEEP}", id="30 000 lists"),
        pytest.param(f"{HEAD}x: {'{a: ' * 16_000}\n---\n", f":4: error: {DEEP}", id="16 000 maps"),
        pytest.param(f"{HEAD}x: {'[' * 17}{']' * 17}\n---\n", f":4: error: {DEEP}", id="17 levels"),
        pytest.param(f"{HEAD}x: [{'1,' * 5000}]\n---\n", ":4: error: more than 4000 values; move data out of the front matter", id="5 000 values"),
        pytest.param(f"{HEAD}{aliases()}---\n", ":5: error: aliases (*name) are not read; write the value out", id="alias bomb"),
        pytest.param(f"{HEAD}{merges()}---\n", ":6: error: aliases (*name) are not read; write the value out", id="merge bomb"),
        pytest.param(f"{HEAD}x: {'y' * 70_000}\n---\n", f":2: error: {TOO_LONG}", id="70 KB"),
        pytest.param(f"{HEAD}{'Text that never ends its head. ' * 3000}", ":1: error: front matter is not closed with ---; write --- on a line of its own below the last key", id="unclosed and long"),
        pytest.param('{"x": ' + "[" * 60_000, f":1: error: {DEEP}", id="JSON, 60 000 ["),
        pytest.param('{"x": "' + "y" * 70_000 + '"}', f":1: error: {TOO_LONG}", id="JSON, 70 KB"),
        pytest.param("+++\nx = " + "[" * 5000 + "\n+++\n", f":2: error: nested too deep or a number too long; {PLAIN}", id="TOML, 5 000 ["),
        pytest.param("+++\nx = " + "9" * 5000 + "\n+++\n", f":2: error: nested too deep or a number too long; {PLAIN}", id="TOML, 5 000 digits"),
    ],
)  # fmt: skip
def test_bombs_are_refused_at_once_with_their_line(text: str, message: str):
    start = time.process_time()
    assert complaints(read(text)) == [message]
    assert time.process_time() - start < 0.5, "100 times what it takes"


def test_what_lies_within_the_bounds_is_read():
    assert good(f"{HEAD}x: {'[' * 15}{']' * 15}\ny: [{'1,' * 3900}]\nz: {'y' * 40_000}\n---\n").title == "One"
