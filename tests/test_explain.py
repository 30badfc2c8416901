"""Why an article is or is not in an issue, why a reader did or did not get it: in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from builders import CHIPS, make_article, make_story
from issues.newsroom import AT, look, move, site, write

from publisher import explain
from publisher.app import App
from publisher.delivery import ledger
from publisher.delivery.plan import Row
from publisher.errors import NotFoundError
from publisher.issues import desk
from publisher.issues.drift import Change, Drift
from publisher.issues.issue import Issue, LeftOut, State, Stream
from publisher.selection import NO_TOPIC, Parts, Pick, Reason
from publisher.templates import Templates
from subscribers import store as readers
from subscribers.consent import Act

WEEKLY = Stream("weekly", "weekly")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHO = "r0@example.org"


def drafted(app: App) -> Issue:
    made = desk.draft(app.config, app.database, WEEKLY, AT, app.clock.now())
    assert isinstance(made, Issue)
    return made


def begin(app: App, issue: Issue) -> None:
    from dataclasses import replace

    from publisher.issues import store

    for state in (State.APPROVED, State.QUEUED, State.SENDING):
        desk.move(app.database, issue.id, state, now=app.clock.now())
    with app.database.write() as connection:
        seen = store.get(connection, issue.id)
        store.update(connection, replace(seen, sent=app.clock.now()), seen=seen)


HEAD = "{detail} {0} %s %(x)s {{ 1 }}"
ENGLISH, CHINESE = (
    explain.Voice(templates=Templates(None), language=language, zone=ZoneInfo("Asia/Shanghai"))
    for language in ("en", "zh-CN")
)
TELLS_DETAIL = {
    Reason.OTHER_LANGUAGE,
    Reason.OTHER_SECTION,
    Reason.OTHER_TAG,
    Reason.SENT_ELSEWHERE,
    Reason.SAME_TITLE,
    Reason.TOPIC_FULL,
    Reason.NEAR_DUPLICATE,
}
TELLS_MOMENT = {Reason.SCHEDULED, Reason.EXPIRED, Reason.TOO_OLD}


def why(voice: explain.Voice, reason: str, detail: str = "") -> str:
    return explain.left_out(voice, LeftOut(path="a.md", title="A", reason=reason, detail=detail))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_in_the_sites_language(reason: Reason):
    for voice in (ENGLISH, CHINESE):
        said = why(voice, reason, HEAD)
        assert said
        assert "\n" not in said
        assert (HEAD in said) == (reason in TELLS_DETAIL | TELLS_MOMENT)
        assert said.isascii() == (voice is ENGLISH)
    assert why(ENGLISH, reason, HEAD)[0].islower()
    assert not why(ENGLISH, reason, HEAD).endswith(".")


@pytest.mark.parametrize("reason", sorted(TELLS_MOMENT))
def test_a_moment_is_told_on_the_sites_clock(reason: Reason):
    assert "2025-06-23 16:00" in why(ENGLISH, reason, "2025-06-23T08:00:00Z")
    assert "2025-06-23 16:00" in why(CHINESE, reason, "2025-06-23T08:00:00Z")


def test_what_has_no_section_or_topic_is_told_without_a_gap():
    assert why(ENGLISH, "other-section") == "it stands in no section, and the newsletter takes the articles of one"
    assert why(CHINESE, "other-section") == "不属于任何栏目，而本刊只选用指定栏目的文章"
    assert why(ENGLISH, "topic-full") == "stories that rank higher have filled the room for articles without a topic"
    assert why(CHINESE, "topic-full", "算力与芯片 / 投融资") == (
        "所属主题的名额已被排名更高的文章占满：算力与芯片 / 投融资"
    )


@pytest.mark.parametrize(
    ("topic", "score", "parts", "english", "chinese"),
    [
        (
            CHIPS, 0.934, Parts(fresh=0.434, featured=0.5),
            "picked for 算力与芯片: score 0.93 = fresh 0.43 + featured 0.50",
            "入选“算力与芯片”：得分 0.93 = 新鲜度 0.43 + 精选 0.50",
        ),
        (
            NO_TOPIC, 0.8, Parts(fresh=1.0, weight=-0.2),
            "picked: score 0.80 = fresh 1.00 − weight 0.20",
            "入选：得分 0.80 = 新鲜度 1.00 − 权重 0.20",
        ),
        (NO_TOPIC, 0.3, Parts(weight=0.3), "picked: score 0.30 = fresh 0.00 + weight 0.30", "入选：得分 0.30 = 新鲜度 0.00 + 权重 0.30"),
        (CHIPS, 0.0, None, "picked for 算力与芯片 by its date", "按时间入选“算力与芯片”"),
        (NO_TOPIC, 0.0, None, "picked by its date", "按时间入选"),
        (NO_TOPIC, 0.0, Parts(), "picked: score 0.00 = fresh 0.00", "入选：得分 0.00 = 新鲜度 0.00"),
        (CHIPS, 1e6 - 3, None, "pinned by an editor, under 算力与芯片", "由编辑置顶，归入“算力与芯片”"),
        (NO_TOPIC, 1e6, None, "pinned by an editor", "由编辑置顶"),
    ],
)  # fmt: skip
def test_why_an_article_is_in(topic, score, parts, english, chinese):
    chosen = Pick(make_article(), topic, score, parts)
    assert explain.pick(ENGLISH, chosen) == english
    assert explain.pick(CHINESE, chosen) == chinese


def test_why_a_kept_story_is_in():
    assert explain.story(ENGLISH, make_story(score=0.934, featured=True)) == (
        "picked for 算力与芯片: score 0.93 (featured)"
    )
    assert explain.story(CHINESE, make_story(score=0.934, featured=True)) == "入选“算力与芯片”：得分 0.93（精选）"
    assert explain.story(ENGLISH, make_story(score=0.5)) == "picked for 算力与芯片: score 0.50"
    assert explain.story(ENGLISH, make_story(score=0.0)) == "picked for 算力与芯片 by its date"
    assert explain.story(ENGLISH, make_story(score=1e6)) == "pinned by an editor, under 算力与芯片"


def test_an_article_in_feeds_and_issues(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="topics: [Chips]", title="Alpha", seen=False)
        write(app, "old", date=AT - 20 * DAY, title="Old")
        assert explain.article(app, "alpha", "") == [
            "posts/alpha.md: Alpha",
            "published 2025-06-30 07:00",
            "topics: Chips",
            "feeds: number 1 by date; it stands in feeds/, feeds/topics/chips/",
            "next issue of weekly/weekly: it would be picked for Chips: score 0.99 = fresh 0.99",
        ]
        issue = drafted(app)
        assert explain.article(app, "posts/old.md", issue.id) == [
            "posts/old.md: Old",
            "published 2025-06-10 08:00",
            "topics: none of this site's",
            "feeds: number 2 by date; it stands in feeds/",
            "weekly-2025-06-30 (draft): left out: it is older than the issue's window, which begins on 2025-06-16 08:00",
        ]
        assert explain.article(app, "alpha.md", issue.id)[-1] == (
            "weekly-2025-06-30 (draft): story 1 of 1, picked for Chips: score 0.99"
        )
        begin(app, issue)
        move(app, AT + HOUR)
        write(app, "omega", title="Omega", date=AT - 60 * DAY)
        assert explain.article(app, "alpha", "")[-2:] == [
            "weekly-2025-06-30 (sending): story 1 of 1, picked for Chips: score 0.99",
            (
                "next issue of weekly/weekly: it would be left out: "
                "an earlier issue of this newsletter and schedule carried it"
            ),
        ]
        said = explain.article(app, "omega", "")
        assert said[1] == "published 2025-05-01 08:00, but first seen 2025-06-30 09:00: it counts as new from then"
        assert said[-2] == (
            "weekly-2025-06-30 (sending): not weighed: it came after the issue was drafted on 2025-06-30 08:00"
        )


@pytest.mark.parametrize(
    ("before", "after", "english", "chinese"),
    [
        ("A", "B", "title was: A — and is now: B", "标题原为：A；现为：B"),
        ("", "B", "title was empty and is now: B", "标题原为空，现为：B"),
        ("A", "", "title is empty now and was: A", "标题现为空，原为：A"),
        (HEAD, "<b>&", f"title was: {HEAD} — and is now: <b>&", f"标题原为：{HEAD}；现为：<b>&"),
    ],
)
def test_how_a_story_differs_from_its_article_now(before: str, after: str, english: str, chinese: str):
    drift = Drift(issue="i", path="a.md", title="A", changes=(Change(field="title", before=before, after=after),) * 2)
    assert explain.drifted(ENGLISH, drift) == [english] * 2
    assert explain.drifted(CHINESE, drift) == [chinese] * 2


def test_a_story_whose_article_is_gone():
    drift = Drift(issue="i", path="a.md", title="A")
    assert explain.drifted(ENGLISH, drift) == ["its article is no longer there"]
    assert explain.drifted(CHINESE, drift) == ["原文已不存在"]


def test_an_article_in_chinese_words_on_the_sites_clock(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="topics: [算力]\nfeatured: true", title="Alpha", seen=False)
        write(app, "old", date=AT - 20 * DAY, title="Old", seen=False)
        write(app, "ancient", date=AT - 90 * DAY, title="Ancient", seen=False)
        write(app, "later", date=AT + HOUR, title="Later")
        config = app.config.model_copy(
            update={
                "site": app.config.site.model_copy(update={"language": "zh-CN", "timezone": ZoneInfo("Asia/Shanghai")})
            }
        )
        here = App(config=config, clock=app.clock)
        try:
            assert explain.article(here, "alpha", "")[1:] == [
                "发布于 2025-06-30 15:00",
                "主题：算力",
                "订阅源：按日期排第 1，在 feeds/、feeds/topics/算力/ 里",
                "weekly/weekly 的下一期：会入选“算力”：得分 1.49 = 新鲜度 0.99 + 精选 0.50",
            ]
            issue = drafted(here)
            assert explain.article(here, "old", "")[-2:] == [
                "weekly-2025-06-30（草稿）：未入选：早于本期的选稿范围（2025-06-16 16:00 起）",
                "weekly/weekly 的下一期：不会入选：早于本期的选稿范围（2025-06-16 16:00 起）",
            ]
            assert explain.article(here, "ancient", issue.id)[-1] == (
                "weekly-2025-06-30（草稿）：未参选：2025-06-30 16:00 起草时它已经太旧"
            )
            assert explain.article(here, "later.md", "") == [
                "posts/later.md: 不在任何订阅源和往期中：定于 2025-06-30 17:00 发布，时间未到"
            ]
        finally:
            here.close()


def test_a_story_is_known_by_its_id_after_its_file_was_renamed(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="guid: urn:alpha", title="Alpha")
        issue = drafted(app)
        (app.config.content.path / "posts" / "alpha.md").unlink()
        write(app, "moved", head="guid: urn:alpha", title="Alpha", date=AT - HOUR)
        assert explain.article(app, "moved", issue.id)[-1].startswith("weekly-2025-06-30 (draft): story 1 of 1, picked")


def test_an_article_beyond_the_main_feed(tmp_path: Path):
    with site(tmp_path, others="feeds: {entries: 1}\n") as app:
        write(app, "alpha", seen=False)
        write(app, "older", date=AT - DAY)
        assert "feeds: number 2 by date, too old for any; it is in feeds/archive/2025-06" in explain.article(
            app, "older", ""
        )
        write(app, "oldest", date=AT - 2 * DAY, head="topics: [Chips]")
        assert (
            "feeds: number 3 by date; it stands in feeds/topics/chips/; elsewhere it is in the archive: "
            "feeds/archive/2025-06"
        ) in explain.article(app, "oldest", "")
    with site(tmp_path / "other", others="feeds: {entries: 1, archive: false}\n") as app:
        write(app, "alpha", seen=False)
        write(app, "older", date=AT - DAY)
        assert "feeds: number 2 by date, too old for any, and nothing is archived" in explain.article(app, "older", "")


def test_articles_that_are_not_shown(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "later", date=AT + HOUR, seen=False)
        write(app, "idea", head="draft: true", seen=False)
        write(app, "ended", head=f"expiryDate: {(AT - HOUR).isoformat()}", date=AT - DAY, seen=False)
        (app.config.content.path / "posts" / "bad.md").write_text("---\ntitle: Bad\n---\nx\n", encoding="utf-8")
        look(app)
        assert explain.article(app, "later.md", "") == [
            "posts/later.md: in no feed and no issue: it appears on 2025-06-30 09:00"
        ]
        assert explain.article(app, "posts/idea.md", "") == ["posts/idea.md: in no feed and no issue: it is a draft"]
        assert explain.article(app, "ended.md", "") == [
            "posts/ended.md: in no feed and no issue: it expired on 2025-06-30 07:00"
        ]
        (bad,) = explain.article(app, "bad.md", "")
        assert bad.startswith("in no feed and no issue: posts/bad.md")
        with pytest.raises(NotFoundError, match="no article never"):
            explain.article(app, "never", "")


def test_a_reader_and_what_became_of_each_issue(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        move(app, AT)
        write(app, "alpha")
        with pytest.raises(NotFoundError) as caught:
            explain.reader(app, "nobody@example.org", "")
        assert caught.value.line() == "no reader nobody@example.org; 'publisher subscribers export' lists all"
        issue = drafted(app)
        assert explain.reader(app, WHO, "") == [
            "r0@example.org is active; wants all topics of all newsletters, first schedule, in en as html",
            "weekly-2025-06-30: not sent to anybody: it is draft",
        ]
        begin(app, issue)
        assert explain.reader(app, WHO, issue.id)[1:] == [
            "weekly-2025-06-30: they were not active, or read something else, when it was planned"
        ]
        with app.database.write() as connection:
            ledger.insert(connection, issue.id, [Row(subscriber=1, shard=0, edition="all.en.html")], AT)
        assert explain.reader(app, WHO, "")[1:] == ["weekly-2025-06-30: pending at 2025-06-30 08:00"]


@pytest.mark.parametrize(
    ("wish", "act", "why"),
    [
        ({"newsletter": "other"}, None, "not for them: they read other"),
        ({"schedule": "daily"}, None, "not for them: their schedule is daily"),
        ({}, None, "they joined after it was sent"),
    ],
)
def test_why_a_reader_did_not_get_it(tmp_path: Path, wish, act, why):
    with site(tmp_path) as app:
        write(app, "alpha")
        issue = drafted(app)
        begin(app, issue)
        with app.database.write() as connection:
            readers.add(
                connection, address="li@example.org", now=AT + HOUR, how="test", confirmed=True, consent_text="y",
                mac=str, **wish,
            )  # fmt: skip
        assert explain.reader(app, "LI@example.org", issue.id)[1:] == [f"weekly-2025-06-30: {why}"]


def test_a_reader_for_whom_the_newsletter_is_not(tmp_path: Path):
    with site(tmp_path, at=AT - DAY, more="readers: language:en and joined within 2d") as app:
        move(app, AT)
        write(app, "alpha")
        issue = drafted(app)
        begin(app, issue)
        assert explain.reader(app, WHO, "")[1:] == [
            "weekly-2025-06-30: they were not active, or read something else, when it was planned"
        ]
        with app.database.write() as connection:
            readers.set_preferences(connection, 1, language="zh-CN", now=AT, how="test")
        why = "goes to readers of whom this is true: language:en and joined within 2d"
        here = f"weekly does not go to them: it {why}"
        assert explain.reader(app, WHO, "")[1:] == [here, f"weekly-2025-06-30: not for them: weekly {why}"]


def test_a_newsletter_that_is_not_for_a_reader_is_named_before_its_first_issue(tmp_path: Path):
    others = '  other: {title: O, from: o@tideline.example, readers: "name:Li"}\n'
    with site(tmp_path, more="readers: language:zh", others=others) as app:
        assert explain.reader(app, WHO, "")[1:] == [
            "weekly does not go to them: it goes to readers of whom this is true: language:zh",
            "other does not go to them: it goes to readers of whom this is true: name:Li",
        ]
        with app.database.write() as connection:
            readers.set_preferences(connection, 1, declined=["weekly"], name="Li", now=AT, how="test")
        assert len(explain.reader(app, WHO, "")) == 1, "what they do not want needs no reason"


def test_a_reader_who_left_one_newsletter_of_several(tmp_path: Path):
    with site(tmp_path, at=AT - DAY, others="  other: {title: O, from: o@tideline.example}\n") as app:
        move(app, AT)
        write(app, "alpha")
        begin(app, drafted(app))
        with app.database.write() as connection:
            readers.set_preferences(connection, 1, topics=["chips"], declined=["weekly"], now=AT, how="test")
        assert explain.reader(app, WHO, "") == [
            "r0@example.org is active; wants chips of all newsletters but weekly, first schedule, in en as html",
            "weekly-2025-06-30: not for them: they left weekly",
        ]
        with app.database.write() as connection:
            readers.set_preferences(connection, 1, newsletter="other", now=AT, how="test")
        assert "wants chips of other, first" in explain.reader(app, WHO, "")[0]


@pytest.mark.parametrize(("until", "told"), [(AT + 3 * DAY, "2025-07-03 08:00"), (None, "they resume")])
def test_a_paused_reader_is_told_with_the_end_of_the_pause(tmp_path: Path, until, told):
    with site(tmp_path) as app:
        with app.database.write() as connection:
            readers.act(connection, 1, Act.PAUSE, now=AT, how="test", until=until)
        assert explain.reader(app, WHO, "")[0].startswith(f"r0@example.org is paused until {told}; wants all topics")


def test_a_reader_who_left(tmp_path: Path):
    with site(tmp_path, at=AT - DAY) as app:
        move(app, AT)
        write(app, "alpha")
        issue = drafted(app)
        begin(app, issue)
        with app.database.write() as connection:
            readers.act(connection, 1, Act.UNSUBSCRIBE, now=AT, how="test")
        assert explain.reader(app, WHO, "")[1:] == [
            "weekly-2025-06-30: they were not active when it was planned, and are unsubscribed now"
        ]


def test_an_issue_of_a_newsletter_that_is_no_more(tmp_path: Path):
    with site(tmp_path, at=AT - DAY, others="  gone: {title: G, from: g@tideline.example}\n") as app:
        move(app, AT)
        write(app, "alpha")
        made = desk.draft(app.config, app.database, Stream("gone", "weekly"), AT, AT)
        assert isinstance(made, Issue)
        begin(app, made)
    with site(tmp_path, readers=0) as app:
        assert explain.reader(app, WHO, "")[1:] == [
            "gone-weekly-2025-06-30: they were not active, or read something else, when it was planned"
        ]
