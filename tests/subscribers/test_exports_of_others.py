"""Export files of other programs: known by their header, and nobody who left there is a reader here."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers import archive, store, transfer
from subscribers.error import PreferenceError, TransferError
from subscribers.exports import buttondown, foreign, ghost, listmonk, mailchimp, substack
from subscribers.intake import Choices, named
from subscribers.row import BadRow, Row
from subscribers.subscriber import SUPPRESSED

FILES = Path(__file__).parent / "exports"
NOW = datetime(2025, 6, 30, 8, 0, tzinfo=UTC)
TOPICS = {"chips": "Chips", "ai": "AI  News", "water": "Rivers, lakes"}
CHOICES = Choices(topics=frozenset(TOPICS), languages=frozenset({"en", "zh-Hans"}), named=named(TOPICS))


@pytest.fixture
def moved(connection, hashed):
    """Imports a sample as the command does: what the report says, and the list after it."""

    def call(name, declared="", choices=CHOICES, program="auto"):
        with transfer.opened(name if isinstance(name, Path) else FILES / name, program) as listing:
            results = store.import_rows(
                connection, listing.rows, now=NOW, apply=True, mac=hashed, declared=declared, choices=choices
            )
            results = {each.address: each for each in results}
        return listing, results, {row["email"].partition("@")[0]: row for row in store.export(connection)}

    return call


def test_mailchimps_subscribed(moved):
    listing, results, found = moved("subscribed_members_export_1a2b3c.csv")
    assert (listing.program, listing.format) == ("Mailchimp", "csv")
    assert "MEMBER_RATING" in listing.unknown
    assert "OPTIN_TIME" not in listing.unknown
    ann = found["ann"]
    assert (ann["name"], ann["status"], ann["topics"]) == ("Ann Lee", "active", "ai;chips;water")
    assert (ann["timezone"], ann["created"]) == ("Europe/Berlin", "2023-03-14T09:12:31+00:00")
    assert (ann["consent_at"], ann["consent_ip"]) == ("2023-03-14T09:14:00+00:00", "192.0.2.8")
    assert ann["consent_text"] == "Mailchimp: opted in 2023-03-14T09:12:31+00:00, confirmed 2023-03-14T09:14:00+00:00"
    assert results["ann@example.org"].warnings == ("tag 'VIP' is no topic here; --topic-map makes it one",)
    assert (found["added"]["status"], found["added"]["consent_at"]) == ("pending", ""), "its owner put it there"
    assert (found["bad-zone"]["status"], found["bad-zone"]["timezone"]) == ("active", "")
    assert results["bad-zone@example.org"].warnings == ("time zone 'Mars/Olympus' is not known: left out",)


def test_mailchimps_unsubscribed_and_cleaned(moved):
    *_, found = moved("unsubscribed_members_export_1a2b3c.csv", declared="They agreed")
    assert {name: row["status"] for name, row in found.items()} == {
        "left": "unsubscribed", "angry": "complained", "blank": "unsubscribed",
    }  # fmt: skip
    *_, found = moved("cleaned_members_export_1a2b3c.csv", declared="They agreed")
    assert found["dead"]["status"] == found["ann"]["status"] == "bounced"
    _, results, found = moved("subscribed_members_export_1a2b3c.csv", declared="They agreed")
    assert results["ann@example.org"].outcome == "suppressed"
    assert found["ann"]["status"] == "bounced"


@pytest.mark.parametrize(
    ("status", "after"),
    [("unsubscribed", "unsubscribed"), ("Cleaned", "bounced"), ("pending", "pending"), ("archived", "unsubscribed")],
)
def test_a_status_that_a_mailchimp_file_names_counts(status, after):
    assert mailchimp.row(2, {"email": "a@x.org", "status": status}).status == after


def test_a_mailchimp_file_with_both_columns_goes_by_its_cells():
    cells = {
        "email": "a@x.org",
        "unsub_time": "",
        "clean_time": "",
        "email_type": "Text",
        "optin_time": "2024-01-01 00:00:00",
    }
    row = mailchimp.row(2, cells)
    assert (row.status, row.format, row.consent_text) == (None, "text", "Mailchimp: opted in 2024-01-01T00:00:00+00:00")
    assert mailchimp.row(2, cells | {"unsub_time": "x"}).status == "unsubscribed"
    assert mailchimp.row(2, cells | {"clean_time": "x"}).status == "bounced"
    assert isinstance(mailchimp.row(2, cells | {"status": "transactional"}), BadRow)


def archived(tmp_path, *names, **others):
    path = tmp_path / "audience_export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.write(FILES / name, f"../../etc/{name}")
        for name, text in others.items():
            file.writestr(name, text)
    return path


def test_mailchimps_archive_is_read_whole_those_who_left_first(moved, tmp_path):
    names = [f"{kind}_members_export_1a2b3c.csv" for kind in ("subscribed", "nonsubscribed", "unsubscribed", "cleaned")]
    path = archived(tmp_path, *names, **{"posts.csv": "id,title\n1,x\n", "readme.txt": "x"})
    listing, results, found = moved(path)
    assert (listing.format, listing.program, listing.skipped) == ("zip", "Mailchimp", ("posts.csv",))
    assert listing.meter.done == listing.meter.total
    assert {name: row["status"] for name, row in found.items()} == {
        "dead": "bounced", "ann": "bounced", "left": "unsubscribed", "angry": "complained", "blank": "unsubscribed",
        "added": "pending", "bad-zone": "active",
    }  # fmt: skip
    assert results["ann@example.org"].reason == (
        "the address stands in row 3 of cleaned_members_export_1a2b3c.csv already; keep one of them"
    )
    assert results["ann@example.org"].file == "subscribed_members_export_1a2b3c.csv"
    assert results["buyer@example.org"].reason == "Mailchimp has them as not subscribed; ask them to sign up here"
    assert not (tmp_path.parent / "etc").exists()


def test_listmonks_csv(moved):
    listing, results, found = moved("listmonk.csv", declared="They agreed")
    assert listing.program == "listmonk"
    ann = found["ann"]
    assert (ann["status"], ann["language"], ann["timezone"]) == ("active", "zh-CN", "Asia/Shanghai")
    assert ann["created"] == "2023-02-17T02:00:00+00:00"
    assert (found["left"]["status"], found["off"]["status"]) == ("unsubscribed", "unsubscribed")
    assert results["odd@example.org"].reason == (
        "status 'asleep' is none of listmonk's; enabled, disabled, blocklisted are known"
    )


def test_listmonks_json(moved):
    listing, _, found = moved("listmonk.json")
    assert (listing.program, listing.format) == ("listmonk", "json")
    assert sorted(listing.unknown) == ["id", "updated_at", "uuid"]
    ann = found["ann"]
    assert (ann["status"], ann["topics"], ann["language"]) == ("active", "chips", "zh-CN"), "the list they left is none"
    assert (ann["consent_at"], ann["consent_ip"]) == ("2023-02-17T11:30:00+00:00", "192.0.2.5")
    assert ann["consent_text"] == "listmonk: confirmed the list Chips"
    assert (found["left"]["status"], found["blocked"]["status"]) == ("unsubscribed", "unsubscribed")


def test_ghosts_members(moved):
    listing, results, found = moved("ghost.csv")
    assert listing.program == "Ghost"
    assert (found["ann"]["status"], found["ann"]["topics"]) == ("pending", "chips")
    assert found["ann"]["created"] == "2023-12-25T20:43:22+00:00"
    assert (found["quiet"]["status"], found["gone"]["status"]) == ("unsubscribed", "unsubscribed")
    assert results["ann@example.org"].warnings


def test_buttondowns_subscribers(moved):
    listing, results, found = moved("buttondown.csv", declared="They agreed")
    assert listing.program == "Buttondown"
    assert {name: row["status"] for name, row in found.items()} == {
        "ann": "active", "added": "active", "wait": "pending", "left": "unsubscribed", "dead": "bounced",
        "angry": "complained", "later": "bounced", "rest": "paused",
    }  # fmt: skip
    assert (found["ann"]["consent_at"], found["ann"]["consent_ip"]) == ("2023-08-24T14:15:22+00:00", "192.0.2.4")
    assert found["added"]["consent_text"] == "They agreed"
    assert results["rest@example.org"].warnings == (
        "consent_at 'yesterday' is no moment: left out",
        "created 'yesterday' is no moment: left out",
    )
    assert found["rest"]["consent_text"] == "They agreed"
    assert results["odd@example.org"].reason.startswith("type 'cosmic' is none of Buttondown's")
    left = buttondown.row(2, {"email": "a@x.org", "type": "regular", "unsubscription_date": "2024-01-01"})
    assert left.status == "unsubscribed"


def test_buttondowns_former_columns(moved):
    listing, _, found = moved("buttondown_before_2024.csv")
    assert listing.program == "Buttondown"
    assert (found["ann"]["status"], found["ann"]["topics"]) == ("active", "chips")
    assert found["left"]["status"] == "unsubscribed"


@pytest.mark.parametrize("name", ["email_list.tideline.csv", "substack_page.csv"])
def test_substacks_lists(moved, name):
    listing, _, found = moved(name)
    assert listing.program == "Substack"
    assert found["ann"]["status"] == "pending"
    assert found["ann"]["created"].startswith("2023-01-")
    if "left" in found:
        assert found["left"]["status"] == "unsubscribed"


def test_a_topic_map_makes_tags_topics_or_nothing(moved):
    choices = Choices(topics=frozenset(TOPICS), named=named(TOPICS, [("vip", "ai"), ("Chips", "")]))
    _, results, found = moved("ghost.csv", choices=choices)
    assert found["ann"]["topics"] == "ai"
    assert results["ann@example.org"].warnings == ()
    with pytest.raises(PreferenceError, match="topic 'chps' is not offered"):
        named(TOPICS, [("VIP", "chps")])


def test_whose_file_it_is_can_be_said(moved):
    listing, _, found = moved("ghost.csv", program="csv")
    assert (listing.program, found["quiet"]["status"]) == ("", "pending")
    for program, missing in (("ghost", "subscribed_to_emails"), ("listmonk", "status"), ("buttondown", "type"),
                             ("mailchimp", "OPTIN_TIME")):  # fmt: skip
        with pytest.raises(TransferError, match=f"it has no column {missing}"):
            moved("email_list.tideline.csv", program=program)
    with pytest.raises(TransferError, match="it has no column email_disabled"):
        moved("ghost.csv", program="substack")


def test_a_mailchimp_file_of_those_who_left_is_known_whatever_was_deleted(moved, tmp_path):
    head = '"Email Address","First Name",OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_REASON,TAGS\n'
    file = tmp_path / "left.csv"
    file.write_text(
        head + "gone@x.org,G,2023-01-02 10:00:00,2023-01-02 10:00:00,2024-03-03 08:00:00,No,\nshort@x.org\n"
    )
    listing, _, found = moved(file, declared="They agreed")
    assert listing.program == "Mailchimp"
    assert found["gone"]["status"] == found["short"]["status"] == "unsubscribed"
    bare = "Email Address,TAGS\nbare@x.org,\n"
    path = archived(tmp_path, "subscribed_members_export_1a2b3c.csv", **{"unsubscribed_members_export_1.csv": bare})
    _, _, found = moved(path, declared="They agreed")
    assert found["bare"]["status"] == "unsubscribed"
    named = tmp_path / "cleaned_members_export_1.csv"
    named.write_text(bare.replace("bare", "dead"))
    assert moved(named, declared="They agreed")[2]["dead"]["status"] == "bounced"


def test_columns_that_say_who_left_are_told_unless_somebody_ignores_them(tmp_path):
    names = ["Unsubscribed at", "Bounces", "cleaned", "Complaint", "Opt-out", "opted out", "退订时间", "subscribed"]
    file = tmp_path / "own.csv"
    file.write_text(",".join(["email", "Rating", "Subscribed at", *names]) + "\n")
    with transfer.opened(file) as listing:
        assert listing.left == tuple(names)
    with transfer.opened(file, "csv", names) as listing:
        assert listing.left == ()
    with (
        pytest.raises(TransferError, match="'email' is no column that goes unread"),
        transfer.opened(file, "csv", ["email"]),
    ):
        pass
    file.write_text('[{"email": "a@x.org", "bounced": true}, {"email": "b@x.org", "Unsubscribed": "2024-01-01"}]')
    with transfer.opened(file) as listing:
        assert listing.left == ("bounced",)
        assert [isinstance(row, BadRow) for row in listing.rows] == [True, True]


def test_each_header_is_one_programs_alone():
    modules = transfer.PROGRAMS
    assert set(modules) == {"mailchimp", "listmonk", "ghost", "buttondown", "substack"}
    for file in FILES.iterdir():
        with transfer.opened(file) as listing:
            assert listing.program, file.name
    own = list(transfer.COLUMNS)
    assert not any(module.recognise(own) for module in modules.values())


def test_moments_as_other_programs_write_them():
    assert foreign.at("2021-02-17 10:00:00.123456 +0800 CST") == "2021-02-17T10:00:00+0800"
    assert foreign.at("2018-12-25T20:43:22.178Z") == "2018-12-25T20:43:22+00:00"
    assert foreign.at("2024-01-01") == "2024-01-01T00:00+00:00"
    assert foreign.at("0001-01-01 00:00:00 +0000 UTC") == ""
    assert foreign.at(" soon ") == "soon"
    assert foreign.listed('"a, b", c\\, d ,,c\\, d') == ("a, b", "c, d")
    assert foreign.listed("x" * 200_000) == ()
    assert foreign.full_name({"full_name": "Ann"}) == "Ann"
    assert listmonk.row(2, {"email": "a@x.org", "status": "enabled", "lists": "[" * 100_000}).tags == ()


cells = st.dictionaries(
    st.sampled_from(sorted(set().union(*(module.READ for module in transfer.PROGRAMS.values())) | {"interests"})),
    st.text(max_size=20)
    | st.sampled_from(["true", "unsubscribed", "blocklisted", "2024-01-01 00:00:00", "[]", "{}", '"']),
    max_size=8,
)


@settings(max_examples=200)
@given(cells, st.sampled_from([mailchimp, listmonk, ghost, buttondown, substack]))
def test_any_row_is_one_or_a_reason(found, module):
    row = module.row(7, {"email": "a@x.org"} | found)
    assert isinstance(row, Row | BadRow)
    assert row.number == 7
    if isinstance(row, BadRow):
        assert row.reason
    elif row.status in SUPPRESSED:
        assert row.consent_at is None or module is mailchimp


# ---- archives that nobody vouches for


def test_an_archive_from_a_pipe_is_refused():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("a.csv", "email\na@x.org\n")
    with pytest.raises(TransferError, match="standard input"), transfer.opened(io.BytesIO(data.getvalue())):
        pass


def test_a_bomb_is_refused_by_what_it_declares(tmp_path):
    path = archived(tmp_path, **{"a.csv": "email\n" + "a" * (8 << 20)})
    with pytest.raises(TransferError, match="unpacks to more"), transfer.opened(path):
        pass
    many = archived(tmp_path, **{f"{number}.csv": "email\n" for number in range(30)})
    with pytest.raises(TransferError, match="unpacks to more"), transfer.opened(many):
        pass


def test_a_bomb_that_lies_is_refused_by_what_comes_out(tmp_path):
    path = archived(tmp_path, **{"a.csv": "email\n" + "a@x.org\n" * 1000})
    data = bytearray(path.read_bytes())
    size = (6 + 8 * 1000).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(bytes(data).replace(size, (4000).to_bytes(4, "little")))
    with pytest.raises(TransferError, match="in the archive"), transfer.opened(path) as listing:
        list(listing.rows)


def test_a_directory_too_large_to_be_read_is_refused(tmp_path, monkeypatch):
    path = archived(tmp_path, **{"a.csv": "email\n"})
    monkeypatch.setattr(archive, "_DIRECTORY", 10)
    with pytest.raises(TransferError, match="holds more than an export can"), transfer.opened(path):
        pass


@pytest.mark.parametrize("cut", [10, -30, -4])
def test_an_archive_that_is_torn_is_refused(tmp_path, cut):
    path = archived(tmp_path, **{"a.csv": "email\n"})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(TransferError, match="archive"), transfer.opened(path):
        pass


def test_archives_without_a_list_are_refused(tmp_path):
    with pytest.raises(TransferError, match="no CSV file"), transfer.opened(archived(tmp_path, **{"a.txt": "x"})):
        pass
    with (
        pytest.raises(TransferError, match="no list of readers"),
        transfer.opened(archived(tmp_path, **{"a.csv": "x"})),
    ):
        pass


def test_a_member_that_is_encrypted_or_packed_in_a_way_nobody_knows_is_refused(tmp_path):
    path = archived(tmp_path, **{"a.csv": "email\na@x.org\n"})
    whole = path.read_bytes()
    for place, value in ((8, b"\x01"), (10, b"\x63")):  # flags, method: in the directory, then in the file's own head
        data = bytearray(whole)
        start = data.index(b"PK\x01\x02")
        data[start + place : start + place + 1] = value
        data[place - 2 : place - 1] = value
        path.write_bytes(bytes(data))
        with pytest.raises(TransferError), transfer.opened(path) as listing:
            list(listing.rows)


def test_more_bytes_than_declared_end_it_whatever_unpacks_them():
    meter = archive.Meter()
    stream = archive.Metered(io.BytesIO(b"x" * 100), "a.csv", meter, most=64)
    assert stream.read(64) == b"x" * 64
    with pytest.raises(TransferError, match="unpacks to more than it declares"):
        stream.read(1)


def test_a_directory_that_is_no_directory_is_refused(tmp_path):
    path = archived(tmp_path, **{"a.csv": "email\n"})
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\x01\x02")
    data[start : start + 4] = b"PK\x09\x09"
    path.write_bytes(bytes(data))
    with pytest.raises(TransferError, match="no ZIP archive that can be read"), transfer.opened(path):
        pass
