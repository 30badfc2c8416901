"""Conditions and codings of RFC 9110, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.web.conditional import HEEDED, codings, heeded, held, moment, status, tags

TAG = b'W/"0123456789abcdef01234567"'
OPAQUE = TAG.removeprefix(b"W/")
AT = datetime(2025, 6, 30, 7, 10, 4, tzinfo=UTC)
MODIFIED = int(AT.timestamp())
DAY = timedelta(days=1)


def date(at):
    return format_datetime(at, usegmt=True).encode()


def judged(**headers):
    return status({k.replace("_", "-").encode(): v for k, v in headers.items()}, TAG, MODIFIED, 2025)


@pytest.mark.parametrize(
    "header",
    [
        TAG,
        OPAQUE,
        b"*",
        b" * ",
        b'"x", ' + TAG,
        OPAQUE + b' , "y"',
        b'"x",,' + OPAQUE,
        b", ," + OPAQUE + b",",
        b'"x"\t,\t' + OPAQUE,
        b'W/"", ' + OPAQUE,
        OPAQUE[:-1] + b'-gzip"',
        OPAQUE[:-1] + b';br"',
        b'"caf\xe9", ' + OPAQUE,
        b'"' + b"x" * 9000 + b'", ' + OPAQUE,
    ],
)
def test_a_tag_that_the_client_holds(header):
    assert held(header, TAG)
    assert judged(if_none_match=header) == 304


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b" ",
        b'"x"',
        OPAQUE[1:-1],
        b'"xyz' + OPAQUE[1:],
        b'"xyz' + OPAQUE,
        OPAQUE[:-1],
        OPAQUE[:-1] + b'x"',
        OPAQUE + b"x",
        b"w/" + OPAQUE,
        b"W/ " + OPAQUE,
        b"W/" + OPAQUE[1:-1],
        b'"x" ' + OPAQUE,
        b'"a b", ' + OPAQUE,
        b'*, "x"',
        b'"*"',
        b'"' + OPAQUE + b'"',
        OPAQUE.upper(),
        OPAQUE + b"\n",
    ],
)
def test_a_tag_that_the_client_does_not_hold(header):
    assert not held(header, TAG)
    assert judged(if_none_match=header) == 200
    assert judged(if_none_match=header, if_modified_since=date(AT)) == 200, "the date does not count beside it"


def test_the_members_of_a_list():
    assert tags(b'"a", W/"b" ,"c,d"') == {b'"a"', b'"b"', b'"c,d"'}
    assert tags(b'"a", b') == frozenset()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),
        # If-Match compares strongly: a weak tag never matches (13.1.1).
        ({"if_match": TAG}, 412),
        ({"if_match": OPAQUE}, 412),
        ({"if_match": b'"x"'}, 412),
        ({"if_match": b""}, 412),
        ({"if_match": b" * "}, 200),
        # Step 2 only without step 1 (13.2.2).
        ({"if_match": b"*", "if_unmodified_since": date(AT - DAY)}, 200),
        ({"if_unmodified_since": date(AT - DAY)}, 412),
        ({"if_unmodified_since": date(AT)}, 200),
        ({"if_unmodified_since": date(AT + DAY)}, 200),
        ({"if_unmodified_since": b"yesterday"}, 200),
        # Steps 1 and 2 before 3.
        ({"if_match": OPAQUE, "if_none_match": TAG}, 412),
        ({"if_match": b"*", "if_none_match": TAG}, 304),
        ({"if_unmodified_since": date(AT - DAY), "if_none_match": TAG}, 412),
        ({"if_unmodified_since": date(AT), "if_none_match": TAG}, 304),
        ({"if_unmodified_since": date(AT), "if_modified_since": date(AT)}, 304),
        # Step 4 only without step 3.
        ({"if_modified_since": date(AT)}, 304),
        ({"if_modified_since": date(AT + DAY)}, 304),
        ({"if_modified_since": date(AT - timedelta(seconds=1))}, 200),
        ({"if_modified_since": date(AT) + b"," + date(AT)}, 200),
        ({"if_none_match": TAG, "if_modified_since": date(AT - DAY)}, 304),
        ({"if_none_match": b'"x"', "if_modified_since": date(AT + DAY)}, 200),
        # Ranges are not served.
        ({"range": b"bytes=0-3", "if_range": TAG}, 200),
    ],
)
def test_the_order_of_conditions(headers, expected):
    assert judged(**headers) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"Mon, 30 Jun 2025 07:10:04 GMT",
        b"Monday, 30-Jun-25 07:10:04 GMT",
        b"Mon Jun 30 07:10:04 2025",
        b" Mon, 30 Jun 2025 07:10:04 GMT\t",
        b"Tue, 30 Jun 2025 07:10:04 GMT",  # the day of the week says nothing that the date does not
    ],
)
def test_the_three_forms_of_a_date(text):
    assert moment(text, 2025) == MODIFIED


def test_a_day_of_one_digit_and_a_leap_second():
    assert moment(b"Sun Nov  6 08:49:37 1994", 2025) == 784111777
    assert moment(b"Sat, 31 Dec 2016 23:59:60 GMT", 2025) == moment(b"Sat, 31 Dec 2016 23:59:59 GMT", 2025)


@pytest.mark.parametrize(
    ("digits", "present", "year"),
    [(94, 2025, 1994), (25, 2025, 2025), (75, 2025, 2075), (76, 2025, 1976), (10, 2095, 2010), (45, 2095, 2045)],
)
def test_a_year_of_two_digits_lies_at_most_fifty_years_ahead(digits, present, year):
    found = moment(b"Sunday, 06-Nov-%02d 08:49:37 GMT" % digits, present)
    assert datetime.fromtimestamp(found, UTC).year == year


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"0",
        b"yesterday",
        b"Mon, 30 Jun 2025 07:10:04",
        b"Mon, 30 Jun 2025 07:10:04 +0000",
        b"Mon, 30 Jun 2025 07:10:04 gmt",
        b"Mon, 31 Jun 2025 07:10:04 GMT",
        b"Mon, 30 Jun 2025 25:10:04 GMT",
        b"Mon, 30 Jun 0000 07:10:04 GMT",
        b"Mon, 30 Jun 99999 07:10:04 GMT",
        b"Mon, 30 Jun 2025 07:10:04 GMT, Mon, 30 Jun 2025 07:10:04 GMT",
        "Mon, ٣٠ Jun 2025 07:10:04 GMT".encode(),
        b"2025-06-30T07:10:04Z",
        b"x" * 100_000,
    ],
)
def test_a_date_that_is_none_is_ignored(text):
    assert moment(text, 2025) is None
    assert judged(if_modified_since=text) == 200


@pytest.mark.parametrize(
    ("accept", "order"),
    [
        (None, [""]),
        (b"", [""]),
        (b"gzip", ["gzip", ""]),
        (b"x-gzip", ["gzip", ""]),
        (b"x-gzip, gzip;q=0", [""]),
        (b"GZIP , deflate", ["gzip", ""]),
        (b"gzip, deflate, br, zstd", ["br", "gzip", ""]),
        (b"*", ["br", "gzip", ""]),
        (b"br;q=0, *", ["gzip", ""]),
        (b"gzip;q=1.0, br;q=0.5", ["gzip", "br", ""]),
        (b"gzip;q=0.5, br;q=0.5", ["br", "gzip", ""]),
        (b"identity, gzip;q=0.5", ["", "gzip"]),
        (b"identity;q=0.5, gzip", ["gzip", ""]),
        (b"gzip;q=0.001", ["gzip", ""]),
        (b"gzip ; Q=0.8", ["gzip", ""]),
        (b"gzip;\tq=1.000", ["gzip", ""]),
        (b"gzip;q=0", [""]),
        (b"gzip;q=0.000", [""]),
        (b"gzip;q=1.5", [""]),
        (b"gzip;q=nonsense", [""]),
        (b"gzip;level=9", [""]),
        (b"gzip;q=0, br;q=0", [""]),
        (b"deflate", [""]),
        (b"identity;q=0", [""]),
        (b"*;q=0", [""]),
        (b"identity;q=0, *;q=0", [""]),
        (b"identity;q=0, gzip", ["gzip", ""]),
        (b"gzip," + b"x," * 100_000, ["gzip", ""]),
    ],
)
def test_codings_in_the_order_of_preference(accept, order):
    assert list(codings(accept)) == order


def test_lines_of_one_name_are_one_list():
    lines = [(b"host", b"h"), (b"if-none-match", b'"x"'), (b"range", b"bytes=0-1"), (b"if-none-match", OPAQUE)]
    assert heeded(lines) == {b"if-none-match": b'"x",' + OPAQUE}
    assert b"range" not in HEEDED


@given(st.binary(max_size=200), st.sampled_from(sorted(HEEDED)))
@settings(max_examples=300)
def test_no_header_makes_it_stumble(value, name):
    assert status({name: value}, TAG, MODIFIED, 2025) in {200, 304, 412}
    found = codings(value)
    assert "" in found
    assert set(found) <= {"", "gzip", "br"}


ETAGC = st.characters(codec="latin-1", categories=("L", "N", "P", "S"), exclude_characters='"')


@given(
    st.lists(st.tuples(st.booleans(), st.text(ETAGC, max_size=20)), max_size=8), st.sampled_from([",", ", ", " ,\t"])
)
def test_a_well_formed_list_is_read_member_by_member(members, comma):
    header = comma.join(f'{"W/" * weak}"{text}"' for weak, text in members).encode("latin-1")
    assert {f'"{text}"'.encode("latin-1") for _, text in members} <= tags(header)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))
def test_our_own_dates_are_read_back(at):
    at = at.replace(microsecond=0, tzinfo=UTC)
    assert moment(date(at), 2025) == int(at.timestamp())
