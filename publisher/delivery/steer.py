"""What an operator does with an issue on its way: approve, queue, pause, resume, stop, retry."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from publisher.db.engine import Connection, Database
from publisher.delivery import check, ledger, mail
from publisher.delivery.delivery import Counts, State
from publisher.delivery.mail import Post
from publisher.digest import press
from publisher.digest import store as editions
from publisher.digest.lint import Finding
from publisher.errors import StateError
from publisher.issues import store
from publisher.issues.issue import EDITABLE, Issue, advance
from publisher.issues.issue import State as IssueState


def approve(
    post: Post, id: str, *, now: datetime, by: str, hash: str = "", ask_dns: bool = False
) -> tuple[Issue, tuple[Finding, ...]]:
    """The approved issue and the warnings of its lint; its editions are kept exactly as they will be sent.

    ``ask_dns``: where mails are sent, what DNS says against them counts too (at most five seconds).

    Raises ``StateError`` where the lint finds an error, where ``hash`` is given and is not the issue's any more, and
    where the issue is past approving.
    """
    with post.database.read() as connection:
        seen = store.get(connection, id)
        wishes = [wish for wish, _ in mail.wishes(post.config, connection, seen, now)]
    if seen.state not in EDITABLE:  # a queued one would be taken out of the queue
        raise StateError(
            f"issue {id} is {seen.state} and cannot be approved", hint="'publisher issue list' shows drafts"
        )
    current = press.content_hash(post.press, seen)
    if hash and hash != current:
        raise StateError(f"issue {id} has changed: its hash is {current}, not {hash}", hint="look at it again")
    if seen.state is IssueState.APPROVED and seen.approved_hash == current and by in seen.approvers:
        return seen, ()
    made = press.press_all(post.press, seen, [*wishes, press.public_wish(post.config)])
    findings = press.findings(post.press, seen, made) + (check.known(post, seen) if ask_dns else ())
    if errors := [finding for finding in findings if finding.severity == "error"]:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise StateError(
            f"issue {id} cannot be approved: {errors[0]}{more}", hint=f"'publisher issue check {id}' lists all"
        )
    with post.database.write() as connection:
        issue = seen if seen.state is IssueState.APPROVED else advance(seen, IssueState.APPROVED)
        # An approval is of a hash: those of what the issue was before do not count for what it is now.
        before = seen.approvers if seen.approved_hash == current else ()
        issue = replace(issue, approved_hash=current, approvers=tuple(dict.fromkeys((*before, by))), note="")
        store.update(connection, issue, seen=seen)
        editions.discard(connection, id)
        editions.save(connection, made.values())
        store.record(connection, id, "issue.approved", now=now, by=by, detail=current)
    return issue, findings


def queue(post: Post, id: str, now: datetime) -> Issue:
    """The issue, queued for sending; one that is on its way already stays as it is.

    Raises ``StateError`` where it is not approved, where what was approved has changed since, where nobody reads it,
    and where its deadline has passed; ``NotFoundError`` where the config does not name its newsletter any more.
    """
    with post.database.write() as connection:
        seen = store.get(connection, id)
        if seen.state in {IssueState.QUEUED, IssueState.SENDING}:
            mail.of(post.config, seen)
        if seen.state not in {IssueState.DRAFT, IssueState.HELD, IssueState.APPROVED, IssueState.SKIPPED}:
            return seen
        if seen.state is IssueState.SKIPPED:
            raise StateError(f"issue {id} was skipped: {seen.note}", hint="draft a new one")
        if seen.state is not IssueState.APPROVED:
            raise StateError(f"issue {id} is {seen.state}, not approved", hint=f"'publisher issue approve {id}' first")
        _sendable(post, connection, seen, now)
        issue = advance(seen, IssueState.QUEUED)
        store.update(connection, issue, seen=seen)
        store.record(connection, id, "issue.queued", now=now)
    return issue


def _sendable(post: Post, connection: Connection, issue: Issue, now: datetime) -> None:
    letter = mail.of(post.config, issue)
    if len(issue.approvers) < letter.approvals:
        raise StateError(
            f"issue {issue.id} has {len(issue.approvers)} of {letter.approvals} approvals",
            hint=f"somebody else: 'publisher issue approve {issue.id} --by NAME'",
        )
    if press.content_hash(post.press, issue) != issue.approved_hash:
        raise StateError(f"issue {issue.id}: {mail.CHANGED}", hint=mail.LOOK_AGAIN)
    if now > mail.deadline(post.config, issue):
        raise StateError(f"the deadline of issue {issue.id} has passed", hint="skip it and draft a new one")
    if not mail.has_readers(post.config, connection, issue, now):
        who = f"nobody is subscribed to {issue.stream}"
        raise StateError(
            f"{who} of whom this is true: {letter.readers}" if letter.readers else who,
            hint="add readers: 'publisher subscribers add|import'",
        )


def pause(database: Database, id: str, now: datetime) -> tuple[Issue, Counts]:
    """Lets nothing more out: every lane looks at the issue's state before each message."""
    return _move(database, id, IssueState.PAUSED, now)


def resume(database: Database, id: str, now: datetime) -> tuple[Issue, Counts]:
    """Lets a paused issue go on."""
    return _move(database, id, IssueState.SENDING, now)


def stop(database: Database, id: str, now: datetime) -> tuple[Issue, Counts]:
    """Ends the issue for good; what has not left is skipped, what is on its way is still accounted for."""
    with database.write() as connection:
        seen = store.get(connection, id)
        if seen.state is IssueState.STOPPED:
            return seen, ledger.counts(connection, id)
        issue = replace(advance(seen, IssueState.STOPPED), closed=now)
        store.update(connection, issue, seen=seen)
        ledger.give_up(connection, id, ledger.STOPPED, now)
        store.record(connection, id, "issue.stopped", now=now)
        return issue, ledger.counts(connection, id)


def _move(database: Database, id: str, state: IssueState, now: datetime) -> tuple[Issue, Counts]:
    with database.write() as connection:
        seen = store.get(connection, id)
        if seen.state is state:
            return seen, ledger.counts(connection, id)
        issue = advance(seen, state)
        store.update(connection, issue, seen=seen)
        store.record(connection, id, f"issue.{state}", now=now)
        return issue, ledger.counts(connection, id)


def retry(database: Database, id: str, which: str, now: datetime) -> int:
    """How many failed or uncertain deliveries of a sent issue are pending again."""
    with database.write() as connection:
        seen = store.get(connection, id)
        if seen.state not in {IssueState.SENT, IssueState.SENDING}:
            raise StateError(f"issue {id} is {seen.state}", hint="retry is for issues that are sending or sent")
        again = ledger.reopen(connection, id, State(which), now)
        if again and seen.state is IssueState.SENT:
            store.update(connection, replace(advance(seen, IssueState.SENDING), closed=None, sent=now), seen=seen)
        if again:
            store.record(connection, id, "issue.retried", now=now, detail=f"{again} {which}")
    return again
