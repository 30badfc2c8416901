"""Budgets, letters that were asked for, proofs that were spent: kept without a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from subscribers import store
from subscribers.db import budget
from subscribers.db.budget import WINDOW
from subscribers.db.table import metadata
from subscribers.signup import FORGET, Asked, Claim, Decision, Erased

AT = datetime(2025, 6, 30, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def claim(scope="network", key="192.0.2.0/24", limit=2):
    return Claim(scope=scope, key=key, limit=limit)


def counts(connection):
    table = budget.budget
    rows = connection.execute(sa.select(table.c.scope, table.c.taken).order_by(table.c.scope, table.c.taken))
    return [tuple(row) for row in rows]


def test_a_budget_is_taken_piece_by_piece_and_begins_anew_after_its_window(connection, hashed):
    one = [claim()]
    assert [budget.take(connection, one, AT, mac=hashed) for _ in range(3)] == [None, None, "network"]
    assert budget.take(connection, one, AT + WINDOW - SECOND, mac=hashed) == "network"
    assert budget.take(connection, one, AT + WINDOW, mac=hashed) is None
    assert counts(connection) == [("network", 1)]


def test_it_takes_of_all_or_of_none(connection, hashed):
    both = [claim(limit=9), claim("site", "", 2)]
    assert [budget.take(connection, both, AT, mac=hashed) for _ in range(3)] == [None, None, "site"]
    assert counts(connection) == [("network", 2), ("site", 2)]
    assert budget.take(connection, [claim("domain", "x"), *both], AT, mac=hashed) == "site"
    assert counts(connection) == [("network", 2), ("site", 2)]


def test_keys_and_scopes_do_not_share(connection, hashed):
    for each in (claim(limit=1), claim(key="198.51.100.0/24", limit=1), claim("domain", limit=1)):
        assert budget.take(connection, [each], AT, mac=hashed) is None
        assert budget.used_up(connection, [each], AT, mac=hashed) == each.scope


def test_looking_takes_nothing(connection, hashed):
    both = [claim(limit=2), claim("site", "", 1)]
    assert budget.used_up(connection, both, AT, mac=hashed) is None
    assert not budget.running(connection, "site", AT)
    assert counts(connection) == []
    budget.take(connection, both, AT, mac=hashed)
    assert budget.used_up(connection, both, AT, mac=hashed) == "site"
    assert budget.running(connection, "site", AT)
    assert budget.used_up(connection, both, AT + WINDOW, mac=hashed) is None
    assert not budget.running(connection, "site", AT + WINDOW)


def test_a_clock_that_is_set_back_locks_nobody_out(connection, hashed):
    one = [claim(limit=1)]
    budget.take(connection, one, AT + timedelta(days=3650), mac=hashed)
    assert budget.used_up(connection, one, AT, mac=hashed) is None
    assert budget.take(connection, one, AT, mac=hashed) is None
    assert budget.take(connection, one, AT - timedelta(minutes=1), mac=hashed) == "network"


def test_letters_are_remembered_by_kind(connection, hashed):
    told = Asked(first=AT - WINDOW, last=AT, count=2)
    assert budget.letters(connection, Decision.CONFIRM, "a@example.org", mac=hashed) is None
    for each in (Asked(first=AT, last=AT, count=1), told):
        budget.note(connection, Decision.CONFIRM, "a@example.org", each, mac=hashed)
        assert budget.letters(connection, Decision.CONFIRM, "a@example.org", mac=hashed) == each
    assert budget.letters(connection, Decision.KNOWN, "a@example.org", mac=hashed) is None
    assert budget.letters(connection, Decision.CONFIRM, "b@example.org", mac=hashed) is None


def test_what_is_left_of_the_erased(connection, hashed):
    reader = store.add(
        connection, address="a@example.org", now=AT, how="command", consent_text="yes", confirmed=True, mac=hashed
    )
    assert budget.erased(connection, reader.key, mac=hashed) is None
    store.erase(connection, reader.id, mac=hashed, now=AT)
    assert budget.erased(connection, reader.key, mac=hashed) == Erased(at=AT, reason="erased")


def test_a_proof_is_spent_once(connection, hashed):
    assert budget.spend(connection, "stamp", AT + WINDOW, mac=hashed)
    assert not budget.spend(connection, "stamp", AT + 2 * WINDOW, mac=hashed)
    assert budget.spend(connection, "other", AT + WINDOW, mac=hashed)


def test_old_rows_go_and_others_stay(connection, hashed):
    budget.take(connection, [claim()], AT, mac=hashed)
    budget.note(connection, Decision.CONFIRM, "a@example.org", Asked(first=AT, last=AT, count=1), mac=hashed)
    budget.spend(connection, "stamp", AT + WINDOW, mac=hashed)
    tables = (budget.budget, budget.asked, budget.spent)

    def left():
        return [connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables]

    budget.drop_old(connection, AT + WINDOW - SECOND)
    assert left() == [1, 1, 1]
    budget.drop_old(connection, AT + WINDOW)
    assert left() == [0, 1, 0]
    budget.drop_old(connection, AT + FORGET)
    assert left() == [0, 0, 0]


@pytest.mark.parametrize("address", ["reader@example.org", "203.0.113.9"])
def test_no_row_names_anybody(connection, hashed, address):
    budget.take(connection, [claim(key=address), claim("domain", address)], AT, mac=hashed)
    budget.note(connection, Decision.KNOWN, address, Asked(first=AT, last=AT, count=1), mac=hashed)
    budget.spend(connection, address, AT, mac=hashed)
    for table in (budget.budget, budget.asked, budget.spent):
        assert table.metadata is metadata
        for row in connection.execute(sa.select(table)):
            assert address not in repr(tuple(row))
