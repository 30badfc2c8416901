"""From a delivery to its message: who gets it, Message-IDs, signatures, letters to one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypedDict

from publisher import urls
from publisher.config import Config, Mailbox, Newsletter
from publisher.db.engine import Connection, Database
from publisher.delivery import audience, ledger, link, plan
from publisher.delivery.delivery import Leased
from publisher.delivery.sender import Message, Work
from publisher.delivery.transport import Envelope, Transport
from publisher.digest import dkim, headers, press, wire
from publisher.digest import store as editions
from publisher.digest.dkim import Key
from publisher.digest.edition import Edition, Sheet, Wish
from publisher.digest.lint import SAMPLE
from publisher.digest.splice import Encoding
from publisher.digest.wire import Sign, Slots, Wire
from publisher.errors import NotFoundError, StateError
from publisher.issues import store
from publisher.issues.issue import Issue
from publisher.templates import Templates
from subscribers import segment
from subscribers import store as readers
from subscribers.segments.tree import Segment
from subscribers.subscriber import Subscriber
from subscribers.tokens import Keys, mac
from subscribers.tokens import return_path as return_token

PAGE = 1000
"""Readers that planning looks at at once."""
READY, SHEETS = 100, 16
"""Compiled editions that are kept at hand, of a quarter of a megabyte each, and sheets, of one or two."""
CHANGED = "it is not what was approved any more: a template, the config or the program has changed"
LOOK_AGAIN = "restart serve if it runs with an older config.yaml, look at the issue and approve it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An edition of an issue on its way, as it is needed for each reader: no message asks the database again."""

    issue: str
    serial: int
    letter: Newsletter
    wire: Wire
    sign: Sign | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What mails are made of."""

    config: Config
    database: Database
    templates: Templates
    keys: Keys
    media: Path
    """Folder of the pictures made for mail."""
    dkim: tuple[Key, ...] = ()
    """What mails are signed with; each message by those of its sender's domain."""
    ready: dict[tuple[str, str], Ready] = field(default_factory=dict)
    """Compiled editions of issues being sent, newest last; one lane makes one, all use it."""
    sheets: dict[tuple[str, str], Sheet] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    """Issues being sent, for what never changes in them: stories, serial, newsletter."""
    lock: Lock = field(default_factory=Lock)

    @property
    def press(self) -> press.Press:
        """What editions are made with."""
        return press.Press(config=self.config, database=self.database, templates=self.templates, media=self.media)

    def work(self, transport: Transport, now: Callable[[], datetime]) -> Work:
        """What a sender needs to send this site's issues."""
        return Work(
            database=self.database,
            transport=transport,
            now=now,
            compose=partial(compose, self),
            plan=partial(planned, self, connections=transport.connections),
            deadline=partial(deadline, self.config),
            resend=self.config.delivery.uncertain == "resend",
        )


def of(config: Config, issue: Issue) -> Newsletter:
    """The issue's newsletter; ``NotFoundError`` where the config does not name it any more."""
    name = issue.stream.newsletter
    if name not in config.newsletters:
        raise NotFoundError(f"issue {issue.id}: the config has no newsletter {name!r}", hint="put it back, or stop it")
    return config.newsletters[name]


def deadline(config: Config, issue: Issue) -> datetime:
    """After this moment nothing of the issue is sent: counted from its slot, or from a later beginning."""
    start = max(issue.slot, issue.sent) if issue.sent else issue.slot
    return start + of(config, issue).deadline


# -- who gets it


def has_readers(config: Config, connection: Connection, issue: Issue, now: datetime) -> bool:
    """Whether anybody would get the issue at this moment."""
    return bool(readers.readers(connection, **_stream(config, issue), where=_segment(config, issue, now), limit=1))


def _segment(config: Config, issue: Issue, now: datetime) -> Segment | None:
    return audience.segment(config, of(config, issue).readers, now)


class _Stream(TypedDict):
    newsletter: str
    schedule: str
    first: bool


def _stream(config: Config, issue: Issue) -> _Stream:
    first = next(iter(of(config, issue).schedules)) == issue.stream.schedule
    return {"newsletter": issue.stream.newsletter, "schedule": issue.stream.schedule, "first": first}


def wishes(config: Config, connection: Connection, issue: Issue, now: datetime) -> list[tuple[Wish, int]]:
    """The different wishes of the issue's readers, and how many have each, most wanted first."""
    where = _segment(config, issue, now)
    found = readers.wishes(connection, **_stream(config, issue), where=where, default_language=config.site.language)
    return [(Wish(topics=wish.topics, language=wish.language, format=wish.format), count) for wish, count in found]


def edition_counts(config: Config, connection: Connection, issue: Issue, now: datetime) -> list[tuple[str, int]]:
    """The issue's editions and how many readers each has, as of now."""
    return [(wish.key, count) for wish, count in wishes(config, connection, issue, now)]


def planned(post: Post, issue: Issue, now: datetime, *, connections: int) -> Iterator[plan.Row]:
    """The rows of an issue, a page of readers at a time; editions for wishes that are new since the approval are kept.

    Raises ``StateError`` where what was approved could not be made any more (a template or the config changed).
    """
    if press.content_hash(post.press, issue) != issue.approved_hash:
        raise StateError(CHANGED, hint=LOOK_AGAIN)
    with post.database.read() as connection:  # one view of the readers: whoever comes meanwhile is in no issue by half
        wanted, told = wishes(post.config, connection, issue, now), told_before(post.config, connection, issue)
        special = [_wish(post.config, connection, id, told) for id in told]
        kept = set(editions.keys(connection, issue.id))
        missing = [wish for wish in [*(wish for wish, _ in wanted), *special] if wish.key not in kept]
        made = press.press_all(post.press, issue, missing)
        if made:
            _sound(post, issue, made)
        with post.database.write() as writing:
            editions.save(writing, made.values())
        has = kept | set(made)
        size = plan.shard_size(sum(count for _, count in wanted), connections)
        yield from plan.plan(_readers(post.config, connection, issue, told, now), lambda wish: wish.key in has, size)


def _sound(post: Post, issue: Issue, made: Mapping[str, Edition]) -> None:
    """Raises ``StateError`` where an edition for a wish that came after the approval has an error."""
    for finding in press.findings(post.press, issue, made):
        if finding.severity == "error":
            raise StateError(f"{finding}", hint=LOOK_AGAIN)


def told_before(config: Config, connection: Connection, issue: Issue) -> Mapping[int, frozenset[str]]:
    """Guids of the issue's stories that its readers had already, by reader: those who changed their schedule."""
    stream = _stream(config, issue)
    schedules = [issue.stream.schedule, *([""] if stream["first"] else [])]
    ours = {story.guid for story in issue.stories}
    told: dict[int, frozenset[str]] = {}
    for other in store.kin(connection, issue):
        held = editions.guids(connection, other)
        for reader, key in ledger.sent_to(connection, other, schedules):
            if shared := held.get(key, frozenset()) & ours:
                told[reader] = told.get(reader, frozenset()) | shared
    return told


def _wish(config: Config, connection: Connection, reader: int, told: Mapping[int, frozenset[str]]) -> Wish:
    return wish_of(config, readers.get(connection, reader), told.get(reader, frozenset()))


def _readers(
    config: Config, connection: Connection, issue: Issue, told: Mapping[int, frozenset[str]], now: datetime
) -> Iterator[plan.Reader]:
    after, stream, where = 0, _stream(config, issue), _segment(config, issue, now)
    while page := readers.readers(connection, **stream, where=where, after=after, limit=PAGE):
        for reader in page:
            yield plan.Reader(reader.id, wish_of(config, reader, told.get(reader.id, frozenset())))
        after = page[-1].id


def wish_of(config: Config, reader: Subscriber, told: frozenset[str] = frozenset()) -> Wish:
    """What the reader gets, blanks filled with the site's; without the stories they were ``told`` (guids)."""
    said = segment.wish(reader, default_language=config.site.language)
    return Wish(topics=said.topics, language=said.language, format=said.format, told=tuple(told))


# -- ids


def message_id(keys: Keys, issue: str, reader: int, sender: Mailbox) -> str:
    """The Message-ID of an issue's mail to a reader: the same each time, guessed by nobody (RFC 5322 3.6.4)."""
    return f"<{message_code(keys, issue, reader)}@{own_domain(sender)}>"


def message_code(keys: Keys, issue: str, reader: int) -> str:
    """What stands before the @ of that Message-ID: it alone proves issue and reader, whatever the sender was then."""
    return mac(keys, f"{issue}/{reader}")


def own_domain(sender: Mailbox) -> str:
    """The sender's domain, in lower-case ASCII: that of Message-IDs and signatures."""
    return headers.ascii_domain(sender.address.rpartition("@")[2]).lower()


# -- messages


def slots(post: Post, ready: Ready, *, reader: int, epoch: int, address: str, name: str, date: datetime) -> Slots:
    """A reader's own values in an issue's message."""
    config, keys = post.config, post.keys
    return Slots(
        to=address,
        name=name,
        unsubscribe=link.unsubscribe(config, keys, reader),
        leave=link.leave(config, keys, reader),
        preferences=link.preferences(config, keys, reader, epoch),
        view=link.view(config, keys, reader, epoch, ready.serial),
        click=link.click(keys, reader, ready.serial),
        message_id=message_id(keys, ready.issue, reader, ready.letter.sender),
        date=date,
    )


def compose(post: Post, leased: Leased, now: datetime) -> Message:
    """The message of a delivery. Raises ``PublisherError`` where it cannot be made."""
    ready = _ready(post, leased.issue, leased.edition)
    mine = slots(
        post,
        ready,
        reader=leased.subscriber,
        epoch=leased.epoch,
        address=leased.address,
        name=leased.name,
        date=now.astimezone(ready.letter.zone),
    )
    back = return_path(post, ready.letter.sender, leased.subscriber, ready.serial)
    envelope = Envelope(sender=back, recipient=reach(leased.address), message_id=mine.message_id)
    return Message(envelope=envelope, body=ready.wire.fill(mine, ready.sign))


def prepared(post: Post, issue: Issue, edition: Edition) -> Ready:
    """The edition compiled, with what signs it."""
    letter_of = of(post.config, issue)
    sign = signer(post, letter_of.sender)
    try:
        compiled = wire.compile(edition, letter_of, post.config)
        if sign and Encoding(post.config.delivery.encoding) is not Encoding.EIGHT_BIT:
            dkim.assert_canonical(b"".join(compiled.body(SAMPLE)))
    except ValueError as problem:  # the config takes more than a header field can hold
        raise StateError(f"issue {issue.id}: {problem}", hint="mend it in config.yaml") from problem
    return Ready(
        issue=issue.id,
        serial=issue.serial,
        letter=letter_of,
        wire=compiled,
        sign=sign,
    )


def signer(post: Post, sender: Mailbox) -> Sign | None:
    """What signs a message of that sender, or None where no key is of their domain."""
    keys = dkim.matching(post.dkim, own_domain(sender)) if post.dkim else ()
    if not keys:
        return None
    # The only encoding whose bodies are not their own relaxed form.
    if Encoding(post.config.delivery.encoding) is Encoding.EIGHT_BIT:
        return lambda fields, body, date: dkim.sign(keys, fields, dkim.relaxed_body(b"".join(body)), date)
    return partial(dkim.sign, keys)


def return_path(post: Post, sender: Mailbox, reader: int, serial: int) -> str:
    """The envelope sender, to which a message that cannot be delivered comes back: it tells whose it was (VERP)."""
    bounces = post.config.delivery.bounces
    if bounces is None:
        return reach(sender.address)
    local, _, domain = reach(bounces.address).rpartition("@")
    return f"{local}+{return_token(post.keys, link.joined(reader, serial))}@{domain}"


def reach(address: str) -> str:
    """The address as an envelope carries it: its domain in ASCII (RFC 5321 2.3.5)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{headers.ascii_domain(domain)}"


def _ready(post: Post, id: str, key: str) -> Ready:
    with post.lock:
        found = post.ready.pop((id, key), None)
        if found is None:
            if len(post.sheets) >= SHEETS:
                post.sheets.clear()
                post.issues.clear()
            with post.database.read() as connection:
                issue = post.issues.get(id) or store.get(connection, id)
                edition = editions.load(connection, issue, key, post.sheets)
            post.issues[id] = issue
            if edition is None:
                raise StateError(f"issue {id} has no edition {key}", hint="stop it and draft a new one")
            found = prepared(post, issue, edition)
            while len(post.ready) >= READY:
                del post.ready[next(iter(post.ready))]
        post.ready[id, key] = found  # the last one used stands last
        return found


def test_message(post: Post, issue: Issue, edition: Edition, address: str, now: datetime) -> Message:
    """The edition as a test: ``[TEST]`` in the subject, links that act on nobody, counted nowhere."""
    letter_of = of(post.config, issue)
    marked = press.marked(edition, "[TEST] ")
    archive = urls.join(post.config.web.url, "/archive/")
    id = mac(post.keys, f"test/{issue.id}/{address}/{now.isoformat()}")
    mine = Slots(
        to=address,
        unsubscribe=archive,
        preferences=archive,
        view=archive,
        click="test",
        message_id=f"<{id}@{own_domain(letter_of.sender)}>",
        date=now.astimezone(letter_of.zone),
    )
    ready = prepared(post, issue, marked)
    return Message(
        envelope=Envelope(sender=reach(letter_of.sender.address), recipient=reach(address), message_id=mine.message_id),
        body=ready.wire.fill(mine, ready.sign),
    )
