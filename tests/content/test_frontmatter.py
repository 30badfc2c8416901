from __future__ import annotations

import pytest

from publisher.content.frontmatter import FrontMatterError, read


def refused(text: str) -> tuple[int, str]:
    with pytest.raises(FrontMatterError) as caught:
        read(text)
    return caught.value.line_number, caught.value.line()


def test_yaml_keeps_every_scalar_as_its_author_wrote_it():
    matter = read(
        "---\nlang: no\ntime: 12:30\nzip: 010\nversion: 1.10\nyes: on\n2024: x\nnone: ~\nquoted: 'null'\n---\nBody\n"
    )
    assert matter.fields == {
        "lang": "no",
        "time": "12:30",
        "zip": "010",
        "version": "1.10",
        "yes": "on",
        "2024": "x",
        "none": None,
        "quoted": "null",
    }
    assert (matter.body, matter.body_line) == ("Body\n", 11)


def test_keys_that_make_frontmatter_load_fail_are_keys():
    assert read("---\ncontent: a\nhandler: b\nself: c\n---\n").fields == {"content": "a", "handler": "b", "self": "c"}


def test_each_key_has_its_line_below_blank_lines_too():
    assert read("\n\n---\na: 1\nb:\n  c: 2\n---\n").lines == {"a": 4, "b": 5, "b.c": 6}


def test_a_key_that_is_there_twice_is_told_with_its_line():
    matter = read("---\ntitle: a\ntags: []\ntitle: b\n---\n")
    assert matter.fields["title"] == "b"
    assert list(matter.repeated) == [("title", 4)]


def test_the_indentation_of_a_body_that_begins_with_code_stays():
    assert read("---\na: 1\n---\n    code\n").body == "    code\n"
    assert read("    code\n").body == "    code\n"


def test_a_fence_within_a_block_scalar_does_not_close():
    matter = read("---\na: |\n  ---\n  b\nc: d\n---\nBody")
    assert matter.fields == {"a": "---\nb\n", "c": "d"}


def test_empty_front_matter():
    matter = read("---\n---\nBody")
    assert (matter.fields, matter.lines, list(matter.repeated), matter.controls) == ({}, {}, [], ())
    assert (matter.body, matter.body_line) == ("Body", 3)
    assert read("---\n# nothing\n---\nBody").fields == {}


def test_three_dots_close_and_five_dashes_neither_open_nor_close():
    assert read("---\na: 1\n...\nBody").fields == {"a": "1"}
    assert read("-----\na: 1\n-----\nBody").fields == {}
    assert refused("---\na: 1\n-----\nBody")[0] == 1


def test_tags_are_ignored_and_run_nothing():
    assert read("---\na: !!python/object/apply:os.system [x]\nb: !own c\nd: !!int 1\n---\n").fields == {
        "a": ["x"],
        "b": "c",
        "d": "1",
    }


def test_an_anchor_alone_and_a_merge_key_as_key_are_harmless():
    assert read("---\na: &x 1\n<<: {b: 2}\n---\n").fields == {"a": "1", "<<": {"b": "2"}}


def test_emoji_and_five_thousand_digits_are_text():
    digits = "9" * 5000
    assert read(f"---\na: 🚀\nb: {digits}\n---\n").fields == {"a": "🚀", "b": digits}


QUOTE = 'put the value in quotes, for example title: "A: B"'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\na: 1\nBody", 1, "front matter is not closed with ---; write --- on a line of its own below the last key"),
        ("+++\na = 1\nBody", 1, "front matter is not closed with +++; write +++ on a line of its own below the last key"),
        ("---\n- a\n---\n", 2, "front matter is not a set of keys; write 'key: value' on each line"),
        ("---\njust text\n---\n", 2, "front matter is not a set of keys; write 'key: value' on each line"),
        ("---\nt: 1\na: b: c\n---\n", 3, f'a second ": " stands in this value; {QUOTE}'),
        (
            "---\nt: 1\n\ta: b\n---\n",
            3,
            "a tab indents this line; indent with spaces",
        ),
        (
            "---\ntitle: {{ .Title }}\n---\n",
            2,
            "a template is not front matter; fill in the values, or ignore this file in config.yaml",
        ),
        ("---\na:\t[b\n---\n", 2, "a [ is opened here and never closed; close it with ]"),
        ("---\na: x\nb: *a\n---\n", 3, "aliases (*name) are not read; write the value out"),
        ('---\na: "\\ud800"\n---\n', 2, "half a character (\\ud800) is written; write the character itself"),
        ("---\na: 1\n--- b\n---\n", 3, "a second document begins here; keep one set of keys between the two ---"),
        ("---\n? {a: b}\n: c\n---\n", 2, 'a key must be text; put it in quotes, for example "[x]": y'),
        ("---\na: 1\nb: " + "[" * 100_000 + "\n---\n", 2, "front matter is longer than 64 KiB; close it with --- above the text, or shorten its values"),
        ("---\na: 1\nb: " + "[" * 60_000 + "\n---\n", 3, "nested deeper than 16 levels; write plain keys and lists"),
        ("---\n" + "- " * 30_000 + "\n---\n", 2, "nested deeper than 16 levels; write plain keys and lists"),
        ("---\na: [" + "1," * 5000 + "]\n---\n", 2, "more than 4000 values; move data out of the front matter"),
        ("---\na: " + "x" * 70_000 + "\n---\n", 2, "front matter is longer than 64 KiB; close it with --- above the text, or shorten its values"),
        ("+++\na = 1\nb = \n+++\n", 3, 'Invalid value; write key = "value" (TOML)'),
        ("+++\na = 1\na = 2\n+++\n", 3, 'Cannot overwrite a value; write key = "value" (TOML)'),
        ("+++\na = " + "[" * 5000 + "\n+++\n", 2, "nested too deep or a number too long; write plain keys and lists"),
        ("+++\na" + ".a" * 40 + " = 1\n+++\n", 2, "nested deeper than 16 levels; write plain keys and lists"),
        ("+++\na = " + "9" * 5000 + "\n+++\n", 2, "nested too deep or a number too long; write plain keys and lists"),
        ('{"a": 1,\n"b": }', 2, "JSON: Expecting value; check quotes, commas and braces"),
        ("---json\n[1]\n---\n", 2, 'front matter is not a set of keys; write {"key": "value"}'),
        ('{"a": ' + "[" * 5000 + "}", 1, "nested deeper than 16 levels; write plain keys and lists"),
        ('{"a": ' + "[" * 20 + "]" * 20 + "}", 1, "nested deeper than 16 levels or more than 4000 values; write plain keys and lists"),
        ('{"a": "' + "x" * 70_000, 1, "front matter is longer than 64 KiB; close it with --- above the text, or shorten its values"),
    ],
    ids=lambda value: repr(value)[:24],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_what_to_write(text: str, line: int, message: str):
    assert refused(text) == (line, message)


def test_a_lone_surrogate_is_dropped_and_its_line_told():
    matter = read("---\nb: x\na: 1\ud800\n---\n")
    assert (matter.fields, matter.controls) == ({"b": "x", "a": "1"}, (3,))


def test_bombs_of_aliases_and_merges_are_refused_at_the_first_alias():
    bomb = (
        "---\na: &a [x]\n"
        + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
        + "---\n"
    )
    assert refused(bomb) == (3, "aliases (*name) are not read; write the value out")
    assert refused("---\na: &a {x: 1}\nb:\n  <<: [*a, *a]\n---\n")[0] == 4


def test_toml_becomes_text_and_lists_too():
    matter = read(
        '+++\ntitle = "T"\ndate = 2025-06-30T08:00:00+08:00\nday = 2025-06-30\nat = 08:00:00\ndraft = true\nn = 1\n[extra]\nx = [1.5, false]\n+++\n\nBody'
    )
    assert matter.fields == {
        "title": "T",
        "date": "2025-06-30T08:00:00+08:00",
        "day": "2025-06-30",
        "at": "08:00:00",
        "draft": "true",
        "n": "1",
        "extra": {"x": ["1.5", "false"]},
    }
    assert matter.lines["date"] == 3
    assert (matter.body, matter.body_line) == ("\nBody", 11)


def test_json_block_and_inline():
    matter = read('{\n  "title": "T",\n  "n": 10000000000000000000000,\n  "x": [true, null, 1.10]\n}\n\nBody')
    assert matter.fields == {"title": "T", "n": "10000000000000000000000", "x": ["true", None, "1.10"]}
    assert matter.lines == {"title": 2, "n": 3, "x": 4}
    assert read('{"a": 1} Body').body == " Body"
    assert list(read('{"a": 1, "a": 2}').repeated) == [("a", 1)]


@pytest.mark.parametrize("body", ["{{< figure >}}", "{% raw %}", "{: .class}", "{}x"[2:], "Plain text", ""])
def test_braces_that_are_no_json_are_body(body: str):
    assert read(body).body == body
