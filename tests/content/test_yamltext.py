"""The two readers of YAML agree: line by line wherever it is plain, by events for everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import yamltext
from publisher.content.yamltext import MAX_DEPTH, MAX_NODES, Tree, YamlError, by_events, read


def quick(text: str) -> Tree | None:
    return yamltext._by_lines(text)


def same(text: str) -> bool:
    """Whether the quick reader gave an answer; where it did, it is that of the slow one."""
    found = quick(text)
    if found is None:
        return False
    slow = by_events(text)
    assert (found.root, found.lines, found.repeated) == (slow.root, slow.lines, slow.repeated)
    return True


# ---- lines near the plain grammar

KEYS = st.sampled_from(
    ["title", "date", "tags", "a", "_x", "A-b", "k9", "名", "é", "9a", "-a", "a b", "null", "true", "<<", "=", "'a'", '"a"', "a.b", "？", "[a", "&a", "a:b", "...", "---"]
)  # fmt: skip
PIECES = st.sampled_from(
    ["a", "b c", "中文", "🚀", "é", "\u3000", "\xa0", "\u2028", "\x85", "\u200b", "\ufeff", "\x07", "\t", ":", ": ", " :", "#", " #", "# ", "'", '"', "''", '""', "\\", "\\n", "-", "- ", "--", "[", "]", "{", "}", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "? ", "=", "~", "null", "NULL", "no", "12:30", "010", "1.10", "2025-06-30", "...", "---", "<<", "\ud800", "\U0001f600", "\ufffe", "：", "，"]
)  # fmt: skip
VALUES = (
    st.lists(PIECES, max_size=4).map("".join)
    | st.text(max_size=6)
    | st.sampled_from(["", "~", "null", "''", '""', "'a b'", '"a: b"', "'#'", "[a, b]", "- a", "a:", "a #b"])
)
BLANKS = st.sampled_from(["", "", "", " ", "  ", "\t", " \t"])
INDENTS = st.sampled_from(["", "", "", " ", "  ", "    ", "\t"])
ROWS = (
    st.builds("{}{}:{}{}{}".format, INDENTS, KEYS, st.sampled_from([" ", " ", "  ", "", "\t"]), VALUES, BLANKS)
    | st.builds("{}{}:{}".format, INDENTS, KEYS, BLANKS)
    | st.builds("{}-{}{}{}".format, INDENTS, st.sampled_from([" ", " ", "  ", "", "\t"]), VALUES, BLANKS)
    | st.builds("{}{}".format, INDENTS, VALUES)
    | BLANKS
    | st.sampled_from(["# note", "  # note", "---", "...", "key: |", "key: >", "-"])
)
PLAIN_KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,3}", fullmatch=True)
PLAIN = st.text(st.sampled_from("ab é中🚀.,:'\"#-[]~"), max_size=5)
PLAIN_BLOCKS = st.one_of(
    st.builds("{}: {}".format, PLAIN_KEYS, PLAIN),
    st.builds(
        lambda key, indent, items: "\n".join([f"{key}:", *(f"{indent}- {item}" for item in items)]),
        PLAIN_KEYS,
        st.sampled_from(["", " ", "  ", "    "]),
        st.lists(PLAIN, max_size=3),
    ),
)


@given(st.lists(ROWS, max_size=8).map("\n".join))
def test_both_readers_agree_over_soups_of_lines(text: str):
    same(text)


@given(st.lists(PLAIN_BLOCKS | BLANKS, max_size=6).map("\n".join))
def test_both_readers_agree_over_plain_lines(text: str):
    same(text)


@given(st.text(st.sampled_from("ab:- \n\t'\"#[]{}&*!|>~?,.%@`\\中é"), max_size=24))
def test_both_readers_agree_over_soups_of_characters(text: str):
    same(text)


@given(st.lists(ROWS, max_size=8).map("\n".join))
def test_reading_raises_one_error_alone_with_a_line_of_the_text(text: str):
    try:
        tree = read(text)
    except YamlError as error:
        assert 0 <= error.line <= text.count("\n")
        assert str(error)
        assert error.hint
    else:
        assert all(0 <= line <= text.count("\n") for line in tree.lines.values())


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("a: b", {"a": "b"}),
        ("a: b\n\nc:   d  \n", {"a": "b", "c": "d"}),
        ("a:\nb: ~\nc: null\nd: ''\ne: NULL", {"a": None, "b": None, "c": None, "d": "", "e": None}),
        ("a:\n- b\n-  c \nd: e", {"a": ["b", "c"], "d": "e"}),
        ("a:\n\n  - b\n\n  - ~\n", {"a": ["b", None]}),
        ("a: 'b: c #d'\ne: \"f\"", {"a": "b: c #d", "e": "f"}),
        ("a: b#c\nd: e:f\ng: http://h?i=j", {"a": "b#c", "d": "e:f", "g": "http://h?i=j"}),
        ("a名: 中文\ne_é: 🚀", {"a名": "中文", "e_é": "🚀"}),
    ],
)
def test_plain_lines_are_read_line_by_line(text: str, root: object):
    assert same(text)
    assert read(text).root == root


@pytest.mark.parametrize(
    "text",
    [
        "", "\n \n", "# note", "a: [b]", "a: {b: c}", "a: |\n  b", "a: b\n  c", "a:\n  b: c", "a:\n  - b: c", "a:\n  - b:", "a:\n  - b\n - c", "a:\n  - b\n    c", "- a",
        "a: b\n- c", " a: b", "a: b #c", "a: 'b''c'", 'a: "\\u4e2d"', "a: 'b' #c", "a: &x b", "a: !x b", "a:b", "a: b\na: c", "a", "'a': b", "a.b: c", "a:\tb", "a: b\tc", "a: \xa0b", "---\na: b",
        "a:\n-", "a:\n- - b", "a: 'b", "a: '", "a: \ufeffb", "a: b\x85c: d", "a:\n  - 'b\n",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_events(text: str):
    assert quick(text) is None


def test_more_lines_than_are_read_one_by_one():
    text = "\n".join(f"k{number}: v" for number in range(MAX_NODES // 4))
    assert same(text)
    assert quick(f"{text}\n") is None
    assert len(read(f"{text}\n").lines) == MAX_NODES // 4


# ---- events


def test_keys_of_one_level_down_have_lines_too():
    tree = read("a: 1\ncover:\n  image: x\n  alt: {deep: y}\nlist:\n  - inner: z\n")
    assert tree.lines == {"a": 0, "cover": 1, "cover.image": 2, "cover.alt": 3, "list": 4}


def test_a_repeated_key_is_told_at_any_depth():
    tree = read("a: 1\nb:\n  c: 2\n  c: 3\na: 4\n")
    assert (tree.root, tree.repeated) == ({"a": "4", "b": {"c": "3"}}, [("c", 3), ("a", 4)])
    assert tree.lines == {"a": 4, "b": 1, "b.c": 3}


@pytest.mark.parametrize("text", ["", "# nothing", "~", "null", "''", "a", "- a\n- [b, {c: d}]", "[[a], ~]"])
def test_a_root_may_be_anything(text: str):
    assert read(text).root == {
        "": None, "# nothing": None, "~": None, "null": None, "''": "", "a": "a", "- a\n- [b, {c: d}]": ["a", ["b", {"c": "d"}]], "[[a], ~]": [["a"], None],
    }[text]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: *b", 0, "aliases (*name) are not read"),
        ("a: b\n--- c", 1, "a second document begins here"),
        ("? [a]\n: b", 0, "a key must be text"),
        ("x: y\n? {a: b}\n: c", 1, "a key must be text"),
        ("a: b: c", 0, 'a second ": " stands in this value'),
        ("a: b\x07", 0, None),
    ],
)
def test_what_is_refused(text: str, line: int, message: str | None):
    with pytest.raises(YamlError) as caught:
        read(text)
    assert caught.value.line == line
    assert caught.value.hint
    assert message is None or str(caught.value) == message


def test_half_a_character():
    with pytest.raises(YamlError, match=r"half a character \(a lone surrogate\)") as caught:
        read("a: \ud800")
    assert (caught.value.line, caught.value.hint) == (0, "delete it")


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_the_bound_of_depth():
    assert read(f"a: {nested(MAX_DEPTH - 1)}").root
    with pytest.raises(YamlError) as caught:
        read(f"\na: {nested(MAX_DEPTH)}")
    assert (str(caught.value), caught.value.line) == (f"nested deeper than {MAX_DEPTH} levels", 1)


def test_the_bound_of_values():
    assert len(read(f"[{'a,' * (MAX_NODES - 1)}]").root) == MAX_NODES - 1  # type: ignore[arg-type]
    with pytest.raises(YamlError) as caught:
        read(f"\n[{'a,' * MAX_NODES}]")
    assert (str(caught.value), caught.value.line) == (f"more than {MAX_NODES} values", 1)
    with pytest.raises(YamlError, match=f"more than {MAX_NODES} values"):
        read(f"[{'[],' * MAX_NODES}]")


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? ", "? - "])
def test_bombs_of_depth_are_refused_before_they_grow(opening: str):
    with pytest.raises(YamlError):
        read(opening * 60_000)


def test_a_key_longer_than_yaml_allows_is_read_alike_by_both():
    text = f"{'k' * 1100}: v"
    try:
        slow = by_events(text).root
    except YamlError:
        slow = None
    found = quick(text)
    assert found is None or found.root == slow
