"""A week in the life: schedules ticked by ``run-due`` at successive moments, editors' decisions between them."""

from __future__ import annotations

import pytest
from journeys.walk import Site, links, words_of

WEEKLY = "weekly-2025-07-07"
TWO = """    schedules: {weekly: "mon 08:00", daily: "08:00"}
    draft_before: 2h
    late_ok: 3h"""
AUTO = """  flash:
    title: Flash
    from: "Flash <flash@example.org>"
    schedules: {flash: "08:00"}
    draft_before: 0s
    approve: auto

delivery:"""


@pytest.fixture
def week(site):
    """A weekly that also has a daily rhythm, first seen on a Wednesday; a reader of each."""
    site.config('    schedules: {weekly: "mon 08:00"}', TWO)
    site.now = "2025-07-02T12:00:00+08:00"
    site.reader("weekly@example.net")
    site.reader("daily@example.net", newsletter="weekly", schedule="daily")
    site.article("one", "2025-07-02T10:00:00+08:00")
    assert site.run("run-due").out == "nothing is due\n"
    return site


def due(site: Site, moment: str) -> list[str]:
    return site.run("run-due", now=f"2025-07-{moment}:00+08:00").out.splitlines()


def state(site: Site, id: str) -> str:
    return {each["issue"]: each["state"] for each in site.json("issue", "list")}[id]


def subjects(site: Site) -> dict[str, str]:
    return {to: str(mail["Subject"]) for to, mail in site.mails().items()}


def test_a_draft_appears_waits_for_its_approval_and_leaves_at_its_hour(week):
    thursday = "weekly-daily-2025-07-03"
    assert due(week, "03T05:59") == ["nothing is due"]
    assert due(week, "03T06:00") == [f"{thursday} is draft"]
    assert due(week, "03T06:30") == [f"{thursday} is draft"]
    week.run("issue", "approve", thursday, now="2025-07-03T07:00:00+08:00")
    assert due(week, "03T07:59") == [f"{thursday} is approved"]
    assert week.mails() == {}
    assert due(week, "03T08:00") == [f"{thursday} is sent"]
    assert subjects(week) == {"daily@example.net": "My weekly: One"}
    assert due(week, "03T09:00") == ["nothing is due"]


def test_a_draft_that_nobody_approves_is_held_then_given_up_and_its_story_comes_in_the_next(week):
    thursday, friday = "weekly-daily-2025-07-03", "weekly-daily-2025-07-04"
    due(week, "03T06:00")
    assert due(week, "03T08:00") == [f"{thursday} is held (its hour has come and nobody approved it)"]
    assert week.mails() == {}
    assert due(week, "03T11:01") == [
        f"{thursday} is skipped (not approved in time; its stories stay for the next issue)"
    ]
    assert due(week, "04T06:00") == [f"{friday} is draft"]
    assert [each["article"] for each in week.json("issue", "show", friday)["stories"]] == ["posts/one.md"]


def test_a_held_issue_that_is_approved_late_still_leaves(week):
    thursday = "weekly-daily-2025-07-03"
    due(week, "03T06:00")
    due(week, "03T08:00")
    week.run("issue", "approve", thursday, now="2025-07-03T09:00:00+08:00")
    assert due(week, "03T09:05") == [f"{thursday} is sent"]


def test_a_day_without_news_is_recorded_and_no_story_comes_twice_in_a_stream(week):
    thursday = "weekly-daily-2025-07-03"
    due(week, "03T06:00")
    week.run("issue", "approve", thursday, now="2025-07-03T06:10:00+08:00")
    due(week, "03T08:00")
    assert due(week, "04T06:00") == ["nothing is due"], "news may come until the hour itself"
    assert due(week, "04T08:00") == [
        "weekly/daily has no issue for 2025-07-04T08:00: 0 new stories, 1 wanted (left out: 1 already-sent)"
    ]
    assert due(week, "04T08:01") == ["nothing is due"]
    week.article("two", "2025-07-05T10:00:00+08:00")
    due(week, "06T06:00")
    week.now = "2025-07-06T06:01:00+08:00"  # whoever looks at a draft sees it with the articles of that moment
    found = week.json("issue", "show", "weekly-daily-2025-07-06")
    assert [each["article"] for each in found["stories"]] == ["posts/two.md"]
    assert [(each["article"], each["reason"]) for each in found["left_out"]] == [("posts/one.md", "already-sent")]
    assert found["left_out"][0]["why"] == "an earlier issue of this newsletter and schedule carried it"
    due(week, "07T06:00")
    weekly = week.json("issue", "show", WEEKLY)
    assert sorted(each["article"] for each in weekly["stories"]) == ["posts/one.md", "posts/two.md"], "another stream"


def test_a_newsletter_that_approves_by_itself_sends_by_itself(week):
    week.config("\ndelivery:", "\n" + AUTO)
    week.reader("flash@example.net", newsletter="flash")
    assert due(week, "02T12:30") == ["nothing is due"]
    told = due(week, "03T08:00")
    assert "flash-2025-07-03 is sent" in told
    assert subjects(week)["flash@example.net"] == "Flash: One"
    week.article("two", "2025-07-03T10:00:00+08:00")
    assert "flash-2025-07-04 is sent" in due(week, "04T08:01")


def test_missed_slots_are_merged_into_the_newest(week):
    told = due(week, "06T09:00")
    assert told[-1] == "weekly-daily-2025-07-06 is held (its hour has come and nobody approved it)"
    merged = [line for line in told if "merged into the next slot" in line]
    assert len(merged) == 3
    assert merged[-1].startswith("weekly/daily has no issue for 2025-07-0")


@pytest.fixture
def drafted(week):
    for name, hour in (("two", "09"), ("three", "08"), ("four", "07")):
        week.article(name, f"2025-07-02T{hour}:00:00+08:00", topics=f"[Topic {name}]")
    assert week.run("issue", "draft", "weekly").out == f"{WEEKLY}\n"
    week.run("issue", "approve", WEEKLY)
    return week


def paths(site):
    return [each["article"] for each in site.json("issue", "show", WEEKLY)["stories"]]


@pytest.mark.parametrize(
    "change",
    [
        ("--subject", "Another subject"),
        ("--preheader", "Another line"),
        ("--pin", "posts/four.md"),
        ("--exclude", "two.md"),
        ("--order", "posts/three.md,posts/one.md"),
        ("--intro", "intro.md"),
    ],
)
def test_any_edit_voids_the_approval(drafted, change):
    intro = drafted.write("intro.md", "Dear *reader*, hello.\n")
    before = drafted.json("issue", "show", WEEKLY)
    assert before["hash"] == before["approved_hash"]
    option, value = change
    edited = drafted.json("issue", "edit", WEEKLY, option, str(intro) if option == "--intro" else value)
    assert edited["state"] == "draft"
    assert edited["revision"] == before["revision"] + 1
    after = drafted.json("issue", "show", WEEKLY)
    assert after["approved_hash"] == ""
    assert after["hash"] == edited["hash"] != before["hash"]
    refused = drafted.run("issue", "send", WEEKLY, code=1)
    assert refused.errors == [
        f"publisher: issue {WEEKLY} is draft, not approved; 'publisher issue approve {WEEKLY}' first"
    ]
    shown = {
        "--subject": after["subject"] == "Another subject",
        "--preheader": after["preheader"] == "Another line",
        "--pin": paths(drafted)[0] == "posts/four.md",
        "--exclude": "posts/two.md" not in paths(drafted),
        "--order": paths(drafted)[:2] == ["posts/three.md", "posts/one.md"],
        "--intro": after["intro"] == "Dear *reader*, hello.",
    }
    assert shown[option]
    drafted.run("issue", "approve", WEEKLY, "--hash", after["hash"], "--by", "An Editor")
    assert state(drafted, WEEKLY) == "approved"


def test_an_approval_is_of_the_hash_that_was_looked_at(drafted):
    seen = drafted.json("issue", "show", WEEKLY)["hash"]
    drafted.run("issue", "edit", WEEKLY, "--subject", "Changed since")
    refused = drafted.run("issue", "approve", WEEKLY, "--hash", seen, code=1)
    assert "has changed" in refused.err
    assert "look at it again" in refused.err
    assert state(drafted, WEEKLY) == "draft"


def test_a_template_edited_after_the_approval_stops_the_send(drafted):
    drafted.write("templates/digest/card.html", "{% extends 'digest/card.html' %}")
    shown = drafted.run("issue", "send", WEEKLY, code=1)
    assert len(shown.errors) == 1
    assert WEEKLY in shown.err
    assert "approve" in shown.err
    assert drafted.mails() == {}


def test_an_edit_of_nothing_or_of_the_unknown_is_refused(drafted):
    assert drafted.run("issue", "edit", WEEKLY, code=2).errors == [
        (
            "publisher: nothing to change: say --subject, --preheader, --intro, --pin, --exclude or --order; "
            "see 'publisher issue edit --help'"
        )
    ]
    assert "no article nothere" in drafted.run("issue", "edit", WEEKLY, "--pin", "nothere", code=1).err
    assert "is not a story" in drafted.run("issue", "edit", WEEKLY, "--order", "posts/nothere.md", code=1).err
    drafted.write("latin.md", "").write_bytes("Gr\xfc\xdfe".encode("latin-1"))
    refused = drafted.run("issue", "edit", WEEKLY, "--intro", str(drafted.folder / "latin.md"), code=1)
    assert refused.errors == [f"publisher: {drafted.folder}/latin.md is not UTF-8; save it as UTF-8"]
    assert state(drafted, WEEKLY) == "approved"


def test_a_skipped_issue_leaves_its_stories_for_the_next(drafted):
    assert drafted.run("issue", "skip", WEEKLY, "--why", "a holiday").out == f"{WEEKLY} is skipped: a holiday\n"
    refused = drafted.run("issue", "send", WEEKLY, code=1)
    assert refused.errors == [f"publisher: issue {WEEKLY} was skipped: a holiday; draft a new one"]
    assert drafted.run("issue", "draft", "weekly").out == f"{WEEKLY}-2\n"


def test_a_test_mail_is_marked_counted_nowhere_and_its_links_act_on_nobody(drafted):
    drafted.run("issue", "test", WEEKLY, "boss@example.com", "Desk@example.com")
    mails = drafted.mails()
    assert sorted(mails) == ["Desk@example.com", "boss@example.com"]
    mail = mails["boss@example.com"]
    assert mail["Subject"].startswith("[TEST] ")
    assert {link.split("/")[3] for link in links(mail, "https://news.example.org")} <= {"archive", "feeds", "media"}
    assert drafted.json("issue", "report", WEEKLY)["planned"] == 0
    refused = drafted.run("issue", "test", WEEKLY, "no address", code=1)
    assert "defect" not in refused.err
    assert len(drafted.mails()) == 2


def undated(body: bytes) -> bytes:
    return b"".join(line for line in body.splitlines(keepends=True) if not line.startswith(b"Date: "))


def test_a_preview_is_what_is_sent(drafted):
    to = drafted.folder / "look"
    drafted.run("issue", "preview", WEEKLY, "--to", str(to), "--as", "weekly@example.net")
    drafted.run("issue", "preview", WEEKLY, "--to", str(to))
    assert sorted(path.name for path in to.glob("*.*")) == ["all.en.html", "digest.html", "digest.txt", "message.eml"]
    drafted.run("issue", "send", WEEKLY)
    (sent,) = (drafted.folder / "outbox").glob("*.eml")
    body = sent.read_bytes()
    assert undated((to / "message.eml").read_bytes()) == undated(body)
    mail = drafted.mails()["weekly@example.net"]
    assert (to / "digest.txt").read_text(encoding="utf-8").split() == words_of(mail, "plain").split()
    general = (to / "all.en.html" / "digest.txt").read_text(encoding="utf-8")
    slots = {"weekly@example.net"} | {
        link for link in links(mail, "https://news.example.org/") if "/u/" in link or "/i/" in link or "/p/" in link
    }
    own = [line for line in words_of(mail, "plain").splitlines() if not any(slot in line for slot in slots)]
    assert set(own) <= set(general.splitlines())
    assert not any(slot in general for slot in slots), "nobody's links lie about in a folder"
    nobody = drafted.run("issue", "preview", WEEKLY, "--to", str(to), "--as", "x@example.net", code=1)
    assert len(nobody.errors) == 1


def test_explain_says_why(drafted):
    for topic in ("two", "three"):
        drafted.article(f"{topic}-again", "2025-07-02T13:00:00+08:00", title=topic.capitalize())
    drafted.run("issue", "send", WEEKLY)
    inside = drafted.run("explain", "posts/one.md", "--issue", WEEKLY).out
    assert f"{WEEKLY} (sent): story 4 of 4, picked for Chips: score 0.98" in inside
    assert "feeds: number 1 by date; it stands in feeds/, feeds/topics/chips/" in inside
    drafted.now = "2025-07-02T14:00:00+08:00"
    outside = drafted.run("explain", "two-again.md").out
    assert "a story of the same title is told already: Two" in outside
    assert f"{WEEKLY} (sent): not weighed: it came after the issue was drafted" in outside
    told = drafted.json("explain", "weekly@example.net", "--issue", WEEKLY)
    assert told["about"] == "weekly@example.net"
    assert told["because"][1].startswith(f"{WEEKLY}: accepted at 2025-07-02")
    daily = drafted.run("explain", "daily@example.net").out
    assert f"{WEEKLY}: not for them: their schedule is daily" in daily
    for unknown in ("nothere", "nobody@example.net"):
        assert "no " in drafted.run("explain", unknown, code=1).err
