"""Ids: the same on every machine, and legal URIs."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from content.shelf import SHANGHAI
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import identity

AT = datetime(2025, 6, 29, 20, tzinfo=UTC)


def test_the_day_is_that_of_the_sites_zone():
    assert identity.tag("https://example.org", SHANGHAI, AT, "posts/one") == "tag:example.org,2025-06-30:posts/one"
    assert (
        identity.tag("https://example.org", ZoneInfo("UTC"), AT, "posts/one") == "tag:example.org,2025-06-29:posts/one"
    )


@pytest.mark.parametrize(
    ("site", "authority"),
    [("https://news.example.org/blog/", "news.example.org"), ("http://example.org:8080", "example.org")],
)
def test_the_authority_is_the_host(site: str, authority: str):
    assert identity.tag(site, SHANGHAI, AT, "a") == f"tag:{authority},2025-06-30:a"


@pytest.mark.parametrize(
    ("text", "guid"),
    [
        ("", ""),
        ("42", "tag:example.org,2025-06-30:42"),
        ("中 文", "tag:example.org,2025-06-30:%E4%B8%AD%20%E6%96%87"),
        ("urn:uuid:0", "urn:uuid:0"),
        ("URN:x", "URN:x"),
        ("https://old.example.net/?p=1 2#é", "https://old.example.net/?p=1%202#%C3%A9"),
        ("https://old.example.net/%20[x]", "https://old.example.net/%20[x]"),
        ("3:4", "tag:example.org,2025-06-30:3:4"),
        ("a?b", "tag:example.org,2025-06-30:a%3Fb"),
    ],
)
def test_an_id_that_the_file_names(text: str, guid: str):
    assert identity.declared(text, "https://example.org", SHANGHAI, AT) == guid


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_an_id_is_ascii_without_blanks(text: str):
    for guid in (
        identity.tag("https://example.org", SHANGHAI, AT, text),
        identity.declared(text, "https://example.org", SHANGHAI, AT),
    ):
        assert guid.isascii()
        assert guid == "".join(guid.split())
