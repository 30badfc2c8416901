from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from digest.sample import SLOT, TEMPLATES, tideline
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest import plain
from publisher.issues.issue import Story
from publisher.text import one_line, width

SITE = SimpleNamespace(copyright="© 2025 Tideline", postal_address="3 Harbour Street\nShanghai 200001")
OWN = {name: f"https://xq-{name}.invalid/" for name in ("unsubscribe", "preferences", "view")}
CUT = re.compile(r"(?m)^<!--xq:(.+)-->\n")
NUMBER = "xq-number.invalid"
STORIES = tideline().stories
TITLES = ["Energy & Grid", "投融资", "算力与芯片", ""]
HEAD = ["top", "headlines", *(f"headline.{n}" for n in range(4)), "headlines.end"]
BODY = [name for n in range(4) for name in (f"heading.{n}", f"card.{n}")]
MORE = ["more", "more.1", "more.3", "more.end"]
INTRO = '<p>Good morning. <a href="https://tideline.example/contact/">Write to us<{}>.<{}>'.format("/a", "/p")


def card(index: int, story: Story, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(
        **{name: getattr(story, name) for name in ("url", "title", "summary", "published", "tags", "authors")}
        | {"piece": f"card.{index}", "number": NUMBER, "this_year": True, "minutes": story.reading_minutes, "also": ()}
        | changes
    )


def pieces(language: str = "en", intro: str = INTRO, templates: Any = TEMPLATES, **changes: Any) -> dict[str, str]:
    """The text part of a fake issue, cut as the press does."""
    cards = [card(index, story) for index, story in enumerate(STORIES)]
    cards[0].also = ("算力与芯片", "投融资")
    lines = [
        SimpleNamespace(headline=f"headline.{n}", more=f"more.{n}", number=NUMBER, url=each.url, title=each.title)
        for n, each in enumerate(cards)
    ]
    headings = [SimpleNamespace(piece=f"heading.{n}", title=title, first=False) for n, title in enumerate(TITLES)]
    headings.append(SimpleNamespace(piece="heading.3.first", title="", first=True))
    context = {
        "title": "潮线 Weekly", "slot": SLOT, "zone": SLOT.tzinfo, "site": SITE, "counted": "xq-counted.invalid",
        "reading": "xq-reading.invalid", "chosen": "xq-chosen.invalid", "address": "xq-address.invalid",
        "archive": "https://news.tideline.example/archive/", "feeds": "https://news.tideline.example/feeds/",
        "cards": cards, "lines": lines, "headings": headings,
    }  # fmt: skip
    given = OWN | context | changes
    text = plain.render(templates, language, intro=intro, piece=lambda name: f"<!--xq:{name}-->", **given)
    parts = CUT.split(text)
    return {"top": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def joined(found: dict[str, str], *names: str) -> str:
    """The pieces as an edition joins them, numbers filled in."""
    text = "".join(found[name] for name in names)
    for number, _ in enumerate(STORIES, 1):
        text = text.replace(NUMBER, f"{number:2}", 1)
    return text


def test_the_text_part_is_as_complete_as_the_page():
    found = pieces()
    text = "".join(found[name] for name in (*HEAD, *BODY, *MORE, "foot", "chosen", "rest"))
    for told in (
        "潮线 Weekly\nMonday, June 30, 2025 · xq-counted.invalid · xq-reading.invalid\n",
        "\nGood morning. Write to us [a].\n\n[a] https://tideline.example/contact/\n",
        f"\nIn this issue\n\n{NUMBER}. Cranes that charge <while> they wait\n{NUMBER}. 算力淘金热",
        f"===\nEnergy & Grid\n\n{NUMBER}. Cranes that charge <while> they wait\n    Jun 29 · 6 min read · Mara Lind\n\n    Four terminals",
        "    Tags: grid, R&D <x>\n    Also in: 算力与芯片, 投融资\n",
        f"\n[{NUMBER}] https://example.org/posts/cranes/\n\n",
        f"===\nMore\n\n{NUMBER}. A letter\n",
        "===\nMore on the web\n\n- 算力淘金热：CoreWeave的财富神话与潜藏的系统性风险\n  https://example.org/posts/gold/\n- A letter\n",
        "\nYou get this mail because this address is subscribed to 潮线 Weekly:\nxq-address.invalid\n",
        "\nYour topics:\nxq-chosen.invalid\n",
        "\nPreferences: https://xq-preferences.invalid/\nPause: https://xq-preferences.invalid/#pause\n",
        "\nUnsubscribe: https://xq-unsubscribe.invalid/\nView in browser: https://xq-view.invalid/\n",
        "\nAll issues: https://news.tideline.example/archive/\nFeeds: https://news.tideline.example/feeds/\n",
        "\n© 2025 Tideline\n3 Harbour Street\nShanghai 200001\n",
    ):  # fmt: skip
        assert told in text, told
    assert "===\nStories\n" in found["heading.3.first"]
    assert "Nothing new on your topics this time." in found["empty"]


def test_every_word_around_the_stories_is_translated():
    text = "".join(pieces("zh-CN").values())
    assert "下面这个邮箱订阅了《潮线 Weekly》：\nxq-address.invalid\n" in text
    assert "2025年6月30日星期一 · xq-counted.invalid" in text
    for word in ("In this", "Tags", "Also", "More", "Your", "Pause", "View", "Feeds", "Stories"):
        assert not re.search(rf"(?m)^ *{word}\b", text), word


def test_pieces_join_without_a_gap_in_any_order():
    found = pieces()
    for name in set(found) - {"top", *HEAD[2:6], "rest"} - {f"more.{n}" for n in range(4)}:
        assert re.search(r"[^\n]\n\n\Z|\A\n\Z", found[name]), name
        assert name.endswith(".end") or not found[name].startswith("\n"), name
    for kept in ((), HEAD[1:], BODY[2:], (*HEAD[1:], *BODY, *MORE), ("empty",)):
        for chosen in ((), ("chosen",)):
            text = joined(found, "top", *kept, "foot", *chosen, "rest")
            assert "\n\n\n" not in text
            assert text.endswith("200001\n")
            assert not any(line != line.rstrip() for line in text.splitlines())


def test_what_an_article_lacks_leaves_no_gap():
    bare = [card(0, STORIES[3], summary="", tags=(), authors=())]
    assert pieces(cards=bare)["card.0"].splitlines()[1:3] == ["    Jun 29 · 1 min read", ""]
    top = pieces(intro="")["top"]
    assert top == "潮线 Weekly\nMonday, June 30, 2025 · xq-counted.invalid · xq-reading.invalid\n\n"


def test_marks_are_never_wrapped():
    long = {name: f"xq{'0' * 90}-{name}.invalid" for name in ("counted", "reading", "chosen", "address", *OWN)}
    text = "".join(pieces(**long).values())
    assert all(mark in text for mark in long.values())


def test_a_sites_template_may_write_a_cut_before_its_words():
    written = plain.tidy("a\n\n\n<1>b\n\n\n  <2>\n\n\nc\n\n<3>\n\n\n<4>\nd  \n\n", {"<1>", "<2>", "<3>", "<4>"})
    assert written == "a\n\n<1>b\n\n<2>\nc\n\n<3>\n\n<4>\nd\n"


TEXT = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("潮信，。（）“”…ー a-1%℃")), max_size=300
)


@given(TEXT, TEXT, st.lists(TEXT, max_size=4).map(tuple), st.sampled_from(["en", "zh-CN"]))
@settings(max_examples=25, deadline=None)
def test_no_line_of_any_story_is_wider_than_a_quoted_window(title, summary, words, language):
    story = card(0, STORIES[0], title=title, summary=summary, tags=words, also=words, authors=words)
    found = pieces(language, cards=[story])
    assert "".join(one_line(summary).split()) in "".join(found["card.0"].split())
    for line in joined(found, "card.0").splitlines():
        assert width(line) <= 72 or "://" in line


def test_a_title_of_ten_thousand_characters_is_cut():
    for title in ("a" * 10_000, "潮" * 10_000, "潮，" * 5_000):
        text = joined(pieces(cards=[card(0, STORIES[0], title=title)]), "card.0")
        assert max(map(width, text.splitlines())) == 72


def test_a_long_list_breaks_between_its_values():
    assert (
        plain.items("标签：", ["人工智能投资" * 2, "市场风险" * 5, "算力"], "、", 4)
        == f"    标签：{'人工智能投资' * 2}、\n    {'市场风险' * 5}、算力"
    )
    assert plain.items("Tags: ", ["one"], ", ", 0) == "Tags: one"
    assert plain.items("", ["潮" * 40, "b"], " · ", 0) == f"{'潮' * 36}\n{'潮' * 4} ·\nb"


@given(st.text(max_size=300), st.integers(0, 8), st.integers(0, 8))
@settings(max_examples=60)
def test_wrapping_keeps_the_words(value, indent, hang):
    lines = plain.wrap(value, indent, hang).splitlines()
    assert "".join("".join(lines).split()) == "".join(one_line(value).split())
    assert all(width(line) <= 72 for line in lines if "://" not in line)
