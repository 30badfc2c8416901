"""Mails as they lie in the outbox: bytes, fields and parts by the RFCs, and against what the desk was shown."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime

import pytest
from acceptance.mail_judge import faults, fields_of, parsed, parts_of, value_of
from acceptance.mailed_site import DESIGNS, DOMAIN, EARLY, NOW, READERS, SUBJECTS, TITLES, TYPED, WEB, issue_id

OWN = {"to", "date", "message-id", "list-unsubscribe", "dkim-signature"}
"""The fields that may tell one reader's mail from another's of the same edition."""


def told(mails, judge):
    """What the judge finds in each of these mails, by the mail's name; only those in which it finds something."""
    assert mails
    return {mail.name: found for mail in mails if (found := judge(mail))}


# -- structure


def test_every_mail_is_well_formed(sent):
    assert len(sent.mails) == 3 * len(DESIGNS) * len(READERS)
    assert not told(sent.mails, lambda mail: faults(mail.raw, domain=DOMAIN))


def test_every_letter_is_well_formed_and_says_that_a_program_wrote_it(sent):
    assert len(sent.letters) == 3
    for raw in sent.letters.values():
        assert faults(raw, domain=DOMAIN, letter=True) == []
        assert parsed(raw)["to"].addresses[0].addr_spec == "new@reader.example.org"
        assert value_of(raw, "content-language") == "zh-CN"


def test_the_encoding_is_the_one_that_was_asked_for(sent):
    def other(mail):
        head = f"Content-Transfer-Encoding: {mail.encoding}\r\n".encode()
        return [] if mail.raw.count(head) == 2 else re.findall(rb"Content-Transfer-Encoding: \S+", mail.raw)

    assert not told(sent.mails, other)
    assert all(mail.raw.isascii() for mail in sent.mails if mail.encoding != "8bit")
    assert not any(mail.raw.isascii() for mail in sent.of(site="8bit"))


# -- what the desk was shown


def test_the_decoded_parts_are_the_preview(sent):
    def differs(mail):
        parts = parts_of(mail.raw)
        pairs = (("text/html", "digest.html"), ("text/plain", "digest.txt"))
        return [file for kind, file in pairs if parts[kind] != mail.preview[file]]

    assert not told(sent.mails, differs)


def test_the_whole_preview_is_what_left_but_for_date_and_signature(sent):
    def without(raw):
        return re.sub(rb"(?m)^(?:DKIM-Signature|Date): .*\r\n(?: .*\r\n)*", b"", raw)

    def differs(mail):
        assert without(mail.raw) != mail.raw
        return without(mail.raw) != without(mail.preview["message.eml"])

    assert not told(sent.mails, differs)


def test_a_preview_of_the_draft_was_already_that(sent):
    for newsletter in DESIGNS:
        for address in EARLY:
            (mail,) = sent.of(site=TYPED, newsletter=newsletter, address=address)
            for file in ("digest.html", "digest.txt"):
                early = sent.folder / TYPED / "early" / newsletter / address / file
                assert early.read_bytes() == mail.preview[file], mail.name


def test_every_encoding_decodes_to_the_same_text(sent):
    for newsletter in DESIGNS:
        for address in READERS:
            texts = {parts_of(mail.raw)["text/plain"] for mail in sent.of(newsletter=newsletter, address=address)}
            assert len(texts) == 1, (newsletter, address)


# -- fields


def test_the_subject_is_the_desks_to_the_last_blank(sent):
    assert not told(sent.mails, lambda mail: str(parsed(mail.raw)["subject"]) != SUBJECTS[mail.newsletter])
    assert not told(sent.mails, lambda mail: SUBJECTS[mail.newsletter] not in titles(mail))


def titles(mail):
    """What the HTML has for a title, its references resolved."""
    import html

    return [
        html.unescape(each) for each in re.findall(r"<title>(.*?)</title>", parts_of(mail.raw)["text/html"].decode())
    ]


def test_to_and_from_are_named(sent):
    for mail in sent.mails:
        to, sender = parsed(mail.raw)["to"].addresses[0], parsed(mail.raw)["from"].addresses[0]
        assert (to.display_name, to.addr_spec) == (READERS[mail.address][0], mail.address)
        assert (sender.display_name, sender.addr_spec) == ("潮信 Tideline", f"news@{DOMAIN}")
        assert value_of(mail.raw, "reply-to") == f"desk@{DOMAIN}"


def test_the_intro_calls_readers_by_their_names_and_those_without_friends(sent):
    for mail in sent.mails:
        name = READERS[mail.address][0] or "friend"
        text = parts_of(mail.raw)["text/plain"].decode()
        assert f"{name}，早上好！" in text
        assert f"{name}:" in " ".join(text.split()), mail.name


def test_dates_are_of_the_newsletters_zone(sent):
    for mail in sent.mails:
        date = parsed(mail.raw)["date"].datetime
        assert isinstance(date, datetime)
        assert date.utcoffset() == NOW.utcoffset()
        assert 0 <= (date - NOW).total_seconds() < 3600


def test_the_message_id_is_the_deliverys(sent):
    ids = defaultdict(set)
    for mail in sent.mails:
        ids[mail.newsletter, mail.address].add(value_of(mail.raw, "message-id"))
        ids[mail.newsletter, mail.address].add(value_of(mail.preview["message.eml"], "message-id"))
    # The sites have one key and one list: whatever else they differ in, a delivery keeps its id.
    assert {len(each) for each in ids.values()} == {1}
    assert len({next(iter(each)) for each in ids.values()}) == len(DESIGNS) * len(READERS)


def test_list_fields_are_the_newsletters(sent):
    for mail in sent.mails:
        message = parsed(mail.raw)
        assert str(message["list-id"]) == f"{TITLES[mail.newsletter]} <{mail.newsletter}.{DOMAIN}>"
        assert value_of(mail.raw, "list-help") == f"<{WEB}/>"
        assert value_of(mail.raw, "list-archive") == f"<{WEB}/archive/>"
        assert value_of(mail.raw, "list-unsubscribe").startswith(f"<{WEB}/u/")
        assert value_of(mail.raw, "feedback-id").startswith(f"{issue_id(mail.newsletter)}:{mail.newsletter}:{DOMAIN}:")
        assert value_of(mail.raw, "content-language") == READERS[mail.address][2]


def test_only_a_few_fields_differ_between_readers(sent):
    shared = defaultdict(set)
    for mail in sent.mails:
        language = READERS[mail.address][2]
        fields = [(name, value) for name, value in fields_of(mail.raw) if name not in OWN]
        fields = [(name, value) for name, value in fields if name != "content-type"]  # a boundary for each edition
        shared[mail.newsletter, language].add(tuple(fields))
    assert {len(each) for each in shared.values()} == {1}


def test_each_reader_has_one_address_to_leave_by_and_nobody_elses(sent):
    own = {mail.address: value_of(mail.raw, "list-unsubscribe").strip("<>") for mail in sent.mails}
    assert len(set(own.values())) == len(READERS)
    for mail in sent.mails:
        for part in parts_of(mail.raw).values():
            told_in = set(re.findall(r"https://[\w.]+/u/[\w-]+", part.decode()))
            assert told_in == {own[mail.address]}


# -- size


@pytest.mark.parametrize("design", DESIGNS.values())
def test_twelve_chinese_cards_with_pictures_are_at_most_60_kilobytes(sent, design):
    newsletter = next(name for name, each in DESIGNS.items() if each == design)
    for mail in sent.of(newsletter=newsletter, address="chip@reader.example.org"):
        page = parts_of(mail.raw)["text/html"]
        pictures = page.decode().count(f'src="{WEB}/media/')
        assert page.decode().count("顾远舟") == 12 or design == "list"
        assert pictures >= {"cards": 12, "list": 0, "text": 0}[design]
        assert len(page) <= 60_000, f"{len(page)} bytes"


# -- the judge itself


def swap(old, new):
    def change(raw):
        changed = re.sub(old, new, raw, count=1)
        assert changed != raw, old
        return changed

    return change


SPOILED = {
    "a line break that is not CRLF": swap(rb"\r\n\r\n--", b"\r\n\n--"),
    "NUL": swap(rb"--\r\n\Z", b"--\r\n\0\r\n"),
    "no CRLF at the end": swap(rb"\r\n\Z", b""),
    "a line of more than 998 octets": swap(rb"\r\n\r\n", b"\r\nX: " + b"x" * 999 + b"\r\n\r\n"),
    "a head that is not ASCII": swap(rb"Subject: ", "Subject: 潮".encode()),
    "a control character in the head": swap(rb"Subject: ", b"Subject: \x07"),
    "a line of blanks in the head": swap(rb"\r\nMIME-Version", b"\r\n \r\nMIME-Version"),
    "octets beyond ASCII that no encoding announces": swap(rb"--\r\n\Z", "--\r\n潮\r\n".encode()),
    "subject 2 times": swap(rb"Subject: ", b"Subject: another\r\nSubject: "),
    "message-id 0 times": swap(rb"Message-ID: .*\r\n", b""),
    "bcc, which is not meant": swap(rb"\r\nTo: ", b"\r\nBcc: m@example.com\r\nTo: "),
    "auto-submitted, which is not meant": swap(rb"\r\nTo: ", b"\r\nAuto-Submitted: auto-generated\r\nTo: "),
    "a field named 'odd name'": swap(rb"\r\nTo: ", b"\r\nOdd name: x\r\nTo: "),
    "to that does not read as one address": swap(rb"\r\nTo: ", b"\r\nTo: mallory@example.com, "),
    "From of another domain": swap(rb"<news@[^>]*>", b"<news@example.com>"),
    "a Message-ID that is not the sender's": swap(rb"(Message-ID: <[^@]*)@[^>]*>", rb"\1@localhost>"),
    "a Date without zone": swap(rb"\+0800", b"-0000"),
    "a Content-Language that names none": swap(rb"Content-Language: ", b"Content-Language: Chinese, "),
    "subject that does not decode": swap(rb"Subject: .*\r\n( .*\r\n)*", b"Subject: =?utf-8?b?/w==?=\r\n"),
    "List-Unsubscribe encoded or folded": swap(rb"List-Unsubscribe: <https://", b"List-Unsubscribe: <https:\r\n //"),
    "list-unsubscribe that is no https address": swap(rb"List-Unsubscribe: <https", b"List-Unsubscribe: <http"),
    "List-Unsubscribe-Post of another value": swap(rb"=One-Click", b"=one-click"),
    "List-Id without an identifier of ours": swap(rb"(List-Id: .*)<.*>", rb"\1<weekly>"),
    "Feedback-ID that has not four fields": swap(rb"(Feedback-ID: [^:]*):", rb"\1"),
    "Feedback-ID that tells of the reader": swap(rb"Feedback-ID: ", b"Feedback-ID: chip-"),
    "parts ['multipart/alternative', 'text/html', 'text/html']": swap(rb"text/plain", b"text/html"),
    "text beside the parts": swap(rb"\r\n\r\n--", b"\r\n\r\nbeside\r\n--"),
    "charset latin-1": swap(rb'charset="utf-8"', b'charset="latin-1"'),
    "a text/plain that is not UTF-8": swap(rb"(base64\r\n\r\n)", rb"\1////"),
    "a text/plain with {{": swap(rb"(base64\r\n\r\n)", rb"\1e3sg"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED)
def test_the_judge_sees_what_is_spoiled(sent, fault):
    (mail,) = sent.of(site="base64", newsletter="weekly", address="chip@reader.example.org")
    assert fault in faults(SPOILED[fault](mail.raw), domain=DOMAIN)
