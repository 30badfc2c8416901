"""Sending from a terminal: Ctrl-C, a second process, runs from cron."""

from __future__ import annotations

import json
import re
import signal
import threading

import pytest
from fakes import SILENT, Relay, approved, command, make_site, opened

from publisher.delivery import ledger, steer
from publisher.delivery.delivery import Counts
from publisher.issues import store


def site(folder, readers, port, connections=1):
    folder.mkdir()
    smtp = f"{{host: 127.0.0.1, port: {port}, security: none, connections: {connections}}}"
    file = make_site(folder, readers, delivery=f"{{transport: smtp, smtp: {smtp}}}")
    with opened(file) as app:
        return file, approved(app)


class Gate:
    """A relay's mood: the answer to one dot waits until the gate is opened."""

    def __init__(self, place):
        self.place, self.open = place, threading.Event()

    def __call__(self, verb, times, argument):
        if verb == "DOT" and times == self.place:
            self.open.wait(30)


def ended(process, seconds=60):
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def counts(file, id):
    with opened(file) as app, app.database.read() as connection:
        return store.get(connection, id).state.value, ledger.counts(connection, id)


def says(process, words):
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"it never said {words!r}: {process.communicate()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_settles_and_goes_on_later(tmp_path, eventually, number):
    gate = Gate(6)
    with Relay(gate) as relay:
        file, id = site(tmp_path / "site", 20, relay.port)
        process = command(file, "issue", "send", id)
        eventually(lambda: len(relay.log) == 6)
        process.send_signal(number)
        threading.Timer(0.3, gate.open.set).start()
        code, out, err = ended(process)
        assert code == 1
        assert re.search(r"^publisher: stopped; nothing is lost", err, re.M), err
        state, so_far = counts(file, id)
        assert state == "sending"
        assert so_far == Counts(planned=20, accepted=len(relay.log), pending=20 - len(relay.log)), "nothing is in doubt"
        assert len(relay.log) == 6, "what was on its way was let finish, nothing was begun"
        code, out, err = ended(command(file, "issue", "send", id))
    assert code == 0, err
    assert f"{id} is sent: 20 planned = 20 accepted" in out
    assert len({recipient for _, recipient, _ in relay.log}) == len(relay.log) == 20


def test_a_second_process_watches_the_first(tmp_path, eventually):
    gate = Gate(3)
    with Relay(gate) as relay:
        file, id = site(tmp_path / "site", 9, relay.port)
        first = command(file, "issue", "send", id)
        eventually(lambda: len(relay.log) == 3)
        second = command(file, "issue", "send", id)
        says(second, "another process sends for this site; watching it")
        gate.open.set()
        results = [ended(first), ended(second)]
    assert [code for code, _, _ in results] == [0, 0]
    assert all(f"{id} is sent: 9 planned = 9 accepted" in out for _, out, _ in results)
    assert len(relay.log) == 9


def test_the_watcher_takes_over_from_one_that_was_killed(tmp_path, eventually):
    gate = Gate(3)
    code = "import publisher.cli.sending as s; s.TAKE_OVER = 2; import publisher.cli as c; c.main()"
    with Relay(gate) as relay:
        file, id = site(tmp_path / "site", 9, relay.port)
        first = command(file, "issue", "send", id)
        eventually(lambda: len(relay.log) == 3)
        second = command(file, "issue", "send", id, program=["-c", code])
        says(second, "watching it")
        first.kill()
        first.communicate()
        gate.open.set()
        status, out, err = ended(second)
    assert status == 0, err
    assert f"{id} is sent: 9 planned = 8 accepted + 1 uncertain" in out
    assert sorted(recipient for _, recipient, _ in relay.log) == sorted(f"r{n}@example.org" for n in range(1, 10))


def test_pause_from_another_process_ends_the_send(tmp_path, eventually):
    gate = Gate(4)
    with Relay(gate) as relay:
        file, id = site(tmp_path / "site", 20, relay.port)
        process = command(file, "issue", "send", id, "--json")
        eventually(lambda: len(relay.log) == 4)
        with opened(file) as app:
            steer.pause(app.database, id, app.clock.now())
        gate.open.set()
        code, out, err = ended(process)
        assert code == 1
        assert json.loads(out)["state"] == "paused"
        assert len(relay.log) == 4
        with opened(file) as app:
            steer.resume(app.database, id, app.clock.now())
        code, out, err = ended(command(file, "run-due"))
        assert code == 0, err
    assert counts(file, id) == ("sent", Counts(planned=20, accepted=20)), "run-due sends to the end, and closes"
    assert len(relay.log) == 20


def test_a_relay_that_turns_everybody_away_ends_the_command_with_its_words(tmp_path, monkeypatch):
    with Relay(lambda verb, times, argument: b"554 5.7.1 not you\r\n" if verb == "GREET" else None) as relay:
        file, id = site(tmp_path / "site", 2, relay.port)
        code = "import publisher.delivery.sender as s; s.PATIENCE = (0.05,) * 5; import publisher.cli as c; c.main()"
        process = command(file, "issue", "send", id, program=["-c", code])
        status, _out, err = ended(process)
    assert status == 1
    assert re.search(rf"^publisher: relay 127\.0\.0\.1:{relay.port} turns us away: 554 5\.7\.1 not you; ", err, re.M), (
        err
    )
    assert counts(file, id) == ("sending", Counts(planned=2, pending=2))


def test_no_wait_leaves_what_is_deferred_to_others(tmp_path):
    with Relay(lambda verb, times, argument: b"451 later\r\n" if argument == "TO:<r1@example.org>" else None) as relay:
        file, id = site(tmp_path / "site", 3, relay.port)
        code, out, err = ended(command(file, "issue", "send", id, "--no-wait"))
    assert code == 0, err
    assert f"{id} is sending: 3 planned = 2 accepted + 1 deferred" in out


def test_a_relay_that_hangs_does_not_keep_a_kill_from_working(tmp_path, eventually):
    with Relay(lambda verb, times, argument: SILENT if (verb, times) == ("DOT", 2) else None) as relay:
        file, id = site(tmp_path / "site", 4, relay.port)
        process = command(file, "issue", "send", id)
        eventually(lambda: len(relay.log) == 2)
        process.kill()
        process.communicate()
        code, out, err = ended(command(file, "issue", "send", id))
    assert code == 0, err
    assert "1 messages were on their way when the program last stopped" in out
    assert f"{id} is sent: 4 planned = 3 accepted + 1 uncertain" in out
    assert len(relay.log) == 4
