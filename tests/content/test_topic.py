from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import topic
from publisher.content.article import Topic
from publisher.content.topic import Rule


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("[AI日报]", "AI日报"),
        ("【快讯】", "快讯"),
        ("产业生态与商业版图 (Industry Ecosystem & Business Landscape)", "产业生态与商业版图"),
        ("产业生态（Industry）", "产业生态"),
        ("(Only this)", "(Only this)"),
        ("Robots (2025)", "Robots (2025)"),
        ("Ｒ＆Ｄ  <x>", "R&D <x>"),
        ("--", ""),
        ("🚀", "🚀"),
    ],
)
def test_tidy(name: str, tidy: str):
    assert topic.tidy(name) == tidy


@given(st.text(max_size=20))
def test_a_tag_is_stable(name: str):
    assert topic.tag(topic.tag(name)) == topic.tag(name) or "#" in name or "[" in name


def test_unique_keeps_the_first_spelling():
    assert topic.unique(["GPU", "", "gpu", "AI"]) == ("GPU", "AI")


def test_without_rules_names_are_topics_and_one_slug_is_one_topic():
    assert topic.resolve((), ["R&D", "RD", "AI"], [], "") == ((Topic("rd", "R&D"), Topic("ai", "AI")), ())


@pytest.mark.parametrize(
    ("pattern", "name", "alike"),
    [
        ("Funding*", "funding and markets", True),
        ("Funding", "Funding and markets", False),
        ("机器人*", "机器人与具身智能", True),
        ("?PU", "gpu", True),
        ("C++", "c++", True),
        ("a.c", "abc", False),
        ("[Funding]", "funding", True),
    ],
)
def test_patterns(pattern: str, name: str, alike: bool):
    rules = [Rule(key="k", title="K", topics=(pattern,))]
    found, unmatched = topic.resolve(rules, [name], [], "")
    assert found == ((Topic("k", "K"),) if alike else ())
    assert unmatched == (() if alike else (name,))
