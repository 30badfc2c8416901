"""A year of weekly issues at the real desk: nothing comes twice, nothing falls between two issues, the choice is stable."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from issues.newsroom import AT, move, site

from publisher.app import App
from publisher.content.article import Head
from publisher.content.index import Index
from publisher.content.scan import scan
from publisher.issues import compose, desk, store
from publisher.issues.issue import Issue, State, Stream
from publisher.selection import Reason
from publisher.text import title_key

WEEKLY = Stream("weekly", "weekly")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
WEEKS = 52
THIN, SKIPPED, STOPPED, EDITED = {9, 10, 30, 52}, {14, 31}, {20}, {5, 17, 26, 40}
MORE = "select: {topics: [models, chips, robots], per_topic: 3, min: 8, max: 18, max_age: 31d}"
TOPICS = """topics:
  models: {title: 模型, match: {topic: [Models]}}
  chips: {title: 芯片, match: {tag: [GPU]}}
  robots: {title: 机器人, match: {title: [人形机器人]}}
"""
HEADS = (
    "topics: [模型]",
    "topics: [Models]",
    "tags: [GPU]",
    "topics: [模型, 芯片]",
    "topics: [机器人]",
    "topics: [旅行]",
    "",
)
WORDS = [
    "潮汐",
    "海岸",
    "机房",
    "电网",
    "盐雾",
    "冷却",
    "推理",
    "蒸馏",
    "权重",
    "评测",
    "编译",
    "内核",
    "港口",
    "夜航",
    "屋顶",
    "水泵",
    "账单",
    "议会",
    "图书",
    "河口",
    "风电",
    "储能",
    "农田",
    "口罩",
    "卫星",
    "显卡",
    "晶圆",
    "光刻",
    "散热",
    "带宽",
]
OF_QUALITY = {
    Reason.NO_TOPIC,
    Reason.SAME_TITLE,
    Reason.TOPIC_FULL,
    Reason.NEAR_DUPLICATE,
    Reason.EXCLUDED,
}


@dataclass
class Year:
    """What the year saw."""

    begun: list[Issue] = field(default_factory=list)
    picked: set[str] = field(default_factory=set)
    refused: dict[str, set[str]] = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    skipped: list[Issue] = field(default_factory=list)
    thin: int = 0


def put(app: App, name: str, title: str, date, head: str) -> None:
    file = app.config.content.path / "posts" / f"{name}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\ntitle: '{title}'\ndate: {date.isoformat()}\n{head}\n---\n\n{title}。\n", encoding="utf-8")


def articles(week: int, chance: random.Random) -> Iterator[tuple[str, str, timedelta, str]]:
    """(name, title, age at the week's issue, more front matter) of what is written in a week."""
    for number in range(2 if week in THIN else chance.randint(24, 34)):
        name = f"w{week:02}n{number:02}"
        title = "".join(chance.sample(WORDS, 6)) + ("与人形机器人" if chance.random() < 0.1 else "")
        age = timedelta(minutes=chance.randint(1, 7 * 24 * 60 - 1))
        head = chance.choice(HEADS[:3] if week in THIN else HEADS)
        if chance.random() < 0.25:
            head += "\nfeatured: true"
        if number % 9 == 4:
            age += timedelta(days=chance.randint(20, 200))  # late: its date is long past when the file comes
        if number % 11 == 5:
            head += "\ndraft: true"
        if number % 13 == 6:
            head += f"\nexpiryDate: {(AT + week * WEEK + timedelta(days=chance.randint(-5, 9))).isoformat()}"
        if number % 10 == 7:
            age = -timedelta(days=chance.randint(1, 10))  # scheduled for a later week
        yield name, title, age, head
        if number % 12 == 3:  # somebody else has the same story
            yield f"{name}b", chance.choice([f"{title}！", f" {title} ", f"{title}后"]), age + HOUR, head


def publish_drafts(app: App) -> None:
    """What lay as a draft for a while is published; its date stays what it was."""
    for file in sorted((app.config.content.path / "posts").glob("w*5.md")):
        text = file.read_text(encoding="utf-8")
        if "\ndraft: true" in text:
            file.write_text(text.replace("\ndraft: true", "\ndraft: false"), encoding="utf-8")


def note(year: Year, shown: list[Head], issue: Issue | None, refused: list[tuple[str, str]]) -> None:
    year.visible |= {article.path for article in shown}
    for path, reason in refused:
        year.refused.setdefault(path, set()).add(reason)
    if issue is not None:
        year.begun.append(issue)
        year.picked |= {story.path for story in issue.stories}


def edited(app: App, issue: Issue) -> Issue:
    """The issue after an editor pinned what had no room, left a story out and wrote a subject."""
    full = [item.path for item in issue.left_out if item.reason == "topic-full"]
    change = compose.Edit(subject="Our own words")
    return desk.edit(
        app.config, app.database, issue.id, change, now=app.clock.now(), pin=full[:1], exclude=[issue.stories[0].path]
    )


def a_week(app: App, year: Year, week: int, chance: random.Random) -> None:
    now = AT + week * WEEK
    for name, title, age, head in articles(week, chance):
        put(app, name, title, now - age, head)
    if week % 4 == 3:
        publish_drafts(app)
    if year.begun:  # a story that was sent is edited: it does not come again
        sent = app.config.content.path / year.begun[-1].stories[0].path
        sent.write_text(sent.read_text(encoding="utf-8") + "\nA correction.\n", encoding="utf-8")
    move(app, now)
    scan(app.config, app.database, now)
    shown: list[Head] = list(Index(app.database).heads(now, since=now - 31 * DAY))
    choice = desk.choose(app.config, app.database, WEEKLY, now).selection
    assert desk.choose(app.config, app.database, WEEKLY, now).selection == choice
    assert {pick.article.path for pick in choice.picks} | {skip.article.path for skip in choice.skips} == {
        article.path for article in shown
    }
    made = desk.draft(app.config, app.database, WEEKLY, now, now)
    if isinstance(made, desk.Thin):
        year.thin += 1
        note(year, shown, None, [(skip.article.path, skip.reason) for skip in choice.skips])
        return
    assert isinstance(made, Issue)
    assert [story.path for story in made.stories] == [pick.article.path for pick in choice.picks]
    issue = edited(app, made) if week in EDITED else made
    refused = [(item.path, item.reason) for item in issue.left_out]
    if week in SKIPPED:
        desk.skip(app.database, issue.id, "a holiday", now=now)
        year.skipped.append(issue)
        note(year, shown, None, refused)
        return
    for state in (State.APPROVED, State.QUEUED, State.SENDING, State.STOPPED if week in STOPPED else State.SENT):
        desk.move(app.database, issue.id, state, now=now)
    note(year, shown, issue, refused)


def test_a_year_repeats_nothing_and_loses_nothing(tmp_path: Path):
    chance, year = random.Random(2025), Year()
    with site(tmp_path, more=MORE, others=TOPICS, readers=0) as app:
        for week in range(1, WEEKS + 1):
            a_week(app, year, week, chance)
        with app.database.read() as connection:
            past = store.history(connection, WEEKLY)
            by_path = {story.path: story.guid for issue in year.begun for story in issue.stories}
    assert year.thin >= 2  # what came in one thin week may fill the next
    assert len(year.begun) == WEEKS - year.thin - len(SKIPPED)
    assert len(year.visible) >= 1300

    guids = [story.guid for issue in year.begun for story in issue.stories]
    assert len(guids) == len(set(guids))
    assert past.sent == set(guids) == set(by_path.values())
    for issue, following in zip(year.begun, year.begun[1:], strict=False):
        pinned = {*issue.pinned, *following.pinned}
        before = {title_key(story.title) for story in issue.stories if story.path not in pinned}
        assert not before & {title_key(story.title) for story in following.stories if story.path not in pinned}

    lost = {path for path in year.visible - year.picked if not year.refused.get(path, set()) & OF_QUALITY}
    end = AT + WEEKS * WEEK
    with site(tmp_path, at=end, more=MORE, others=TOPICS, readers=0) as app:
        open_at_the_end = {
            pick.article.path for pick in desk.choose(app.config, app.database, WEEKLY, end).selection.picks
        }
        gone = {hidden.path for hidden in Index(app.database).hidden(end)}
    assert lost <= open_at_the_end | gone, sorted(lost - open_at_the_end - gone)
    only_expired = lost - open_at_the_end
    assert all(path in {s.path for i in year.skipped for s in i.stories} for path in only_expired)
    for issue in year.skipped:  # what a skipped issue held came in the next one, or was outranked there
        for story in issue.stories:
            assert story.path in year.picked | only_expired or year.refused[story.path] & OF_QUALITY
