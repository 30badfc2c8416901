"""What the desk does with issues: draft, edit, skip, and what time does to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.config import Config, Newsletter
from publisher.content.article import Article, Head
from publisher.content.index import Index
from publisher.content.library import Library
from publisher.db.engine import Connection, Database
from publisher.errors import NotFoundError, StateError
from publisher.issues import compose, follow, slots, store
from publisher.issues.issue import Issue, State, Stream, advance, due_state
from publisher.selection import History, Rule, Selection, select, since
from publisher.text import one_line

HORIZON = timedelta(days=31)
"""How far back articles are weighed and their reasons kept; older ones are too old for any issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was selected, and the chosen articles whole, by path."""

    selection: Selection
    articles: Mapping[str, Article]


_NOTHING = Choice(selection=Selection(picks=(), skips=()), articles={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thin:
    """No issue was drafted: too little is new. The stories stay eligible."""

    stream: Stream
    found: int
    minimum: int
    reasons: Mapping[str, int]
    """How many articles were left out for each reason."""

    def __str__(self) -> str:
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(self.reasons.items()))
        return f"{self.stream}: {self.found} new stories, {self.minimum} wanted" + (
            f" (left out: {why})" if why else ""
        )


def newsletter(config: Config, name: str) -> Newsletter:
    """The newsletter of that name; ``NotFoundError`` with those there are."""
    if name not in config.newsletters:
        known = ", ".join(config.newsletters) or "none: add one under newsletters: in config.yaml"
        raise NotFoundError(f"no newsletter {name!r}", hint=f"there is {known}")
    return config.newsletters[name]


def stream(config: Config, name: str, schedule: str = "") -> Stream:
    """The stream of a newsletter and one of its schedules, the first where none is named."""
    schedules = newsletter(config, name).schedules
    if schedule and schedule not in schedules:
        raise NotFoundError(f"newsletter {name} has no schedule {schedule!r}", hint=f"there is {', '.join(schedules)}")
    return Stream(name, schedule or next(iter(schedules)))


def rule(config: Config, letter: Newsletter, pinned: Sequence[str] = (), excluded: Sequence[str] = ()) -> Rule:
    """The newsletter's wishes as a rule for selection, with the editor's pins and exclusions."""
    wish = letter.select
    return Rule(
        topics=wish.topics or tuple(config.topics),
        language=wish.where.lang,
        section=wish.where.section,
        tag=wish.where.tag,
        window=wish.window,
        max_age=wish.reach,
        featured=wish.featured,
        rank=wish.rank,
        repeat=wish.repeat,
        half_life=wish.half_life,
        per_topic=wish.quota,
        untopiced=wish.max,
        near_duplicate=wish.near_duplicate,
        pinned=tuple(pinned),
        excluded=frozenset(excluded),
    )


def issue_id(on: Stream, slot: datetime, letter: Newsletter) -> str:
    """``weekly-2025-06-30``; the schedule stands between where it is not named like the newsletter."""
    day = slot.astimezone(letter.zone).date().isoformat()
    name = on.newsletter if on.schedule == on.newsletter else f"{on.newsletter}-{on.schedule}"
    return f"{name}-{day}"


def candidates(database: Database, wish: Rule, past: History, now: datetime) -> list[Head]:
    """The articles that an issue drawn up now weighs: the recent ones, newest first, and the pinned of any age."""
    index = Index(database)
    start = min(since(wish, past, now), now - HORIZON)
    recent = list(index.heads(now, since=start))
    known = {article.path for article in recent}
    pinned = (index.head(path) for path in wish.pinned if path not in known)
    found = [*recent, *(article for article in pinned if article is not None)]
    owners: dict[str, str] = {}
    for article in found:  # of two with one id, which 'check' tells, the first by path has it, as in the feeds
        owners[article.guid] = min(article.path, owners.get(article.guid, article.path))
    return [article for article in found if owners[article.guid] == article.path]


def choose(
    config: Config,
    database: Database,
    on: Stream,
    now: datetime,
    pinned: Sequence[str] = (),
    excluded: Sequence[str] = (),
) -> Choice:
    """What an issue of the stream would hold if it were drawn up now."""
    wish = rule(config, newsletter(config, on.newsletter), pinned, excluded)
    with database.read() as connection:
        past = store.history(connection, on)
    return chosen(config, database, wish, past, now)


def chosen(config: Config, database: Database, wish: Rule, past: History, now: datetime) -> Choice:
    """What a rule chooses now. What turns out to be impossible to render is left out, and another takes its place."""
    library, known = Library(config, database), candidates(database, wish, past, now)
    while True:
        selection = select(known, wish, past, now)
        paths = [pick.article.path for pick in selection.picks]
        articles = library.articles(paths, now)
        unreadable = {path for path in paths if path not in articles}
        if not unreadable:
            return Choice(selection=selection, articles=articles)
        wish = replace(wish, unreadable=wish.unreadable | unreadable)


def draft(
    config: Config,
    database: Database,
    on: Stream,
    slot: datetime,
    now: datetime,
    *,
    wall: str = "",
    by: str = "",
) -> Issue | Thin | None:
    """The stream's open issue, or a new one for ``slot`` with its stories frozen; ``Thin`` where too little is new.

    With ``wall`` (the slot on the newsletter's own clock) the slot's row is inserted in the issue's own transaction;
    None where another process was first to insert it, and so fired it. While the slot is still to come, too little
    news skips nothing: there may be more by then.
    """
    letter = newsletter(config, on.newsletter)
    with database.read() as connection:
        standing = store.open_issue(connection, on)
    choice = _NOTHING if standing else choose(config, database, on, now)
    thin = _thin(choice.selection, letter, on) if not standing else None
    if thin is not None and letter.empty == "send_note":
        choice, thin = Choice(selection=replace(choice.selection, picks=()), articles={}), None
    if thin is not None and now < slot:
        return thin
    with database.write() as connection:
        if wall and not slots.take(
            connection,
            on,
            wall=wall,
            due_at=slot,
            state=slots.SKIPPED if thin else slots.DUE,
            note=str(thin or ""),
            by=by,
            now=now,
        ):
            return None
        if thin is not None:
            return thin
        issue = store.open_issue(connection, on)  # another process may have been quicker
        if issue is None:
            if standing is not None:  # it left the desk meanwhile, and nothing was selected for another
                raise StateError(f"issue {standing.id} was changed meanwhile", hint="draft again")
            issue = _new(connection, choice, on, slot, letter, now)
            store.record(connection, issue.id, "issue.drafted", now=now, by=by, detail=f"{len(issue.stories)} stories")
        if wall:
            slots.attach(connection, on, wall, issue.id)
    return issue


def _thin(selection: Selection, letter: Newsletter, on: Stream) -> Thin | None:
    if len(selection.picks) >= letter.select.min:
        return None
    reasons = Counter(skip.reason.value for skip in selection.skips)
    return Thin(stream=on, found=len(selection.picks), minimum=letter.select.min, reasons=reasons)


def _new(
    connection: Connection, choice: Choice, on: Stream, slot: datetime, letter: Newsletter, now: datetime
) -> Issue:
    issue = compose.compose(
        choice.selection,
        choice.articles,
        id=store.free_id(connection, issue_id(on, slot, letter)),
        stream=on,
        slot=slot,
        newsletter=letter,
        number=store.number(connection, on.newsletter),
        now=now,
    )
    return store.insert(connection, issue)


def edit(
    config: Config,
    database: Database,
    id: str,
    change: compose.Edit,
    *,
    now: datetime,
    pin: Sequence[str] = (),
    exclude: Sequence[str] = (),
    by: str = "",
) -> Issue:
    """The issue after the editor's change, any approval void. Pins and exclusions (paths) choose its stories anew."""
    with database.read() as connection:
        seen = store.get(connection, id)
    compose.editable(seen)
    # A draft follows its articles by itself. What was approved is as they were; edited, it is approved as they are.
    issue = follow.followed(config, database, seen, now) if seen.state is State.APPROVED else seen
    if pin or exclude:
        issue = _reselect(config, database, issue, pin, exclude, now)
    issue = compose.edit(issue, change)
    if letter := config.newsletters.get(issue.stream.newsletter):
        issue = compose.worded(issue, letter)
    with database.write() as connection:
        store.update(connection, issue, seen=seen)
        store.record(connection, id, "issue.edited", now=now, by=by, detail=f"revision {issue.revision}")
    return issue


def _reselect(
    config: Config, database: Database, seen: Issue, pin: Sequence[str], exclude: Sequence[str], now: datetime
) -> Issue:
    shown = list(Index(database).heads(now))
    pins = [_shown(database, shown, name, now).path for name in pin]
    drops = [compose.drop(seen, shown, name) for name in exclude]
    if both := set(pins) & set(drops):
        raise StateError(f"{min(both)} cannot be pinned and excluded at once", hint="name it once")
    pinned = tuple(dict.fromkeys([path for path in seen.pinned if path not in drops] + pins))
    excluded = tuple(dict.fromkeys([path for path in seen.excluded if path not in pins] + drops))
    choice = choose(config, database, seen.stream, now, pinned, excluded)
    letter = newsletter(config, seen.stream.newsletter)
    return compose.reselected(seen, choice.selection, choice.articles, pinned, excluded, letter)


def _shown(database: Database, shown: Sequence[Head], name: str, now: datetime) -> Head:
    """The article that an editor means; ``NotFoundError`` says why one that is there cannot be had."""
    try:
        return compose.find(shown, name)
    except NotFoundError:
        ending = f"/{name.removeprefix('./')}"
        for hidden in Index(database).hidden(now):
            if f"/{hidden.path}".endswith(ending):
                when = f" ({hidden.when:%Y-%m-%d %H:%M} UTC)" if hidden.when else ""
                raise StateError(f"{hidden.path} is not shown: {hidden.reason}{when}", hint="change it first") from None
        for problem in Index(database).problems():
            if f"/{problem.path}".endswith(ending):
                raise StateError(str(problem), hint="'publisher check' lists all that is wrong") from None
        raise


def skip(database: Database, id: str, why: str, *, now: datetime, by: str = "") -> Issue:
    """The issue, given up; its stories stay for the next."""
    return move(database, id, State.SKIPPED, now=now, by=by, note=why)


def move(database: Database, id: str, state: State, *, now: datetime, by: str = "", note: str = "") -> Issue:
    """The issue in its next state, as a change of its own. ``StateError`` where the table of states forbids it."""
    with database.write() as connection:
        seen = store.get(connection, id)
        return _moved(connection, seen, seen, state, now=now, by=by, note=one_line(note))


def hold(database: Database, id: str, why: str, *, now: datetime, by: str = "") -> Issue:
    """The issue, held: an approval that it had is void, somebody must look at it again."""
    with database.write() as connection:
        seen = store.get(connection, id)
        void = compose.voided(seen) if seen.state is State.APPROVED else seen
        return _moved(connection, seen, void, State.HELD, now=now, by=by, note=one_line(why))


def on_time(config: Config, database: Database, id: str, now: datetime) -> Issue:
    """The issue after what its hour demands: held or skipped; unchanged where it waits, or is to be queued.

    It is judged as it stands in the transaction: somebody may have approved it a moment ago.
    """
    with database.write() as connection:
        seen = store.get(connection, id)
        letter = newsletter(config, seen.stream.newsletter)
        due = due_state(seen, auto=letter.approve == "auto", late_ok=letter.late_ok, now=now)
        if due is None or due[0] is State.QUEUED:
            return seen
        return _moved(connection, seen, seen, due[0], now=now, by="schedule", note=due[1])


def _moved(
    connection: Connection, seen: Issue, issue: Issue, state: State, *, now: datetime, by: str, note: str
) -> Issue:
    after = advance(issue, state, note=note)
    store.update(connection, after, seen=seen)
    store.record(connection, seen.id, f"issue.{state}", now=now, by=by, detail=note)
    return after
