"""Each slip that a YAML parser complains of, in the words of whoever made it: what, what to write, and where."""

from __future__ import annotations

import pytest

from publisher.content import yamlwords
from publisher.content.yamltext import YamlError, read
from publisher.content.yamlwords import QUOTE, Slip, explained

BARE = "write key: value, or --- above it if the text begins there"
WHOLE = "put the whole value in quotes, for example title: '[A] \"B\"'"
ESCAPE = "write two of them, or use single quotes"
TEMPLATE = ("a template is not front matter", "fill in the values, or ignore this file in config.yaml")


def slip(text: str) -> tuple[str, str, int]:
    with pytest.raises(YamlError) as caught:
        read(text)
    return str(caught.value), caught.value.hint, caught.value.line


@pytest.mark.parametrize(
    ("text", "message", "hint", "line"),
    [
        ("title: A: B", 'a second ": " stands in this value', QUOTE, 0),
        ("date: x\n\ntitle: A: B: C\ntags: []", 'a second ": " stands in this value', QUOTE, 2),
        ("title: A:", 'a second ": " stands in this value', QUOTE, 0),
        ("title：一\ndate: x", "the colon is a Chinese one (：)", "write title: 一", 0),
        ("date: x\ntitle：一\ntags: []", "the colon is a Chinese one (：)", "write title: 一", 1),
        ("title ： 一\ntags: []", "the colon is a Chinese one (：)", "write title: 一", 0),
        ("title:A\ntags: []", "no blank follows the colon", "write title: A", 0),
        ("date: x\ntitle:A B\ntags: []", "no blank follows the colon", "write title: A B", 1),
        ("title\ntags: []", "'title' is no key with a value", BARE, 0),
        ("date: x\ntitle", "'title' is no key with a value", BARE, 1),
        ("date: x\n  Text that goes on\n  and: on", "this key is indented", "begin it at the start of its line", 2),
        ("date: x\n title: One", "this key is indented", "begin it at the start of its line", 1),
        ("date: x\n title:", "this key is indented", "begin it at the start of its line", 1),
        ("date: x\n title: A: B", 'a second ": " stands in this value', QUOTE, 1),
        ("date: x\n\ttitle: One", "a tab indents this line", "indent with spaces", 1),
        ("\ttitle: One", "a tab indents this line", "indent with spaces", 0),
        ("tags:\n\t- a", "a tab indents this line", "indent with spaces", 1),
        ("title: @one", "a value cannot begin with @", QUOTE, 0),
        ("title: `one`", "a value cannot begin with `", QUOTE, 0),
        ("tags:\n  - x\n  - @one", "a value cannot begin with @", QUOTE, 2),
        ("a: b\n@one", "a value cannot begin with @", QUOTE, 1),
        ("title: %one", "a value cannot begin with %", QUOTE, 0),
        ("title: **One**", "a value cannot begin with *", QUOTE, 0),
        ("title: & co", "a value cannot begin with &", QUOTE, 0),
        ('a: b\ntitle: "One\ndate: x', "a quote is opened here and never closed", "close it", 1),
        ("title: 'One", "a quote is opened here and never closed", "close it", 0),
        ("a: b\ntags: [a, b\ndate: x\n", "a [ is opened here and never closed", "close it with ]", 1),
        ("a: b\nparams: {a: b\n", "a { is opened here and never closed", "close it with }", 1),
        ("title: [News] One", "text follows the end of the value", WHOLE, 0),
        ('title: "One" two', "text follows the end of the value", WHOLE, 0),
        ('title: "C:\\dir"', "a backslash stands within double quotes", ESCAPE, 0),
        ('title: "\\uD83D\\uDE80"', "half a character (\\uD83D) is written", "write the character itself", 0),
        ('title: "\\UFFFFFFFF"', "a backslash stands within double quotes", ESCAPE, 0),
        ("a: b\nx: {% now %}", *TEMPLATE, 1),
        ("{% if x %}: y", *TEMPLATE, 0),
    ],
)  # fmt: skip
def test_a_slip(text: str, message: str, hint: str, line: int):
    assert slip(text) == (message, hint, line)


def test_a_complaint_that_is_not_known_keeps_the_words_of_the_parser():
    assert explained("a\nb", "found something odd", 1, None) == Slip("found something odd", QUOTE, 1)


def test_places_behind_the_end_are_the_last_line():
    assert explained("a: 'b\n", "found unexpected end of stream", 7, 9).line == 1


def test_a_bad_value_in_a_row_without_a_key():
    assert explained("  @x", "found character that cannot start any token", 0, None).message == (
        "a value cannot begin with @"
    )
    assert explained("", "found character that cannot start any token", 0, None).message.startswith("a value cannot")


def test_every_sign_is_of_one_slip():
    signs = [sign for sign, _ in yamlwords._EXPLAINED]
    assert len(set(signs)) == len(signs)
