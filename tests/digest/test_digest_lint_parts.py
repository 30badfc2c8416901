"""The pieces that the rules of the lint stand on: page, sheets, colours, looks, features and the bytes."""

import pytest
from digest.lint_page import HTML, STORY, TIDES

from publisher.digest.headers import Field
from publisher.digest.lint import feature, headers, look, paint, sheet
from publisher.digest.lint.finding import listed, quoted
from publisher.digest.lint.look import Scheme
from publisher.digest.lint.page import declarations, parse
from publisher.digest.lint.paint import Paint
from publisher.digest.lint.support import support


def element(html, id="x", addresses=None):
    page = parse(html, addresses or {})
    return page, next(node for node in page.nodes if node.attributes.get("id") == id)


def styled(css, html='<p id="x">x</p>', scheme=Scheme.LIGHT):
    page, node = element(f"<html><head><style>{css}</style></head><body>{html}</body></html>")
    return look.looks(page, sheet.read(page), scheme)[node.number]


# the page


@pytest.mark.parametrize(
    "html", ["", " \n", "<!--", "<", "\x00\ud800", "x" * 9, "<div>" * 400, '<?xml version="1.0"?>']
)
def test_any_text_is_a_page(html):
    assert parse(html, {}).all("nothing") == []


def test_a_page_tells_words_places_and_what_is_around():
    page, node = element('<body>\n<p>a <b id="x">b<i>c</i> d</b><img alt="e"></p><title>t</title></body>')
    paragraph = page.nodes[node.parent]
    assert (node.text, page.text(paragraph), page.place(node), page.place(node, 2)) == (
        "b  d", "a b d c e", "html line 2", "html line 2 and 2 more",
    )  # fmt: skip
    assert [each.tag for each in page.above(node)] == ["p", "body", "html"]
    assert [each.tag for each in page.within(paragraph)] == ["p", "b", "i", "img"]
    assert [each.words for each in page.nodes if each.tag in {"b", "title", "img"}] == [True, False, False]


def test_what_holds_links_to_one_story_is_its_card():
    page, node = element(HTML.replace("<p>The moon", '<p id="x">The moon'), addresses={TIDES: STORY.path})
    assert page.story(node) == STORY.path
    assert page.story(page.all("h1")[0]) == ""
    assert page.place(node) == f"html line 11 ({STORY.path})"


def test_declarations_are_read_as_browsers_do():
    found = declarations("Color : RED ! important;a:url(x;y) \"b;c\" 'd'; junk; :x; c:(open; d:e")
    assert [(each.name, each.value, each.important) for each in found] == [
        ("color", "RED", True), ("a", 'url(x;y) "b;c" \'d\'', False), ("c", "(open", False), ("d", "e", False),
    ]  # fmt: skip


# the sheet


def test_rules_and_at_rules_have_their_lines():
    page = parse(
        '<style>\n@import "a;{b";\n.a,p{color:red;/* { */top:0}\n@media x{\n.b{left:0; .c{top:1px}}}\n}@x</style>', {}
    )
    found = sheet.read(page)
    assert found.at == (('@import "a;{b"', 2), ("@media x", 4))
    assert [(rule.around, rule.selectors, len(rule.declared), rule.line) for rule in found.rules] == [
        ((), (".a", "p"), 2, 3),
        (("@media x", ".b"), (".c",), 1, 5),
        (("@media x",), (".b",), 1, 5),
    ]


def test_fonts_are_rules_too():
    found = sheet.read(parse("<style>@font-face{font-family:x}</style>", {}))
    assert [(rule.selectors, len(rule.declared)) for rule in found.rules] == [(("@font-face",), 1)]


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("p", True), ("*", True), (".a", True), (".a.b", True), ("p.a#x", True), ("#y", False), (".c", False),
        ("div p", True), ("div > p", True), ("body > p", False), ("body p", True), (".z p", False), ("td > p", False),
        ("a:hover", False), ("[data-ogsc] p", False), ("", False),
    ],
)  # fmt: skip
def test_selectors_choose(selector, chosen):
    page, node = element('<body><div><p id="x" class="a b">x</p></div></body>')
    assert sheet.chooses(sheet.steps(selector), node, page) is chosen


def test_the_outermost_element_is_nobodys_child():
    page = parse("<p>x</p>", {})
    assert not sheet.chooses(sheet.steps("p > html"), page.nodes[0], page)
    assert sheet.weight(sheet.steps("p#a .b.c")) == (1, 2, 1)


# colours


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("#1a2", "#11aa22"), ("#1A56A8", "#1a56a8"), (" White ", "#ffffff"), ("rgb(1, 2, 3)", "#010203"),
        ("rgb(100% 0% 0%)", "#ff0000"), ("hsl(1,2,3)", "None"), ("rgb(1,2)", "None"), ("rgb(1,2,300)", "None"),
        ("rgb(a,b,c)", "None"), ("", "None"), ("#12345", "None"),
    ],
)  # fmt: skip
def test_colours_are_read(written, read):
    assert str(paint.read(written)) == read


def test_what_shows_through_is_mixed():
    assert paint.read("transparent") == Paint(0, 0, 0, 0.0)
    assert [paint.read(said).alpha for said in ("#0008", "#00000080", "rgba(0,0,0,.5)", "rgb(0 0 0 / 50%)")] == [
        pytest.approx(0.5, abs=0.04)
    ] * 4
    assert str(paint.over(Paint(0, 0, 0, 0.5), paint.WHITE)) == "#808080"


# looks


@pytest.mark.parametrize(
    ("css", "html", "colour", "ground"),
    [
        ("", '<p id="x">x</p>', "#000000", "#ffffff"),
        ("", '<a id="x" href="y">x</a>', "#0000ee", "#ffffff"),
        ("", '<a id="x">x</a>', "#000000", "#ffffff"),
        ("", '<font id="x" color="#123456">x</font>', "#123456", "#ffffff"),
        ("", '<div bgcolor="#222222" style="color:#eee"><p id="x">x</p></div>', "#eeeeee", "#222222"),
        ("p{color:red}.a{color:blue}", '<p id="x" class="a">x</p>', "#0000ff", "#ffffff"),
        (".a{color:blue}p{color:red}", '<p id="x" class="a">x</p>', "#0000ff", "#ffffff"),
        ("p{color:red}p{color:blue}", '<p id="x">x</p>', "#0000ff", "#ffffff"),
        ("p{color:red}", '<p id="x" style="color:blue">x</p>', "#0000ff", "#ffffff"),
        ("p{color:red!important}", '<p id="x" style="color:blue">x</p>', "#ff0000", "#ffffff"),
        ("p{color:red!important}", '<p id="x" style="color:blue!important">x</p>', "#0000ff", "#ffffff"),
        ("div p{color:red}p{color:blue}", '<div><p id="x">x</p></div>', "#ff0000", "#ffffff"),
        ("@media print{p{color:red}}@media (max-width:9px){p{color:red}}", '<p id="x">x</p>', "#000000", "#ffffff"),
        ("@media screen, print{p{color:red}}", '<p id="x">x</p>', "#ff0000", "#ffffff"),
        ("@supports (x:y){p{color:red}}", '<p id="x">x</p>', "#000000", "#ffffff"),
        ("", '<p id="x" style="color:inherit;background:inherit">x</p>', "#000000", "#ffffff"),
        ("", '<p id="x" style="color:var(--a);background:none">x</p>', "None", "#ffffff"),
        ("", '<p id="x" style="background:#222 url(a.png)">x</p>', "#000000", "None"),
        ("", '<p id="x" style="background-image:linear-gradient(red,blue)">x</p>', "#000000", "None"),
        ("", '<div style="background:hsl(1,2,3)"><p id="x" style="background:#0008">x</p></div>', "#000000", "#777777"),
        ("", '<div style="background-color:hsl(1,2,3)"><p id="x" style="background:#0008">x</p></div>', "#000000", "None"),
        ("", '<p id="x" style="opacity:.5">x</p>', "#000000", "None"),
        ("", '<p id="x" style="background-color:#000c">x</p>', "#000000", "#333333"),
    ],
)  # fmt: skip
def test_what_a_reader_sees(css, html, colour, ground):
    seen = styled(css, html)
    assert (str(seen.colour), str(seen.ground)) == (colour, ground)


@pytest.mark.parametrize(
    ("style", "size", "bold"),
    [
        ("", 16, False), ("font-size:20px", 20, False), ("font-size:12pt", 16, False), ("font-size:2em", 32, False),
        ("font-size:1.5rem", 24, False), ("font-size:50%", 8, False), ("font-size:large", 16, False),
        ("font-size:9", 9, False), ("font:bold 20px/1.5 serif", 20, True), ("font:20px serif", 20, False),
        ("font:inherit", 16, False), ("font-weight:600", 16, False), ("font-weight:700", 16, True),
        ("font-weight:bolder", 16, True), ("font-weight:normal", 16, False),
    ],
)  # fmt: skip
def test_how_large_it_is(style, size, bold):
    seen = styled("", f'<p id="x" style="{style}">x</p>')
    assert (round(seen.size), seen.bold) == (size, bold)


def test_headings_are_large_and_bold():
    seen = styled("", '<h1 id="x">x</h1>')
    assert (seen.size, seen.bold, seen.hidden) == (32, True, False)


@pytest.mark.parametrize("style", ["display:none", "visibility:hidden", "font-size:1px"])
def test_what_is_hidden_hides_what_is_in_it(style):
    assert styled("", f'<div style="{style}"><p id="x">x</p></div>').hidden


def test_a_dark_screen():
    css = "@media (prefers-color-scheme: dark){p{color:red}}"
    assert str(styled(css, scheme=Scheme.DARK).colour) == "#ff0000"
    assert str(styled(css).colour) == "#000000"
    assert str(styled("", scheme=Scheme.DARK).ground) == "#ffffff"
    dark = ":root{color-scheme:light dark;top:0}"
    assert [str(value) for value in styled(dark, scheme=Scheme.DARK)[:2]] == ["#ffffff", "#121212"]
    assert str(styled(dark, '<a id="x" href="y">x</a>', Scheme.DARK).colour) == "#9e9eff"
    meta = '<meta name="color-scheme" content="light dark"><p id="x">x</p>'
    assert str(styled("", meta, Scheme.DARK).ground) == "#121212"


# features


@pytest.mark.parametrize(
    ("html", "slugs"),
    [
        ("<h2>x</h2><ul></ul><b>x</b>", {"html-h1-h6", "html-lists", "html-strong"}),
        ("<input><input type=checkbox><button>x</button>", {"html-input-text", "html-input-checkbox", "html-button-submit"}),
        ('<a href="#x">x</a><a href="mailto:x">x</a><a href="https://x.example/">x</a>', {"html-anchor-links", "html-mailto-links"}),
        ('<img src="https://x.example/a.JPEG?x=1" srcset="x">', {"html-img", "image-jpg", "html-srcset"}),
        ('<img src="http://[">', {"html-img"}),
        ('<p style="border-top-left-radius:1px">x</p>', {"css-border-radius", "css-unit-px", "html-p"}),
        ('<p style="border-start-start-radius:1px">x</p>', {"css-border-radius-logical", "css-unit-px", "html-p"}),
        ('<p style="border-top:0;padding-left:1em;margin-inline-start:2%">x</p>',
         {"css-border", "css-padding", "css-unit-em", "css-margin-inline-start-end", "css-unit-percent", "html-p"}),
        ('<p style="left:0;row-gap:0;border-inline:0">x</p>',
         {"css-left-right-top-bottom", "css-gap", "css-border-inline-block", "html-p"}),
        ('<p style="display:inline-flex">x</p>', {"css-display-flex", "html-p"}),
        ('<p style="display:block">x</p>', {"css-display", "html-p"}),
        ('<p style="width:calc(1px);color:var(--x);--x:1">x</p>',
         {"css-width", "css-unit-calc", "css-unit-px", "css-variables", "html-p"}),
        ('<p style="background:repeating-linear-gradient(red,blue)!important">x</p>',
         {"css-background", "css-linear-gradient", "css-important", "html-p"}),
        ("<p style=\"font-family:system-ui,'12px'\">x</p>", {"css-sytem-ui", "html-p"}),
        ("<p style='-x-y:1;mso-hide:all;unheard:of'>x</p>", {"html-p"}),
        ("<style>@media (orientation:portrait) and (hover){.a>.b,.c+.d,.e~.f,*{top:0}}</style>",
         {"html-style", "css-at-media", "css-at-media-orientation", "css-at-media-hover", "css-selector-child",
          "css-selector-adjacent-sibling", "css-selector-general-sibling", "css-selector-universal",
          "css-left-right-top-bottom"}),
        ("<style>a:hover{top:0}a::before{top:0}a:after{.b{top:0}}[x]:focus{top:0}@unknown x;</style>",
         {"html-style", "css-pseudo-class-hover", "css-pseudo-element-before", "css-left-right-top-bottom", "css-nesting"}),
        ('<meta name="color-scheme" content="light">', {"html-meta-color-scheme"}),
        ('<meta name="viewport" content="x">', set()),
    ],
)  # fmt: skip
def test_features_have_caniemails_names(html, slugs):
    page = parse(html, {})
    found = {slug for slug, _ in feature.used(page, sheet.read(page), support().features)}
    assert found - {"html-body"} == slugs


def test_the_table_says_who_lacks_what():
    table = support()
    assert len(table.features) > 290
    assert table.updated >= "2026-05-13"
    assert "outlook.windows" in table.lacking("css-border-radius")
    assert table.lacking("css-unit-px") == ()
    assert table.title("css-border-radius") == "border-radius"
    assert all(
        len(letters) == len(table.clients) and set(letters) <= set("yanu") for _, letters in table.features.values()
    )


# messages and bytes


def test_what_a_message_repeats_is_short_and_on_one_line():
    assert quoted("a\nb; c") == "'a b, c'"
    assert quoted("x" * 99) == "'" + "x" * 59 + "…'"
    assert listed("abc", 2) == "a, b and 1 more"
    assert listed("ab", 2) == "a, b"


FIELDS = (
    Field("From", "Bee <b@x.example>", b""), Field("Message-ID", "<a@b>", b""), Field("MIME-Version", "1.0", b""),
    Field("Content-Type", 'multipart/alternative; boundary="B"', b""),
    Field("List-Unsubscribe", "<https://x.example/u>", b""), Field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click", b""),
)  # fmt: skip
GOOD = (
    b"".join(f"{each.name}: {each.meant}\r\n".encode() for each in FIELDS)
    + b"\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n"
    b"--B\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>\r\n--B--\r\n"
)


def test_good_bytes_have_no_fault():
    assert list(headers.rules(GOOD, FIELDS, "a", "<p>")) == []
    assert headers.sender(FIELDS) == "x.example"
    assert headers.sender(()) == ""


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (b"--B--\r\n", b"--B--\n", ["line-end"]),
        (b"<p>\r\n", b"<p>" + b"x" * 1000 + b"\r\n", ["line-long", "part-altered"]),
        (b"1.0", b"1.0\xff", ["headers-ascii", "headers"]),
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nBcc: x\r\n", ["headers"]),
        (b"Bee", b"Wasp", ["headers"]),
        (b"YQ==", b"Yg==", ["part-altered"]),
        (b"text/plain", b"text/other", ["part-altered"]),
        (b"text/plain", b"text/html", ["part-altered", "part-altered"]),
        (b"<https://x.example/u>", b"<mailto:x@x.example>", ["headers", "list-unsubscribe"]),
        (b"<https://x.example/u>", b"<http://x.example/u>", ["headers", "list-unsubscribe"]),
        (b"<https://x.example/u>", b"<http://127.0.0.1/u>", ["headers"]),
        (b"Bee", b"=?unheard-of?q?x?=", ["headers"]),
        (b"Bee", b"=?utf-8?b?x?=", ["headers"]),
        (b"<https://x.example/u>", b"<http://[>", ["headers", "list-unsubscribe"]),
        (b"One-Click", b"Click", ["headers", "list-unsubscribe"]),
        (b"<a@b>", b"a@b", ["headers", "message-id"]),
        (b"b@x.example", b"b@x", ["headers", "from-address"]),
    ],
)
def test_faults_of_the_bytes(old, new, codes):
    assert old in GOOD
    assert [each.code for each in headers.rules(GOOD.replace(old, new), FIELDS, "a", "<p>")] == codes
