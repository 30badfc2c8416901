"""Why, in words: why an article is or is not in an issue or feed, why a reader did or did not get it."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.app import App
from publisher.content.article import Article
from publisher.content.index import Index
from publisher.delivery import ledger, mail
from publisher.errors import NotFoundError
from publisher.issues import compose, desk, store
from publisher.issues.issue import BEGUN, Issue, LeftOut, Stream
from publisher.selection import Reason
from subscribers import store as readers
from subscribers.subscriber import Status, Subscriber

WORDS = {
    Reason.OTHER_LANGUAGE: "it is written in {detail}, and the newsletter wants another language",
    Reason.OTHER_SECTION: "it stands in section {detail!r}, and the newsletter wants another",
    Reason.OTHER_TAG: "it lacks the tag {detail!r} that the newsletter asks for",
    Reason.EXCLUDED: "an editor excluded it from this issue",
    Reason.ALREADY_SENT: "an earlier issue of this newsletter and schedule carried it",
    Reason.TOO_OLD: "it is older than the issue's window, which begins at {detail}",
    Reason.NOT_FEATURED: "it is not featured, and the newsletter takes only featured articles",
    Reason.NO_TOPIC: "none of its topics has a section in this newsletter",
    Reason.SAME_TITLE: "a story with the same title is told already: {detail}",
    Reason.TOPIC_FULL: "its topics are full: {detail}",
    Reason.NEAR_DUPLICATE: "it tells nearly the same as: {detail}",
}


def reason(item: LeftOut) -> str:
    """Why an article was left out, as a sentence."""
    return WORDS[Reason(item.reason)].format(detail=item.detail)


def article(app: App, reference: str, issue_id: str) -> list[str]:
    """Where an article is and why, a line each. Raises ``NotFoundError`` where nothing of that name is known."""
    now, index = app.clock.now(), Index(app.database)
    try:
        found = compose.find(index.articles(now), reference)
    except NotFoundError:
        hidden = _hidden(app, reference)
        if hidden is None:
            raise
        return hidden
    lines = [
        f"{found.path}: {found.title}",
        f"published {found.published.astimezone(app.config.site.timezone):%Y-%m-%d %H:%M}; topics: "
        + (", ".join(topic.key for topic in found.topics) or "none of this site's"),
        *(f"problem: {problem}" for problem in index.problems() if problem.path == found.path),
        *_in_feeds(app, index, found),
    ]
    with app.database.read() as connection:
        issues = [store.get(connection, issue_id)] if issue_id else store.latest(connection, limit=5)
    lines += [line for issue in issues for line in _in_issue(issue, found)]
    if not issue_id:
        lines += _in_next(app, found)
    return lines


def _hidden(app: App, reference: str) -> list[str] | None:
    index = Index(app.database)
    zone = app.config.site.timezone
    for hidden in index.hidden(app.clock.now()):
        if reference in {hidden.path, hidden.path.rsplit("/", 1)[-1]}:
            when = f" ({hidden.when.astimezone(zone):%Y-%m-%d %H:%M})" if hidden.when else ""
            return [f"{hidden.path}: in no feed and no issue: {hidden.reason}{when}"]
    problems = [problem for problem in index.problems() if reference in {problem.path, problem.path.rsplit("/", 1)[-1]}]
    return [f"in no feed and no issue: {problem}" for problem in problems] or None


def _in_feeds(app: App, index: Index, found: Article) -> list[str]:
    limit = app.config.feeds.entries
    place = [each.path for each in index.articles(app.clock.now())].index(found.path)
    if place < limit:
        return [f"feeds: it is entry {place + 1} of the newest {limit}, and in the feeds of its topics and tags"]
    return [f"feeds: {place} articles are newer and the main feed holds {limit}; feeds of its topics may hold it"]


def _in_issue(issue: Issue, found: Article) -> list[str]:
    head = f"{issue.id} ({issue.state}): "
    for place, story in enumerate(issue.stories, 1):
        if story.path == found.path:
            topic = f" under {story.topic.title}" if story.topic.title else ""
            return [f"{head}it is story {place}{topic}, score {story.score:.3f}"]
    for item in issue.left_out:
        if item.path == found.path:
            return [f"{head}left out: {reason(item)}"]
    return [f"{head}it was not there yet, or too old, when the issue was drafted"]


def _in_next(app: App, found: Article) -> list[str]:
    """What would become of it if each stream's next issue were drawn up now."""
    return [
        line
        for name, letter in app.config.newsletters.items()
        for schedule in letter.schedules
        for line in _if_drafted(app, Stream(name, schedule), found)
    ]


def _if_drafted(app: App, stream: Stream, found: Article) -> Iterator[str]:
    selection = desk.choose(app.config, app.database, stream, app.clock.now())
    for pick in selection.picks:
        if pick.article.path == found.path:
            yield f"next issue of {stream}: it would be in, score {pick.score:.3f}"
    for skip in selection.skips:
        if skip.article.path == found.path:
            yield f"next issue of {stream}: left out: {reason(compose.left_out(skip))}"


def reader(app: App, address: str, issue_id: str) -> list[str]:
    """Why a reader got issues or did not, a line each. Raises ``NotFoundError`` where nobody has that address."""
    with app.database.read() as connection:
        found = readers.by_address(connection, address)
        if found is None:
            raise NotFoundError(f"no reader {address}", hint="'publisher subscribers export' lists all")
        issues = [store.get(connection, issue_id)] if issue_id else store.latest(connection, limit=10)
        got = {issue: (state, reply, at) for issue, state, reply, _, at in ledger.of_reader(connection, found.id)}
    lines = [f"{found.address} is {found.status}; wants {_wants(app, found)}"]
    for issue in issues:
        if issue.id in got:
            state, reply, at = got[issue.id]
            lines.append(
                f"{issue.id}: {state} at {at.astimezone(app.config.site.timezone):%Y-%m-%d %H:%M}"
                + (f" ({reply})" if reply else "")
            )
        else:
            lines.append(f"{issue.id}: {_why_not(app, issue, found)}")
    return lines


def _wants(app: App, found: Subscriber) -> str:
    topics = ", ".join(found.topics) or "all topics"
    newsletter = found.newsletter or "all newsletters"
    wish = mail.wish_of(app.config, found)
    return f"{topics} of {newsletter}, {found.schedule or 'first schedule'}, in {wish.language} as {wish.format}"


def _why_not(app: App, issue: Issue, found: Subscriber) -> str:
    if issue.state not in BEGUN:
        return f"not sent to anybody: it is {issue.state}"
    if found.newsletter not in {"", issue.stream.newsletter}:
        return f"not for them: they read {found.newsletter}"
    letter = app.config.newsletters.get(issue.stream.newsletter)
    first = next(iter(letter.schedules)) if letter else issue.stream.schedule
    if (found.schedule or first) != issue.stream.schedule:
        return f"not for them: their schedule is {found.schedule or first}"
    if issue.sent and found.created > issue.sent:
        return "they joined after it was sent"
    if found.status is not Status.ACTIVE:
        return f"they were not active when it was planned, and are {found.status} now"
    return "they were not active, or read something else, when it was planned"
