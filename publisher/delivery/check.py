"""Everything that can be said against an issue before it goes out: its lint, and what the world outside says."""

from __future__ import annotations

from datetime import datetime

from publisher.delivery import mail
from publisher.delivery.mail import Post
from publisher.delivery.outside import alignment, outside, reach, sending
from publisher.digest import press
from publisher.digest.lint import Finding
from publisher.dns import Resolver
from publisher.issues import store
from publisher.issues.issue import Issue


def known(post: Post, issue: Issue) -> tuple[Finding, ...]:
    """What DNS says against mails of the issue: whether receivers can know them as ours. Nothing where none is sent.

    It may take five seconds; a name server that does not answer is a warning.
    """
    if post.config.delivery.transport == "folder":
        return ()
    return alignment.check(sending(post.config, mail.of(post.config, issue), post.dkim), Resolver())


def check(post: Post, id: str, now: datetime, *, links: bool = False) -> tuple[Finding, ...]:
    """The findings for every edition that the issue's readers would get, errors first.

    DNS is asked where mails leave by SMTP, a spam filter where one is installed; with ``links`` every address that
    the editions lead to is asked for once. Raises ``TemplateError`` and ``NotFoundError``.
    """
    with post.database.read() as connection:
        issue = store.get(connection, id)
        wishes = [wish for wish, _ in mail.wishes(post.config, connection, issue, now)]
    made = press.press_all(post.press, issue, [*wishes, press.public_wish(post.config)])
    found = press.findings(post.press, issue, made)
    if not made or any(finding.code == "headers" and finding.severity == "error" for finding in found):
        return found  # no message of it can be written
    letter = mail.of(post.config, issue)
    slots = press.sample_slots(post.config, letter, now)
    first = mail.prepared(post, issue, next(iter(made.values())))
    pieces = [piece for edition in made.values() for piece in edition.sheet.page.values()] if links else []
    addresses = [
        link for piece in dict.fromkeys(pieces) for link in reach.links(piece.fill(dict.fromkeys(piece.slots, "")))
    ]
    told = outside(post.config, letter, first.wire.fill(slots, first.sign), keys=post.dkim, links=addresses)
    return tuple(sorted((*found, *told), key=lambda finding: finding.severity != "error"))
