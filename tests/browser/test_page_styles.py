"""A page without style attributes looks as the mail does: every element's computed style, in Chromium."""

from __future__ import annotations

import base64
from html import escape

import pytest
from digest import sample

from publisher.digest.page import strict
from publisher.digest.render import web_page
from publisher.web.security import digest_policy

GIF = base64.b64decode("R0lGODlhAQABAAAAACw=")
SEEN = """() => [...document.querySelectorAll('body, body *:not(style)')].map(element => {
  const style = getComputedStyle(element);
  return [element.tagName, Object.fromEntries([...style].map(name => [name, style.getPropertyValue(name)]))];
})"""
ADDRESS = "http://localhost/archive/weekly-2025-06-30"


def shown(page, html, policy=""):
    """The computed style of each element of the page, as it is served under that policy."""

    def answer(route):
        if route.request.url == ADDRESS:
            headers = {"content-security-policy": policy} if policy else {}
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)
        else:
            route.fulfill(body=GIF, content_type="image/gif")

    page.route("**/*", answer)
    page.goto(ADDRESS)
    found = page.evaluate(SEEN)
    page.unroute("**/*")
    return found


def differences(before, after):
    assert [tag for tag, _ in before] == [tag for tag, _ in after]
    return [
        f"{number} {tag}: {name}: {was[name]} -> {now.get(name)}"
        for number, ((tag, was), (_, now)) in enumerate(zip(before, after, strict=True))
        for name in was
        if was[name] != now.get(name)
    ]


@pytest.mark.parametrize("design", ["cards", "list", "text"])
def test_every_element_of_a_digest_keeps_its_style(open_page, tmp_path, design):
    config = sample.make_config(tmp_path, design=design)
    edition = sample.edition(config, language="zh-CN" if design == "list" else "en")
    html = web_page(edition, config, sample.TEMPLATES, public=True)
    made = strict(html)
    assert 'style="' in html
    assert 'style="' not in made.html
    for look in ({}, {"phone": True, "dark": True}):
        page = open_page(**look)
        before = shown(page, html)
        after = shown(page, made.html, digest_policy(config, made.styles))
        assert len(before) > 50
        assert differences(before, after) == [], look


KEPT = """
.k{color:rgb(1,2,3);margin-left:1px!important} #k.k.k p.k{padding-left:3px;border-left:2px solid} p{font-size:11px!important}
@media (min-width:1px){.k{color:rgb(4,5,6)} .k{text-indent:5px!important}} [data-ogsc] .k{color:rgb(7,8,9)!important}
"""
STYLES = [
    "color:red", "COLOR : Red ;", "color:red!important;font-size:20px", "margin:7px;padding:4px;font-size:9px!important",
    "color:red;;color:blue", "color:red;color:nonsense", "font-family:'a;b', \"c}d\"; color: green", "font-family:a\\;b;top:1px",
    "background:url(/a;b.gif);color:green", "background:url( '/a)b.gif' ) red", "width:calc((1px + 2px) * 3);height:min(4px, 5px)",
    "color/* c */:/*;*/red/**/;top:2px", "content:'<';top:3px", "content:'</style><b>';top:3px", "--x:a(b;c);top:4px",
    "color:red}*{top:9px", "color:blue;x:(;top:5px", "top:6px;color:red\\", "top:6px;color:red\\ ",
    "/*;top:7px", "top:8px/*", "<!--top:1px-->;left:2px", "@media all{top:1px};left:3px", "left:4px;}right:5px;bottom:6px", "é:1;top:1px",
    "grid-template-columns:[a;b] 1fr;top:1px", "transform:rotate(1deg", "top:1px;background:url(/x", "top:1px;font-family:'x",
]  # fmt: skip


def test_odd_styles_mean_the_same_in_a_sheet(open_page, tmp_path):
    """But for what is not closed at its end: an attribute closes it, a sheet would swallow what follows it."""
    one_by_one = "".join(
        f'<div id="k" class="k"><p class="k" style="{escape(each)}">x</p><i style="{escape(each)}">y</i></div>'
        for each in STYLES
    )
    html = f'<!DOCTYPE html><html lang="en"><head><title>x</title><style>{KEPT}</style></head><body>{one_by_one}</body></html>'
    made = strict(html)
    config = sample.make_config(tmp_path)
    page = open_page()
    after = shown(page, made.html, digest_policy(config, made.styles))
    told = differences(shown(page, html), after)
    open_ended = {3 * place + 1 + more for place, each in enumerate(STYLES) for more in (1, 2) if each.endswith(("1deg", "/x", "'x", "/*"))}  # fmt: skip
    assert [each for each in told if int(each.split()[0]) not in open_ended] == []


def test_what_slipped_in_is_not_obeyed(chromium, tmp_path):
    """A style that is none of ours is refused by the policy, whether or not anybody saw it."""
    config = sample.make_config(tmp_path)
    made = strict('<html lang="en"><head><title>x</title></head><body><p style="top:1px">x</p></body></html>')
    late = made.html.replace(
        "<p ", '<style>*{top:2px}</style><b style="top:3px">y</b><link rel="stylesheet" href="/x"><p '
    )
    context = chromium.new_context()  # one of its own: each refusal is an error on the console
    page = context.new_page()
    refused = []
    page.on("console", lambda said: refused.append(said.text))
    found = shown(page, late, digest_policy(config, made.styles))
    context.close()
    assert [(tag, style["top"]) for tag, style in found if tag in {"B", "P"}] == [("B", "auto"), ("P", "1px")]
    assert sum("Content Security Policy" in each for each in refused) == 3
