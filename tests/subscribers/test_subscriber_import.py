"""What an import does with each row: its report to the letter, and that it brings nobody back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from subscribers import store, transfer
from subscribers.consent import Act
from subscribers.db import bulk
from subscribers.intake import Choices, Outcome
from subscribers.row import Row, cells, parse_row
from subscribers.subscriber import Status

NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
GIVEN = "2024-05-01T10:00:00+08:00"
BACK = "only their own new sign-up, confirmed, brings them back"


@pytest.fixture
def load(connection, hashed):
    """Imports lines of CSV under the header email,status,topics,consent_at,name."""

    def call(*lines, apply=True, now=NOW, **options):
        text = "\n".join(["email,status,topics,consent_at,name", *lines])
        rows = transfer.read(io.StringIO(text, newline="")).rows
        return list(store.import_rows(connection, rows, now=now, apply=apply, mac=hashed, **options))

    return call


def told(results):
    return [(each.row, each.address, str(each.outcome), each.reason) for each in results]


def test_the_report_to_the_letter(connection, load):
    load(f"same@x.org,,ai,{GIVEN}", f"more@x.org,,ai,{GIVEN}", "wait@x.org", f"left@x.org,,,{GIVEN}")
    left = store.by_address(connection, "left@x.org")
    store.act(connection, left.id, Act.UNSUBSCRIBE, now=NOW, how="link")
    lines = [
        f"New@x.org,,chips,{GIVEN},Ann",
        "later@x.org",
        f"same@x.org,,ai,{GIVEN}",
        "more@x.org,,chips;ai,,Bob",
        f"wait@x.org,,,{GIVEN}",
        f"LEFT@x.org,active,,{GIVEN}",
        "bare@x.org,active",
        "rest@x.org,paused",
        "nobody",
        "new@X.org",
        "soon@x.org,,,2030-01-01",
        "gone@x.org,unsubscribed",
        "same@x.org,complained",
    ]
    expected = [
        (2, "New@x.org", "new", ""),
        (3, "later@x.org", "new", ""),
        (4, "same@x.org", "unchanged", ""),
        (5, "more@x.org", "changed", "name: (none) → Bob, topics: ai → ai;chips"),
        (6, "wait@x.org", "changed", "status: pending → active, consent_at: (none) → 2024-05-01T02:00:00+00:00"),
        (7, "LEFT@x.org", "suppressed", f"LEFT@x.org has unsubscribed; {BACK}"),
        (8, "bare@x.org", "refused", "active needs consent_at; fill it in, or declare their consent with --declare"),
        (9, "rest@x.org", "refused", "paused needs consent_at; fill it in, or declare their consent with --declare"),
        (
            10, "nobody", "refused",
            "'nobody' is no e-mail address: An email address must have an @-sign; write one as in name@example.org",
        ),
        (11, "new@X.org".lower(), "refused", "the address stands in row 2 already; keep one of them"),
        (12, "soon@x.org", "refused", "consent_at 2030-01-01T00:00:00+00:00 is in the future; check the date's order"),
        (13, "gone@x.org", "new", ""),
        (14, "same@x.org", "refused", "the address stands in row 4 already; keep one of them"),
    ]  # fmt: skip
    before = [*store.export(connection)]
    assert told(load(*lines, apply=False, now=LATER)) == expected
    assert [*store.export(connection)] == before
    assert told(load(*lines, now=LATER)) == expected
    status = {row["email"]: row["status"] for row in store.export(connection)}
    assert status == {
        "same@x.org": "active", "more@x.org": "active", "wait@x.org": "active", "left@x.org": "unsubscribed",
        "New@x.org": "active", "later@x.org": "pending", "gone@x.org": "unsubscribed",
    }  # fmt: skip


def test_a_second_import_changes_nothing(connection, load):
    lines = [
        f"a@x.org,,ai,{GIVEN},Ann",
        "b@x.org",
        "c@x.org,unsubscribed",
        f"d@x.org,paused,,{GIVEN}",
        "e@x.org,bounced",
    ]
    assert {each.outcome for each in load(*lines)} == {Outcome.NEW}
    before = connection.execute(sa.select(store.subscriber)).all()
    events = connection.execute(sa.select(store.consent_event)).all()
    assert {each.outcome for each in load(*lines, now=LATER)} == {Outcome.UNCHANGED}
    assert connection.execute(sa.select(store.subscriber)).all() == before
    assert connection.execute(sa.select(store.consent_event)).all() == events


def test_a_blank_cell_overwrites_nothing_and_no_proof_is_replaced(connection, load):
    load(f"a@x.org,,ai,{GIVEN},Ann")
    before = store.by_address(connection, "a@x.org")
    [result] = load("a@x.org,active,,2025-01-01,", now=LATER)
    assert (result.outcome, result.status) == (Outcome.UNCHANGED, Status.ACTIVE)
    assert store.by_address(connection, "a@x.org") == before


def test_an_import_never_turns_an_active_reader_back(connection, load):
    load(f"a@x.org,,,{GIVEN}", f"b@x.org,paused,,{GIVEN}")
    results = load("a@x.org,pending", f"b@x.org,active,,{GIVEN}")
    assert [(each.outcome, each.status) for each in results] == [("unchanged", "active"), ("unchanged", "paused")]


def test_those_who_left_elsewhere_are_let_go_here(connection, load):
    load(f"a@x.org,,ai,{GIVEN}", f"b@x.org,,,{GIVEN}", f"c@x.org,,,{GIVEN}")
    results = load("a@x.org,unsubscribed", "b@x.org,bounced", "c@x.org,complained", now=LATER)
    assert told(results) == [
        (2, "a@x.org", "changed", "status: active → unsubscribed"),
        (3, "b@x.org", "changed", "status: active → bounced"),
        (4, "c@x.org", "changed", "status: active → complained"),
    ]
    assert store.readers(connection, newsletter="w", schedule="w", first=True) == []
    events = store.history(connection, store.by_address(connection, "a@x.org").id)
    assert [(each.act, each.status, each.how, each.at) for each in events] == [
        (Act.IMPORT_ACTIVE, Status.ACTIVE, "import", NOW),
        (Act.UNSUBSCRIBE, Status.UNSUBSCRIBED, "import", LATER),
    ]


@pytest.mark.parametrize(
    "line", [f"a@x.org,,,{GIVEN}", f"a@x.org,active,,{GIVEN}", f"a@x.org,paused,,{GIVEN}", "a@x.org,pending", "a@x.org"]
)
@pytest.mark.parametrize("gone", ["unsubscribed", "bounced", "complained", "erased", "signed up again"])
def test_nobody_is_brought_back(connection, load, hashed, line, gone):
    load("a@x.org,unsubscribed" if gone in {"erased", "signed up again"} else f"a@x.org,{gone}")
    reader = store.by_address(connection, "a@x.org")
    if gone == "erased":
        store.erase(connection, reader.id, mac=hashed, now=NOW)
    if gone == "signed up again":
        store.add(connection, address="a@x.org", now=NOW, how="signup", mac=hashed)
    before = [*store.export(connection)]
    [result] = load(line, now=LATER, declared="They all agreed")
    assert result.outcome is Outcome.SUPPRESSED
    assert result.reason.endswith(BACK)
    assert [*store.export(connection)] == before
    if gone == "erased":
        assert load("a@x.org,unsubscribed")[0].outcome is Outcome.SUPPRESSED
        assert store.by_address(connection, "a@x.org") is None


def test_a_declared_consent_stands_for_rows_without_their_own(connection, load):
    results = load("a@x.org", "b@x.org,active", f"c@x.org,,,{GIVEN}", "d@x.org,pending", declared="Agreed at the fair")
    assert [each.status for each in results] == ["active", "active", "active", "pending"]
    found = {each["email"]: (each["consent_at"], each["consent_text"]) for each in store.export(connection)}
    assert found == {
        "a@x.org": (NOW.isoformat(), "Agreed at the fair"),
        "b@x.org": (NOW.isoformat(), "Agreed at the fair"),
        "c@x.org": ("2024-05-01T02:00:00+00:00", ""),
        "d@x.org": ("", ""),
    }


def test_what_the_site_does_not_offer_is_refused(connection, hashed):
    choices = Choices(
        topics=frozenset({"chips", "ai"}), newsletters={"weekly": ("weekly", "daily"), "monthly": ("monthly",)}
    )
    cases = [
        ({"topics": "chps"}, "topic 'chps' is not offered; did you mean chips?"),
        ({"topics": "投融资"}, "topic '投融资' is not offered; write one of ai, chips"),
        ({"newsletter": "wekly"}, "newsletter 'wekly' is not offered; did you mean weekly?"),
        ({"newsletter": "monthly", "schedule": "daily"}, "schedule 'daily' is not offered; write one of monthly"),
        ({"schedule": "weely"}, "schedule 'weely' is not offered; did you mean weekly?"),
        ({"schedule": "daily"}, ""),
        ({"newsletter": "weekly", "schedule": "weekly", "topics": "ai;chips"}, ""),
        ({}, ""),
    ]
    rows = [parse_row(number, {"email": f"r{number}@x.org"} | case) for number, (case, _) in enumerate(cases)]
    results = list(store.import_rows(connection, rows, now=NOW, apply=True, mac=hashed, choices=choices))
    assert [each.reason for each in results] == [reason for _, reason in cases]
    assert [each.outcome for each in results] == [Outcome.REFUSED if reason else Outcome.NEW for _, reason in cases]
    only = Choices(topics=frozenset())
    [result] = store.import_rows(
        connection, [parse_row(1, {"email": "a@x.org", "topics": "ai"})], now=NOW, apply=False, mac=hashed, choices=only
    )
    assert result.reason == "topic 'ai' is not offered; write one of (none)"


def test_what_is_exported_is_imported_elsewhere_without_loss(connection, new_list, load, hashed):
    load(
        f"Ann@x.org,,ai;chips,{GIVEN},=Ann", "b@x.org", "c@x.org,unsubscribed", f"d@x.org,paused,,{GIVEN}", "e@x.org,complained",
        f"'+f@x.org,,,{GIVEN},'Quoted'",
    )  # fmt: skip
    for write in (transfer.write_csv, transfer.write_json):
        stream = io.StringIO(newline="")
        write(store.export(connection), stream)
        with new_list().begin() as other:
            rows = transfer.read(io.StringIO(stream.getvalue(), newline="")).rows
            assert {each.outcome for each in store.import_rows(other, rows, now=LATER, apply=True, mac=hashed)} == {
                "new"
            }
            assert [*store.export(other)] == [*store.export(connection)]


def test_more_rows_than_a_batch(connection, hashed):
    rows = [parse_row(number, {"email": f"r{number % 2500}@x.org", "topics": "ai"}) for number in range(2, 2702)]
    results = list(store.import_rows(connection, iter(rows), now=NOW, apply=True, mac=hashed))
    assert [each.row for each in results] == list(range(2, 2702))
    assert [each.row for each in results if each.outcome is Outcome.REFUSED] == list(range(2502, 2702))
    assert results[-1].reason == "the address stands in row 201 already; keep one of them"
    assert store.stats(connection).statuses["pending"] == 2500
    assert len([*store.export(connection)]) == 2500
    assert connection.execute(sa.select(sa.func.count()).select_from(store.subscriber_topic)).scalar_one() == 2500


def test_batches_of_bad_rows_and_of_known_ones(connection, hashed):
    good = [parse_row(2, {"email": "a@x.org"})]
    rows = [
        *good,
        *(parse_row(number, {"email": "?"}) for number in range(3, 2002)),
        parse_row(2002, {"email": "a@x.org"}),
    ]
    results = list(store.import_rows(connection, rows, now=NOW, apply=True, mac=hashed))
    assert [each.outcome for each in results] == ["new", *["refused"] * 2000]
    assert results[-1].reason == "the address stands in row 2 already; keep one of them"


def test_an_import_that_is_given_up_leaves_no_table_behind(engine, hashed):
    rows = [parse_row(2, {"email": "a@x.org"})] * 2
    with engine.begin() as connection:
        results = store.import_rows(connection, rows, now=NOW, apply=False, mac=hashed)
        next(results)
        results.close()
    with engine.begin() as connection:
        assert not sa.inspect(connection).has_table("import_row")
        assert told(store.import_rows(connection, rows[:1], now=NOW, apply=True, mac=hashed)) == [
            (2, "a@x.org", "new", "")
        ]


def test_an_address_that_another_process_adds_meanwhile_is_looked_at_again(connection, hashed, monkeypatch):
    """Between our look and our insert the reader signed up and left: the row is decided anew, and refused."""
    insert = bulk._insert

    def late(opened, rows):
        monkeypatch.setattr(bulk, "_insert", insert)
        reader = store.add(opened, address="a@x.org", now=NOW, how="signup", mac=hashed)
        store.act(opened, reader.id, Act.UNSUBSCRIBE, now=NOW, how="link")
        return insert(opened, rows)

    monkeypatch.setattr(bulk, "_insert", late)
    rows = [
        parse_row(number, {"email": email, "consent_at": GIVEN})
        for number, email in enumerate(["a@x.org", "b@x.org"], 2)
    ]
    results = list(store.import_rows(connection, rows, now=NOW, apply=True, mac=hashed))
    assert [each.outcome for each in results] == [Outcome.SUPPRESSED, Outcome.NEW]


def test_cells_and_rows_are_inverse():
    row = parse_row(1, {"email": "Ann@x.org", "status": "active", "consent_at": GIVEN, "format": "TEXT"})
    assert isinstance(row, Row)
    assert row.consent_at == datetime(2024, 5, 1, 2, 0, tzinfo=UTC)
    reader = store.Subscriber(
        id=1, address="Ann@x.org", key="ann@x.org", status=Status.ACTIVE, format=row.format, created=NOW, changed=NOW, consent_at=row.consent_at
    )  # fmt: skip
    assert parse_row(1, cells(reader)) == replace(row, created=NOW)
    assert parse_row(1, cells(replace(reader, consent_at=None))).consent_at is None
