"""The gate: what an entry or the frame of a feed may not have, and the fast reader before the parser."""

from __future__ import annotations

import html as markup
import json

import pytest
from feeds.lint_documents import ATOM, BODY, JSON, RSS, atom_entry, json_item, rss_item
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.feeds import lint
from publisher.feeds.feed import Format
from publisher.feeds.lint import cut as lint_cut
from publisher.feeds.lint import gate as lint_gate
from publisher.feeds.lint import html as lint_html
from publisher.feeds.lint import xml as lint_xml

FLAT = {
    form: text.replace("\n", "") for form, text in ((Format.RSS, rss_item(1, 22)), (Format.ATOM, atom_entry(1, 22)))
}
WHOLE = FLAT | {Format.JSON: json_item(1, 22)}
HTML = {Format.RSS: BODY, Format.ATOM: BODY, Format.JSON: "<p>潮水 <strong>上涨</strong></p>"}


def with_html(form: Format, html: str) -> bytes:
    if form is Format.JSON:
        return WHOLE[form].replace(f'"{HTML[form]}"', json.dumps(html, ensure_ascii=False)).encode()
    return WHOLE[form].replace(HTML[form], markup.escape(html, quote=False)).encode("utf-8", "surrogateescape")


def codes(form: Format, data: bytes | str) -> list[str]:
    found = lint.fragment(form, data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
    assert all(each.severity == "error" and each.place == "entry" for each in found)
    return [each.code for each in found]


@pytest.mark.parametrize("form", Format)
def test_a_sound_entry_passes(form: Format):
    assert codes(form, WHOLE[form]) == []
    assert codes(form, with_html(form, "<p>1 &lt; 2 &amp; 3</p>\n<hr><ul><li>a</li></ul>")) == []


def test_an_entry_may_be_written_in_other_ways():
    assert codes(Format.RSS, rss_item(1, 22)) == [], "line breaks between elements"
    assert codes(Format.RSS, FLAT[Format.RSS].replace(BODY, f"<![CDATA[{markup.unescape(BODY)}]]>")) == []
    assert codes(Format.ATOM, FLAT[Format.ATOM].replace("<content", "<content xml:lang='en'")) == []


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/x">a</a>', "url-relative"),
        ('<a href="#fn">a</a>', "url-fragment"),
        ('<img src="https://a.example/a b.jpg" alt="">', "url-character"),
        ("<script>x</script>", "html-script"),
        ('<p onclick="x">a</p>', "html-script"),
        ("<style>p {}</style>", "html-embedded"),
        ('<iframe src="https://a.example/"></iframe>', "html-embedded"),
        ("<p><strong>a</p>", "html-unbalanced"),
        ("a</em>", "html-unbalanced"),
        ('<a href="https://a.example/潮">a</a><a href="http://">b</a><img src="https://a.example/1">', ""),
        ("**a** {{ b }}", ""),
    ],
)
def test_html_that_breaks_in_a_reader_is_refused(form: Format, html: str, expected: str):
    assert codes(form, with_html(form, html)) == expected.split()


@pytest.mark.parametrize(
    ("form", "old", "new", "expected"),
    [
        (Format.RSS, '<guid isPermaLink="false">tag:tide.example.org,2025:posts/1</guid>', "", "id-missing"),
        (Format.RSS, "Sun, 22 Jun", "周日, 22 Jun", "date-invalid"),
        (Format.RSS, "<link>https:", "<link>", "url-relative"),
        (Format.RSS, 'length="12345"', 'length="None"', "enclosure-length"),
        (Format.RSS, "Summary 1", "Summary \x01", "xml-character"),
        (Format.RSS, "Summary 1", "Summary \uffff", "xml-character"),
        (Format.RSS, "Summary 1", "R&D", "xml-escape"),
        (Format.RSS, "Summary 1", "]]>", "xml"),
        (Format.RSS, "Summary 1", "&lt;a href=x&gt;y&lt;/a&gt;", "url-relative"),
        (Format.RSS, "Summary 1", "caf\udce9", "encoding"),
        (Format.RSS, "上涨", "\udce9", "encoding"),
        (Format.RSS, "<media:thumbnail", "<x:thumbnail", "xml-prefix"),
        (Format.RSS, '<enclosure url="https:', '<enclosure length="1" url="https:', "xml"),
        (Format.RSS, "</item>", "", "xml"),
        (Format.RSS, "</item>", "</item><item/>", "xml"),
        (Format.RSS, "<item>", "<item> x", ""),
        (Format.RSS, "item>", "entry>", "xml"),
        (Format.ATOM, "<id>tag:tide.example.org,2025:posts/1</id>", "", "id-missing"),
        (Format.ATOM, "<id>tag:tide.example.org,2025:", "<id>", "id-relative"),
        (Format.ATOM, "<updated>2025-06-22T", "<updated>2025-06-22 ", "date-invalid"),
        (Format.ATOM, '<content type="html">', "<content>", "text-type"),
        (Format.ATOM, "</title>", "", "xml"),
        (Format.ATOM, "上涨", "\x02", "xml-character"),
        (Format.JSON, '"id"', '"ID"', "id-missing"),
        (Format.JSON, "content_html", "content", "content-missing"),
        (Format.JSON, "2025-06-22T08:00:00+08:00", "yesterday", "date-invalid"),
        (Format.JSON, '"Summary"', '"\\u0001"', "xml-character"),
        (Format.JSON, '"Summary"', '"\uffff"', "xml-character"),
        (Format.JSON, '"Summary"', '"\\u00e9"', ""),
        (Format.JSON, '"Summary"', "NaN", "json"),
        (Format.JSON, '"Summary"', "", "json"),
        (Format.JSON, '"Summary"', '"\udce9"', "encoding"),
    ],
)
def test_what_makes_an_entry_broken_is_refused(form: Format, old: str, new: str, expected: str):
    assert old in WHOLE[form]
    assert codes(form, WHOLE[form].replace(old, new)) == expected.split()


def test_an_item_of_json_is_an_object():
    assert codes(Format.JSON, "[1]") == ["json-object"]


def parsed(form: Format, data: bytes) -> lint_xml.Node:
    root = lint_xml.parse(lint_gate.rooted(form, data)).root
    assert root
    return root.children[0]


UNJUDGED = {"category", "author", f"{lint_xml.ATOM}category", f"{lint_xml.ATOM}author", f"{lint_xml.DC}creator"}


def simple(node: lint_xml.Node) -> tuple[object, ...]:
    children = [simple(child) for child in node.children if child.name not in UNJUDGED]
    return node.name, dict(node.attributes), node.text, children


@pytest.mark.parametrize("form", FLAT)
def test_the_fast_reader_reads_what_our_writers_write(form: Format):
    data = FLAT[form].encode()
    read = lint_cut.read(form, data)
    assert read
    assert simple(read) == simple(parsed(form, data))


@settings(max_examples=200)
@given(st.sampled_from(sorted(FLAT)), st.data())
def test_the_fast_reader_reads_as_a_parser_does_or_not_at_all(form: Format, data: st.DataObject):
    body = bytearray(FLAT[form].encode())
    bits = st.sampled_from(
        [
            b"<",
            b">",
            b'"',
            b"&",
            b"&amp;",
            b"&#65;",
            b"&lt;b&gt;",
            b"]]>",
            b"\r",
            b"\t",
            b' a="1"',
            b"<a/>",
            b"<b>c</b>",
            b"\xff",
            "潮".encode(),
        ]
    )
    for _ in range(data.draw(st.integers(1, 2))):
        start = data.draw(st.integers(0, len(body)))
        body[start : start + data.draw(st.sampled_from([0, 0, 1, 7]))] = data.draw(bits)
    read = lint_cut.read(form, bytes(body))
    if read is not None:
        assert simple(read) == simple(parsed(form, bytes(body)))


TAGS = st.sampled_from(
    ["<p>", "</p>", "<em>", "</em>", "<br>", '<img src="https://a.example/b" alt="">', '<a href="https://a.example/?a&amp;b">',
     "</a>", "<li>", "</li>", "x", '<a href="x">', '<p class="y" onx="">', "<script>", "<", ">", "<p", "<P>", "<hr/>"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(TAGS, max_size=8).map("".join))
def test_what_the_quick_look_passes_has_no_fault_for_the_scan(html: str):
    if lint_html.plain(html):
        scan = lint_html.scan(html)
        assert not (scan.scripts or scan.embedded or scan.unbalanced)
        assert all(url.startswith("https://") for url in scan.urls)


def frames() -> dict[Format, tuple[bytes, bytes]]:
    made = {}
    for form, text, start, end in ((Format.RSS, RSS, "<item>", "</item>"), (Format.ATOM, ATOM, "<entry ", "</entry>")):
        made[form] = (text[: text.index(start)].encode(), text[text.rindex(end) + len(end) :].encode())
    cut = JSON.index('"items": [') + len('"items": [')
    made[Format.JSON] = (JSON[:cut].encode(), b"]}")
    return made


@pytest.mark.parametrize("form", Format)
def test_the_frame_of_a_feed_passes(form: Format):
    assert lint.frame(form, *frames()[form]) == ()


@pytest.mark.parametrize(
    ("form", "old", "new", "expected"),
    [
        (Format.RSS, b"<title>", b"<title/><x>", "xml"),
        (Format.RSS, b"zh-CN", b"zh_CN", "language-invalid"),
        (Format.RSS, b"<link>https://tide.example.org/<", b"<link>/<", "url-relative"),
        (Format.ATOM, b"<id>tag:tide.example.org,2025:feed</id>", b"", "id-missing"),
        (Format.JSON, b"version/1.1", b"version/9", "version"),
        (Format.JSON, b"{", b"<", "format"),
    ],
)
def test_a_broken_frame_is_refused(form: Format, old: bytes, new: bytes, expected: str):
    head, tail = frames()[form]
    found = lint.frame(form, head.replace(old, new, 1), tail)
    assert [each.code for each in found] == expected.split()


BROKEN = [
    '<a href="/x">a</a>',
    "<p><b>a</p>",
    "<script>x</script>",
    "<p>sound</p>",
    "<p>1 &lt; 2</p>",
    '<a href="#x">x</a>',
]


@given(st.lists(st.tuples(st.sampled_from(BROKEN), st.sampled_from("abc")), max_size=6))
@settings(max_examples=60)
def test_the_gate_refuses_what_a_lint_of_every_format_refuses(rows: list[tuple[str, str]]):
    gate = lint.Gate()
    for html, shape in rows:
        bodies = {form: with_html(form, html) for form in Format}
        each = {form: lint.fragment(form, data) for form, data in bodies.items()}
        assert bool(gate.entry(bodies, shape)) == any(each.values())


def test_the_gate_sees_xml_that_is_broken_where_the_json_is_sound():
    gate = lint.Gate()
    assert gate.entry({form: text.encode() for form, text in WHOLE.items()}, "one") == ()
    for form in (Format.RSS, Format.ATOM):
        bodies = {each: text.encode() for each, text in WHOLE.items()}
        bodies[form] = bodies[form].replace(b"Summary 1", b"R&D \x01")
        assert gate.entry(bodies, "one")
        assert gate.entry(bodies, "another")
