from __future__ import annotations

import pytest

from publisher.content import reading
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
        ("Mostly a text in English letters with a Русские", "zh", "zh"),
    ],
)
def test_language_by_script(text: str, site: str, language: str):
    assert reading.language(text, site) == language


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("", 1), ("字" * 500, 1), ("字" * 501, 2), ("word " * 213, 2), ("字" * 400 + " word" * 100, 2)],
)
def test_reading_time(text: str, minutes: int):
    assert reading.minutes(text) == minutes


def test_prose_leaves_code_tables_and_marks_out():
    html = render("a[^1]\n\n```\nx\n```\n\n|b|\n|-|\n\nc\n\n[^1]: n", "https://example.org/", "a-")
    assert reading.prose(html).startswith("a c")
