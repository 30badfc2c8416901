from __future__ import annotations

import pytest

from publisher.content import reading, script
from publisher.content.markdown import render

LONG = "This paragraph is long enough to be a lead of its own, surely."
LEAD = "> 这是一段足够长的导语，用来说明文章的主要内容，一共超过四十列。"


def lead(body: str, written: str = "") -> str:
    return reading.summary(written, body, render(body, "https://example.org/a/", "a-"))


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (LONG, LONG),
        (f"{LEAD}\n\n{LONG}", LEAD[2:]),
        (f"# T\n\n{LONG}\n\n{LEAD}", LEAD[2:]),
        (f"# T\n\n{LONG}\n\n## U\n\n{LEAD}", LONG),
        (f"> short\n\n{LONG}", LONG),
        (f"Short.\n\n{LONG}", LONG),
        (f"TL;DR:\n\n{LONG}", LONG),
        ("Short.", "Short."),
        ("", ""),
        (f"- {LONG}\n\n```\n{LONG}\n```\n", LONG),
        ("\n\n".join(["Short."] * 12 + [LONG]), ""),
        ("\n\n---\n\n" + LONG, LONG),
        (f"Above.\n\n<!-- more -->\n\n{LONG}", "Above."),
        (f"{LONG[:-1]}[^1] **bold**\n\n[^1]: Note", f"{LONG[:-1]} bold"),
        (f"Above <!-- a -->.\n\n<!--more-->\n\n{LONG}", "Above ."),
        (f"<!-- a note -->\n\n{LONG}", LONG),
        (f"{LONG}<br>next", f"{LONG} next"),
    ],
)
def test_summary_from_the_body(body: str, summary: str):
    assert lead(body) == summary


def test_a_written_summary_wins_and_loses_its_marks():
    assert lead(LONG, "**Mine** [x](y)\n  here") == "Mine x here"
    assert lead(LONG, "***") == LONG


def test_a_long_lead_is_shortened():
    made = lead("一二三四五六七八九十，" * 100)
    assert made.endswith("…")
    assert 300 < len(made.encode()) < 1000


@pytest.mark.parametrize(
    ("text", "site", "language"),
    [
        ("人工智能浪潮席卷全球，OpenAI 与 NVIDIA 的故事仍在继续", "en", "zh"),
        ("人工智能浪潮席卷全球，OpenAI 与 NVIDIA 的故事仍在继续", "zh-CN", "zh-CN"),
        ("これは日本語の文章です。東京は大きな都市です", "en", "ja"),
        ("대한민국의 수도는 서울입니다. 좋은 아침입니다 여러분", "en", "ko"),
        ("Это довольно длинный русский текст о погоде", "en", "ru"),
        ("Це досить довгий український текст про погоду", "uk", "uk"),
        ("Αυτό είναι ένα αρκετά μεγάλο ελληνικό κείμενο", "en", "el"),
        ("This is quite a long text in Latin letters", "zh-CN", "en"),
        ("This is quite a long text in Latin letters", "fr", "fr"),
        ("short", "zh-CN", "zh-CN"),
        ("1234567890 !!!", "de", "de"),
        ("Half of this text is English และอีกครึ่งหนึ่งเป็นภาษาไทย", "en", "th"),
        ("“Quite a long text” — with typographer’s marks", "zh", "en"),
        ("“Short” — text", "zh", "zh"),
        ("看 https://example.org/a/very/long/path/indeed", "en", "en"),
        ("这是一个很长的中文句子，后面是一些词语和地址 https://example.org/" + "a" * 400, "en", "zh"),
        ("Довольно <a href='a-very-long-address'>длинный</a> `some more code` {{ template }} текст", "en", "ru"),
        ("12345 中", "en", "en"),
        ("日本 is written in kanji, mostly; 東京 and so on, with a の", "en", "zh"),
        ("aaaaaaaaaa aaaaaaaa бббб ωωωω ابجد אבגד ไทย", "fr", "fr"),
        ("Mostly a text in English letters with a Русские", "zh", "zh"),
    ],
)
def test_language_by_script(text: str, site: str, language: str):
    assert script.language(text, site) == language


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("字" * 500, 1),
        ("字" * 501, 2),
        ("word " * 212, 1),
        ("word " * 213, 2),
        ("字" * 400 + " word" * 100, 2),
        ("don't " * 212, 1),
        ("it’s “so” — " * 106, 1),
        ("it’s “so” — " * 107, 2),
        ("a''b " * 107, 2),
        ("été " * 213, 2),
    ],
)
def test_reading_time(text: str, minutes: int):
    assert reading.minutes(text) == minutes


def test_prose_leaves_code_tables_and_marks_out():
    html = render("a[^1]\n\n```\nx\n```\n\n|b|\n|-|\n\nc\n\n[^1]: n", "https://example.org/", "a-")
    assert reading.prose(html) == "a c n"


def test_no_arrow_of_a_footnote_is_prose():
    html = render("a[^1] b[^1]\n\n[^1]: n", "https://example.org/", "a-")
    assert reading.prose(html) == "a b n"


@pytest.mark.parametrize("text", ["摘要：", "导语", "编者按:", "TL;DR", "Summary:"])
def test_a_label_alone_is_no_lead(text: str):
    assert lead(f"{text}\n\n{LONG}") == LONG
    assert lead(text) == ""


def test_a_lead_is_cut_at_the_end_of_a_sentence_and_never_within_a_grapheme():
    sentence = "一二三四五六七八九。"
    assert lead(sentence * 40) == sentence * 30
    family = "👩‍👩‍👧"
    assert lead(family * 200) == family * (len(lead(family * 200)) // len(family)) + "…"
    assert lead("a " * 350).endswith(" a…")


def test_combining_marks_add_no_width():
    assert lead("é" * 39) == "é" * 39
    assert lead("é" * 40 + "\n\n" + "b " * 300) == "é" * 40
