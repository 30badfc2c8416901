"""A reader who changes from the daily to the weekly rhythm gets no story twice (and loses none)."""

from __future__ import annotations

import pytest
from journeys.walk import Site

DAILY = "weekly-daily-2025-07-02"


@pytest.fixture
def both(site: Site) -> Site:
    site.config('    schedules: {weekly: "mon 08:00"}', '    schedules: {weekly: "mon 08:00", daily: "08:00"}')
    site.now = "2025-07-02T09:00:00+08:00"
    site.reader("mover@example.net", newsletter="weekly", schedule="daily")
    site.reader("weekly@example.net")
    site.article("one", "2025-07-02T07:00:00+08:00")
    sent(site, "daily")
    return site


def sent(site: Site, schedule: str) -> str:
    issue = site.json("issue", "draft", "weekly", "--schedule", schedule)["issue"]
    site.run("issue", "approve", issue)
    site.run("issue", "send", issue)
    return issue


def moves(site: Site) -> None:
    site.write("move.csv", "email,schedule\nmover@example.net,weekly\n")
    assert site.json("subscribers", "import", str(site.folder / "move.csv"), "--apply")["changed"] == 1


def stories(site: Site, issue: str, address: str, folder: str) -> str:
    site.run("issue", "preview", issue, "--as", address, "--to", str(site.folder / folder))
    return (site.folder / folder / "digest.txt").read_text(encoding="utf-8")


def test_who_changes_schedule_gets_only_what_is_new_to_them(both):
    moves(both)
    both.article("two", "2025-07-02T08:30:00+08:00")
    both.now = "2025-07-07T08:01:00+08:00"
    issue = sent(both, "weekly")
    mover, other = (stories(both, issue, name, name[:3]) for name in ("mover@example.net", "weekly@example.net"))
    assert "Two" in mover
    assert "One" not in mover
    assert "One" in other
    report = both.json("issue", "report", issue)
    assert (report["planned"], report["accepted"]) == (2, 2)


def test_who_had_everything_is_skipped_with_the_reason(both):
    moves(both)
    both.now = "2025-07-07T08:01:00+08:00"
    issue = sent(both, "weekly")
    rows = {each["address"]: each for each in both.json("issue", "report", issue, "--deliveries")["deliveries"]}
    assert rows["mover@example.net"]["state"] == "skipped"
    assert rows["mover@example.net"]["reply"] == "nothing new in this issue for the reader's topics"
    assert rows["weekly@example.net"]["state"] == "accepted"
