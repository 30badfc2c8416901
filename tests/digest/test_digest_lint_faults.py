"""One fault is planted at a time: exactly it is found, with its severity, its place and what to do."""

from dataclasses import replace

import pytest
from builders import make_story
from digest.lint_page import HTML, POST, PREFERENCES, STORY, TEXT, TIDES, UNSUBSCRIBE, VIEW, found, with_body
from digest.sample import make_config


def test_the_good_mail_has_no_fault(tmp_path):
    assert found(tmp_path) == []


def body(code, severity, place, more):
    return pytest.param(code, severity, place, {"html": with_body(more)}, id=f"{code} {more[:40]}")


def page(code, severity, place, old, new):
    assert old in HTML
    return pytest.param(code, severity, place, {"html": HTML.replace(old, new)}, id=f"{code} {new[:30]}")


LINE = "html line 16"
FAULTS = [
    # links
    body("link-empty", "error", LINE, '<a href=" ">x</a>'),
    body("link-active", "error", LINE, '<a href="javascript:alert(1)">x</a>'),
    body("link-active", "error", LINE, '<a href=" java\tscript:alert(1)">x</a>'),
    body("link-active", "error", LINE, '<a href="data:text/html,x">x</a>'),
    body("link-active", "error", LINE, '<a href="VBSCRIPT:x">x</a>'),
    body("link-relative", "error", LINE, '<a href="/x">x</a><a href="/x">y</a>'),
    body("link-relative", "error", LINE, '<a href="http://[::1">x</a>'),
    body("link-http", "error", LINE, '<a href="http://news.tideline.example/x">x</a><a href="http://news.tideline.example/y">y</a>'),
    body("link-http", "warning", LINE, '<a href="http://other.example/x">x</a><a href="http://other.example/y">x</a>'),
    body("link-user", "error", LINE, '<a href="https://tideline.example@evil.example/">x</a>'),
    body("link-blank", "warning", LINE, '<a href="https://other.example/a b">x</a>'),
    body("link-blank", "warning", LINE, '<a href="https://other.example/a&#8203;b">x</a>'),
    body("link-host", "warning", LINE, '<a href="https://xn--pple-43d.com/">x</a>'),
    body("link-host", "warning", LINE, '<a href="https://аррӏе.com/">x</a>'),
    body("link-nameless", "warning", LINE, '<a href="https://other.example/"> </a>'),
    body("link-nameless", "warning", LINE, '<a href="https://other.example/"><img src="https://o.example/i.png" width="9" alt=""></a>'),
    body("link-disguised", "warning", LINE, '<a href="https://evil.example/">www.bank.example</a>'),
    body("link-disguised", "warning", LINE, '<a href="https://evil.example/">https://bank.example/login</a>'),
    body("link-disguised", "warning", LINE, '<a href="https://evil.example/">Booking.com</a>'),
    # pictures
    body("image-alt", "error", LINE, '<img src="https://o.example/i.png" width="9"><img src="https://o.example/i.png" width="9">'),
    body("image-alt-name", "warning", LINE, '<img src="https://o.example/i.png" width="9" alt="IMG_0042.JPG">'),
    body("image-alt-name", "warning", LINE, '<img src="https://o.example/i.png" width="9" alt="图片">'),
    body("image-width", "error", LINE, '<img src="https://o.example/i.png" alt="" width="100%">'),
    body("image-width", "error", LINE, '<img src="https://o.example/i.png" alt="">'),
    body("image-source", "error", LINE, '<img src="/i.png" alt="" width="9">'),
    body("image-source", "error", LINE, '<img src="data:image/png;base64,AA" alt="" width="9">'),
    body("image-http", "error", LINE, '<img src="http://tideline.example/i.png" alt="" width="9">'),
    body("image-http", "warning", LINE, '<img src="http://other.example/i.png" alt="" width="9">'),
    # contrast
    body("contrast-light", "error", LINE, '<p style="color:#eee">Faint</p>'),
    body("contrast-light", "error", LINE + " and 1 more", '<p style="color:#eee">Faint</p><p style="color:#eee">too</p>'),
    body("contrast-light", "error", LINE, '<p class="ink" style="background:rgb(40, 40, 40) no-repeat">Dark on dark</p>'),
    body("contrast-light", "warning", LINE, '<p style="color:#949494;font-size:18.5px;font-weight:700">Nearly large</p>'),
    body("contrast-dark", "warning", LINE, '<p style="color:#707070">Grey on the dark card</p>'),
    body("contrast-dark", "error", LINE, '<p class="ink" style="background-color:#ffffff">White on white</p>'),
    # structure
    page("html-lang", "error", "html", '<html lang="en">', "<html>"),
    page("html-title", "warning", "html", "<title>Tides</title>", ""),
    page("heading-one", "warning", "html", "<h1>Tideline</h1>", "<h1>Tideline</h1><h1>Again</h1>"),
    body("heading-skipped", "warning", LINE, "<h5>Deep</h5>"),
    body("table-role", "warning", LINE, "<table><tr><td>x</td></tr></table>"),
    body("html-active", "error", LINE, "<script>x</script>"),
    body("html-active", "error", LINE, '<p onclick="x">x</p>'),
    page("html-active", "error", "html line 3", "<title>", '<meta http-equiv="refresh" content="0"><title>'),
    # programs
    body("client-support", "warning", LINE, '<p style="display:flex">x</p>'),
    body("client-support", "warning", f"{LINE} and 1 more", '<p style="position:fixed">x</p><p style="position:fixed">x</p>'),
    body("client-support", "warning", LINE, "<svg></svg>"),
    page("client-support", "warning", "html line 4", "@media screen{}", "@supports (x:y){}"),
    # what is left over
    body("slot-left", "error", LINE, "<p>xq0123456789abcdef-address.invalid</p>"),
    body("slot-left", "error", LINE, "<!--xq0123456789abcdef:card3-->"),
    body("slot-left", "error", LINE, "<!--/page-->"),
    body("template-left", "error", LINE, "<p>{{ x }}</p>"),
    pytest.param("template-left", "error", "text line 10", {"text": TEXT + "{% if %}"}, id="template in text"),
    # duty
    page("unsubscribe-html", "error", "html", f'<a class="ink" style="color:#003366" href="{UNSUBSCRIBE}">Leave</a>', ""),
    page("unsubscribe-html", "error", "html", f'style="color:#003366" href="{UNSUBSCRIBE}"', f'style="display:none" href="{UNSUBSCRIBE}"'),
    page("preferences-html", "warning", "html", f'href="{PREFERENCES}#pause"', 'href="https://o.example/"'),
    page("view-html", "warning", "html", f'href="{VIEW}"', 'href="https://o.example/"'),
    page("postal-address", "warning", "html", POST, "3 Harbour Street"),
    pytest.param("postal-address", "warning", "text", {"text": TEXT.replace("Shanghai", "")}, id="postal in text"),
    pytest.param("unsubscribe-text", "error", "text", {"text": TEXT.replace(UNSUBSCRIBE, "")}, id="unsubscribe in text"),
    # the text part
    pytest.param("text-story", "error", "text", {"text": TEXT.replace(TIDES, TIDES + "more/")}, id="a longer address"),
    pytest.param("text-story", "error", "text", {"text": TEXT.replace(TIDES, "")}, id="no address"),
    pytest.param("text-wide", "warning", "text line 10", {"text": TEXT + "x " * 40}, id="wide"),
    pytest.param("text-wide", "warning", "text line 10 and 1 more", {"text": TEXT + ("汉" * 40 + "\n") * 2}, id="wide Han"),
    # subject and preheader
    pytest.param("subject-empty", "error", "subject", {"subject": " "}, id="no subject"),
    pytest.param("subject-invisible", "warning", "subject", {"subject": "one\ntwo"}, id="two lines"),
    pytest.param("subject-invisible", "warning", "subject", {"subject": "one\u202etwo"}, id="turned"),
    pytest.param("subject-long", "warning", "subject", {"subject": "汉" * 80}, id="long subject"),
    pytest.param("subject-capitals", "warning", "subject", {"subject": "BUY THIS TODAY 潮"}, id="capitals"),
    pytest.param("subject-shouting", "warning", "subject", {"subject": "Now！ Now!"}, id="shouting"),
    pytest.param("subject-reply", "warning", "subject", {"subject": "Re: your order"}, id="reply"),
    pytest.param("subject-reply", "warning", "subject", {"subject": "回复：订单"}, id="reply in Chinese"),
    pytest.param("preheader-empty", "warning", "preheader", {"preheader": ""}, id="no preheader"),
    pytest.param("preheader-invisible", "warning", "preheader", {"preheader": "a\u200bb and something more to read"}, id="unseen"),
    pytest.param("preheader-long", "warning", "preheader", {"preheader": "汉" * 101}, id="long preheader"),
    pytest.param("preheader-same", "warning", "preheader", {"preheader": "TIDELINE, how tides work"}, id="the same"),
    # stories
    pytest.param("story-twice", "error", "story posts/tides.md", {"stories": (STORY, STORY)}, id="twice"),
    pytest.param(
        "title-twice", "warning", "story posts/b.md",
        {"stories": (STORY, make_story("b", title="HOW tides work!", url=TIDES))}, id="two of one title",
    ),
    pytest.param("summary-empty", "warning", "story posts/tides.md", {"stories": (replace(STORY, summary=" "),)}, id="no summary"),
    pytest.param("title-empty", "error", "story posts/tides.md", {"stories": (replace(STORY, title=" "),)}, id="no title"),
    pytest.param("title-invisible", "warning", "story posts/tides.md", {"stories": (replace(STORY, title="a\u202eb"),)}, id="bidi"),
    pytest.param(
        "preheader-doubled", "warning", "preheader",
        {"preheader": "How tides work", "stories": (STORY, make_story("b", title="Salt", url=TIDES))}, id="doubled",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "severity", "place", "change"), FAULTS)
def test_a_fault_is_found_and_nothing_else(tmp_path, code, severity, place, change):
    (fault,) = found(tmp_path, **change)
    assert (fault.code, fault.severity, fault.place.removesuffix(" (posts/tides.md)")) == (code, severity, place)
    wrong, what_to_do = fault.message.split("; ")
    assert wrong
    assert fault.fix == what_to_do


HARMLESS = [
    '<a href="#top">up</a><a href="mailto:a@b.example">write</a><a href="tel:+123">call</a><a name="here"></a>',
    '<a href="https://www.other.example/x">other.example</a><a href="https://other.example/">Node.js</a>',
    '<a href="https://a.other.example/x">www.other.example</a><a href="https://other.example/y">https://a.other.example</a>',
    '<a href="https://other.example/" aria-label="Other"></a><area href="https://other.example/">',
    '<a href="http://127.0.0.1:8000/x">x</a><a href="http://localhost/">x</a><a href="http://news.localhost/">x</a>',
    '<a href="https://xn--bcher-kva.example/">x</a><a href="https://例え.jp/">x</a><a href="https://пример.рф/">x</a>',
    '<a href="https://xn--99999999999/">x</a>',
    '<img src="http://127.0.0.1/i.png" alt="" width="9">',
    "<table><tr><th>Day</th><td>1</td></tr></table>",
    '<p style="color:#eee;display:none">hidden</p><p style="color:#eee;font-size:0">hidden</p><p style="color:#eee">·</p>',
    '<p style="color:var(--x)">unknown</p><p style="background:url(x.png) #222">on a picture</p>',
    '<p class="ink" style="color:#949494;font-size:24px">large</p>',
    '<p class="ink" style="color:#949494;font-size:14pt;font-weight:bold">bold</p>',
    '<p style="border-radius:4px;mso-hide:all;-webkit-x:y">round</p>',
    "<style>[data-ogsc] .ink > a + b ~ i::before{color:#fff}</style>",
]


@pytest.mark.parametrize("more", HARMLESS)
def test_what_is_no_fault_is_not_told(tmp_path, more):
    assert [each for each in found(tmp_path, html=with_body(more)) if each.code != "client-support"] == []


def test_a_nearly_empty_text_part_is_told_once(tmp_path):
    faults = found(tmp_path, text="short")
    assert [each.code for each in faults] == ["text-empty", "unsubscribe-text", "postal-address"]


def test_an_article_may_write_of_templates(tmp_path):
    story = replace(STORY, title="What {{7*7}} does")
    (fault,) = found(tmp_path, stories=(story,), html=with_body("<p>{{7*7}}</p>"))
    assert (fault.code, fault.severity) == ("template-left", "warning")


def test_a_config_without_an_address_by_post(tmp_path):
    made = make_config(tmp_path)
    bare = made.model_copy(update={"site": made.site.model_copy(update={"postal_address": " \n"})})
    assert found(tmp_path, config=bare) == [], "into a folder nothing is sent"
    key = bare.delivery.model_copy(update={"transport": "smtp"})
    faults = found(tmp_path, config=bare.model_copy(update={"delivery": key}))
    assert ("postal-address", "warning", "config") in {(each.code, each.severity, each.place) for each in faults}


def test_faults_in_a_card_name_its_article(tmp_path):
    html = HTML.replace('alt="A tide" ', "")
    (fault,) = found(tmp_path, html=html)
    assert (fault.code, fault.story, fault.place) == ("image-alt", "posts/tides.md", "html line 11 (posts/tides.md)")


def test_a_counted_link_is_its_storys_own(tmp_path):
    counted = "https://news.tideline.example/r/1-0/abc"
    html = HTML.replace(TIDES, counted).replace("How tides work", "Tides.com").replace('alt="A tide" ', "")
    codes = {
        each.code: each.story
        for each in found(tmp_path, html=html, counted={counted: TIDES, "https://x.example/": "?"})
    }
    assert codes == {"image-alt": "posts/tides.md"}


def test_without_a_base_nothing_is_our_own(tmp_path):
    made = make_config(tmp_path)
    bare = made.model_copy(update={"web": made.web.model_copy(update={"url": ""})})
    (fault,) = found(tmp_path, config=bare, html=with_body('<a href="http://news.tideline.example/">x</a>'))
    assert (fault.code, fault.severity) == ("link-http", "warning")
