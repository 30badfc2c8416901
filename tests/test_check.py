"""``publisher check``: one finding for each thing that is wrong, in words that say what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from issues.newsroom import AT, break_templates, site, write

from publisher import check
from publisher.app import App
from publisher.content.article import Severity
from publisher.feeds.publish import publish
from publisher.issues import desk
from publisher.issues.issue import Issue, State, Stream

DAY = timedelta(days=1)


def told(app: App) -> list[str]:
    return [f"{each.code} {each}" for each in check.run(app)]


def test_a_good_site_has_no_findings(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="summary: What happened.", seen=False)
        assert told(app) == []


def test_an_empty_folder(tmp_path: Path):
    with site(tmp_path) as app:
        assert told(app) == [
            (
                "content-empty content: warning: no article is published; "
                "add a Markdown file with title and date, or set content.path"
            )
        ]


def test_a_silent_site_and_its_alarm(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", date=AT - 15 * DAY, seen=False)
        assert told(app) == [
            "content-quiet content: warning: nothing new for 15 days; if that is meant, raise content.quiet_alarm"
        ]
    with site(tmp_path / "quiet", others="content: {quiet_alarm: 0}\n") as app:
        write(app, "alpha", date=AT - 15 * DAY, seen=False)
        assert told(app) == []


def test_what_later_versions_do_and_no_newsletter(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text(
        'site: {title: T, url: "https://t.example"}\nwebhooks: {out: [{url: "https://y.example"}]}\n', encoding="utf-8"
    )
    (tmp_path / "content").mkdir()
    app = App.open(file, start=AT, environ={})
    found = check.run(app)
    app.close()
    assert [(each.path, each.severity, each.code) for each in found][:2] == [
        ("config.yaml", Severity.WARNING, "later"),
        ("config.yaml", Severity.WARNING, "newsletter-none"),
    ]
    assert "webhooks.out" in found[0].message
    assert str(found[1]) == (
        "config.yaml: warning: no newsletter: only feeds are built; to send digests, add one under newsletters:"
    )


def test_a_broken_article_is_told_with_its_line(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", seen=False)
        bad = app.config.content.path / "posts" / "bad.md"
        bad.write_text("---\ntitle: Bad\ndate: someday\n---\nText\n", encoding="utf-8")
        (line,) = told(app)
        assert " posts/bad.md:3: error: " in line


def test_every_body_is_looked_at_though_no_feed_and_no_issue_needs_it(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="summary: What happened.", seen=False)
        for name, how in (("old", {"date": AT - 900 * DAY}), ("draft", {"head": "draft: true"})):
            write(app, name, body=">" * 3000 + " x", seen=False, **how)
        lines = told(app)
        assert [line.partition(":")[0] for line in lines] == ["body posts/draft.md", "body posts/old.md"]
        assert all(": error: quotes are nested more than" in line for line in lines)
        assert told(app) == lines  # it is told until it is mended


def test_topics_that_nobody_knows(tmp_path: Path):
    with site(tmp_path, others="topics: {a: {title: A}}\n") as app:
        for n in range(13):
            topics = "[A, Stray]" if n < 2 else f"[A, Lone{n:02}]"
            write(app, f"n{n}", head=f"topics: {topics}", seen=False)
        found = [each for each in check.run(app) if each.code == "topic-unmatched"]
        assert [str(each) for each in found[:2]] == [
            (
                "config.yaml: warning: 2 articles have the topic 'Stray', which no topic here matches; "
                'write it into the match of one, or add `stray: {title: "Stray"}` to topics'
            ),
            (
                "config.yaml: warning: 1 article has the topic 'Lone02', which no topic here matches; "
                'write it into the match of one, or add `lone02: {title: "Lone02"}` to topics'
            ),
        ]
        assert ["or add `" in each.message for each in found[:-1]] == [True] * 3 + [False] * 7
        assert len(found) == check.MANY + 1
        assert found[-1].message == "2 more topics match none here; those above are the commonest"


def test_two_names_with_one_slug(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="tags: ['C / C', 'C C']", seen=False)
        assert told(app) == [
            (
                "slug-collision config.yaml: error: the tags 'C / C' and 'C C' share the slug 'c-c' and so one feed; "
                "write one of them everywhere"
            )
        ]


def test_a_choice_that_holds_nothing(tmp_path: Path):
    others = "feeds: {extra: [{name: none, tags: [Nothing]}, {name: not-chips, not: {topics: [chips]}}]}\n"
    with site(tmp_path, others=others) as app:
        write(app, "alpha", seen=False)
        assert told(app) == [
            (
                "extra-empty config.yaml: warning: feeds.extra: 'none' holds no article; "
                "correct its topics, tags or lang, or remove it"
            )
        ]


def test_feeds_are_linted_as_they_were_built(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", head="summary: What happened.", seen=False)
        assert told(app) == []  # nothing was built yet
        publish(app.config, app.database, app.templates, AT)
        assert told(app) == []
        file = app.config.output / "feeds/rss.xml"
        file.write_bytes(file.read_bytes().replace(b'<guid isPermaLink="false">', b"<guid>"))
        (found,) = told(app)
        assert found.startswith("guid-permalink feeds/rss.xml: error: ")


def test_a_template_that_no_designer_finished(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", seen=False)
        break_templates(app)
        (finding,) = check.run(app)
        assert (finding.path, finding.severity, finding.code) == ("config.yaml", Severity.ERROR, "digest")
        assert finding.message.startswith("newsletters.weekly: ")
        assert "digest/" in finding.message


def test_the_lint_of_a_trial_digest_is_told_whatever_was_sent_before(tmp_path: Path):
    with site(tmp_path) as app:
        write(app, "alpha", title="T" * 300, seen=False)
        first = check.run(app)
        assert [each.path for each in first] == ["config.yaml"] * len(first)
        assert any(each.message.startswith("newsletters.weekly: ") and "subject" in each.message for each in first)
        made = desk.draft(app.config, app.database, Stream("weekly", "weekly"), AT, AT)
        assert isinstance(made, Issue)
        for state in (State.APPROVED, State.QUEUED, State.SENDING, State.SENT):
            desk.move(app.database, made.id, state, now=AT)
        assert check.run(app) == first


def test_checking_shows_how_far_it_is(tmp_path: Path):
    moves: list[tuple[int, int]] = []
    with site(tmp_path) as app:
        write(app, "alpha", seen=False)
        check.run(app, progress=lambda done, total: moves.append((done, total)))
    assert moves[-1] == (1, 1)


@pytest.mark.parametrize(("line", "place"), [(None, "a.md"), (7, "a.md:7")])
def test_a_finding_is_one_line(line: int | None, place: str):
    finding = check.Finding(path="a.md", line=line, severity=Severity.WARNING, code="x", message="is odd; mend it")
    assert str(finding) == f"{place}: warning: is odd; mend it"


def test_a_signing_key_that_others_may_read(tmp_path: Path):
    from publisher.digest import dkim

    key = tmp_path / "s1.pem"
    key.write_bytes(dkim.make(dkim.Algorithm.ED25519))
    others = "delivery: {dkim: [{domain: tideline.example, selector: s1, key_file: s1.pem}]}\n"
    for mode, heard in ((0o600, []), (0o644, ["key-mode"])):
        key.chmod(mode)
        with site(tmp_path / str(mode), others=others.replace("s1.pem", "../s1.pem")) as app:
            write(app, "alpha", head="summary: What happened.", seen=False)
            assert [each.code for each in check.run(app)] == heard


def test_a_maildir_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    box = tmp_path / "box"
    bounces = f"delivery: {{bounces: {{address: bounce@tideline.example, maildir: {box}}}}}\n"
    with site(tmp_path, others=bounces) as app:
        write(app, "alpha", head="summary: What happened.", seen=False)
        assert told(app) == [
            (
                f"maildir config.yaml: warning: delivery.bounces.maildir: {box} is no Maildir (no folders new and cur); "
                f"make it with 'mkdir -p {box}/new {box}/cur {box}/tmp'"
            )
        ]
        for name in ("new", "cur"):
            (box / name).mkdir(parents=True)
        assert told(app) == []

        def barred(folder: Path) -> str:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(check.mailbox, "missing", barred)
        assert told(app) == [
            (
                f"maildir config.yaml: warning: delivery.bounces.maildir: {box} cannot be read: Permission denied; "
                "check its owner and permissions"
            )
        ]
