"""How the articles of an open issue have changed since it was drawn up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from publisher.config import Newsletter
from publisher.content.article import Article, Topic
from publisher.issues import compose
from publisher.issues.issue import Issue, LeftOut, Story
from publisher.selection import NO_TOPIC, Pick, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that readers would see otherwise, as the issue has it and as the file has it now."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A story of an issue whose article is not what it was."""

    issue: str
    path: str
    title: str
    changes: tuple[Change, ...] = ()
    """What differs; nothing where the article is gone."""

    @property
    def gone(self) -> bool:
        """Whether the article is no longer there."""
        return not self.changes


def changes(story: Story, article: Article) -> tuple[Change, ...]:
    """What of an article differs from its story, among all that a digest shows."""
    pairs = (
        ("title", story.title, article.title),
        ("summary", story.summary, article.summary),
        ("url", story.url, article.url),
        ("image", *(image.url if image else "" for image in (story.image, article.image))),
        ("alt", *(image.alt if image else "" for image in (story.image, article.image))),
        ("date", story.published.isoformat(), article.published.astimezone(story.published.tzinfo).isoformat()),
        ("topics", *(", ".join(topic.title for topic in each.topics) for each in (story, article))),
        ("tags", ", ".join(story.tags), ", ".join(article.tags)),
        ("authors", ", ".join(story.authors), ", ".join(article.authors)),
        ("language", story.language, article.language),
        ("minutes", str(story.reading_minutes), str(article.reading_minutes)),
    )
    return tuple(Change(field=name, before=old, after=new) for name, old, new in pairs if old != new)


def drifts(issue: Issue, articles: Mapping[str, Article]) -> tuple[Drift, ...]:
    """The stories that are no longer as their articles are; ``articles`` holds by id what there is of them now."""
    found = []
    for story in issue.stories:
        article = articles.get(story.guid)
        differs = changes(story, article) if article else ()
        if differs or article is None:
            found.append(Drift(issue=issue.id, path=story.path, title=story.title, changes=differs))
    return tuple(found)


def followed(
    issue: Issue, articles: Mapping[str, Article], newsletter: Newsletter, back: Mapping[str, Article] | None = None
) -> Issue:
    """The draft as its articles are now: edited ones as edited, moved ones at their new place, without those gone.

    Order, sections and the editor's words stay; what is gone is left out with that reason, and comes ``back`` (by path)
    at the end. Half of a change, as ``compose.reselected`` is; equal to the issue where nothing changed.
    """
    stories: list[Story] = []
    left: list[LeftOut] = []
    moved: dict[str, str] = {}
    for story in issue.stories:
        article = articles.get(story.guid)
        if article is None:
            reason, section = Reason.VANISHED.value, story.topic.key
            left.append(LeftOut(path=story.path, title=story.title, reason=reason, detail=section))
        else:
            stories.append(_renewed(story, article))
            moved[story.path] = article.path
    gone = {item.path for item in left}
    for item in issue.left_out:
        if item.path in gone:
            continue
        article = (back or {}).get(item.path) if item.reason == Reason.VANISHED.value else None
        if article is None or article.guid in {story.guid for story in stories}:
            left.append(item)
        else:
            stories.append(compose.story(Pick(article, _section(article, item.detail), 0.0), article))
    if tuple(stories) == issue.stories and tuple(left) == issue.left_out:
        return issue
    pinned = tuple(moved.get(path, path) for path in issue.pinned)
    changed = replace(issue, stories=tuple(stories), left_out=tuple(left), pinned=pinned)
    return compose.worded(changed, newsletter)


def _section(article: Article, key: str) -> Topic:
    """The topic of that key, else the article's first, else none."""
    return next((topic for topic in article.topics if topic.key == key), next(iter(article.topics), NO_TOPIC))


def _renewed(story: Story, article: Article) -> Story:
    """The story as its article is now; the same where readers would see no difference."""
    renewed = replace(
        story,
        path=article.path,
        url=article.url,
        title=article.title,
        summary=article.summary,
        published=article.published.astimezone(story.published.tzinfo),
        topic=story.topic if story.topics == article.topics else _section(article, story.topic.key),
        topics=article.topics,
        tags=article.tags,
        authors=article.authors,
        image=article.image,
        language=article.language,
        reading_minutes=article.reading_minutes,
    )
    return story if renewed == story else replace(renewed, revision=article.revision)
