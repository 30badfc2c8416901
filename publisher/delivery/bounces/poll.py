"""Reads what came back, wherever the config says it does, and has each report recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from publisher import log
from publisher.delivery.bounces import imap, mail, mailbox
from publisher.delivery.bounces.mailbox import Returned
from publisher.delivery.bounces.record import Outcome, Recorded, Told, calm, fingerprint, record_all
from publisher.delivery.bounces.report import Kind, Report
from publisher.delivery.mail import Post
from publisher.errors import PublisherError
from subscribers.consent import Act

BATCH = 50
"""Messages whose reports are kept in one transaction; a process that is killed reads so many again."""
SHOWN = 50
"""Unproved reports that are kept to be shown."""
REMEMBERED = 1000
"""Files that cannot be read, as far as it is remembered that the log names them."""
_TOLD: dict[str, None] = {}


@dataclass(slots=True, kw_only=True)
class Polled:
    """What was read, and what became of it."""

    messages: int = 0
    counts: Counter[tuple[Kind, Outcome]] = field(default_factory=Counter)
    """How many reports of each kind had each outcome."""
    acts: Counter[Act] = field(default_factory=Counter)
    """What was done to readers."""
    unproved: list[Recorded] = field(default_factory=list)
    """The first of them."""
    trouble: list[str] = field(default_factory=list)
    """What could not be read or marked as read; the rest was."""

    @property
    def recorded(self) -> int:
        """How many reports were recorded now."""
        return sum(count for (_, outcome), count in self.counts.items() if outcome is Outcome.RECORDED)


@dataclass(frozen=True, slots=True)
class _Read:
    """A message whose reports wait to be kept; its octets are gone."""

    name: str
    done: Callable[[], None]
    told: Told
    trouble: str


def poll(post: Post, now: datetime) -> Polled:
    """Reads the mailboxes that ``delivery.bounces`` names, and marks what was read; nothing where it names none.

    Alarms about issues that nothing comes back of any more end.

    Raises nothing for a mailbox or a database that cannot be used now: that is logged and stands in ``trouble``; what
    was not kept is read again next time.
    """
    polled, bounces = Polled(), post.config.delivery.bounces
    if bounces is not None and bounces.maildir is not None:
        take(post, mailbox.maildir(bounces.maildir, key="delivery.bounces.maildir"), now, polled)
    if bounces is not None and bounces.imap is not None:
        take(post, imap.messages(bounces.imap), now, polled)
    forged = sum(count for (_, outcome), count in polled.counts.items() if outcome is Outcome.UNPROVED)
    if forged:
        log.warning("bounces.unproved", reports=forged)
    try:
        calm(post, now)
    except PublisherError as error:
        _trouble(polled, error)
    return polled


def take(
    post: Post,
    messages: Iterable[Returned | None],
    now: datetime,
    polled: Polled | None = None,
    *,
    trusted: bool = False,
) -> Polled:
    """Has the reports of these messages recorded, and each message marked as read after that; counted in ``polled``.

    A mailbox or a database that fails ends the reading and stands in ``trouble``. Where a source gives None, what it
    gave so far is kept and marked before it is asked for more. ``trusted`` as in ``record``.
    """
    polled = polled or Polled()
    try:
        for batch in _batches(iter(messages)):
            for read, recorded in zip(batch, _record(post, batch, now, trusted=trusted), strict=True):
                if read.trouble:
                    _unread(polled, read)
                    continue
                _count(polled, recorded)
                _mark(polled, read)
    except PublisherError as error:
        _trouble(polled, error)
    return polled


def _batches(messages: Iterator[Returned | None]) -> Iterator[Sequence[_Read]]:
    """The messages in batches; where their source fails, what it gave before comes first."""
    failed: PublisherError | None = None
    over = False
    while failed is None:
        batch: list[_Read] = []
        try:
            for message in islice(messages, BATCH):
                if message is None:
                    break
                batch.append(_read(message))
            else:
                over = not batch
        except PublisherError as error:
            failed = error
        if batch:
            yield batch
        if over:
            return
    raise failed


def _read(message: Returned) -> _Read:
    reports: Sequence[Report] = ()
    try:
        reports = mail.read(message.raw)
    except Exception as error:  # noqa: BLE001 # a defect of ours must not keep the messages behind this one waiting
        log.trouble("bounce.unreadable", error, message=message.name)
    told = Told(digest=fingerprint(message.raw), reports=reports)
    return _Read(name=message.name, done=message.done, told=told, trouble=message.trouble)


def _record(post: Post, batch: Sequence[_Read], now: datetime, *, trusted: bool) -> list[list[Recorded]]:
    """What became of the messages' reports. One that our own defect fails is logged, the others are kept."""
    try:
        return record_all(post, [each.told for each in batch], now, trusted=trusted)
    except PublisherError:
        raise
    except Exception as error:  # noqa: BLE001 # as above
        if len(batch) > 1:
            return [done for each in batch for done in _record(post, [each], now, trusted=trusted)]
        log.trouble("bounce.failed", error, message=batch[0].name)
        return [[]]


def _count(polled: Polled, recorded: Iterable[Recorded]) -> None:
    polled.messages += 1
    for each in recorded:
        polled.counts[each.kind, each.outcome] += 1
        if each.act is not None:
            polled.acts[each.act] += 1
        if each.outcome is Outcome.UNPROVED and len(polled.unproved) < SHOWN:
            polled.unproved.append(each)


def _mark(polled: Polled, read: _Read) -> None:
    try:
        read.done()
    except PublisherError as error:
        _trouble(polled, error)


def _unread(polled: Polled, read: _Read) -> None:
    if read.name not in _TOLD:  # it lies there at each minute's poll: its line in the log is wanted once
        _TOLD[read.name] = None
        log.warning("bounce.unreadable", message=read.name, why=read.trouble)
        while len(_TOLD) > REMEMBERED:
            del _TOLD[next(iter(_TOLD))]
    _add(polled, read.trouble)


def _trouble(polled: Polled, error: PublisherError) -> None:
    log.trouble("bounces.waiting", error, hint=error.hint)
    _add(polled, error.line())


def _add(polled: Polled, line: str) -> None:
    if len(polled.trouble) < SHOWN and line not in polled.trouble:
        polled.trouble.append(line)
