"""Summaries, shortening, language and reading time of bodies that make it hard."""

from __future__ import annotations

from typing import Any

import pytest
from content.oddities.odd import Site

from publisher.content import reading, script
from publisher.text import shorten, width

LONG = "This paragraph is long enough to be a lead of its own, surely."
QUOTE = "这是一段足够长的导语，用来说明文章的主要内容，一共超过四十列。"
CODE = "```\n" + LONG + "\n```"

SUMMARIES: dict[str, tuple[str, str, str]] = {
    # title: rows of the head, body, summary
    "the head wins": ("summary: Mine.", f"Above.\n\n<!--more-->\n\n{LONG}", "Mine."),
    "Markdown in the head": ('summary: "**【深度】**读 [这里](/x) `code`"', LONG, "【深度】读 这里 code"),
    "tags in the head": ('description: "<p>R&amp;D <b>now</b></p>"', LONG, "R&D now"),
    "several lines in the head": ("summary: |\n  First line.\n\n  Second line.", LONG, "First line. Second line."),
    "only marks in the head": ('summary: "***"', LONG, LONG),
    "null in the head": ("summary:", LONG, LONG),
    "the divider": ("", f"Above it.\n\n<!--more-->\n\n{LONG}", "Above it."),
    "the divider with blanks": ("", f"Above it.\n\n<!-- more -->\n\n{LONG}", "Above it."),
    "a divider with nothing above": ("", f"<!--more-->\n\n{LONG}", LONG),
    "the first quote": ("", f"> {QUOTE}\n\n{LONG}", QUOTE),
    "a quote after heading and picture": ("", f"# One\n\n![x](/a.png)\n\n> {QUOTE}\n\n{LONG}", QUOTE),
    "a quote too far down": ("", f"# One\n\n{LONG}\n\n## Two\n\n> {QUOTE}", LONG),
    "a quote too short": ("", f"> Short.\n\n{LONG}", LONG),
    "a paragraph too short": ("", f"Short.\n\n{LONG}", LONG),
    "TL;DR": ("", f"TL;DR:\n\n{LONG}", LONG),
    "摘要": ("", f"**摘要**\n\n{LONG}", LONG),
    "导语": ("", f"导语：\n\n{LONG}", LONG),
    "编者按": ("", f"编者按\n\n{LONG}", LONG),
    "code and a table first": ("", f"{CODE}\n\n|{LONG}|\n|-|\n\n{LONG} After.", f"{LONG} After."),
    "footnotes and marks": ("", f"{LONG[:-1]}[^1] and **bold**.\n\n[^1]: Note", f"{LONG[:-1]} and bold."),
    "thoughts": ("", f"<think>{LONG} Secret.</think>\n\n{LONG}", LONG),
    "line breaks": ("", "First line,  \nand the second line of this lead, surely.", "First line, and the second line of this lead, surely."),
    "entities": ("", "R&amp;D &lt;now&gt; — forty columns of text are needed here.", "R&D <now> — forty columns of text are needed here."),
    "nothing in twelve blocks": ("", "\n\n".join(["Short text number x."] * 13 + [LONG]), ""),
    "a note": ("", "Short.", "Short."),
}  # fmt: skip


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Any:
    site = Site(tmp_path_factory.mktemp("summaries"))
    for number, (rows, body, _) in enumerate(SUMMARIES.values()):
        row = rows + "\n" if rows else ""
        site.write(f"s{number:02}.md", f"---\ntitle: s{number:02}\ndate: 2025-06-30\n{row}---\n{body}\n")
    return site.build()


@pytest.mark.parametrize("title", SUMMARIES)
def test_the_summary_in_the_feed(entries: Any, title: str):
    entry = entries[f"s{list(SUMMARIES).index(title):02}.md"]
    assert entry.get("summary", "") == SUMMARIES[title][2]


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        pytest.param(
            "一二三。四五六七八九十甲乙", 20, "一二三。四五六七八…", id="a sentence that fills less than half"
        ),
        pytest.param("一二三四五。六七八九", 16, "一二三四五。", id="a sentence that fills half"),
        pytest.param("他说“好。”然后又走了很远", 14, "他说“好。”", id="closing quotes stay with their sentence"),
        pytest.param(
            "Version 1.5 is out now and it is good", 20, "Version 1.5 is out…", id="a full stop within a number"
        ),
        pytest.param("One two three four five", 12, "One two…", id="between words"),
        pytest.param("好的，然后，以及", 11, "好的，然后…", id="no comma before the dots"),
        pytest.param("family 👩\u200d👩\u200d👧 here", 10, "family…", id="a family is one"),
        pytest.param("flags 🇨🇳🇫🇷🇩🇪", 10, "flags 🇨🇳…", id="flags are cut in pairs"),
        pytest.param("cafe\u0301 cafe\u0301", 5, "cafe\u0301…", id="a mark stays with its letter"),
        pytest.param("short", 5, "short", id="what fits stays"),
        pytest.param("", 5, "", id="nothing"),
    ],
)
def test_shortening(text: str, columns: int, short: str):
    made = shorten(text, columns)
    assert made == short
    assert width(made) <= columns


@pytest.mark.parametrize(
    ("text", "site", "language"),
    [
        pytest.param(
            "人工智能浪潮席卷全球，OpenAI 与 NVIDIA 的故事仍在继续", "en", "zh", id="Chinese with Latin names"
        ),
        pytest.param(
            "v1.2.0 released: fixes for CSafeLoader, PyYAML and others; 修复若干问题并且改进性能",
            "en",
            "zh",
            id="release notes full of Latin",
        ),
        pytest.param(
            "これは日本語の文章です。東京は大きな都市です", "zh-CN", "ja", id="Japanese full of Chinese characters"
        ),
        pytest.param("대한민국의 수도는 서울입니다. 좋은 아침입니다 여러분", "en", "ko", id="Korean"),
        pytest.param("Це досить довгий український текст про погоду", "uk", "uk", id="Ukrainian on a Ukrainian site"),
        pytest.param(
            "Ein Text in lateinischen Buchstaben, der lang genug ist", "de", "de", id="Latin letters say nothing"
        ),
        pytest.param("OK", "zh-CN", "zh-CN", id="too short"),
    ],
)
def test_the_guess_of_a_language(text: str, site: str, language: str):
    assert script.language(text, site) == language


def test_the_language_of_an_article_is_what_it_says_before_what_it_looks_like(tmp_path):
    site = Site(tmp_path, language="en")
    body = "人工智能浪潮席卷全球，而这篇文章足够长，可以猜出它的语言。"
    site.write("guess.md", f"---\ntitle: 一篇\ndate: 2025-06-30\n---\n{body}\n")
    site.write("says.md", f"---\ntitle: 一篇\ndate: 2025-06-30\nlang: zh_tw\n---\n{body}\n")
    site.write(
        "code.md",
        f"---\ntitle: A post about code and other things\ndate: 2025-06-30\n---\nEnglish words.\n\n```\n{body * 5}\n```\n",
    )
    entries = site.build()
    assert {path: entry["language"] for path, entry in entries.items()} == {
        "guess.md": "zh",
        "says.md": "zh-TW",
        "code.md": "en",
    }


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("", 1), ("字" * 500, 1), ("字" * 501, 2), ("word " * 212, 1), ("word " * 213, 2), ("字" * 250 + " word" * 106, 1), ("字" * 400 + " word" * 100, 2)],
)  # fmt: skip
def test_reading_time(text: str, minutes: int):
    assert reading.minutes(text) == minutes
