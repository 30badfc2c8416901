"""What readers write about themselves is cleaned once, or refused with a sentence."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import preference
from subscribers.error import PreferenceError
from subscribers.subscriber import Format


@given(st.text())
def test_a_name_is_one_clean_line_for_ever(text):
    found = preference.one_line(text)
    assert preference.one_line(found) == found
    assert len(found) <= preference.NAME_LIMIT
    assert unicodedata.is_normalized("NFC", found)
    assert not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in found)
    assert found.encode().decode() == found


@given(st.text())
def test_a_text_keeps_its_lines_and_nothing_that_harms(text):
    found = preference.many_lines(text)
    assert preference.many_lines(found) == found
    assert not any(unicodedata.category(each) in {"Cc", "Cs"} for each in found.replace("\n", "").replace("\t", ""))


def test_names_stay_what_they_are():
    assert preference.one_line(" 王\u3000小明\r\nBcc: x ") == "王 小明 Bcc: x"
    assert preference.one_line("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"
    assert preference.one_line("a\u202eb\x00c\ud800") == "abc"
    assert preference.one_line("x" * 300) == "x" * 200
    assert preference.many_lines("a\r\nb\rc\x07") == "a\nb\nc"


def test_topics_are_sorted_and_stand_once():
    assert preference.topics([" chips", "", "投融资", "chips", "a/b"]) == ("a/b", "chips", "投融资")


@pytest.mark.parametrize("topic", ["a;b", "a,b", "AI chips", "a\x00", "x" * 101])
def test_what_is_no_topic_is_refused(topic):
    with pytest.raises(PreferenceError, match="is no slug"):
        preference.topics([topic])


@pytest.mark.parametrize(("name", "found"), [(" weekly ", "weekly"), ("", ""), ("每周", "每周")])
def test_names_of_newsletters(name, found):
    assert preference.slug(name, "newsletter") == found


@pytest.mark.parametrize("name", ["two words", "x\n", "\x00", "x" * 101])
def test_what_is_no_name_is_refused(name):
    if name.strip() != name:
        assert preference.slug(name, "schedule") == name.strip()
        return
    with pytest.raises(PreferenceError, match="is no name"):
        preference.slug(name, "schedule")


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("", ""),
        (" EN ", "en"),
        ("zh_cn", "zh-CN"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("sl-ROZAJ", "sl-rozaj"),
        ("es-419", "es-419"),
    ],
)
def test_languages_take_their_usual_case(tag, found):
    assert preference.language(tag) == found
    assert preference.language(found) == found


@pytest.mark.parametrize("tag", ["e", "english!", "中文", "en--us", "a" * 36, "en-\n"])
def test_what_is_no_language_is_refused(tag):
    with pytest.raises(PreferenceError, match="is no language tag"):
        preference.language(tag)


@pytest.mark.parametrize("zone", ["", "UTC", " Asia/Shanghai "])
def test_zones(zone):
    assert preference.timezone(zone) == zone.strip()


@pytest.mark.parametrize("zone", ["Beijing", "../etc/passwd", "/etc/passwd", "Asia", "UTC+8", "a\x00b", "x" * 300])
def test_what_is_no_zone_is_refused(zone):
    with pytest.raises(PreferenceError, match="is not known"):
        preference.timezone(zone)


def test_formats():
    assert preference.format("") is Format.HTML
    assert preference.format(" TEXT ") is Format.TEXT
    with pytest.raises(PreferenceError, match="format 'pdf' is not known"):
        preference.format("pdf")
