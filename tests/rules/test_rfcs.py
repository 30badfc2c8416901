"""docs/rfc.md and the citations in the code are one."""

from __future__ import annotations

import pytest
from rules.source import CODE

from scripts.docs_rfc import PAGE, ROW, STATES, citations, order, rewrite

TEXT = PAGE.read_text("utf-8")
ROWS = {int(match["number"]): match for line in TEXT.splitlines() if (match := ROW.fullmatch(line))}
CITED = citations(module.text for module in CODE)


@pytest.mark.parametrize("number", sorted({*ROWS, *CITED}), ids=lambda number: f"RFC-{number}")
def test_what_is_cited_stands_in_the_page(number: int):
    assert number in ROWS, (
        f"RFC {number} is cited but does not stand in docs/rfc.md; run: make docs, then give it a title"
    )
    row = ROWS[number]
    assert row["title"].strip("? "), f"docs/rfc.md: RFC {number} has no title"
    assert row["state"] in STATES, f"docs/rfc.md: RFC {number}: write one of {', '.join(STATES)}, not {row['state']!r}"
    if STATES[row["state"]]:
        assert number in CITED, f"docs/rfc.md says {row['state']} to RFC {number}, but nothing in the code cites it"
    else:
        sections = CITED.get(number)  # it may be named where the plan is told
        assert not sections, f"docs/rfc.md says {row['state']} to RFC {number}, but the code cites its {sections}"


def test_the_page_lists_the_sections_that_are_cited():
    assert rewrite(TEXT, CITED) == TEXT, "docs/rfc.md is behind the code; run: make docs"


def test_a_citation_is_read_with_its_section():
    assert citations(["(RFC 4287\n    4.2.6) and (RFC 8058 2), RFC 5322 3.4; RFC 1153 30 dashes"]) == {
        4287: {"4.2.6"},
        8058: {"2"},
        5322: {"3.4"},
        1153: set(),
    }
    assert sorted(["4.10", "A", "4.9", "4"], key=order) == ["4", "4.9", "4.10", "A"]


def test_a_new_citation_gets_a_row_that_asks_for_a_title():
    page = "# T\n\n| RFC | a | b | c |\n|---|---|---|---|\n| 5 | five | yes | – |\n\nend\n"
    expected = "# T\n\n| RFC | a | b | c |\n|---|---|---|---|\n| 4 | ? | ? | – |\n| 5 | five | yes | 1.2 |\n\nend\n"
    assert rewrite(page, {4: set(), 5: {"1.2"}}) == expected
