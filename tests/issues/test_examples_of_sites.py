"""Three kinds of site, each with the config that its editor would write: exactly which stories come, and why no others."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from issues.newsroom import AT, Clock
from PIL import Image

from publisher.app import App
from publisher.config import load
from publisher.content.scan import scan
from publisher.issues import desk, store
from publisher.issues.issue import Issue, State, Stream

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SITE = """
site: {title: Tideline, url: "https://tideline.example", timezone: UTC}
web: {url: "https://news.tideline.example"}
"""
FROM = 'from: "Tideline <news@tideline.example>"'
DIGEST_BY_TOPIC = f"""{SITE}
featured: {{any: [{{image: true, not_image: ["*images/default*", "*/ai-report-default.png"]}}]}}
topics:
  models:   {{title: 前沿模型与算法, match: {{topic: [前沿模型与算法, "Frontier Models*"]}}}}
  industry: {{title: 产业生态与商业版图, match: {{topic: [产业生态与商业版图, "Industry Ecosystem*"], tag: [英伟达, OpenAI]}}}}
  robots:   {{title: 机器人与具身智能, match: {{topic: ["机器人*"], title: [人形机器人]}}}}
newsletters:
  weekly:
    title: 周报
    {FROM}
    schedules: {{weekly: "mon 08:00"}}
    empty: skip
    select: {{topics: [models, industry, robots], where: {{section: insights, lang: zh}}, window: since_last_issue,
             max_age: 14d, half_life: 3d, featured: prefer, per_topic: 3, min: 5, max: 18, near_duplicate: 0.30}}
"""
BLOG = f"""{SITE}
newsletters:
  updates:
    title: Updates
    {FROM}
    schedules: {{weekly: "fri 17:00"}}
    approve: required
    select: {{window: since_last_issue, rank: chronological, min: 1, max: 30}}
"""
BEST_OF = f"""{SITE}
featured: {{any: [{{key: featured}}]}}
newsletters:
  best_of:
    title: Best of the month
    {FROM}
    schedules: {{monthly: "1st mon 09:00"}}
    select: {{window: 31d, featured: only, topics: all, per_topic: 2, max: 12, repeat: %s}}
  daily: {{title: Daily, {FROM}, schedules: {{daily: "08:00"}}}}
"""


@contextmanager
def site(folder: Path, config: str):
    (folder / "content").mkdir(parents=True)
    (folder / "static" / "images").mkdir(parents=True)
    file = folder / "config.yaml"
    file.write_text(config, encoding="utf-8")
    app = App(config=load(file, {}), clock=Clock(AT))  # type: ignore[arg-type] # as much of a clock as is asked for
    try:
        yield app
    finally:
        app.close()


def put(app: App, path: str, title: str, *, age: timedelta = DAY, **head: str) -> None:
    """An article ``content/<path>.md`` so old at ``AT``."""
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    file = app.config.content.path / f"{path}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    date = (AT - age).isoformat()
    file.write_text(f"---\ntitle: '{title}'\ndate: {date}\n{lines}---\n\nText of {path}.\n", encoding="utf-8")


def picture(app: App, name: str) -> str:
    Image.new("RGB", (8, 8), (20, 90, 110)).save(app.config.content.static / "images" / name)
    return f"/images/{name}"


def drafted(app: App, newsletter: str, now=AT) -> Issue:
    app.clock.at = now  # type: ignore[attr-defined] # the clock above
    scan(app.config, app.database, now)
    made = desk.draft(app.config, app.database, desk.stream(app.config, newsletter), now, now)
    assert isinstance(made, Issue), made
    return made


def begin(app: App, issue: Issue, state: State = State.SENDING) -> None:
    for each in (State.APPROVED, State.QUEUED, state):
        desk.move(app.database, issue.id, each, now=app.clock.now())


def told(issue: Issue) -> list[tuple[str, str]]:
    return [(story.path.rsplit("/", 1)[-1].removesuffix(".md"), story.topic.key) for story in issue.stories]


def left(issue: Issue) -> dict[str, tuple[str, str]]:
    return {each.path.rsplit("/", 1)[-1].removesuffix(".md"): (each.reason, each.detail) for each in issue.left_out}


def test_a_weekly_digest_by_topic_with_aliases(tmp_path: Path):
    with site(tmp_path, DIGEST_BY_TOPIC) as app:
        own, default = picture(app, "own.png"), picture(app, "default (1).png")
        zh = {"lang": "zh-CN"}
        models = {"topics": "[前沿模型与算法]", **zh}
        put(app, "insights/star", "深海模型学会听鲸", age=3 * DAY, featured_image=own, **models)
        put(app, "insights/new", "稀疏注意力的下一步", age=HOUR, topics='["Frontier Models & Algorithms"]', **zh)
        put(app, "insights/placeholder", "蒸馏之后还剩下什么", age=DAY, featured_image=f'"{default}"', **models)
        put(app, "insights/fourth", "一个小模型的长夜班", age=2 * DAY, **models)
        put(app, "insights/both", "英伟达与开放权重之争", age=4 * DAY, tags="[英伟达]", **models)
        put(app, "insights/tagged", "港口里的电池生意", age=5 * DAY, tags="[OpenAI]", **zh)
        put(app, "insights/twin", "港口里的电池生意经", age=5 * DAY + HOUR, tags="[OpenAI]", **zh)
        put(app, "insights/same", "港口里的 电池生意！", age=6 * DAY, tags="[OpenAI]", **zh)
        put(app, "insights/walks", "人形机器人走进纺织厂", age=2 * DAY, **zh)
        put(app, "insights/rust", "编译一次要等多久", topics="[编程]", **zh)
        put(app, "insights/english", "A small model works nights", topics="[前沿模型与算法]", lang="en")
        put(app, "notes/aside", "编辑部的一天", **models)
        put(app, "insights/old", "上个月的模型榜单", age=15 * DAY, **models)
        put(app, "insights/idea", "还没写完的提纲", draft="true", **models)
        issue = drafted(app, "weekly")
        assert told(issue) == [
            ("star", "models"),
            ("new", "models"),
            ("placeholder", "models"),
            ("walks", "robots"),
            ("both", "industry"),
            ("tagged", "industry"),
        ]
        assert left(issue) == {
            "fourth": ("topic-full", "前沿模型与算法"),
            "twin": ("near-duplicate", "港口里的电池生意"),
            "same": ("same-title", "港口里的电池生意"),
            "rust": ("no-topic", ""),
            "english": ("other-language", "en"),
            "aside": ("other-section", "notes"),
            "old": ("too-old", "2025-06-16T08:00:00Z"),
        }
        begin(app, issue)
        put(app, "insights/late", "补记：五月的潮汐算力", age=30 * DAY, **models)
        put(app, "insights/again", "深海模型学会了听鲸", age=-6 * DAY, **models)
        scan(app.config, app.database, AT + 7 * DAY)
        thin = desk.draft(app.config, app.database, Stream("weekly", "weekly"), AT + 7 * DAY, AT + 7 * DAY)
        assert str(thin) == (
            "weekly/weekly: 1 new stories, 5 wanted (left out: 6 already-sent, 1 near-duplicate, 1 other-language, "
            "1 other-section, 5 too-old)"
        )


def test_a_small_blog_sends_everything_new_in_its_order(tmp_path: Path):
    with site(tmp_path, BLOG) as app:
        for number in range(12):
            put(app, f"posts/note{number:02}", f"Weeknotes {number + 20}", age=number * HOUR + HOUR, topics="[notes]")
        put(app, "posts/release1", "Release 1.2", age=2 * DAY, featured="true", weight="9")
        put(app, "posts/release2", "Release 1.3", age=DAY)
        put(app, "posts/twice", "Weeknotes 20!", age=3 * DAY)
        issue = drafted(app, "updates")
        expected = [*(f"note{number:02}" for number in range(12)), "release2", "release1"]
        assert [name for name, _ in told(issue)] == expected
        assert {story.score for story in issue.stories} == {0.0}
        assert left(issue) == {"twice": ("same-title", "Weeknotes 20")}
        begin(app, issue)
        put(app, "posts/late", "A post that lay in a drawer", age=60 * DAY)
        put(app, "posts/fresh", "What came this week", age=-2 * DAY)
        following = drafted(app, "updates", AT + 4 * DAY)
        assert told(following) == [("fresh", ""), ("late", "")]  # both are new of this moment
        assert set(left(following).values()) == {("already-sent", ""), ("too-old", "2025-06-30T08:00:00Z")}


def test_what_a_blog_writes_of_its_quota_and_age_holds(tmp_path: Path):
    config = BLOG.replace("max: 30", "max: 30, per_topic: 2, max_age: 2d").replace("since_last_issue", "9d")
    with site(tmp_path, config) as app:
        for number in range(4):
            put(app, f"posts/note{number}", f"Weeknotes {number}", age=number * DAY + HOUR, topics="[notes]")
        issue = drafted(app, "updates")
        assert [name for name, _ in told(issue)] == ["note0", "note1"]
        assert left(issue) == dict.fromkeys(("note2", "note3"), ("too-old", "2025-06-28T08:00:00Z"))


def best_of_site(app: App) -> None:
    star = {"featured": "true"}
    put(app, "posts/tide", "The tide keeps its own books", age=28 * DAY, topics="[sea]", **star)
    put(app, "posts/kelp", "Kelp under a winter light", age=20 * DAY, topics="[sea]", **star)
    put(app, "posts/ferry", "Night ferry at low water", age=10 * DAY, topics="[city, sea]", **star)
    put(app, "posts/roofs", "Meetings on the roof", age=3 * DAY, topics="[city]", **star)
    put(app, "posts/harbour", "A harbour made of batteries", age=2 * DAY, topics="[sea]", **star)
    put(app, "posts/plain", "Nothing special happened", age=DAY, topics="[city]")
    put(app, "posts/alone", "An essay of no topic", age=5 * DAY, **star)
    put(app, "posts/winter", "Ice on the slipway", age=32 * DAY, topics="[sea]", **star)


def test_the_best_of_a_month_repeats_what_the_daily_sent(tmp_path: Path):
    with site(tmp_path, BEST_OF % "allowed_from_other_newsletters") as app:
        best_of_site(app)
        begin(app, drafted(app, "daily"))
        issue = drafted(app, "best_of")
        assert told(issue) == [("harbour", "sea"), ("roofs", "city"), ("alone", ""), ("ferry", "city"), ("kelp", "sea")]
        assert left(issue) == {
            "tide": ("topic-full", "sea"),
            "plain": ("not-featured", ""),
        }


def test_or_it_does_not(tmp_path: Path):
    with site(tmp_path, BEST_OF % "never") as app:
        best_of_site(app)
        daily = drafted(app, "daily")
        assert {name for name, _ in told(daily)} == {"harbour", "roofs", "alone", "ferry", "plain"}
        before = drafted(app, "best_of")
        assert told(before)[0] == ("harbour", "sea")  # the daily has not begun yet
        desk.skip(app.database, before.id, "for later", now=AT)
        begin(app, daily)
        issue = drafted(app, "best_of")
        assert told(issue) == [("kelp", "sea"), ("tide", "sea")]
        assert left(issue) == {
            **dict.fromkeys(("harbour", "roofs", "alone", "ferry", "plain"), ("sent-elsewhere", "daily-2025-06-30")),
        }


def test_what_was_sent_elsewhere_is_told_with_the_first_issue_that_carried_it(tmp_path: Path):
    with site(tmp_path, BEST_OF % "never") as app:
        best_of_site(app)
        daily, monthly = desk.stream(app.config, "daily"), desk.stream(app.config, "best_of")
        first = drafted(app, "daily")
        begin(app, first)
        with app.database.read() as connection:
            assert store.history(connection, daily).elsewhere == {}
            assert store.history(connection, monthly).elsewhere == {story.guid: first.id for story in first.stories}
            assert store.history(connection, monthly).sent == frozenset()
            assert store.history(connection, monthly).last is None


def test_stories_too_few_for_an_issue_stay_eligible_after_the_note_that_there_is_no_news(tmp_path: Path):
    config = BLOG.replace("min: 1", "min: 2").replace("approve: required", "empty: send_note")
    with site(tmp_path, config) as app:
        put(app, "posts/alone", "Alone this week")
        note = drafted(app, "updates")
        assert note.stories == ()
        begin(app, note)
        put(app, "posts/second", "Company at last", age=-6 * DAY)
        assert [name for name, _ in told(drafted(app, "updates", AT + 7 * DAY))] == ["second", "alone"]
