from __future__ import annotations

import random
from pathlib import Path

import pytest

from publisher.content.article import Problem
from scripts.fuzz import PREFIX, Fuzzer, examine, html_flaws, problem_flaws, shrink
from scripts.fuzz_input import HOSTILE, PATHS, SEEDS, mutate

SMALL = 8 * 1024


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_no_seed_breaks_a_law(number: int):
    assert not examine(SEEDS[number], PATHS[number % len(PATHS)]).flaws


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_front_matter_and_bodies_break_no_law(number: int):
    whole = HOSTILE[number]()
    # The whole ones take minutes together: `make fuzz` has them.
    data = whole[: 6 * 1024]
    assert not examine(data, PATHS[0]).flaws


@pytest.mark.parametrize("part", range(5))
def test_mutants_break_no_law(part: int):
    chance = random.Random(part)
    for number in range(80):
        data = mutate(chance.choice(SEEDS), SEEDS, chance, SMALL)
        flaws = examine(data, PATHS[number % len(PATHS)]).flaws
        assert not flaws, f"{flaws[0]}\n{data!r}"


def test_equal_seeds_make_equal_mutants():
    def made(seed: int) -> list[bytes]:
        chance = random.Random(seed)
        return [mutate(SEEDS[0], SEEDS, chance, SMALL) for _ in range(20)]

    assert made(3) == made(3) != made(4)


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        (f'<p id="{PREFIX}x"><a href="https://e.org/?a=1&amp;b">x</a><br></p>', []),
        ("<p><b>x</p></b>", ["html closes what is not open"]),
        ("<p>x", ["html leaves elements open"]),
        ("</p>", ["html closes what is not open"]),
        ("a < b", ["html holds a bare <"]),
        ("a & b", ["html holds a bare &"]),
        ("a\x01", ["html holds a character that XML forbids"]),
        ("<script></script>", ["html holds <script>"] * 2),
        ('<p onclick="x"></p>', ["html holds the attribute onclick"]),
        ('<p id="x"></p>', ["html holds an id without its prefix"]),
        ('<a href="/x">x</a>', ["html holds a href that is not absolute"]),
        ('<a href="javascript:x">x</a>', ["html holds a href that is not absolute"]),
        ('<a href="http://[">x</a>', ["html holds a href that is not absolute"]),
        ('<a href="mailto:a@b.org">x</a>', []),
        ('<img src="tel:1">', ["html holds a src that is not absolute"]),
        ('<source srcset="https://e.org/a 1x, /b 2x">', ["html holds a srcset that is not absolute"]),
    ],
)
def test_the_check_of_html_sees_what_it_is_for(html: str, kinds: list[str]):
    assert [flaw.kind for flaw in html_flaws(html)] == kinds


@pytest.mark.parametrize(
    ("problem", "flaws"),
    [
        (Problem(path="a.md", code="x", line=2, message="no title; write one"), 0),
        (Problem(path="b.md", code="x", line=2, message="no title; write one"), 1),
        (Problem(path="a.md", code="x", line=None, message="no title; write one"), 1),
        (Problem(path="a.md", code="x", line=9, message="no title; write one"), 1),
        (Problem(path="a.md", code="x", line=2, message="no title;"), 1),
        (Problem(path="a.md", code="x", line=2, message="no\ntitle; write one"), 1),
    ],
)
def test_the_check_of_problems_sees_what_it_is_for(problem: Problem, flaws: int):
    assert len(problem_flaws(problem, "a.md", 5)) == flaws


def test_a_finding_is_made_small():
    assert shrink(b"abc" * 100 + b"X" + b"def" * 100, lambda part: b"X" in part) == b"X"


def test_a_finding_is_kept_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from publisher.content import parse

    good = parse.parse

    def broken(data: bytes, path: str, rules: object) -> object:
        if b"boom" in data:
            raise KeyError("boom")
        return good(data, path, rules)

    monkeypatch.setattr(parse, "parse", broken)
    fuzzer = Fuzzer(random.Random(1), tmp_path)
    fuzzer.once(SEEDS[5] + b" boom " + SEEDS[6], PATHS[0])
    (kind,) = fuzzer.found
    assert kind.startswith("parse raises KeyError")
    assert fuzzer.found[kind].read_bytes() == b"boom"
    assert PATHS[0] in fuzzer.found[kind].with_suffix(".txt").read_text(encoding="utf-8")
