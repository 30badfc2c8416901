"""What a scan keeps of the head of a file."""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from content.shelf import RULES, SHANGHAI

from publisher.content import outline
from publisher.content.article import Problem
from publisher.content.field import Sources
from publisher.content.outline import File, Outline, outlines, stamp
from publisher.content.rules import FIELDS

JUNE = datetime(2025, 6, 30, tzinfo=SHANGHAI)


def one(folder: Path, text: str | bytes, path: str = "posts/one.md") -> Outline:
    file = folder / "content" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    (made,) = outlines([File(path, str(file))], RULES)
    return made


def test_the_facts_of_an_article(tmp_path: Path):
    made = one(
        tmp_path,
        "---\ntitle: One\ndate: 2025-06-30\ntopics: [R&D]\ntags: [GPU, 中文]\nauthor: Ann\nlang: fr\nimage: /a.jpg\n"
        "weight: 2\nid: x1\nslug: s\nexpiryDate: 2026-01-01\nsummary: S\n---\nText.\n",
    )
    file = tmp_path / "content/posts/one.md"
    stat = file.stat()
    assert (made.path, made.stamp, made.problems, made.again) == ("posts/one.md", stamp(stat), (), False)
    assert made.young == max(stat.st_mtime_ns, stat.st_ctime_ns)
    facts = made.facts
    assert facts is not None
    assert (facts.url, facts.title, facts.published, facts.appears) == (
        "https://example.org/posts/s/",
        "One",
        JUNE,
        JUNE,
    )
    assert (facts.expires, facts.withheld, facts.declared) == (datetime(2026, 1, 1, tzinfo=SHANGHAI), False, "x1")
    assert facts.line == 11
    assert json.loads(facts.more) == {
        "topics": [["rd", "R&D"]],
        "tags": ["GPU", "中文"],
        "authors": ["Ann"],
        "language": "fr",
        "section": "posts",
        "featured": True,
        "weight": 2,
        "unmatched": [],
    }
    assert "中文" in facts.more
    assert "Text" not in repr(made)


@pytest.mark.parametrize(
    ("rows", "appears"),
    [
        ("publishDate: 2025-07-02T00:00:00Z", datetime(2025, 7, 2, tzinfo=UTC)),
        ("publishDate: 2025-06-01", JUNE),
        ("pubdate: 2025-07-02T00:00:00Z", datetime(2025, 7, 2, tzinfo=UTC)),
        ("a: b", JUNE),
    ],
)
def test_from_when_an_article_is_shown(tmp_path: Path, rows: str, appears: datetime):
    made = one(tmp_path, f"---\ntitle: One\ndate: 2025-06-30\n{rows}\n---\n")
    assert made.facts is not None
    assert (made.facts.published, made.facts.appears) == (JUNE, appears)


def test_a_draft_needs_no_date(tmp_path: Path):
    made = one(tmp_path, "---\ntitle: One\ndraft: true\n---\n")
    assert made.facts is not None
    assert (made.facts.withheld, made.facts.published, made.facts.appears) == (True, None, None)


def test_a_head_that_cannot_be_read_gives_problems_alone(tmp_path: Path):
    made = one(tmp_path, "---\ntitle: One\n---\n")
    assert made.facts is None
    assert [problem.code for problem in made.problems] == ["date-missing"]
    assert made.stamp
    assert not made.again


def test_a_warning_stands_beside_the_facts(tmp_path: Path):
    made = one(tmp_path, "---\ntitle: One\ndate: 2025-06-30\nweight: x\n---\n")
    assert made.facts is not None
    assert [problem.code for problem in made.problems] == ["weight-invalid"]


def test_a_file_that_is_too_long_by_a_byte(tmp_path: Path):
    head = b"---\ntitle: One\ndate: 2025-06-30\n---\n"
    assert one(tmp_path, head.ljust(1024 * 1024, b"x")).facts is not None
    made = one(tmp_path, head.ljust(1024 * 1024 + 1, b"x"))
    assert made.facts is None
    assert [str(problem) for problem in made.problems] == [
        "posts/one.md:1: error: the file is longer than 1 MiB; split it"
    ]
    assert made.stamp


def test_a_file_that_went_is_left_out_and_one_that_cannot_be_read_is_told(tmp_path: Path):
    (tmp_path / "folder.md").mkdir()
    made = outlines([File("a.md", str(tmp_path / "a.md")), File("folder.md", str(tmp_path / "folder.md"))], RULES)
    assert made == [
        Outline(
            path="folder.md",
            problems=(
                Problem(
                    path="folder.md",
                    code="unreadable",
                    message="cannot be read (Is a directory); check owner and permissions",
                ),
            ),
            again=True,
        )
    ]


def test_a_name_in_another_normal_form_is_kept_beside_the_path(tmp_path: Path):
    file = tmp_path / "e\u0301.md"
    file.write_text("---\ntitle: One\ndate: 2025-06-30\n---\n", "utf-8")
    (made,) = outlines([File("\u00e9.md", str(file))], RULES)
    assert made.facts is not None
    assert json.loads(made.facts.more)["file"] == str(file)
    assert (made.path, made.facts.url) == ("\u00e9.md", "https://example.org/%C3%A9/")


def test_a_stamp_tells_every_change(tmp_path: Path):
    file = tmp_path / "a.md"
    file.write_text("a", "utf-8")
    os.utime(file, ns=(5, 5))
    seen = {stamp(file.stat())}
    os.utime(file, ns=(5, 6))
    seen.add(stamp(file.stat()))
    file.write_text("ab", "utf-8")
    os.utime(file, ns=(5, 5))
    seen.add(stamp(file.stat()))
    assert len(seen) == 3


def test_what_children_are_handed_and_hand_back_can_travel(tmp_path: Path):
    rules = replace(RULES, sources=Sources({**FIELDS, "summary": ("kicker",)}))
    travelled = pickle.loads(pickle.dumps(rules))
    assert travelled.fingerprint == rules.fingerprint
    file = tmp_path / "a.md"
    file.write_text("---\ntitle: One\ndate: 2025-06-30\n---\n", "utf-8")
    made = outlines([File("a.md", str(file))], travelled)
    assert pickle.loads(pickle.dumps(made)) == made == outlines([File("a.md", str(file))], rules)
    assert outline.outlines([], rules) == []


@pytest.mark.parametrize("pad", range(3040, 3080, 5))
def test_a_title_from_a_heading_is_the_whole_heading_or_the_file_name(tmp_path: Path, pad: int):
    made = one(tmp_path, f"---\ndate: 2025-06-30\n---\n{'x' * pad}\n\n# A heading of some length\n\nText.\n")
    assert made.facts is not None
    assert made.facts.title in {"A heading of some length", "one"}
