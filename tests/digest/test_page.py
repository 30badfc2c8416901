import base64
import hashlib
import re
from html import escape, unescape

import css_inline
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as markup

from publisher.digest.page import declarations, strict
from publisher.web.security import digest_policy

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"))
STYLES = st.text(st.sampled_from(list(";:{}()[]\"'\\/*<>!@#,. \n\raburl3c-é\N{DUCK}")), max_size=40)
HOSTILE = [
    "</style><script>alert(1)</script>",
    '<p style="color:red">',
    "' style='color:red",
    '" style="color:red',
    "<!-- <b style=x> -->",
    "}*{display:none}",
]  # fmt: skip


def document(body, head=""):
    return f'<!DOCTYPE html>\n<html lang="en"><head><title>x</title>{head}</head>\n<body>{body}</body></html>'


def styled(page):
    return markup.document_fromstring(page).xpath("//style/text()")


def sources(page):
    """What a policy must name for the sheets that a parser finds in the page."""
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'" for sheet in styled(page.html)
    ]


def bodies(style):
    """The declarations of the one rule made for an attribute."""
    made = strict(document(f'<p style="{escape(style)}">x</p>'))
    return re.findall(r"\._1:not\(#_#_#_\)\{(.*)\}$", "".join(styled(made.html)), re.DOTALL)


def test_each_different_style_becomes_one_class():
    page = strict(document('<p class="a" style="color:red">1</p><p style="color:red">2</p><b STYLE=\'margin:0\'>3</b>'))
    assert page.html == document(
        '<p class="a _1">1</p><p class="_1">2</p><b class="_2">3</b>',
        "<style>._1:not(#_#_#_){color:red}\n._2:not(#_#_#_){margin:0}</style>",
    )
    assert list(page.styles) == sources(page)


def test_kept_sheets_stay_and_are_named_once():
    kept = "<style>\n@media screen{.a>b{color:red!important}}\n</style>"
    page = strict(document('<p style="a:b">x</p>', f'{kept}<STYLE media="screen">p{{}}</STYLE >{kept}'))
    assert page.html.count(kept) == 2
    assert len(page.styles) == 3
    assert page.styles == tuple(dict.fromkeys(sources(page)))


def test_a_page_without_styles_needs_none():
    page = strict(document("<p>style</p>"))
    assert page.html == document("<p>style</p>")
    assert page.styles == ()


@pytest.mark.parametrize(
    ("tag", "made"),
    [
        ('<td style="a:b" class="x y" width="1">', '<td class="x y _1" width="1">'),
        ("<td class=x style=a:b;c:d>", '<td class="x _1">'),
        ("<td\n\tclass='x \"y' style='a:b'/>", '<td\n\tclass="x &quot;y _1"/>'),
        ('<td class style="a:b">', '<td class=" _1">'),
        ('<td style="a:b"style="c:d" STYLE=e:f id=z>', '<td class="_1"  id=z>'),
        ('<td id="s" style="" title="style=a:b">', '<td id="s" title="style=a:b">'),
        ("<td id=s style>", "<td id=s>"),
        ('<td style="a:b" a=\'>\' b=">" c=/>', '<td class="_1" a=\'>\' b=">" c=/>'),
        ('<td =style="a:b" x-style="a:b" styles="a:b">', '<td =style="a:b" x-style="a:b" styles="a:b">'),
        ('<td title="1 > 0" style="a:&quot;b&quot;">', '<td title="1 > 0" class="_1">'),
        ("<br style=a:b/>", '<br class="_1">'),
    ],
)
def test_tags_are_read_as_browsers_read_them(tag, made):
    page = strict(document(tag))
    assert re.search("<body>(.*)</body>", page.html, re.DOTALL)[1] == made
    assert not markup.document_fromstring(page.html).xpath("//body//*[@style]")
    assert list(page.styles) == sources(page)


@pytest.mark.parametrize(
    "comment",
    [
        "<!--[if mso]><table style='a:b'><tr><td><![endif]-->",
        "<!-->", "<!--->", "<!-- -- > <b style=a:b> --!>", "<![if !mso]>", "<?xml version='1.0'?>",
    ],
)  # fmt: skip
def test_comments_are_left_out(comment):
    assert strict(document(f"1{comment}2")).html == document("12")


def test_a_comment_without_an_end_is_a_comment_to_the_end():
    assert strict("<p>1<!-- <p style='a:b'>2").html == "<p>1"


def test_the_text_of_raw_elements_is_left_alone():
    raw = "<title>1 <b style='a:b'> <!-- 2</title><textarea style='a:b'><p style='c:d'></textareas></textarea>"
    page = strict(f"<head>{raw}</head><xmp><p style='e:f'>")
    assert page.html == (
        "<head><title>1 <b style='a:b'> <!-- 2</title>"
        "<textarea class=\"_1\"><p style='c:d'></textareas></textarea>"
        "<style>._1:not(#_#_#_){a:b}</style></head><xmp><p style='e:f'>"
    )


def test_a_page_without_a_head_gets_its_sheet_at_the_end():
    assert strict('<p style="a:b">1').html == '<p class="_1">1<style>._1:not(#_#_#_){a:b}</style>'
    assert strict('<p style="a:b"></head></head>').html.count("<style>") == 1


def test_the_hash_is_of_what_a_browser_sees():
    page = strict(document('<p style="a:\r\nb">\r</p>', "<style>a{}\r\n\rb{\0}</style>"))
    assert "\r" not in page.html
    assert "\0" not in page.html
    assert list(page.styles) == sources(page)


@given(st.lists(TEXT | st.sampled_from(HOSTILE), min_size=4, max_size=4))
def test_text_is_text_whatever_it_says(texts):
    one, two, three, four = map(escape, texts)
    before = document(f'<p class="a" title="{one}" style="color:red">{two}</p><a href="{three}" style="a:b">{four}</a>')
    page = strict(before)
    assert not re.search(r"<[^>]* style=", re.sub(r'"[^"]*"', '""', page.html))
    old, new = markup.document_fromstring(before), markup.document_fromstring(page.html)
    assert [each.tag for each in new.iter() if each.tag != "style"] == [each.tag for each in old.iter()]
    for was, now in zip(old.body.iter(), new.body.iter(), strict=True):
        assert (was.text, was.tail) == (now.text, now.tail)
        assert {k: v for k, v in was.attrib.items() if k not in {"style", "class"}} == {
            k: v for k, v in now.attrib.items() if k != "class"
        }
    assert list(page.styles) == sources(page)


# ---- what a style attribute says stays in its rule


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red;margin:0 auto", "color:red;margin:0 auto"),
        (" color : red ;; ", "color : red "),
        ("color:red!important", "color:red!important"),
        ("font-family:'a;b',\"c}d\"", "font-family:'a;b',\"c}d\""),
        ("background:url(data:image/png;base64,x=);a:b", "background:url(data:image/png;base64,x=);a:b"),
        ("background:url( 'a)b' )", "background:url( 'a)b' )"),
        ("width:calc((1px + 2px) * 3)", "width:calc((1px + 2px) * 3)"),
        ("grid:[a] 1fr [b]", "grid:[a] 1fr [b]"),
        ("a:b/* ;}*/;c:d", "a:b/**/;c:d"),
        ("content:'</style>';a:'\\<\\\\<'", "content:'\\3c /style>';a:'\\3c \\\\\\3c '"),
        ("color:red}*{display:none", ""),
        ("a:{b;c:d;}e;f:g", "f:g"),
        ("a:(b;c:d", ""),
        ("a:b);c:d", "c:d"),
        ("a:(b];c:d);e:f", "e:f"),
        ("a:'b;c:d", ""),
        ("a:'b\n';c:d", ""),
        ("a:b;c:d/* e", "a:b"),
        ("a:b<c;d:e", "d:e"),
        ("a:b\\", ""),
        ("a:b\\ ", "a:b\\ "),
        ("a:b\\};c:d", "a:b\\};c:d"),
        ("a:xurl({);b:c", ""),
        ("a:url(/*);b:c", ""),
        ("nothing", ""),
        ("@import 'x'", ""),
    ],
)
def test_whole_declarations_are_kept_and_broken_ones_dropped(style, kept):
    assert declarations(style) == kept


@given(STYLES)
@example("a:b\\ ")
@example("a:\\\n")
@example("a:curl(/*)")
@example("a:\\61url({)")
@example("a:url(a\\")
@settings(max_examples=400)
def test_no_style_reaches_out_of_its_rule(style):
    body = declarations(style)
    assert "<" not in body
    sheet = f".a{{{body}}}.z{{color:red}}"
    shown = css_inline.inline(f"<html><head><style>{sheet}</style></head><body><p class=z>x</p><i>y</i></body></html>")
    assert '<p class="z" style="color: red;">x</p><i>y</i>' in shown.replace("color:red", "color: red")
    assert declarations(unescape(escape(style))) == body
    assert bodies(style) == ([body.replace("\r", "\n")] if body else [])


# ---- the policy


@pytest.fixture
def config(tmp_path):
    from digest.sample import make_config

    return make_config(tmp_path)


def test_the_policy_names_the_sheets_and_nothing_else(config):
    page = strict(document('<p style="a:b">', "<style>p{}</style>"))
    policy = digest_policy(config, page.styles)
    assert f"style-src {page.styles[0]} {page.styles[1]};" in policy
    assert "unsafe" not in policy
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
    assert "style-src 'none';" in digest_policy(config)
