from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import limit, reading
from publisher.content.markdown import MarkdownError, convert, inline_text, plain, render

PAGE = "https://example.org/posts/one/"


def html(text: str) -> str:
    return render(text, PAGE, "a1-").strip()


def warned(text: str) -> list[tuple[str, str, int | None]]:
    return list(convert(text, PAGE, "a1-").warnings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**（重点）**字", "<p><strong>（重点）</strong>字</p>"),
        ("他说**“好。”**然后", "<p>他说<strong>“好。”</strong>然后</p>"),
        ("so ** bold ** here", "<p>so ** bold ** here</p>"),
        ("**a** b ** c**", "<p><strong>a</strong> b  <strong>c</strong></p>"),
        ("2 ** 3 ** 4 **a **b", "<p>2 ** 3 ** 4 <strong>a</strong> b</p>"),
        ("# One\n## Two", "<h2>One</h2>\n<h2>Two</h2>"),
        ("- [ ] a\n- [x] b", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>"),
        ("a\x01b\x00c", "<p>abc</p>"),
        ("~~a~~ <b>b</b>", "<p><del>a</del> <b>b</b></p>"),
        ("```py\nx\n```", '<pre><code class="language-py">x\n</code></pre>'),
    ],
)
def test_text(text: str, expected: str):
    assert html(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b c)", "<p>[a](b c)</p>"),
        ("[a](../two/)", '<p><a href="https://example.org/posts/two/" rel="noopener">a</a></p>'),
        ("[a](my file.pdf)", f'<p><a href="{PAGE}my%20file.pdf" rel="noopener">a</a></p>'),
        ("`[a](/b c)`", "<p><code>[a](/b c)</code></p>"),
        ("[a](/b c)", '<p><a href="https://example.org/b%20c" rel="noopener">a</a></p>'),
        ("[a](https://x.org/%20?q=中)", '<p><a href="https://x.org/%20?q=%E4%B8%AD" rel="noopener">a</a></p>'),
        ("[a](#part)", f'<p><a href="{PAGE}#part" rel="noopener">a</a></p>'),
        ("[a](mailto:a@b.org)", '<p><a href="mailto:a@b.org" rel="noopener">a</a></p>'),
        ("[a](javascript:x)", '<p><a rel="noopener">a</a></p>'),
        ("<a href='data:text/html,x'>a</a>", '<p><a rel="noopener">a</a></p>'),
        ("<a href='http://['>a</a>", '<p><a rel="noopener">a</a></p>'),
    ],
)
def test_links(text: str, expected: str):
    assert html(text) == expected


IMG = 'decoding="async" loading="lazy"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![A](/a b.png)", f'<p><img src="https://example.org/a%20b.png" alt="A" {IMG}></p>'),
        (
            '![](/images/default (1).png "T")',
            f'<p><img src="https://example.org/images/default%20(1).png" alt="" title="T" {IMG}></p>',
        ),
        ("![A](a.png =300x)", f'<p><img src="{PAGE}a.png" alt="A" {IMG}></p>'),
        ("![A](a b.png =100%x20)", f'<p><img src="{PAGE}a%20b.png" alt="A" {IMG}></p>'),
        ("![a](b.png)", f'<p><img src="{PAGE}b.png" alt="a" {IMG}></p>'),
        ("<img src=x.png onerror=alert(1) style='a'>", f'<img src="{PAGE}x.png" alt="" {IMG}>'),
        ("<img alt=x>", ""),
        ("![x](data:image/png;base64,AA)", "<p></p>"),
        (
            'a <picture><source srcset="a,b.png 1x, c.png 2x"><img src="a.png" alt=""></picture>',
            f'<p>a <picture><source srcset="{PAGE}a%2Cb.png 1x, {PAGE}c.png 2x"><img src="{PAGE}a.png" alt="" {IMG}></picture></p>',
        ),
    ],
)
def test_pictures(text: str, expected: str):
    assert html(text) == expected


@pytest.mark.parametrize(
    ("text", "shown", "rest"),
    [
        ("https://example.org/a，然后", "https://example.org/a", "，然后"),
        ("www.example.org。", "www.example.org", "。"),
        ("https://example.org/中文）后", "https://example.org/中文", "）后"),
    ],
)
def test_a_bare_url_ends_before_cjk_punctuation(text: str, shown: str, rest: str):
    found = re.fullmatch(r'<p><a href="([^"]*)" rel="noopener">([^<]*)</a>(.*)</p>', html(f"{text}"))
    assert found is not None
    assert (found[2], found[3]) == (shown, rest)
    assert found[1].isascii()
    assert "%EF%BC%8C" not in found[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**https://x.org/a**，后", '<p><strong><a href="https://x.org/a" rel="noopener">https://x.org/a</a></strong>，后</p>'),
        ("~~https://x.org/a~~后", '<p><del><a href="https://x.org/a" rel="noopener">https://x.org/a</a></del>后</p>'),
        ("`https://x.org/a**，`", "<p><code>https://x.org/a**，</code></p>"),
    ],
)  # fmt: skip
def test_a_bare_url_leaves_the_marks_around_it_alone(text: str, expected: str):
    assert html(text) == expected


def test_two_threads_with_two_pages_do_not_meet():
    text = "a[^1] [b](c) [d](#e)\n\n" * 50 + "[^1]: f"
    pages = [(f"https://{name}.example/p/", f"{name}-") for name in "abcdefgh"]
    alone = [render(text, *page) for page in pages]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda page: render(text, *page), pages * 8))
    assert together == alone * 8


def test_footnotes_are_numbered_under_the_articles_own_prefix():
    made = html("a[^1] b[^n] c[^1]\n\n[^1]: One\n[^n]: Two\n[^unused]: Three")
    ids = re.findall(r'id="([^"]+)"', made)
    assert ids == ["a1-fnref-1", "a1-fnref-n", "a1-fnref-1-2", "a1-fn-1", "a1-fn-n"]
    targets = re.findall(rf'href="{re.escape(PAGE)}#([^"]+)"', made)
    assert set(targets) == set(ids)
    assert "Three" not in made


def test_references_to_no_footnote_go_with_a_warning():
    assert html("a[^2, ^3] b[^RSS] `[^1]` [^a-z]") == "<p>a b <code>[^1]</code> [^a-z]</p>"
    assert warned("`[^2]`\n\na[^2, ^3] b[^RSS]") == [
        ("footnote-undefined", "[^2, ^3], [^RSS] refer to no footnote; add [^1]: … or delete them", 3)
    ]
    assert warned("a[^1]") == [("footnote-undefined", "[^1] refers to no footnote; add [^1]: … or delete them", 1)]
    assert warned("\n[^1][^2][^3][^4]") == [
        ("footnote-undefined", "[^1], [^2], [^3], … refer to no footnote; add [^1]: … or delete them", 2)
    ]
    assert warned("a&#91;^1]")[0][2] is None


def test_shortcodes_are_counted_by_name():
    assert warned("a\n{{< x >}}{{< y >}}{{< x >}}") == [
        ("shortcode", "shortcodes: 3 left out (2 x, 1 y); write Markdown instead", 2)
    ]
    assert warned("\n\na</think>") == [("shortcode", "shortcodes: 1 left out (1 <think>); write Markdown instead", 3)]


def test_a_body_of_which_nothing_is_left_is_told():
    message = "nothing of the text can be shown; look for an unclosed <script> or <!--"
    assert warned("\n<!-- only this") == [("body-vanished", message, 2)]
    assert warned("[^1]: unused") == [("body-vanished", message, 1)]
    assert warned("") == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        "<iframe src=x></iframe>",
        "<p onclick=x style=y class='z footnotes'>t</p>",
        "<form><input type=text></form>",
        "<plaintext>a\n\nb",
        "<svg><script>x</script></svg>",
        "<object data=x></object>",
    ],
)
def test_nothing_that_runs_or_styles_stays(text: str):
    made = html(f"{text}\n\nafter")
    assert not re.search(r"<(script|style|iframe|form|input|plaintext|svg|object)|on\w+=|style=", made)
    assert "after" in made


def test_attributes():
    made = html('<p id="x y" class="a footnotes language-x" lang="zh" data-x="y">t</p>')
    assert made == '<p id="a1-x-y" class="footnotes language-x" lang="zh">t</p>'


DEEP = "elements are nested more than 200 deep; close them, or use fewer levels"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("x" * (512 * 1024 + 1), "the text has more than 512 KiB; split it", 1),
        ("a\n\n" + ">" * 201 + " x", "quotes are nested more than 200 deep; remove the surplus >", 3),
        ("a\n\n" + "|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + "|b|\n" * 200, "a table has more than 200000 cells; split it", 3),
        ("<div></p></b>" * 201, DEEP, 1),
        ("a\n\n" + "<div>\n" * 201, DEEP, 203),
        ("a\n\n" + "*a **b " * 150 + "** a*" * 150, DEEP, 1),
    ],
    ids=["long", "quotes", "table", "misnested", "elements", "lists"],
)  # fmt: skip
def test_what_is_too_much(text: str, message: str, line: int):
    with pytest.raises(MarkdownError) as caught:
        html(text)
    assert (caught.value.line(), caught.value.body_line) == (message, line)


def test_a_table_that_would_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limit, "MAX_OUTPUT", 1000)
    with pytest.raises(MarkdownError, match="the text becomes more than 0 MiB of HTML"):
        html("|a|b|\n|-|-|\n" + "|c|d|\n" * 100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold** and [link](https://x.org) `code`", "Bold and link code"),
        ("R&D <update> a < b", "R&D <update> a < b"),
        ("a <b>raw</b> & 'q'", "a raw & 'q'"),
        ("1. first", "1. first"),
        ("2025. A year", "2025. A year"),
        ("# Heading", "Heading"),
        ("> quoted\n> twice", "quoted > twice"),
        ("a[^1] b", "a b"),
        ("a <!-- b --> c <!-- d", "a c"),
        ("plain 中文。", "plain 中文。"),
        ("{{ x }}y", "y"),
        ("", ""),
    ],
)
def test_a_summary_is_plain_text(text: str, expected: str):
    assert inline_text(text) == expected


def test_plain():
    assert plain("<p>a<br>b &amp; <b>c</b></p>\n<p>d</p>") == "a b & c d"


class Balance(HTMLParser):
    VOID = {"br", "img", "hr", "wbr", "source", "col", "input"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open += [] if tag in self.VOID else [tag]
        for name, value in attrs:
            if name in {"href", "src"} and not re.match(r"(https?://|mailto:|tel:)[!-~]*$", value or ""):
                self.faults.append(f"{name}={value}")
            if name.startswith("on") or name == "style":
                self.faults.append(name)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


PIECES = st.sampled_from(
    ["**", "*", "_", "`", "```\n", "[", "](", ")", "![", "<", ">", "<div>", "</div>", "<b>", "</p>", "\n", "\n\n", "- ", "1. ", "> ", "| a ", "|-|\n", "[^1]", "[^1]: ", "https://x.org/", "，", "中文", "&", "<!--", "-->", "<script>", "<table>", "<td>", "# ", "    ", "{{", "}}", "{%", "%}", "<a href=", "<img src=x>", "\x00", "~~", "- [x] ", '"', "'", "<select>", "<math>", "<think>", "<textarea>"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_any_text_becomes_well_formed_html_with_absolute_addresses(text: str):
    made = html(text)
    balance = Balance()
    balance.feed(made)
    balance.close()
    assert balance.faults == []
    assert balance.open == []
    assert "<h1" not in made
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", made)
    assert html(text) == made


@pytest.mark.parametrize(
    "text",
    [
        "a\n\n: b\n\n" * 20_000,
        "<think>" * 50_000,
        "<think>" * 50_000 + "</think>",
        "[a](x) " * 20_000,
        "[^1] " * 19_000 + "\n\n[^1]: n",
        "](x)" * 20_000,
        "**https://x.org/" * 20_000,
        "http://" + "a" * 400_000 + "**字",
        "{{<" * 100_000 + ">}}",
        "{% highlight x %}" * 20_000,
        "[a](a" + " " * 400_000,
        "[a](" * 20_000,
        "<a <a " * 50_000,
        "<div>\n" + '<a href="' * 40_000,
        " ".join("`" * length for length in range(1, 700)),
        " " * 400_000 + "x",
        "[^1, " * 20_000,
        "." * 200_000 + "x",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_take_no_more_than_seconds(text: str):
    """Each of them took minutes with an expression that looks far ahead; the bound is wide for slow machines."""
    start = time.process_time()
    made = html(text)
    reading.summary("", text, made)
    assert time.process_time() - start < 8
