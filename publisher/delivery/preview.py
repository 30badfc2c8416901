"""Shows what will be sent: files for an editor's eyes, and test mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from publisher.delivery import ledger, mail
from publisher.delivery.delivery import Receipt
from publisher.delivery.mail import Post, Ready
from publisher.delivery.transport import Transport
from publisher.digest import press
from publisher.digest import store as editions
from publisher.digest.edition import Edition, Wish
from publisher.digest.wire import Slots
from publisher.errors import NotFoundError, StateError, StoreError
from publisher.issues import store
from publisher.issues.issue import Issue
from subscribers import store as readers
from subscribers.address import parse
from subscribers.subscriber import Subscriber


def write(post: Post, id: str, folder: Path, *, address: str, now: datetime) -> list[Path]:
    """The files of every edition, or of one reader's: digest.html, digest.txt and message.eml, the bytes that are sent.

    Without a reader the links hold the slots' marks: nobody's tokens lie about in a folder.
    """
    with post.database.read() as connection:
        issue = store.get(connection, id)
        reader = _reader(post, issue, address) if address else None
        if reader:
            key = ledger.edition_of(connection, id, reader.id)
            told = mail.told_before(post.config, connection, issue).get(reader.id, frozenset())
            wishes = [mail.wish_of(post.config, reader, told)]
        else:
            key = None
            wishes = [wish for wish, _ in mail.wishes(post.config, connection, issue, now)] or [
                press.public_wish(post.config)
            ]
    made: list[Path] = []
    for edition in _editions(post, issue, wishes, key):
        ready = mail.prepared(post, issue, edition)
        slots = _slots(post, ready, reader, now)
        place = folder if reader else folder / edition.key
        files = {
            "digest.html": ready.wire.html(slots).encode(),
            "digest.txt": ready.wire.text(slots).encode(),
            "message.eml": _message(ready, slots),
        }
        made += [_write(place / name, body) for name, body in files.items()]
    if not made:
        raise NotFoundError(f"issue {id} has nothing for {address or 'its readers'}", hint="their topics have no story")
    return made


def _message(ready: Ready, slots: Slots) -> bytes:
    try:
        return ready.wire.fill(slots, ready.sign)
    except ValueError as problem:
        raise StateError(f"{slots.to} can get no mail: {problem}", hint="correct the reader's address") from problem


def _reader(post: Post, issue: Issue, address: str) -> Subscriber:
    del issue
    with post.database.read() as connection:
        found = readers.by_address(connection, address)
    if found is None:
        raise NotFoundError(f"no reader {address}", hint="'publisher subscribers show' knows who there is")
    return found


def _editions(post: Post, issue: Issue, wishes: Sequence[Wish], key: str | None) -> list[Edition]:
    """The kept editions where the issue was approved, else as they would be made now."""
    with post.database.read() as connection:
        sheets: editions.Sheets = {}
        wanted = [key or wish.key for wish in wishes] if issue.approved_hash else []
        kept = [editions.load(connection, issue, each, sheets) for each in wanted]
    if kept and all(kept):
        return [edition for edition in kept if edition]
    return list(press.press_all(post.press, issue, wishes).values())


def _slots(post: Post, ready: Ready, reader: Subscriber | None, now: datetime) -> Slots:
    if reader is None:
        return press.sample_slots(post.config, ready.letter, now)
    return mail.slots(
        post,
        ready,
        reader=reader.id,
        epoch=reader.epoch,
        address=reader.address,
        name=reader.name,
        date=now.astimezone(ready.letter.zone),
    )


def _write(file: Path, body: bytes) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}", hint="name another folder with --to") from error
    return file


def send_test(
    post: Post, transport: Transport, id: str, addresses: Sequence[str], now: datetime
) -> list[tuple[str, Receipt]]:
    """The answer for each address; every address is looked at before the first message leaves."""
    with post.database.read() as connection:
        issue = store.get(connection, id)
    reachable = [parse(address).sending for address in addresses]
    made = _editions(post, issue, [press.public_wish(post.config)], None)
    if not made:
        raise NotFoundError(f"issue {id} has no story", hint="pin one: 'publisher issue edit --pin'")
    receipts: list[tuple[str, Receipt]] = []
    with transport.open() as connection_out:
        for address in reachable:
            message = mail.test_message(post, issue, made[0], address, now)
            receipts.append((address, connection_out.send(message.envelope, message.body)))
    return receipts
