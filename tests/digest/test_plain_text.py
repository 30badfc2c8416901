from digest.sample import edition, make_config, tideline
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest import plain
from publisher.text import width


def test_the_text_part_is_as_complete_as_the_page(tmp_path):
    text = edition(make_config(tmp_path)).text
    for told in (
        "潮线 Weekly\nMonday, June 30, 2025 · 4 stories · 15 min read\n", "Good morning. Write to us <https://tideline.example/contact/>.", "Energy & Grid\n===", "1. Cranes that charge <while> they wait\n",
        "    Jun 29 · 6 min read · Mara Lind\n", "    Tags: grid, R&D <x>\n", "    Also in: 算力与芯片\n", "    Picture: https://news.tideline.example/media/cranes.jpg\n",
        "    Read: https://example.org/posts/cranes/\n", "More\n===", "4. A letter", "Unsubscribe: https://xq7unsubxq7.invalid/\n", "View in browser: https://xq7viewxq7.invalid/\n",
        "All issues: https://news.tideline.example/archive/\n", "Feeds: https://news.tideline.example/feeds/\n", "3 Harbour Street\nShanghai 200001\n",
    ):  # fmt: skip
        assert told in text, told


def test_no_line_is_wider_than_a_quoted_window(tmp_path):
    for language in ("en", "zh-CN"):
        for line in edition(make_config(tmp_path), language=language).text.splitlines():
            assert width(line) <= 72 or "://" in line


def test_empty_lines_come_one_at_a_time(tmp_path):
    text = edition(make_config(tmp_path), tideline(intro="")).text
    assert "\n\n\n" not in text
    assert text.endswith("200001\n")
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_a_long_list_breaks_between_its_values():
    assert (
        plain.items("标签：", ["人工智能投资" * 2, "市场风险" * 5, "算力"], "、", 4)
        == f"    标签：{'人工智能投资' * 2}、\n    {'市场风险' * 5}、算力"
    )
    assert plain.items("Tags: ", ["one"], ", ", 0) == "Tags: one"


@given(st.text(max_size=300), st.integers(0, 8), st.integers(0, 8))
@settings(max_examples=60)
def test_wrapping_keeps_the_words(value, indent, hang):
    lines = plain.wrap(value, indent, hang).splitlines()
    assert "".join("".join(lines).split()) == "".join(plain.text.one_line(value).split())
    assert all(width(line) <= 72 for line in lines if " " in line.strip())


def test_an_address_is_never_broken():
    url = "https://example.org/" + "a-long-path/" * 12
    assert url in plain.paragraphs(f"See {url} and more.", "https://a.example")
