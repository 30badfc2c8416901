"""Why, in words: why an article is or is not in an issue or feed, why a reader did or did not get it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher.app import App
from publisher.content.article import Head
from publisher.content.index import Hidden, Index
from publisher.errors import NotFoundError
from publisher.issues import compose, store
from publisher.issues.drift import Drift
from publisher.issues.issue import BEGUN, Issue, LeftOut, Story, Stream
from publisher.selection import PINNED_SCORE, Parts, Pick
from publisher.templates import Templates
from publisher.times import parse_rfc3339
from subscribers.subscriber import Status, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """In which words things are told: the templates ``words/…``, a language, and the clock of moments."""

    templates: Templates
    language: str
    zone: ZoneInfo

    def say(self, template: str, **facts: object) -> str:
        """The sentence that a template makes of the facts."""
        return self.templates.render(f"words/{template}.txt", language=self.language, **facts).strip()

    def moment(self, at: datetime) -> str:
        """``2025-06-30 08:00`` on the site's clock."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"


def voice(app: App, language: str = "") -> Voice:
    """The site's own voice, or the same in another language."""
    site = app.config.site
    return Voice(templates=app.templates, language=language or site.language, zone=site.timezone)


def left_out(voice: Voice, item: LeftOut) -> str:
    """Why an article was left out, as a sentence."""
    return voice.say("left_out", reason=item.reason, detail=item.detail, when=_when(voice, item.detail))


def _when(voice: Voice, detail: str) -> str:
    """The moment that a reason tells; as it is where it is none, as in issues of older versions."""
    try:
        return voice.moment(parse_rfc3339(detail))
    except ValueError:
        return detail


def story(voice: Voice, story: Story) -> str:
    """Why a story is in its issue, as far as the issue keeps it."""
    return _picked(voice, story.topic.title, story.score, featured=story.featured)


def pick(voice: Voice, pick: Pick) -> str:
    """Why an article would be in an issue, with what its score is the sum of."""
    return _picked(voice, pick.topic.title, pick.score, parts=pick.parts)


def _picked(voice: Voice, topic: str, score: float, *, parts: Parts | None = None, featured: bool = False) -> str:
    pinned, by_date = score > PINNED_SCORE / 2, score == 0 and parts is None
    return voice.say("picked", topic=topic, score=score, parts=parts, featured=featured, pinned=pinned, by_date=by_date)


def drifted(voice: Voice, drift: Drift) -> list[str]:
    """How a story differs from its article now, a sentence for each thing."""
    if drift.gone:
        return [voice.say("drifted", field="")]
    return [voice.say("drifted", field=each.field, before=each.before, after=each.after) for each in drift.changes]


def article(app: App, reference: str, issue_id: str) -> list[str]:
    """Where an article is and why, a line each. Raises ``NotFoundError`` where nothing of that name is known."""
    from publisher.content.library import Library

    said, index = voice(app), Index(app.database)
    shown = list(index.heads(app.clock.now()))
    try:
        found = compose.find(shown, reference)
    except NotFoundError:
        hidden = _hidden(said, app, reference)
        if hidden is None:
            raise
        return hidden
    readable = found.path in Library(app.config, app.database).articles([found.path], app.clock.now())
    problems = [each for each in index.problems() if each.path == found.path]
    shared = any(each.code == "guid-collision" for each in problems)
    about = "unreadable" if not readable else "shared" if shared else "feeds"
    lines = [
        *_known(said, found),
        *(said.say("article", about="problem", problem=each) for each in problems),
        said.say(
            "article",
            about=about,
            place=shown.index(found) + 1,
            **_in_feeds(app, found.path),
        ),
    ]
    with app.database.read() as connection:
        issues = [store.get(connection, issue_id)] if issue_id else store.latest(connection, limit=5)
    lines += [_in_issue(said, issue, found) for issue in issues]
    if not issue_id:
        lines += _in_next(said, app, found)
    return lines


def _in_feeds(app: App, path: str) -> dict[str, object]:
    """The folders of the feeds that hold the article, and the archives that do where no feed has room for it."""
    from publisher.content.library import Library
    from publisher.feeds.channel import channel_of
    from publisher.feeds.feed import FOLDERS
    from publisher.feeds.fill import layouts

    laid, _ = layouts(channel_of(app.config), Library(app.config, app.database).listing(app.clock.now()))
    places = {f"{FOLDERS[each.kind]}{each.key}/".replace("//", "/"): each for each in laid}
    months = [
        f"{folder}archive/{month.name}"
        for folder, each in places.items()
        for month in each.months
        if path in month.paths and path not in each.paths
    ]
    return {"held": [folder for folder, each in places.items() if path in each.paths], "kept": months}


def _known(voice: Voice, found: Head) -> Iterator[str]:
    yield f"{found.path}: {found.title}"
    seen = voice.moment(found.first_seen) if found.first_seen > found.published else ""
    yield voice.say("article", about="published", when=voice.moment(found.published), seen=seen)
    yield voice.say("article", about="topics", topics=[topic.title for topic in found.topics])


def _hidden(voice: Voice, app: App, reference: str) -> list[str] | None:
    index = Index(app.database)
    for hidden in index.hidden(app.clock.now()):
        if reference in {hidden.path, hidden.path.rsplit("/", 1)[-1]}:
            return [f"{hidden.path}: " + voice.say("article", about="hidden", why=_absent(voice, hidden))]
    problems = [problem for problem in index.problems() if reference in {problem.path, problem.path.rsplit("/", 1)[-1]}]
    return [voice.say("article", about="hidden", why=problem) for problem in problems] or None


def _absent(voice: Voice, hidden: Hidden) -> str:
    if hidden.when is None:
        return voice.say("article", about="draft")
    return voice.say("left_out", reason=hidden.reason.value, detail="", when=voice.moment(hidden.when))


def _in_issue(voice: Voice, issue: Issue, found: Head) -> str:
    facts = {"issue": issue.id, "state": issue.state.value}
    for place, each in enumerate(issue.stories, 1):
        if found.guid == each.guid or found.path == each.path:
            why, count = story(voice, each), len(issue.stories)
            return voice.say("article", about="story", place=place, count=count, why=why, **facts)
    for item in issue.left_out:
        if item.path == found.path:
            return voice.say("article", about="left out", why=left_out(voice, item), **facts)
    missed = max(found.published, found.first_seen) > issue.created
    about = "later" if missed else "earlier"
    return voice.say("article", about=about, when=voice.moment(issue.created), **facts)


def _in_next(voice: Voice, app: App, found: Head) -> list[str]:
    """What would become of it if each stream's next issue were drawn up now."""
    return [
        line
        for name, letter in app.config.newsletters.items()
        for schedule in letter.schedules
        for line in _if_drafted(voice, app, Stream(name, schedule), found)
    ]


def _if_drafted(voice: Voice, app: App, stream: Stream, found: Head) -> Iterator[str]:
    from publisher.issues import desk

    selection = desk.choose(app.config, app.database, stream, app.clock.now()).selection
    for each in selection.picks:
        if each.article.path == found.path:
            yield voice.say("article", about="next", stream=stream, why=pick(voice, each))
    for skip in selection.skips:
        if skip.article.path == found.path:
            why = left_out(voice, compose.left_out(skip))
            yield voice.say("article", about="not next", stream=stream, why=why)


def reader(app: App, address: str, issue_id: str) -> list[str]:
    """Why a reader got issues or did not, a line each. Raises ``NotFoundError`` where nobody has that address."""
    from publisher.delivery import ledger
    from subscribers import store as readers

    with app.database.read() as connection:
        found = readers.by_address(connection, address)
        if found is None:
            raise NotFoundError(f"no reader {address}", hint="'publisher subscribers export' lists all")
        issues = [store.get(connection, issue_id)] if issue_id else store.latest(connection, limit=10)
        got = {issue: (state, reply, at) for issue, state, reply, _, at in ledger.of_reader(connection, found.id)}
    lines = [f"{found.address} is {_standing(app, found)}; wants {_wants(app, found)}", *_not_theirs(app, found)]
    for issue in issues:
        if issue.id in got:
            state, reply, at = got[issue.id]
            lines.append(f"{issue.id}: {state} at {_local(app, at)}" + (f" ({reply})" if reply else ""))
        else:
            lines.append(f"{issue.id}: {_why_not(app, issue, found)}")
    return lines


def _local(app: App, at: datetime) -> str:
    return f"{at.astimezone(app.config.site.timezone):%Y-%m-%d %H:%M}"


def _standing(app: App, found: Subscriber) -> str:
    """The status, of a paused reader with the end of the pause."""
    if found.status is not Status.PAUSED:
        return found.status
    return f"paused until {_local(app, found.paused_until) if found.paused_until else 'they resume'}"


def _not_theirs(app: App, found: Subscriber) -> Iterator[str]:
    """The newsletters that they want, but do not belong to the readers of: a sentence each, with the reason."""
    from publisher.delivery import audience

    now = app.clock.now()
    for name, letter in app.config.newsletters.items():
        wanted = found.newsletter in {"", name} and name not in found.declined
        if wanted and not audience.holds(audience.segment(app.config, letter.readers, now), found):
            yield f"{name} does not go to them: it goes to readers of whom this is true: {letter.readers}"


def _wants(app: App, found: Subscriber) -> str:
    from publisher.delivery import mail

    topics = ", ".join(found.topics) or "all topics"
    left = ", ".join(name for name in found.declined if found.newsletter in {"", name})
    newsletter = (found.newsletter or "all newsletters") + (f" but {left}" if left else "")
    wish = mail.wish_of(app.config, found)
    return f"{topics} of {newsletter}, {found.schedule or 'first schedule'}, in {wish.language} as {wish.format}"


def _why_not(app: App, issue: Issue, found: Subscriber) -> str:
    from publisher.delivery import audience

    if issue.state not in BEGUN:
        return f"not sent to anybody: it is {issue.state}"
    if found.newsletter not in {"", issue.stream.newsletter}:
        return f"not for them: they read {found.newsletter}"
    if issue.stream.newsletter in found.declined:
        return f"not for them: they left {issue.stream.newsletter}"
    letter = app.config.newsletters.get(issue.stream.newsletter)
    first = next(iter(letter.schedules)) if letter else issue.stream.schedule
    if (found.schedule or first) != issue.stream.schedule:
        return f"not for them: their schedule is {found.schedule or first}"
    if issue.sent and found.created > issue.sent:
        return "they joined after it was sent"
    if letter and not audience.holds(audience.segment(app.config, letter.readers, issue.sent or issue.slot), found):
        return f"not for them: {issue.stream.newsletter} goes to readers of whom this is true: {letter.readers}"
    if found.status is not Status.ACTIVE:
        return f"they were not active when it was planned, and are {found.status} now"
    return "they were not active, or read something else, when it was planned"
