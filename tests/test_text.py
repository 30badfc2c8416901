from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import text

FAMILY = "👩\u200d👩\u200d👧"
STRANGE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("a ，。（）“”…1-\u0301\u200d\ufe0f\U0001f1e8\U0001f1f3\U0001f3fd👩कष\u094dิำ\u1100\u1161\u11a8"),
    ),
    max_size=60,
)


def test_clean_keeps_line_ends_and_drops_what_xml_forbids():
    assert text.clean("a\tb\nc\rd\x00\x0b\x1f\x7f\x85\ud800\ufffe e") == "a\tb\nc\rd e"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("  a \n b\t c ", "a b c"),
        ("a\x0bb\u2028c", "a b c"),
        ("a \x00 b", "a b"),
        ("pay\u202etxt.exe\u2066", "paytxt.exe"),
        ("\ufeffa\u200bb", "ab"),
        (f"{FAMILY} x", f"{FAMILY} x"),
        ("a\u3000b", "a b"),
    ],
)
def test_one_line(given: str, expected: str):
    assert text.one_line(given) == expected


@given(STRANGE)
def test_one_line_is_one_line_and_stays_as_it_is(given: str):
    line = text.one_line(given)
    assert text.one_line(line) == line
    assert line == line.strip()
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(("given", "columns"), [("abc", 3), ("中文", 4), ("e\u0301", 1), (FAMILY, 6), ("é，", 3)])
def test_width(given: str, columns: int):
    assert text.width(given) == columns


@pytest.mark.parametrize(
    ("given", "columns", "expected"),
    [
        ("short", 10, "short"),
        ("一二三四五。六七八九十", 12, "一二三四五。"),
        ("他说：“一二三四。”然后就走了很远", 20, "他说：“一二三四。”"),
        ("One two three. Four five six", 20, "One two three."),
        ("Version 3.14 of a thing came out", 14, "Version 3.14…"),
        ("一二三四五六七八九十", 9, "一二三四…"),
        ("alpha beta gamma delta", 16, "alpha beta…"),
        ("一二三四，（五六七", 12, "一二三四…"),
        ("supercalifragilistic", 8, "superca…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
        (f"a{FAMILY}b", 5, "a…"),
        ("क्षक्षक्ष", 4, "क्ष…"),
        ("x" + "." * 100_000 + "y", 4, "x..…"),
        ("🇨🇳🇩🇪🇫🇷 flags of three", 6, "🇨🇳🇩🇪…"),
    ],
)
def test_shorten(given: str, columns: int, expected: str):
    assert text.shorten(given, columns) == expected


def _may_end(given: str, index: int) -> bool:
    """Whether a reader sees two characters on both sides of the index, told by Unicode's own classes."""
    before, after = given[index - 1], given[index]
    joins = unicodedata.category(after) in {"Mn", "Me", "Mc"} or after in "\u200d\u200c\ufe0f\u0e33\U0001f3fd"
    return not joins and before != "\u200d"


@given(STRANGE, st.integers(0, 30))
def test_shorten_never_exceeds_its_columns_nor_cuts_a_grapheme(given: str, columns: int):
    whole, cut = text.one_line(given), text.shorten(given, columns)
    assert text.width(cut) <= columns
    kept = len(cut) if whole.startswith(cut) else len(cut) - 1
    assert whole.startswith(cut[:kept])
    if 0 < kept < len(whole):
        assert _may_end(whole, kept)
        flags = len(cut[:kept]) - len(cut[:kept].rstrip("\U0001f1e8\U0001f1f3"))
        assert whole[kept] not in "\U0001f1e8\U0001f1f3" or flags % 2 == 0


@pytest.mark.parametrize(
    ("given", "columns", "lines"),
    [
        ("", 10, []),
        ("one two three", 8, ["one two", "three"]),
        ("一二三四五，六七", 10, ["一二三四", "五，六七"]),
        ("一二三（四五）六", 8, ["一二三", "（四五）", "六"]),
        ("see https://example.org/a/very/long/one here", 12, ["see", "https://example.org/a/very/long/one", "here"]),
        ("中文 and English 混排", 9, ["中文 and", "English", "混排"]),
        ("一二三四 ，五六", 9, ["一二三", "四 ，五六"]),
        ("一二三（ 四五", 8, ["一二三", "（ 四五"]),
        ("一二三々四", 6, ["一二", "三々四"]),
        ("一二三ッー四", 6, ["一二", "三ッー", "四"]),
        ("他说——走", 5, ["他", "说——", "走"]),
        ("说“一二”了", 4, ["说", "“一", "二”", "了"]),
        ('说"一二"了', 5, ['说"一', '二"了']),
        ("约38.5℃了", 6, ["约", "38.5℃", "了"]),
        ("约38 ℃了", 5, ["约", "38 ℃", "了"]),
        ("占50 % of it", 5, ["占", "50 %", "of it"]),
        ("use .NET now", 5, ["use", ".NET", "now"]),
        ("价￥99元", 4, ["价", "￥99", "元"]),
        ("a – b", 2, ["a", "–", "b"]),
        (f"一{FAMILY}二", 6, ["一", FAMILY, "二"]),
        ("ภาษาไทยยาว ไทย", 10, ["ภาษาไทยยาว", "ไทย"]),
        ("abcdefghij klm", 4, ["abcd", "efgh", "ij", "klm"]),
        ("no abcdefgh", 4, ["no", "abcd", "efgh"]),
        ("e\u0301" * 5, 2, ["e\u0301" * 2, "e\u0301" * 2, "e\u0301"]),
        ("🇨🇳🇩🇪🇫🇷", 3, ["🇨🇳", "🇩🇪", "🇫🇷"]),
        ("中" * 3, 1, ["中", "中", "中"]),
        ("！" * 5, 4, ["！！", "！！", "！"]),
        ("（见https://example.org/a/b）。", 8, ["（见", "https://example.org/a/b）。"]),
    ],
)
def test_wrap(given: str, columns: int, lines: list[str]):
    assert text.wrap(given, columns) == lines


@given(STRANGE, st.integers(4, 30))
def test_wrap_loses_nothing_but_blanks(given: str, columns: int):
    lines = text.wrap(given, columns)
    assert "".join("".join(lines).split()) == "".join(text.clean(given).split())
    assert all(line and line == line.strip() for line in lines)


WORDS = st.lists(
    st.sampled_from(
        ["中文", "潮", "，", "。", "（", "）", "「", "」", "“", "”", "……", "38", "℃", "%", "word", "a.b", "-", "x" * 30, FAMILY, "한국", "ไทย", "ー", "々", "￥", " "]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(WORDS | STRANGE, st.integers(2, 30))
def test_no_line_is_wider_than_asked(given: str, columns: int):
    for line in text.wrap(given, columns):
        assert text.width(line) <= columns or not any(_may_end(line, index) for index in range(1, len(line)))


@given(WORDS, st.integers(1, 30))
def test_an_address_is_kept_whole(given: str, columns: int):
    url = "https://example.org/" + "long-path/" * 4
    assert any(url in line for line in text.wrap(f"{given} {url} {given}", columns))


BOUND = st.lists(
    st.sampled_from(
        [
            "中，",
            "（文）",
            "（ 文 ）",
            "“word”",
            "38℃",
            "5 %",
            "……",
            "——",
            "「潮」。",
            "ッー",
            "々",
            "￥99",
            " word",
            "」 ",
        ]
    ),
    max_size=20,
).map("潮".join)


@given(BOUND, st.integers(10, 30))
def test_kinsoku_holds(given: str, columns: int):
    for line in text.wrap(f"潮{given}", columns):
        assert line[0] not in "，。）」”…—℃%ッー々"
        assert line[-1] not in "（「“￥"


def test_a_run_of_ten_thousand_is_cut():
    assert [len(line) for line in text.wrap("a" * 10_000, 72)] == [72] * 138 + [64]
    assert {text.width(line) for line in text.wrap("潮" * 10_000, 72)} == {72, 56}
    assert max(map(text.width, text.wrap("🇨🇳" * 5_000, 72))) == 72


@pytest.mark.parametrize(
    ("one", "other"),
    [("A B, c!", "ab c"), ("ＡＩ 热潮：下", "ai热潮下"), ("Straße_1", "STRASSE 1"), ("[快讯] 标题", "快讯标题")],
)
def test_title_key_ignores_what_two_spellings_of_one_title_differ_in(one: str, other: str):
    assert text.title_key(one) == text.title_key(other)


@given(STRANGE)
def test_title_key_is_stable(given: str):
    key = text.title_key(given)
    assert text.title_key(key) == key


def test_bigrams():
    assert text.bigrams("abca") == {"ab", "bc", "ca"}
    assert text.bigrams("a") == {"a"}
    assert text.bigrams("") == frozenset()


@given(STRANGE, STRANGE)
def test_similarity_is_symmetric_and_a_share(one: str, other: str):
    first, second = text.bigrams(one), text.bigrams(other)
    assert text.similarity(first, second) == text.similarity(second, first)
    assert 0 <= text.similarity(first, second) <= 1
    assert text.similarity(first, first) == (1 if first else 0)


def test_a_mark_that_parted_what_belongs_together_leaves_one_key():
    assert text.title_key("\u1100-\u1161") == text.title_key("가") == "가"
