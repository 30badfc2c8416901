import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from publisher.errors import TemplateError
from publisher.templates import Templates, direction, shipped

AT = datetime(2025, 6, 29, 23, 5, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals={plurals}; plural={rule};\\n"\n'


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "templates"
    (folder / "locale").mkdir(parents=True)
    return folder


def write(site, name, text):
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(text, encoding="utf-8")


def catalogue(site, name, messages, plurals="1", rule="0"):
    body = "".join(f'\nmsgid "{english}"\nmsgstr "{other}"\n' for english, other in messages.items())
    write(site, f"locale/{name}.po", PO.format(plurals=plurals, rule=rule) + body)


def said(site, source, language="en", suffix="html", **context):
    write(site, f"t.{suffix}", source)
    return Templates(site).render(f"t.{suffix}", language=language, **context)


def test_the_sites_templates_come_first_and_may_extend_the_shipped_ones(site):
    write(site, "digest/tags.html", "ours")
    write(site, "x.html", '{% include "digest/tags.html" %}')
    templates = Templates(site)
    assert templates.render("x.html", language="en") == "ours"
    assert templates.exists("digest/digest.html")
    assert not templates.exists("digest/nothing.html")


def test_html_is_escaped_and_text_is_not(site):
    assert said(site, "{{ x }}", x="<&>") == "&lt;&amp;&gt;"
    assert said(site, "{{ x }}", suffix="txt", x="<&>") == "<&>"
    assert said(site, "{% trans y=x %}a {{ y }}{% endtrans %}", x="<b>") == "a &lt;b&gt;"


def test_a_fault_names_file_and_line_and_no_folder_of_this_machine(site):
    for source, told in (
        ("\n{{ nothing }}", "templates/t.html:2: 'nothing' is undefined"),
        ("\n\n{% if %}", "templates/t.html:3: "),
        ("{{ 1 // 0 }}", "templates/t.html:1: "),
        ("{% include 'none.html' %}", "t.html: there is no template none.html"),
        ("{{ x.a }}", "templates/t.html:1: 'str object' has no attribute 'a'"),
    ):
        with pytest.raises(TemplateError) as error:
            said(site, source, x="")
        assert str(error.value).startswith(told)
        assert str(site.parent) not in str(error.value)
        assert error.value.hint
    with pytest.raises(TemplateError, match=r"none\.html: there is no template none.html"):
        Templates(site).render("none.html", language="en")


def test_a_file_that_is_no_text_is_named(site):
    (site / "t.html").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateError, match=r"^t\.html: UnicodeDecodeError"):
        Templates(site).render("t.html", language="en")


def test_a_fault_of_an_argument_is_told_of_the_template(site):
    with pytest.raises(TemplateError, match=r"t.html:1"):
        said(site, "{{ 'x'|date(zone) }}", zone=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "word", "lang"),
    [
        ("en", "Tags", "en"), ("en-GB", "Tags", "en-GB"), ("zh", "标签", "zh-Hans"), ("zh-CN", "标签", "zh-CN"), ("zh-SG", "标签", "zh-SG"),
        ("zh_CN", "标签", "zh-CN"), ("zh-Hans", "标签", "zh-Hans"), ("zh-TW", "标签", "zh-Hans"), ("zh-Hant-HK", "标签", "zh-Hans"),
        ("de", "Tags", "en"), ("xx", "Tags", "en"), ("", "Tags", "en"), ("../zh", "Tags", "en"), ("tlh-invalid-tag", "Tags", "en"),
    ],
)  # fmt: skip
def test_a_language_finds_its_catalogue_or_english(site, asked, word, lang):
    assert said(site, '{{ _("Tags") }} {{ lang }} {{ dir }} {{ language }}', asked) == f"{word} {lang} ltr {asked}"
    assert Templates(site).lang(asked) == lang


def test_a_site_adds_a_language_and_changes_words(site):
    catalogue(site, "zh_Hant", {"Tags": "標籤"})
    catalogue(site, "zh_Hans", {"Tags": "关键词"})
    catalogue(site, "ar", {"Tags": "وسوم"})
    source = '{{ _("Tags") }} {{ _("Unsubscribe") }} {{ lang }} {{ dir }}'
    assert said(site, source, "zh-TW") == "標籤 Unsubscribe zh-TW ltr"
    assert said(site, source, "zh-CN") == "关键词 退订 zh-CN ltr"
    assert said(site, source, "ar") == "وسوم Unsubscribe ar rtl"
    assert Templates(site).languages() == ("en", "ar", "zh-Hans", "zh-Hant")
    assert Templates(None).languages() == ("en", "zh-Hans")


def test_a_broken_catalogue_is_the_designers_to_mend(site):
    write(site, "locale/zh_Hans.po", "what is this")
    with pytest.raises(TemplateError, match=r"templates/locale/zh_Hans.po"):
        Templates(site).languages()
    (site / "locale/zh_Hans.po").unlink()
    catalogue(site, "klingonese", {})
    with pytest.raises(TemplateError, match=r"klingonese"):
        Templates(site).languages()


def test_a_catalogue_that_breaks_later_is_told_and_its_last_words_stay(site):
    catalogue(site, "ar", {"unsubscribe": "وداعا"})
    write(site, "t.html", "{{ _('unsubscribe') }}")
    templates = Templates(site)
    assert templates.render("t.html", language="ar") == "وداعا"
    write(site, "locale/ar.po", "what is this")
    with pytest.raises(TemplateError, match=r"templates/locale/ar.po"):
        templates.refresh()
    assert templates.render("t.html", language="ar") == "وداعا"


def test_dates_are_those_of_the_zone_in_the_words_language(site):
    source = '{{ at|date(zone) }} | {{ at|date(zone, "MMMd") }} | {{ at|time(zone) }}'
    assert said(site, source, "zh-CN", at=AT, zone=SHANGHAI) == "2025年6月30日 | 6月30日 | 07:05"
    assert said(site, source, "en-GB", at=AT, zone=SHANGHAI) == "30 June 2025 | 30 Jun | 07:05"
    assert said(site, source, "fr", at=AT, zone=UTC).startswith("June 29, 2025 | Jun 29 | 11:05")


def test_the_fingerprint_follows_every_source_and_catalogue(site):
    prints = [Templates(site).fingerprint("digest"), Templates(None).fingerprint("digest")]
    assert prints[0] == Templates(site).fingerprint("digest")
    write(site, "digest/tags.html", "a")
    prints.append(Templates(site).fingerprint("digest"))
    write(site, "digest/tags.html", "b")
    prints.append(Templates(site).fingerprint("digest"))
    catalogue(site, "zh_Hant", {"a": "b"})
    prints.append(Templates(site).fingerprint("digest"))
    assert len(set(prints)) == 5
    write(site, "web/other.html", "x")
    assert Templates(site).fingerprint("digest") == prints[-1]


def test_a_direction():
    assert [direction(language) for language in ("ar", "he-IL", "zh-CN", "", "??")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]


def messages():
    found = {}
    methods = [(f"**/*.{ending}", "jinja2") for ending in ("html", "txt", "xml", "css", "js")]
    for name, line, message, _, _ in extract_from_dir(
        shipped(), methods, {"**": {"trimmed": "true", "silent": "false"}}
    ):
        found.setdefault(message, f"templates/{name}:{line}")
    return found


def test_every_word_is_translated_with_the_same_places_in_it():
    with (shipped() / "locale" / "zh_Hans.po").open("rb") as file:
        words = read_po(file)
    for message, place in messages().items():
        single = message[0] if isinstance(message, tuple) else message
        entry = words.get(single)
        assert entry, f"{place}: {single!r} has no Chinese in templates/locale/zh_Hans.po"
        told = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        assert all(told), f"{place}: {single!r} has no Chinese"
        assert not entry.fuzzy
        for text in told:
            assert names(text) == names(single), f"{place}: {single!r} and {text!r} name different things"


def names(text):
    return sorted(re.findall(r"%\((\w+)\)", text))


def test_no_translation_is_left_over():
    with (shipped() / "locale" / "zh_Hans.po").open("rb") as file:
        known = {entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in read_po(file) if entry.id}
    used = {message[0] if isinstance(message, tuple) else message for message in messages()}
    assert known <= used, f"no template says {sorted(known - used)} any more"
