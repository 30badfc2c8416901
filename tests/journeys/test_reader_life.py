"""Readers from the command line: added, asked, confirmed, imported, exported, gone."""

from __future__ import annotations

import csv
import io
import json

import pytest
from journeys.walk import ask, links, serving, words_of

COLUMNS = "email,name,status,topics,newsletter,schedule,language,timezone,format,consent_at,consent_ip,consent_text,declined,paused_until,former,created,engaged_at"


def show(site, address):
    return site.json("subscribers", "show", address)


def test_an_added_reader_is_asked_and_confirms_by_the_link_in_the_mail(site, eventually):
    added = site.run("subscribers", "add", "li@example.net", "--name", "李", "--language", "zh-CN")
    assert added.out.splitlines() == [
        f"a confirmation mail went to li@example.net (folder {site.folder}/outbox)",
        "li@example.net is pending (reader 1)",
    ]
    mail = site.mails()["li@example.net"]
    (link,) = [each for each in links(mail, "https://news.example.org/") if "/confirm/" in each]
    assert link in words_of(mail, "html")
    assert link in words_of(mail, "plain")
    with serving(site, eventually) as address:
        page = link.replace("https://news.example.org", address)
        assert ask(page).status == 200
        assert show(site, "li@example.net")["status"] == "pending", "looking at it confirms nothing"
        assert ask(page, data=b"").status == 200
    reader = show(site, "li@example.net")
    assert reader["status"] == "active"
    assert [event["act"] for event in reader["history"]] == ["invite", "confirm"]


def test_one_who_has_agreed_already_is_active_and_gets_no_mail(site):
    assert "--consent-text" in site.run("subscribers", "add", "a@example.net", "--confirmed", code=1).err
    added = site.json("subscribers", "add", "a@example.net", "--confirmed", "--consent-text", "at the fair")
    assert (added["status"], added["consent_text"]) == ("active", "at the fair")
    assert site.mails() == {}
    twice = site.run("subscribers", "add", "A@EXAMPLE.net", "--confirmed", "--consent-text", "again", code=1)
    assert len(twice.errors) == 1
    assert "already on the list" in twice.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["no address"], "no address"),
        (["a@example.net", "--newsletter", "weakly"], "no newsletter 'weakly'; there is weekly"),
        (["a@example.net", "--schedule", "hourly"], "no schedule 'hourly'; there is weekly"),
        (["a@example.net", "--language", "klingon!"], "is no language tag; write it as in en, zh-CN"),
        (["a@example.net", "--timezone", "Mars/Base"], "time zone 'Mars/Base' is not known; write it as in"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_line(site, options, told):
    done = site.run("subscribers", "add", *options, "--confirmed", "--consent-text", "x", code=1)
    assert told in done.err
    assert len(done.errors) == 1
    assert site.json("subscribers", "stats")["statuses"]["active"] == 0


def test_named_topics_are_the_only_ones(site):
    site.config("\nnewsletters:", "\ntopics: {chips: {title: Chips}}\nnewsletters:")
    done = site.run("subscribers", "add", "a@example.net", "--topics", "chips;ships", code=1)
    assert done.errors == ["publisher: no topic 'ships'; there is chips"]


def test_an_import_is_a_dry_run_until_it_is_applied_and_tells_bad_rows(site):
    site.run("subscribers", "add", "left@example.net", "--confirmed", "--consent-text", "x")
    site.run("subscribers", "unsubscribe", "left@example.net")
    file = site.write(
        "readers.csv",
        "email,name,topics,language,consent_at,consent_text,shoe_size\n"
        "one@example.net,One,chips;cities,en,2025-06-01T00:00:00Z,form,40\n"
        "two@example.net,Two,,,,,41\n"
        "not an address,,,,,,\n"
        "left@example.net,,,,2025-06-01T00:00:00Z,form,\n"
        "one@example.net,Again,,,2025-06-01T00:00:00Z,form,\n",
    )
    dry = site.run("subscribers", "import", str(file), code=1)
    assert "nothing was changed: this was a dry run, --apply does it" in dry.out
    assert "column 'shoe_size' is not known and was not read" in dry.out
    assert "row 4: " in dry.out, "the row as a spreadsheet counts it"
    assert "left@example.net: suppressed" in dry.out
    assert site.json("subscribers", "stats")["statuses"]["active"] == 0
    applied = site.json("subscribers", "import", str(file), "--apply", code=1)
    assert applied["applied"] is True
    assert [row["outcome"] for row in applied["rows"]][:4] == ["new", "new", "refused", "suppressed"]
    assert applied["unknown_columns"] == ["shoe_size"]
    assert show(site, "one@example.net")["status"] == "active"
    assert show(site, "two@example.net")["status"] == "pending"
    assert show(site, "left@example.net")["status"] == "unsubscribed"
    missing = site.run("subscribers", "import", "nowhere.csv", code=2)
    assert missing.errors == [
        "publisher: Invalid value for 'FILE': File 'nowhere.csv' does not exist; see 'publisher subscribers import --help'"
    ]


def test_an_export_comes_back_to_the_same(site, tmp_path):
    site.reader("b@example.net", name='=Böse, "Formel"', topics="chips;cities", language="zh-CN", format="text")
    site.run("subscribers", "add", "c@example.net")
    out = site.run("subscribers", "export").out
    assert out.splitlines()[0] == COLUMNS
    assert [row["email"] for row in csv.DictReader(io.StringIO(out))] == ["b@example.net", "c@example.net"]
    listed = site.json("subscribers", "export")
    assert list(listed[0]) == COLUMNS.split(",")
    file = tmp_path / "all.csv"
    site.run("subscribers", "export", "--to", str(file))
    assert file.read_text(encoding="utf-8") == out.replace("\r\n", "\n")
    site.now = "2025-06-30T17:00:00+08:00"
    again = site.json("subscribers", "import", str(file), "--apply")
    assert {row["outcome"] for row in again["rows"]} == {"unchanged"}
    as_json = tmp_path / "all.json"
    as_json.write_text(json.dumps(listed), encoding="utf-8")
    assert {row["outcome"] for row in site.json("subscribers", "import", str(as_json))["rows"]} == {"unchanged"}
    refused = site.run("subscribers", "export", "--to", str(tmp_path / "no" / "where.csv"), code=1)
    assert refused.errors == [
        f"publisher: {tmp_path}/no/where.csv cannot be written: No such file or directory; name another with --to"
    ]


def test_confirmed_left_and_erased(site):
    site.run("subscribers", "add", "a@example.net")
    assert site.run("subscribers", "confirm", "a@example.net").out == "a@example.net is active\n"
    assert site.run("subscribers", "unsubscribe", "a@example.net").out == "a@example.net is unsubscribed\n"
    back = site.run("subscribers", "confirm", "a@example.net", code=1)
    assert back.errors == [
        ("publisher: a@example.net has unsubscribed; only their own new sign-up, confirmed, brings them back")
    ]
    told = site.run("subscribers", "show", "a@example.net").out
    assert "status        unsubscribed" in told
    assert "2025-06-30 16:00+08:00  invite" in told, "in the site's own time"
    assert site.run("subscribers", "erase", "a@example.net", "--yes").out == "erased\n"
    assert "no reader a@example.net" in site.run("subscribers", "show", "a@example.net", code=1).err
    assert site.run("subscribers", "add", "a@example.net", code=1).err.startswith("publisher: a@example.net ")
    assert site.json("subscribers", "stats")["statuses"]["active"] == 0


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        ("y\n", 0, "erased"),
        ("n\n", 1, "publisher: nothing was erased; answer y, or say --yes"),
        ("", 1, "publisher: nobody answered, and nothing was erased; say --yes to erase unasked"),
    ],
)
def test_erasing_asks_first_and_not_on_standard_output(site, monkeypatch, answer, code, told):
    site.reader("a@example.net")
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    done = site.run("subscribers", "erase", "a@example.net", code=code)
    assert told in (done.out if code == 0 else done.err)
    assert done.out in {"", "erased\n"}
    assert "Erase a@example.net and all that is known of them?" in done.err
