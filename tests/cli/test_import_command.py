"""``subscribers import`` and ``export``: reports that do not grow, files for the owner's eyes alone, and hard ends."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.cli import moving
from publisher.cli.main import run
from subscribers import transfer
from subscribers.subscriber import Status

SAMPLES = Path(__file__).parent.parent / "subscribers" / "exports"
GIVEN = "2024-05-01T10:00:00+08:00"
CONFIG = """
site: {title: T, url: "https://news.example.org/", language: en}
content: {path: content}
topics: {chips: {title: Chips}, ai: {title: AI News}}
newsletters: {weekly: {title: W, from: "W <w@example.org>"}}
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    return tmp_path


@pytest.fixture
def command(site, capsys):
    """Runs ``subscribers …`` on the site: what it printed."""

    def ran(*words, code=0):
        capsys.readouterr()
        assert run(["--now", "2025-06-30T08:00:00Z", "subscribers", *map(str, words)]) == code, capsys.readouterr()
        return capsys.readouterr()

    return ran


def listing(site, *lines, name="list.csv"):
    file = site / name
    file.write_text("\n".join(["email,status,topics,consent_at,language,name", *lines, ""]), "utf-8")
    return file


def test_the_options_name_what_there_is():
    assert ("auto", "csv", *transfer.PROGRAMS) == moving.PROGRAMS
    assert tuple(map(str, Status)) == moving.STATUSES


def test_the_report_groups_what_was_refused(site, command):
    lines = [f"r{number}@example.net,active,,," for number in range(30)]
    lines += ["nobody,,,,", "a@example.net,,chps,,", f"info@example.net,,,{GIVEN},fr", f"王@mailinator.com,,,{GIVEN},"]
    out = command("import", listing(site, *lines), code=1).out
    assert out.splitlines() == [
        *(
            f"row {row}: r{row - 2}@example.net: refused: active needs consent_at; fill it in, or declare their consent with --declare"
            for row in (2, 3, 4)
        ),
        "  … and 27 more rows like these: refused: active needs consent_at; fill it in, or declare their consent with --declare",
        "row 32: nobody: refused: 'nobody' is no e-mail address: An email address must have an @-sign; write one as in name@example.org",
        "row 33: a@example.net: refused: topic 'chps' is not offered; did you mean chips?",
        "warning: row 34: info@example.net: language 'fr' is none of en, zh-Hans: kept as theirs, the words around the stories stay English",
        "warning: row 35: 王@mailinator.com: the address needs a relay with SMTPUTF8",
        "1 flagged disposable (a mailbox that is thrown away): 王@mailinator.com",
        "1 flagged role (a desk, not a person): info@example.net",
        "1 flagged smtputf8 (needs a relay with SMTPUTF8): 王@mailinator.com",
        "row 34: info@example.net: new (active)",
        "row 35: 王@mailinator.com: new (active)",
        "2 new, 32 refused",
        "nothing was changed: this was a dry run, --apply does it",
    ]
    assert command("import", listing(site, *lines), "--declare", "They agreed", "--apply", code=1).out.endswith(
        "done\n"
    )
    shown = json.loads(command("show", "info@example.net", "--json").out)
    assert (shown["flags"], shown["language"]) == ("role", "fr")


def test_a_report_of_many_reasons_stays_short(site, command):
    lines = [f"r{number}@example.net,,{'t' * (number % 60 + 1)},," for number in range(300)]
    lines += [f"g{number}@example.net,,,{GIVEN},{'x' * 8}-{number:08d}" for number in range(60)]
    out = command("import", listing(site, *lines), code=1).out
    assert len(out.splitlines()) < 160
    assert "60 new, 300 refused" in out


def test_every_row_is_in_the_report_file(site, command):
    file = listing(site, f"=a@example.net,,,{GIVEN},", "nobody,,,,", f"info@example.net,,,{GIVEN},fr")
    report = site / "report.csv"
    command("import", file, "--report", report, code=1)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(report.read_bytes().decode(), newline="")))
    assert [(row["row"], row["email"], row["outcome"], row["flags"]) for row in rows] == [
        ("2", "'=a@example.net", "new", ""), ("3", "nobody", "refused", ""), ("4", "info@example.net", "new", "role"),
    ]  # fmt: skip
    assert rows[2]["warnings"].startswith("language 'fr'")
    assert "cannot be written: No such file" in command("import", file, "--report", site / "no" / "r.csv", code=1).err
    err = command("import", file, "--report", "/dev/full", code=1).err
    assert err.endswith("/dev/full cannot be written: No space left on device; name another with --report\n")


def test_json_is_one_object_with_every_row(site, command):
    file = listing(site, f"a@example.net,,,{GIVEN},", "nobody,,,,")
    file.write_text(file.read_text("utf-8").replace("name", "shoe"), "utf-8")
    told = json.loads(command("import", file, "--json", "--apply", code=1).out)
    assert [(row["row"], row["address"], row["outcome"], row["status"]) for row in told.pop("rows")] == [
        (2, "a@example.net", "new", "active"), (3, "nobody", "refused", None),
    ]  # fmt: skip
    assert told == {
        "applied": True, "program": "", "stopped": False, "unknown_columns": ["shoe"], "skipped_files": [],
        "new": 1, "changed": 0, "unchanged": 0, "refused": 1, "suppressed": 0,
    }  # fmt: skip
    empty = json.loads(command("import", listing(site), "--json").out)
    assert empty["rows"] == []


def test_another_programs_export_is_said_and_mapped(site, command):
    out = command("import", SAMPLES / "ghost.csv", "--apply").out
    assert out.splitlines()[0] == "this is an export of Ghost"
    assert "not taken over: id, note, complimentary_plan, stripe_customer_id, tiers" in out
    assert "warning: row 2: ann@example.org: tag 'VIP' is no topic here; --topic-map makes it one" in out
    assert "1 of them waits for a consent; until then they get no mail" in out
    out = command("import", SAMPLES / "ghost.csv", "--topic-map", "VIP=ai", "--declare", "Signed up at Ghost").out
    assert "row 2: ann@example.org: changed: status: pending → active, topics: chips → ai;chips" in out
    assert "no '='" in command("import", SAMPLES / "ghost.csv", "--topic-map", "VIP", code=2).err
    assert "did you mean chips?" in command("import", SAMPLES / "ghost.csv", "--topic-map", "VIP=chip", code=1).err


def test_standard_input_is_taken(site, command, monkeypatch):
    data = io.TextIOWrapper(io.BytesIO(f"email,consent_at\na@example.net,{GIVEN}\n".encode()))
    monkeypatch.setattr(sys, "stdin", data)
    assert "1 new" in command("import", "-", "--apply").out


def test_a_bar_moves_on_a_terminal_and_lines_are_printed_elsewhere(site, command, monkeypatch):
    monkeypatch.setattr(moving, "OFTEN", 10)
    monkeypatch.setattr(moving, "SELDOM", 0)
    file = listing(site, *(f"r{number}@example.net,,,," for number in range(45)))
    assert command("import", file).err.splitlines()[:2] == ["10 rows, 100 % of the file", "20 rows, 100 % of the file"]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "20 rows" not in command("import", file).err


def test_a_round_trip_by_files_loses_nothing(site, command, tmp_path):
    command("import", SAMPLES / "subscribed_members_export_1a2b3c.csv", "--apply", "--declare", "x")
    command("import", SAMPLES / "unsubscribed_members_export_1a2b3c.csv", "--apply")
    told = command("export", "--to", "all.csv").out
    assert told == "6 readers written to all.csv\n"
    assert stat.S_IMODE((site / "all.csv").stat().st_mode) == 0o600
    first = (site / "all.csv").read_bytes()
    (site / "var" / "publisher.db").unlink()
    assert "6 new" in command("import", "all.csv", "--apply").out
    assert command("export").out.encode() == first
    assert [row["email"] for row in json.loads(command("export", "--json", "--status", "complained").out)] == [
        "angry@example.org"
    ]
    assert command("export", "--where", "topic:ai and status:active").out.count("\n") == 1 + 3


def test_an_export_is_whole_or_not_there(site, command, monkeypatch):
    command("import", listing(site, f"a@example.net,,,{GIVEN},"), "--apply")
    (site / "all.csv").write_text("before", "utf-8")
    (site / "link.csv").symlink_to("all.csv")

    def half(rows, stream):
        stream.write("half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "write_csv", half)
        err = command("export", "--to", "all.csv", code=1).err
    assert err == "publisher: all.csv cannot be written: No space left on device; name another with --to\n"
    assert (site / "all.csv").read_text("utf-8") == "before"
    assert [each.name for each in site.iterdir() if "all" in each.name] == ["all.csv"]
    command("export", "--to", "link.csv")
    assert (site / "link.csv").is_symlink()
    assert "a@example.net" in (site / "all.csv").read_text("utf-8")


def test_a_device_that_takes_no_more_is_told(site, command):
    command("import", listing(site, f"a@example.net,,,{GIVEN},"), "--apply")
    assert "/dev/full cannot be written: No space left" in command("export", "--to", "/dev/full", code=1).err
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "publisher", "subscribers", "export"]
        done = subprocess.run(words, cwd=site, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1, "publisher: standard output cannot be written: No space left on device; name a file with --to\n",
    )  # fmt: skip


def test_an_import_that_is_interrupted_says_so_and_goes_on(site, command):
    pipe = site / "pipe"
    os.mkfifo(pipe)
    words = [sys.executable, "-m", "publisher", "subscribers", "import", "pipe", "--apply", "--report", "report.csv"]
    process = subprocess.Popen(words, cwd=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pipe.open("w") as out:
        out.write("email\n" + "".join(f"r{number}@example.net\n" for number in range(4500)))
        out.flush()
        while not (site / "report.csv").exists() or (site / "report.csv").stat().st_size < 8192:
            assert process.poll() is None, process.communicate()
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 1
    told = list(csv.DictReader(io.StringIO((site / "report.csv").read_bytes().decode(), newline="")))
    assert err.lstrip() == (
        f"publisher: stopped after {len(told)} rows: {len(told)} new and 0 changed are stored; "
        "run it again: those are unchanged then, and it goes on\n"
    )
    kept = json.loads(command("stats", "--json").out)["statuses"]["pending"]
    assert kept == len(told)
    assert kept in {2000, 4000}
    file = listing(site, *(f"r{number}@example.net,,,," for number in range(4500)))
    assert f"{4500 - kept} new, {kept} unchanged" in command("import", file, "--apply").out


@pytest.mark.parametrize(
    "data", [b"", b"\0\0\0\0", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100, b"[" * 100_000, b'"' * 5000]
)
def test_whatever_the_file_is_it_ends_with_a_sentence(site, command, data):
    (site / "odd").write_bytes(data)
    found = command("import", "odd", code=1)
    assert "Traceback" not in found.err
    assert (found.err or found.out).strip()


def test_a_column_that_says_who_left_stops_it_unless_it_is_ignored(site, command):
    (site / "own.csv").write_text("email,Opt-out\na@example.net,yes\n", "utf-8")
    assert "--apply refuses it" in command("import", "own.csv").out
    for words in (["--apply"], ["--declare", "They agreed"], ["--apply", "--from", "csv"]):
        err = command("import", "own.csv", *words, code=1).err
        assert "column 'Opt-out' may say who left" in err
        assert err.endswith("or say --ignore-column 'Opt-out'\n")
    assert "1 new" in command("import", "own.csv", "--apply", "--ignore-column", "opt-out").out
    assert "is no column" in command("import", "own.csv", "--ignore-column", "email", code=1).err


def test_small_mistakes_are_told_with_what_was_meant(site, command):
    lines = [
        "a@example.net,,AI News,,", 'b@example.net,,"ai,chips",,', f"c@example.net,,ai；chips,{GIVEN},",
        f"d@example.net,,Chips,{GIVEN},",
    ]  # fmt: skip
    out = command("import", listing(site, *lines), code=1).out.splitlines()
    assert out[:4] == [
        "row 2: a@example.net: refused: topic 'AI News' is no slug; did you mean ai?",
        "row 3: b@example.net: refused: topic 'ai,chips' is no slug; write ; between them",
        "row 4: c@example.net: refused: topic 'ai；chips' is not offered; write ; between topics",
        "row 5: d@example.net: refused: topic 'Chips' is not offered; did you mean chips?",
    ]
    assert "--declare: the text is blank" in command("import", "list.csv", "--declare", "", code=2).err
    (site / "p.csv").write_text(f"email,status,consent_at,paused_until\na@example.net,paused,{GIVEN},2025-01-01\n")
    out = command("import", "p.csv", "--apply").out
    assert "a@example.net: the pause ended on 2025-01-01: taken as active" in out
    assert "new (active)" in out


@pytest.mark.parametrize("words", [["subscribers", "import", "list.csv"], ["subscribers", "list"], ["articles"]])
def test_a_full_disk_behind_standard_output_is_no_defect(site, command, words):
    command("import", listing(site, f"a@example.net,,,{GIVEN},"), "--apply")
    with open("/dev/full", "w") as full:
        line = [sys.executable, "-m", "publisher", *words, "--json"]
        done = subprocess.run(line, cwd=site, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    told = (
        "publisher: standard output cannot be written: No space left on device; make room there, or write elsewhere\n"
    )
    assert (done.returncode, done.stderr) == (1, told)
