"""Events for operators: one line each, trouble always, addresses shortened."""

from __future__ import annotations

import json

import pytest

from publisher import log
from publisher.errors import StoreError


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    log.configure()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_a_service_tells_every_event_as_one_line(capsys: pytest.CaptureFixture[str]):
    log.configure(service=True)
    log.event("issue.sent", issue="weekly-2025-06-30", accepted=12, why="第一\nline")
    (line,) = lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "issue.sent", "level": "info", "issue": "weekly-2025-06-30", "accepted": 12, "why": "第一\nline",
    }  # fmt: skip


def test_a_command_tells_trouble_only_unless_it_is_debugged(capsys: pytest.CaptureFixture[str]):
    log.configure()
    log.event("issue.sent")
    log.trouble("slot.failed", StoreError("locked"), stream="weekly/weekly")
    log.configure(debug=True)
    log.event("issue.sent")
    assert [line["event"] for line in lines(capsys)] == ["slot.failed", "issue.sent"]


def test_trouble_names_the_error_and_its_kind(capsys: pytest.CaptureFixture[str]):
    log.trouble("slot.failed", StoreError("locked"), stream="weekly/weekly")
    log.trouble("task.failed", KeyError())
    told = [(line["level"], line["error"], line["kind"]) for line in lines(capsys)]
    assert told == [("error", "locked", "StoreError"), ("error", "KeyError", "KeyError")]


@pytest.mark.parametrize("turn", [1, 2])
def test_events_go_where_standard_error_is_now(capsys: pytest.CaptureFixture[str], turn: int):
    log.trouble("turn", StoreError(str(turn)))
    assert [line["error"] for line in lines(capsys)] == [str(turn)]


def test_on_a_terminal_events_are_for_people(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    log.configure(service=True)
    log.event("issue.sent", issue="weekly-2025-06-30")
    told = capsys.readouterr().err
    assert "issue.sent" in told
    assert not told.startswith("{")


@pytest.mark.parametrize(
    ("address", "short"),
    [("lihua@example.org", "li…@example.org"), ("a@b.example", "a…@b.example"), ('"a@b"@c.example', '"a…@c.example')],
)
def test_addresses_are_shortened(address: str, short: str):
    assert log.short_address(address) == short
