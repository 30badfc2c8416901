"""Killed at any moment: nobody is lost, nobody is mailed twice, every doubt is explained."""

from __future__ import annotations

import random
import re
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter

import pytest
from fakes import Relay, approved, command, late, make_site, opened

from publisher.delivery import ledger
from publisher.delivery.delivery import State
from publisher.issues import store

READERS = 300
CONNECTIONS = 3
EVERYBODY = {f"r{number}@example.org" for number in range(1, READERS + 1)}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A site with an approved issue for 300 readers, to be copied."""
    folder = tmp_path_factory.mktemp("prepared") / "site"
    folder.mkdir()
    with opened(make_site(folder, READERS)) as app:
        id = approved(app)
    return folder, id


def copied(prepared, target, delivery):
    shutil.copytree(prepared[0], target)
    file = target / "config.yaml"
    file.write_text(file.read_text().replace("{transport: folder}", delivery))
    return file, prepared[1]


def kill_when(process, reached, seconds=30.0):
    """Kills -9 as soon as something is reached; False where the process was quicker."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        assert time.monotonic() < end
        if reached():
            process.send_signal(signal.SIGKILL)
            break
        threading.Event().wait(0.001)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def finished(process):
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def states(file, id):
    with opened(file) as app, app.database.read() as connection:
        counts = ledger.counts(connection, id)
        entries = {entry.address: entry.state for entry in ledger.entries(connection, id)}
        assert counts.balanced
        assert set(entries) == EVERYBODY, "nobody is lost"
        return store.get(connection, id).state.value, counts, entries


def test_killed_while_writing_files(prepared, tmp_path):
    file, id = copied(prepared, tmp_path / "site", "{transport: folder}")
    outbox = file.parent / "outbox"
    chance = random.Random(20250630)
    kills = 0
    for moment in sorted(chance.sample(range(1, READERS - 100), 3)):
        process = command(file, "issue", "send", id)
        kills += kill_when(process, lambda moment=moment: outbox.exists() and len(list(outbox.glob("*.eml"))) >= moment)
    code, out, err = finished(command(file, "issue", "send", id))
    assert kills >= 2
    assert code == 0, err
    assert f"{id} is sent: {READERS} planned = {READERS} accepted" in out

    assert {path.suffix for path in outbox.iterdir()} == {".eml", ".envelope"}, "half a message stays nowhere"
    files = list(outbox.glob("*.eml"))
    assert {path.stem for path in outbox.glob("*.envelope")} == {path.stem for path in files}
    assert Counter(path.name.rsplit(".", 2)[0] for path in files) == Counter(EVERYBODY)
    ids = {re.search(rb"^Message-ID: (.*)\r$", path.read_bytes(), re.M).group(1) for path in files}
    assert len(ids) == READERS
    state, counts, _entries = states(file, id)
    assert (state, counts.accepted) == ("sent", READERS)
    code, out, err = finished(command(file, "issue", "send", id))
    assert code == 0
    assert sorted(path.stat().st_mtime_ns for path in outbox.glob("*.eml")) == sorted(
        p.stat().st_mtime_ns for p in files
    )


@pytest.mark.parametrize("policy", ["hold", "resend"])
def test_killed_while_talking_to_a_relay(prepared, tmp_path, policy):
    chance = random.Random(policy)
    with Relay(late(0.004)) as relay:
        delivery = (
            f"{{transport: smtp, uncertain: {policy}, "
            f"smtp: {{host: 127.0.0.1, port: {relay.port}, security: none, connections: {CONNECTIONS}}}}}"
        )
        file, id = copied(prepared, tmp_path / "site", delivery)
        kills = sum(
            kill_when(command(file, "issue", "send", id), lambda moment=moment: len(relay.log) >= moment)
            for moment in sorted(chance.sample(range(1, READERS - 100), 3 if policy == "hold" else 2))
        )
        code, _out, err = finished(command(file, "issue", "send", id))
        assert code == 0, err
        logged = Counter(recipient for _, recipient, _ in relay.log)
        bodies = [body for _, _, body in relay.log]
    state, counts, entries = states(file, id)
    assert kills >= 1
    assert (state, counts.open) == ("sent", 0)
    doubts = {address for address, each in entries.items() if each is State.UNCERTAIN}
    assert {address for address, each in entries.items() if each is State.ACCEPTED} <= set(logged), "accepted = taken"
    if policy == "hold":
        assert max(logged.values()) == 1, "nobody gets it twice"
        assert len(doubts) <= kills * CONNECTIONS
        assert EVERYBODY - set(logged) <= doubts
        assert counts.accepted + counts.uncertain == READERS
    else:
        assert counts.accepted == READERS
        assert set(logged) == EVERYBODY
        assert sum(logged.values()) - READERS <= kills * CONNECTIONS
        ids = Counter(re.search(rb"^Message-ID: (.*)\r$", body, re.M).group(1) for body in bodies)
        assert len(ids) == READERS, "a second copy has the first one's Message-ID"


def test_a_doubt_is_sent_again_when_the_operator_says_so(prepared, tmp_path):
    with Relay() as relay:
        delivery = f"{{transport: smtp, smtp: {{host: 127.0.0.1, port: {relay.port}, security: none, connections: 1}}}}"
        file, id = copied(prepared, tmp_path / "site", delivery)
        with sqlite3.connect(file.parent / "var" / "publisher.db") as connection:
            connection.execute("UPDATE subscriber SET status = 'unsubscribed' WHERE id > 3")
        connection.close()
        usual = relay.mood
        relay.mood = lambda verb, times, argument: b"drop" if (verb, argument) == ("DOT", "r2@example.org") else None
        code, out, err = finished(command(file, "issue", "send", id))
        assert code == 0, err
        assert "1 uncertain" in out
        relay.mood = usual
        code, out, err = finished(command(file, "issue", "retry", id, "--uncertain"))
        assert code == 0, err
        assert "3 planned = 3 accepted" in out
        twice = [body for _, recipient, body in relay.log if recipient == "r2@example.org"]
    assert len(relay.log) == 4
    assert len({re.search(rb"^Message-ID: (.*)\r$", body, re.M).group(1) for body in twice}) == 1
