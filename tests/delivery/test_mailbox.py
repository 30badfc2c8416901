"""Returned mail from folders, files and pipes: every message once, none in the way of the next, little memory."""

from __future__ import annotations

import io
import os
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from builders import AT
from delivery.returned import dsn, leaving, make_post, mark, status, went_out
from fakes import add_readers
from hypothesis import given
from hypothesis import strategies as st

from publisher import log
from publisher.delivery.bounces import mail, mailbox, poll
from publisher.delivery.bounces import record as recording
from publisher.delivery.bounces.mailbox import CAP, Returned
from publisher.delivery.bounces.poll import BATCH, Polled, take
from publisher.delivery.bounces.record import Outcome
from publisher.delivery.bounces.report import Kind
from publisher.errors import NotFoundError, StoreError

LATER = AT + timedelta(hours=1)
LINE = b"From MAILER-DAEMON Mon Jun 30 08:05:00 2025\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "returned"
    for name in ("new", "cur", "tmp"):
        (made / name).mkdir(parents=True)
    return made


def raws(messages):
    return [each.raw for each in messages]


def names(folder: Path):
    return sorted(f"{file.parent.name}/{file.name}" for file in folder.glob("*/*"))


# ---- Maildir


def test_unseen_messages_of_a_maildir_are_read_and_marked(folder):
    for name, text in {
        "new/1.a": b"one", "new/2.b:2,": b"two", "cur/3.c:2,": b"three", "cur/4.d:2,FT": b"four",
        "cur/5.e:2,RS": b"seen", "new/.hidden": b"hidden", "tmp/6.f": b"being written",
    }.items():  # fmt: skip
        (folder / name).write_bytes(text)
    found = list(mailbox.at(folder))
    assert raws(found) == [b"one", b"two", b"three", b"four"]
    before = names(folder)
    for each in found:
        each.done()
    assert len(names(folder)) == len(before)
    assert {"cur/1.a:2,S", "cur/2.b:2,S", "cur/3.c:2,S", "cur/4.d:2,FST", "tmp/6.f"} < set(names(folder))
    assert raws(mailbox.at(folder)) == []
    assert len(raws(mailbox.at(folder, again=True))) == 5


def test_what_is_no_message_is_left_alone(folder, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "new" / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "new" / "fifo")
    (folder / "cur" / "sub").mkdir()
    assert raws(mailbox.maildir(folder)) == []


def test_another_program_may_move_a_message_at_any_moment(folder):
    for name in ("1", "2", "3"):
        (folder / "new" / name).write_bytes(name.encode())
    messages = mailbox.maildir(folder)
    first = next(messages)
    (folder / "new" / "1").rename(folder / "cur" / "1:2,")
    (folder / "new" / "2").unlink()
    first.done()
    assert raws(messages) == [b"3", b"1"]


def test_a_message_that_cannot_be_marked_says_why(folder):
    (folder / "new" / "1").write_bytes(b"x")
    (message,) = mailbox.maildir(folder)
    (folder / "cur").rmdir()
    (folder / "cur").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be marked as read"):
        message.done()


def test_what_is_no_maildir_is_told(tmp_path):
    (tmp_path / "new").mkdir()
    with pytest.raises(NotFoundError, match=r"no Maildir \(no folder cur\)") as raised:
        list(mailbox.at(tmp_path))
    assert "mbox" in raised.value.hint
    with pytest.raises(NotFoundError, match="there is no"):
        list(mailbox.at(tmp_path / "nowhere"))


def test_a_huge_message_is_read_as_far_as_it_matters(folder):
    (folder / "new" / "1").write_bytes(b"x" * (CAP + 9))
    assert [len(raw) for raw in raws(mailbox.maildir(folder))] == [CAP]


# ---- mbox, one message, a pipe


def read(data: bytes):
    return raws(mailbox.stream(io.BytesIO(data), "it"))


def test_an_mbox_is_cut_at_its_lines():
    box = (
        LINE
        + b"Subject: 1\n\nFrom here on\n\nFrom now on it is text\n\n>From me\n>>From you\n\n"
        + LINE
        + b"Subject: 2\r\n\r\nx\r\n"
    )
    assert read(box) == [
        b"Subject: 1\n\nFrom here on\n\nFrom now on it is text\n\nFrom me\n>From you\n\n",
        b"Subject: 2\r\n\r\nx\r\n",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "From MAILER-DAEMON  Mon Jun 30 08:05:00 2025", "From a@b.c Mon Jun 30 08:05 2025", "From - Mon Jun 30 08:05:00 2025",
        "From a@b Mon Jun 30 08:05:00 2025 +0800", "From a@b Mon Jun 30 08:05:00 CST 2025", "From a@b Mon, 30 Jun 2025 08:05:00 2025",
    ],
)  # fmt: skip
def test_programs_write_that_line_in_many_ways(line):
    assert read(LINE + b"a: b\n\n" + line.encode() + b"\nc: d\n") == [b"a: b\n\n", b"c: d\n"]


def test_one_message_is_one():
    assert read(b"Subject: x\n\nFrom a@b Mon Jun 30 08:05:00 2025\n") == [
        b"Subject: x\n\nFrom a@b Mon Jun 30 08:05:00 2025\n"
    ]
    assert read(b"") == []
    assert read(LINE) == [b""]
    assert read(b"x" * (CAP + 200_000)) == [b"x" * CAP]


@given(st.lists(st.binary(max_size=40).filter(lambda text: b"From " not in text), min_size=1, max_size=6))
def test_what_is_put_into_an_mbox_comes_out(texts):
    box = b"".join(LINE + text + b"\n\n" for text in texts)
    assert [raw.rstrip(b"\r\n") for raw in read(box)] == [text.rstrip(b"\r\n") for text in texts]


@given(st.binary(max_size=300))
def test_any_bytes_are_messages(data):
    for found in (read(data), read(LINE + data)):
        assert sum(map(len, found)) <= len(data)


class Endless(io.RawIOBase):
    """An mbox of so many messages that nobody holds."""

    def __init__(self, count):
        self.count, self.held = count, b""

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.held and self.count:
            self.count -= 1
            self.held = LINE + b"Subject: x\n\n" + b"y" * 70 + b"\n\n"
        part = self.held[: len(buffer)]
        self.held = self.held[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def test_memory_does_not_grow_with_the_file():
    def peak(count):
        tracemalloc.start()
        assert sum(1 for _ in mailbox.stream(io.BufferedReader(Endless(count)), "x")) == count
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    small, large = peak(200), peak(10_000)
    assert large < small + 200_000


def test_a_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    def broken(path, *mode):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "box").write_bytes(LINE)
    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(StoreError, match="Permission denied"):
        list(mailbox.at(tmp_path / "box"))


class Cut(io.BytesIO):
    def readline(self, size=-1):
        raise OSError(5, "Input/output error")


def test_a_pipe_that_breaks_is_told():
    with pytest.raises(StoreError, match="standard input"):
        list(mailbox.pipe(Cut()))


# ---- recorded


@pytest.fixture
def ids(database):
    return add_readers(database, 3)


@pytest.fixture
def issue(database, ids):
    return went_out(database, ids)


@pytest.fixture
def post(database, tmp_path, folder):
    return make_post(database, tmp_path, f", maildir: {folder}")


def to(reader, issue):
    return f"bounce+{mark(reader, issue)}@tideline.example"


def put(folder, name, raw):
    (folder / "new" / name).write_bytes(raw)


def test_a_notice_in_the_maildir_suppresses(database, post, ids, issue, folder):
    put(folder, "1", dsn(to(ids[0], issue)))
    put(folder, "2", b"Subject: lunch?\n\nhello\n")
    put(folder, "3", b"\xff\x00\xfe garbage")
    done = poll.poll(post, LATER)
    assert (done.messages, done.recorded, done.trouble) == (3, 1, [])
    assert done.counts[Kind.INVALID, Outcome.RECORDED] == 1
    assert [status(database, id) for id in ids] == ["bounced", "active", "active"]
    assert all(name.startswith("cur/") and name.endswith("S") for name in names(folder))
    assert poll.poll(post, LATER).messages == 0


def test_who_writes_to_the_address_of_leaving_leaves(database, post, ids, folder):
    address = f"bounce+{leaving(ids[1])}@tideline.example"
    put(folder, "1", f"From: r2@example.org\nTo: {address}\nSubject: unsubscribe\n\n".encode())
    assert poll.poll(post, LATER).counts == {(Kind.LEAVE, Outcome.RECORDED): 1}
    assert status(database, ids[1]) == "unsubscribed"


def test_who_answers_a_digest_does_not_leave(database, post, ids, issue, folder):
    put(folder, "1", f"From: r2@example.org\nTo: {to(ids[1], issue)}\nSubject: unsubscribe\n\n".encode())
    assert poll.poll(post, LATER).recorded == 0
    assert status(database, ids[1]) == "active"


def test_a_forged_notice_acts_on_nobody_unless_vouched_for(database, post, ids, issue):
    forged = Returned(raw=dsn("bounce@tideline.example"), name="x", done=lambda: None)
    done = take(post, [forged], LATER)
    assert done.counts == {(Kind.INVALID, Outcome.UNPROVED): 1}
    assert [each.address for each in done.unproved] == ["r1…@example.org"]
    assert status(database, ids[0]) == "active"
    assert take(post, [forged], LATER, trusted=True).recorded == 1


def test_a_process_killed_before_it_marks_counts_once(database, post, ids, issue, folder):
    class Killed(BaseException):
        pass

    def killed(polled, read):
        raise Killed

    put(folder, "1", dsn(to(ids[0], issue)))
    with pytest.MonkeyPatch.context() as patched, pytest.raises(Killed):
        patched.setattr(poll, "_mark", killed)
        poll.poll(post, LATER)
    assert names(folder) == ["new/1"]
    assert status(database, ids[0]) == "bounced"
    assert poll.poll(post, LATER).counts == {(Kind.INVALID, Outcome.DUPLICATE): 1}
    assert names(folder) == ["cur/1:2,S"]


def test_a_database_that_fails_marks_nothing(post, ids, issue, folder, monkeypatch):
    def full(*arguments, **named):
        raise StoreError("database: database or disk is full", hint="make room")

    put(folder, "1", dsn(to(ids[0], issue)))
    with monkeypatch.context() as patched:
        patched.setattr(poll, "record_all", full)
        assert poll.poll(post, LATER).trouble == ["database: database or disk is full; make room"]
    assert names(folder) == ["new/1"]
    assert poll.poll(post, LATER).recorded == 1


def test_a_message_that_our_own_defect_fails_stops_no_other(database, post, ids, issue, folder, monkeypatch):
    told = []
    monkeypatch.setattr(log, "trouble", lambda name, error, **fields: told.append(name))
    real_read, real_take = mail.read, recording._Recorder.take

    def read_(raw):
        if b"unreadable" in raw:
            raise RuntimeError
        return real_read(raw)

    def take_(self, report, digest, place):
        if "odd" in report.recipient:
            raise RuntimeError
        return real_take(self, report, digest, place)

    monkeypatch.setattr(mail, "read", read_)
    monkeypatch.setattr(recording._Recorder, "take", take_)
    put(folder, "1", b"unreadable")
    put(folder, "2", dsn(to(ids[1], issue), recipient="odd@example.org"))
    put(folder, "3", dsn(to(ids[0], issue)))
    done = poll.poll(post, LATER)
    assert (done.messages, done.recorded) == (3, 1)
    assert sorted(told) == ["bounce.failed", "bounce.unreadable"]
    assert status(database, ids[0]) == "bounced"
    assert poll.poll(post, LATER).messages == 0


def test_what_came_before_a_source_failed_is_kept(database, post, ids, issue):
    def source():
        yield Returned(raw=dsn(to(ids[0], issue)), name="1", done=lambda: None)
        raise StoreError("it broke", hint="mend it")

    done = take(post, source(), LATER)
    assert (done.recorded, done.trouble) == (1, ["it broke; mend it"])
    assert status(database, ids[0]) == "bounced"


def test_each_trouble_is_told_once(post):
    def stuck():
        raise StoreError("cannot be marked", hint="mend it")

    source = (Returned(raw=b"x", name=str(number), done=stuck) for number in range(BATCH + 3))
    done = take(post, source, LATER)
    assert (done.messages, done.trouble) == (BATCH + 3, ["cannot be marked; mend it"])


def unreadable(monkeypatch, name, error):
    usual = Path.open

    def opened(path, *mode):
        if path.name == name:
            raise error
        return usual(path, *mode)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_one_message_that_may_not_be_read_stops_no_other(database, post, ids, issue, folder, monkeypatch, error):
    warned = []
    monkeypatch.setattr(log, "warning", lambda name, **fields: warned.append((name, fields.get("message"))))
    put(folder, "1", dsn(to(ids[0], issue)))
    put(folder, "2", dsn(to(ids[1], issue)))
    put(folder, "3", dsn(to(ids[2], issue)))
    unreadable(monkeypatch, "2", error)
    done = poll.poll(post, LATER)
    path = folder / "new" / "2"
    assert (done.messages, done.recorded) == (2, 2)
    assert done.trouble == [f"{path} cannot be read: {error.strerror}; check its owner and permissions"]
    assert len(poll.poll(post, LATER).trouble) == 1
    assert warned == [("bounce.unreadable", str(path))], "once, however often it is met"
    assert names(folder) == ["cur/1:2,S", "cur/3:2,S", "new/2"]


def test_the_log_does_not_remember_files_for_ever(post, monkeypatch):
    monkeypatch.setattr(poll, "REMEMBERED", 2)
    poll._TOLD.clear()
    bad = (Returned(raw=b"", name=f"file {number}", done=lambda: None, trouble="no") for number in range(5))
    assert take(post, bad, LATER).trouble == ["no"]
    assert list(poll._TOLD) == ["file 3", "file 4"]


def test_a_poll_warns_once_of_what_is_not_proved(post, folder, monkeypatch):
    warned = []
    monkeypatch.setattr(log, "warning", lambda name, **fields: warned.append((name, fields)))
    for name in "123":
        put(folder, name, dsn("bounce@tideline.example", recipient=f"r{name}@example.org"))
    poll.poll(post, LATER)
    assert warned == [("bounces.unproved", {"reports": 3})]
    poll.poll(post, LATER)
    assert len(warned) == 1


def test_a_site_without_a_mailbox_polls_nothing(post, database, tmp_path):
    assert poll.poll(make_post(database, tmp_path), LATER) == Polled()
    object.__setattr__(post.config.delivery, "bounces", None)
    assert poll.poll(post, LATER) == Polled()


def test_a_maildir_that_is_not_there_is_told(database, tmp_path):
    done = poll.poll(make_post(database, tmp_path, f", maildir: {tmp_path / 'gone'}"), LATER)
    gone = tmp_path / "gone"
    assert done.trouble == [
        (
            f"delivery.bounces.maildir: {gone} is no Maildir (no folders new and cur); "
            f"make it with 'mkdir -p {gone}/new {gone}/cur {gone}/tmp'"
        )
    ]


def test_a_maildir_that_one_may_not_look_into_is_told(post, folder, monkeypatch):
    def barred(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(mailbox, "missing", barred)
    (said,) = poll.poll(post, LATER).trouble
    assert (
        said == f"delivery.bounces.maildir: {folder} cannot be read: Permission denied; check its owner and permissions"
    )
