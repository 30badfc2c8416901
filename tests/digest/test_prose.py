import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content import markdown
from publisher.digest import prose
from publisher.text import width

HOME = "https://tideline.example"


def said(source: str, columns: int = 72) -> str:
    return prose.plain(markdown.render(source, HOME, "w-"), columns)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", ""),
        ("Good **morning**, *all* of `you`.", "Good morning, all of you."),
        ("One\\\nTwo  \nthree\nfour", "One\nTwo\nthree four"),
        ("潮水\n**不等**\n人", "潮水不等人"),
        ("조수는\n기다리지", "조수는 기다리지"),
        ("Fish &amp; chips &lt;b&gt; <span class='x'>here</span> <!-- not this -->", "Fish & chips <b> here"),
        ("old ~~price~~ H<sub>2</sub>O E=mc<sup>2</sup> 1<sup>st</sup> <q>so</q>", "old ~~price~~ H₂O E=mc² 1st “so”"),
        ("a <del> </del>b", "a b"),
        ("![A crane](/crane.jpg) and ![](/none.jpg)", "A crane and"),
        ("# Big *one*\n\n### 小标题\n\ntext", "Big one\n-------\n\n小标题\n------\n\ntext"),
        ("#\n\ntext", "text"),
        ("one\n\n---\n\ntwo", "one\n\n* * *\n\ntwo"),
        ("    x  =  1\n\n\ty\u202e\n\n", "    x  =  1\n\n    y"),
        ("<pre>a<br><b>b</b></pre>", "    a\n    b"),
        ("<pre>a\n\n</pre>", "    a"),
        ("```\n```", ""),
        ("- one\n- [x] two\n  1. inner", "- one\n- ☑ two\n  1. inner"),
        ("- one\n\n- two\n\n  more", "- one\n\n- two\n\n  more"),
        ("-\n- b", "-\n- b"),
        ("9. nine\n10. ten", " 9. nine\n10. ten"),
        ("<ol reversed><li>b</li><li>a</li></ol>", "2. b\n1. a"),
        ("<ol start='99999999'><li>b</li></ol>", "1. b"),
        ("<ul></ul>", ""),
        ("> one\n>\n> two\n>\n> > three", "> one\n>\n> two\n>\n> > three"),
        ("<dl><dt>Tide</dt><dd>Water that comes</dd></dl>", "Tide\n\n    Water that comes"),
        ("<details><summary>More</summary>of it</details>", "More\n\nof it"),
        ("A note.[^1]\n\n[^1]: The note.", "A note.[1]\n\n1. The note."),
    ],
)
def test_markdown_as_text(source: str, told: str):
    assert said(source) == told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "[Write](/contact/), [read](https://a.example/) and [write](/contact/).",
            "Write [a], read [b] and write [a].\n\n[a] https://tideline.example/contact/\n[b] https://a.example/",
        ),
        ("见 <https://a.example/潮>。然后", "见 <https://a.example/%E6%BD%AE>。然后"),
        ("<desk@a.example> or [us](mailto:desk@a.example)", "desk@a.example or us [a]\n\n[a] desk@a.example"),
        ("[us](mailto:desk@a.example?subject=Hi)", "us [a]\n\n[a] mailto:desk@a.example?subject=Hi"),
        ("[![A crane](/c.jpg)](/c/)", "A crane [a]\n\n[a] https://tideline.example/c/"),
        ("x[![](/c.jpg)](/c/)", "x[a]\n\n[a] https://tideline.example/c/"),
        ("[no address](<javascript:alert(1)>)", "no address"),
        ("[two ](/c/)words", "two [a] words\n\n[a] https://tideline.example/c/"),
    ],
)
def test_links_are_notes_below(source: str, told: str):
    assert said(source) == told


def test_notes_never_run_out_of_letters():
    assert [prose.label(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["a", "z", "aa", "az", "ba", "zz", "aaa"]


def test_a_table_stands_in_columns_where_it_fits():
    table = "| 站 | n |\n|---|---|\n| 听潮路 | 87 |\n| 东门 | [12](/x/) |"
    assert said(table) == (
        "站      n\n------  ------\n听潮路  87\n东门    12 [a]\n\n[a] https://tideline.example/x/"
    ).replace("站      n\n", "站      n     \n").replace("87\n", "87    \n")
    wide = f"| a | b |\n|---|---|\n| {'word ' * 9}| {'更' * 20} |\n| | |"
    assert said(wide) == f"a\nb\n\n{('word ' * 9).strip()}\n{'更' * 20}"


def test_a_table_of_any_shape_keeps_its_words():
    html = "<table>stray<caption>Tides</caption> <col><tbody><tr>\n<td>a<br>b<p>c</p></td></tr><tr><td>d</td><td>e</td></tr></tbody></table>"
    assert prose.plain(html, 72) == "stray\n\nTides\n\na b c\nd      e".replace("a b c", "a b c   ")
    assert prose.plain("<table></table><table><caption> </caption></table>", 72) == ""


def test_what_nobody_reads_is_left_out():
    assert prose.plain("<style>p{}</style><script>x()</script>a<wbr>b<img src=x><template>t</template>", 72) == "ab"


def test_blocks_within_words_end_the_line():
    assert (
        prose.plain("<a href='https://a.example/'>one<div>two</div></a>", 72)
        == "one\ntwo [a]\n\n[a] https://a.example/"
    )


def test_nesting_without_end_leaves_room_for_words():
    text = prose.plain("<blockquote>" * 300 + "潮水不等人。" * 20, 72)
    assert text.count("人") == 20
    assert max(map(len, text.splitlines())) <= 72


def test_a_mark_that_stands_for_a_name_stays_whole():
    mark = "xq0123456789abcdef-name0.invalid"
    for source in (f"早上好，{mark}！{'潮' * 60}", f"- - - - - - - - {'潮' * 9}“{mark}”{'信' * 40}", "潮" * 33 + mark):
        assert mark in said(source)


def test_lines_are_as_wide_as_asked():
    source = f"{'潮信' * 40}\n\n- {'long words ' * 20}\n\n> {'a' * 500}\n\n## {'标题' * 50}"
    assert all(width(line) <= 60 for line in said(source, 60).splitlines())


TAGS = st.sampled_from([
    "a", "b", "p", "div", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "table", "thead", "tr", "td", "th",
    "caption", "h1", "h2", "br", "hr", "img", "sup", "sub", "q", "del", "section",
])  # fmt: skip
PIECES = st.one_of(
    TAGS.map(lambda tag: f"<{tag}>"),
    TAGS.map(lambda tag: f"<{'/'}{tag}>"),
    st.sampled_from(
        ["<a href='https://a.example/x'>", '<ol start="-3" reversed>', "<img alt='潮'>", "<![x[", "<!--", "-->", "<?x", "&#0;", "&amp", "<", "\n", "潮\n信", "x" * 90]
    ),
    st.text(max_size=12),
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join), st.integers(1, 80))
@settings(max_examples=80, deadline=None)
def test_any_html_becomes_text(html: str, columns: int):
    text = prose.plain(html, columns)
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)


@given(st.lists(st.text("abc 潮信，。（）-", min_size=1, max_size=40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_all_words_of_paragraphs_and_lists_are_kept_in_order(words: list[str]):
    html = "".join(f"<p>{word}<{'/'}p><ul><li>{word}<{'/'}li><{'/'}ul>" for word in words)
    expected = "".join("".join((word + "-" + word).split()) if word.strip() else "-" for word in words)
    assert "".join(prose.plain(html, 40).split()) == expected
