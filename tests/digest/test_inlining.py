"""The inliner against another one, and what may stand in the sheet that it gets."""

import re

import css_inline
import pytest
from digest.sample import edition, make_config, many, tideline
from lxml import etree
from lxml import html as markup

from publisher.digest import html
from publisher.errors import TemplateError

PAGE = '<html lang="en"><head><style>{sheet}</style><style data-premailer="ignore" data-css-inline="keep">{kept}</style></head><body class="a"><p class="b">x</p></body></html>'


def page(sheet=".b{color:#111}", kept=""):
    return PAGE.format(sheet=sheet, kept=kept)


def test_styles_are_written_into_the_elements():
    assert '<p class="b" style="color:#111">x</p>' in html.inline(page())


def test_the_other_sheet_stays_as_it_is():
    kept = (
        "@media (prefers-color-scheme:dark){.b{color:#eee!important}}[data-ogsc] .b{color:#eee!important}a:hover{top:0}"
    )
    assert kept in html.inline(page(kept=kept))


@pytest.mark.parametrize(
    "selector", ["p", "*", ".a .b", ".a>p", ".a:hover", "#x", "a[href]", ".a.b", "[data-ogsc] .x", "p.b"]
)
def test_only_a_plain_class_may_be_inlined(selector):
    with pytest.raises(TemplateError) as error:
        html.inline(page(f".a{{top:0}} {selector}{{color:red}}"))
    assert selector.split(">")[-1] in str(error.value)


@pytest.mark.parametrize(
    "sheet", ["@import 'x.css';", "@media print{.a{top:0}}", "@font-face{font-family:x}", ".a,p{top:0}"]
)
def test_no_at_rule_may_be_inlined(sheet):
    with pytest.raises(TemplateError):
        html.inline(page(sheet))


def test_a_comment_is_no_selector():
    assert html.selectors(page("/* p{} */ .b , .c {top:0}")) == [".b", ".c"]


def test_marks_and_comments_survive_and_a_nul_ends_nothing():
    out = html.inline(
        '<html><body><!--[if mso]><b><![endif]--><a href="https://xq7unsubxq7.invalid/">xq7emailxq7 \x00 漢字𠮷</a></body></html>'
    )
    assert "<!--[if mso]><b><![endif]-->" in out
    assert 'href="https://xq7unsubxq7.invalid/"' in out
    assert "漢字𠮷" in out


def styles(element):
    """The declarations of an element; the last of a name wins."""
    found = {}
    for declaration in element.get("style", "").split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            value = re.sub(
                r"#([0-9a-f])([0-9a-f])([0-9a-f])\b", r"#\1\1\2\2\3\3", value.strip().lower().replace("'", '"')
            )
            found[name.strip().lower()] = re.sub(r"\s*([,(])\s*", r"\1", value.replace("!important", "").strip())
    return found


def elements(text):
    tree = markup.document_fromstring(text)
    return [each for each in tree.iter(etree.Element) if each.tag not in {"tbody", "style", "html"}]


@pytest.mark.parametrize("design", ["cards", "list", "text"])
def test_another_inliner_agrees_on_every_element(tmp_path, monkeypatch, design):
    seen = []
    monkeypatch.setattr(
        html, "_transform", lambda page, real=html._transform: seen.append((page, real(page))) or seen[-1][1]
    )
    edition(make_config(tmp_path, design=design), tideline(stories=many(tideline())))
    ((given, ours),) = seen
    other = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(given)
    pairs = list(zip(elements(ours), elements(other), strict=True))
    assert len(pairs) > 100
    for one, two in pairs:
        assert one.tag == two.tag
        assert styles(one) == styles(two), etree.tostring(one)[:200]
