"""Feeds of newsletters: each issue that was sent is an entry, with its list of stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from publisher.config import Config, Newsletter
from publisher.content import markdown
from publisher.content.article import Topic
from publisher.content.markdown import MarkdownError
from publisher.db.engine import Database
from publisher.errors import TemplateError
from publisher.feeds.feed import Category, Channel, Entry, Kind, digest
from publisher.feeds.fill import Layout, Row, category, lay_out
from publisher.issues import store
from publisher.issues.issue import Issue, Story, Stream
from publisher.issues.store import Begun
from publisher.templates import Templates
from publisher.text import one_line
from publisher.times import utc
from publisher.urls import authority, join

_PREFIX = "issue:"
"""Before an issue's id in the key of its entry: no file of articles is named so."""
_TEMPLATE = "feeds/issue.html"
RECENT = 30
"""Issues of each stream whose stories are kept as entries, whether or not a feed has room for them."""


class Letters(NamedTuple):
    """The newsletters' feeds that are to be, and what their entries are made from."""

    layouts: tuple[Layout, ...]
    """One for each newsletter of which an issue was sent."""
    stamps: Mapping[str, str]
    """Hash of everything that the bytes of an entry depend on, by key."""
    told: tuple[str, ...]
    """Paths of the stories in the newest issues: readers' own feeds hold them."""


def letters(config: Config, database: Database, templates: Templates, channel: Channel) -> Letters:
    """The feeds of the newsletters that config.yaml names, in its order."""
    made, stamps = [], dict[str, str]()
    with database.read() as connection:
        sent = {name: store.begun(connection, name) for name in config.newsletters}
        told = dict.fromkeys(
            path
            for name, letter in config.newsletters.items()
            if sent[name]
            for schedule in letter.schedules
            for path in store.told(connection, Stream(name, schedule), RECENT)
        )
    words = templates.fingerprint("feeds") if any(sent.values()) else ""
    for name, letter in config.newsletters.items():
        if sent[name]:
            rows = [_row(each) for each in sent[name]]
            made.append(lay_out(Kind.NEWSLETTER, name, one_line(letter.title), rows, channel))
            base = (
                f"{channel.mark} {channel.base_url} {words} {letter.select.max} {letter.title} {_order(letter, config)}"
            )
            stamps |= {
                _key(each): digest(f"{base} {each.id} {each.when} {each.revision}".encode()) for each in sent[name]
            }
    return Letters(tuple(made), stamps, tuple(told))


def _key(issue: Begun) -> str:
    return _PREFIX + issue.id


def _row(issue: Begun) -> Row:
    return Row(path=_key(issue), published=issue.when)


def _order(letter: Newsletter, config: Config) -> tuple[str, ...]:
    return letter.select.topics or tuple(config.topics)


class Written(NamedTuple):
    """What came of one issue."""

    key: str
    entry: Entry | None
    """None where it cannot be made."""
    html: str = ""
    fault: str = ""


def entries(
    keys: Sequence[str], config: Config, database: Database, templates: Templates, channel: Channel
) -> Iterator[Written]:
    """The entries of issues by key, each with its HTML. One that cannot be made stops no other."""
    for key in keys:
        with database.read() as connection:
            issue = store.get(connection, key.removeprefix(_PREFIX))
        letter = config.newsletters[issue.stream.newsletter]
        stories = issue.stories[: letter.select.max]
        try:
            html = templates.render(
                _TEMPLATE,
                language=channel.language,
                intro=markdown.render(issue.intro, config.site.url, f"{issue.id}-") if issue.intro.strip() else "",
                sections=_sections(stories, _order(letter, config)),
            )
            yield Written(key, _entry(issue, letter, stories, channel), html)
        except (TemplateError, MarkdownError, ValueError) as error:
            yield Written(key, None, fault=f"{error}; mend the template feeds/issue.html, or the issue's intro")


def _entry(issue: Issue, letter: Newsletter, stories: Sequence[Story], channel: Channel) -> Entry:
    when = utc(min(issue.slot, issue.sent or issue.slot)).replace(microsecond=0)
    name = f"{issue.stream.newsletter}/{issue.id}"
    topics = dict.fromkeys(topic for story in stories for topic in (story.topic,) if topic.key)
    return Entry(
        key=_PREFIX + issue.id,
        # Of what no later sending and no change of the config can move.
        id=f"tag:{authority(channel.home_url)},{utc(issue.slot).date().isoformat()}:newsletters/{name}",
        url=join(channel.base_url, f"/archive/{issue.id}"),
        title=one_line(issue.subject) or f"{one_line(letter.title)} {issue.number}",
        summary=one_line(issue.preheader) or " · ".join(one_line(story.title) for story in stories[:3]),
        published=when,
        updated=when,
        categories=tuple(_categories(topics, channel)),
        authors=(one_line(letter.title),),
        language=channel.language,
    )


def _categories(topics: Mapping[Topic, None], channel: Channel) -> Iterator[Category]:
    return (category(channel, Kind.TOPIC, topic.key, one_line(topic.title) or topic.key) for topic in topics)


def _sections(stories: Sequence[Story], order: Sequence[str]) -> list[tuple[Topic | None, list[Story]]]:
    """The stories by topic: those of ``order`` first, then as they come up; stories without a topic stand last."""
    filed: dict[str, tuple[Topic, list[Story]]] = {}
    for story in stories:
        filed.setdefault(story.topic.key, (story.topic, []))[1].append(story)
    rank = {key: place for place, key in enumerate(order)}
    keys = sorted(filed, key=lambda key: (key == "", rank.get(key, len(rank))))
    return [(filed[key][0] if key else None, filed[key][1]) for key in keys]
